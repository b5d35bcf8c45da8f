"""The review of an alert: states, dispositions and the only moves between them."""

from __future__ import annotations

from enum import StrEnum

from fundwatch.domain.errors import InputError


class ReviewState(StrEnum):
    """State of an alert in the office."""

    NEW = "new"
    CLAIMED = "claimed"
    DECIDED = "decided"
    CLOSED = "closed"
    SNOOZED = "snoozed"
    MERGED = "merged"
    RECURRED = "recurred"

    @property
    def zh(self) -> str:
        """Return the name the office uses."""
        return _STATE_NAMES[self]


class Disposition(StrEnum):
    """What the office concluded; the conclusion is about the lead, never about guilt."""

    COUNTY_VERIFICATION = "county_verification"
    OPEN_CASE = "open_case"
    HAND_TO_POLICE = "hand_to_police"
    KEEP_WATCHING = "keep_watching"
    NORMAL_BUSINESS = "normal_business"
    DATA_PROBLEM = "data_problem"

    @property
    def zh(self) -> str:
        """Return the name the office uses."""
        return _DISPOSITION_NAMES[self]

    @property
    def needs_second_person(self) -> bool:
        """Return whether a second signature is due before the alert closes: for all that leaves or ends it."""
        return self is not Disposition.KEEP_WATCHING


_STATE_NAMES = {
    ReviewState.NEW: "待初审",
    ReviewState.CLAIMED: "初审中",
    ReviewState.DECIDED: "待复核",
    ReviewState.CLOSED: "已结",
    ReviewState.SNOOZED: "观察中",
    ReviewState.MERGED: "已并案",
    ReviewState.RECURRED: "复现",
}
_DISPOSITION_NAMES = {
    Disposition.COUNTY_VERIFICATION: "移交县区核查",
    Disposition.OPEN_CASE: "转立案件",
    Disposition.HAND_TO_POLICE: "移送公安·抄金融监管",
    Disposition.KEEP_WATCHING: "继续观察",
    Disposition.NORMAL_BUSINESS: "排除：正常经营",
    Disposition.DATA_PROBLEM: "排除：数据问题",
}
_MOVES = {
    ReviewState.NEW: {ReviewState.CLAIMED, ReviewState.MERGED},
    ReviewState.CLAIMED: {ReviewState.NEW, ReviewState.DECIDED, ReviewState.SNOOZED, ReviewState.MERGED},
    ReviewState.DECIDED: {ReviewState.CLOSED, ReviewState.CLAIMED},
    ReviewState.CLOSED: {ReviewState.RECURRED},
    ReviewState.SNOOZED: {ReviewState.CLAIMED, ReviewState.RECURRED, ReviewState.MERGED},
    ReviewState.MERGED: {ReviewState.NEW},
    ReviewState.RECURRED: {ReviewState.CLAIMED, ReviewState.MERGED},
}
DECIDED, CONFIRMED, RETURNED = "decided", "confirmed", "returned"
"""Kinds of events that carry a decision, its second signature, and its return for another look."""
OPEN_STATES = frozenset({ReviewState.NEW, ReviewState.CLAIMED, ReviewState.DECIDED, ReviewState.RECURRED})
"""States in which new evidence simply grows the alert."""


def can_move(state: ReviewState, to: ReviewState) -> bool:
    """Return whether an alert in ``state`` may become ``to``."""
    return to in _MOVES[state]


def move(state: ReviewState, to: ReviewState) -> ReviewState:
    """Return ``to``; raise InputError when the move is not allowed."""
    if not can_move(state, to):
        raise InputError(
            f"预警处于“{state.zh}”，不能转为“{to.zh}”，请刷新后重试。",
            f"an alert that is {state.value} cannot become {to.value}; reload and try again.",
            code="R001",
        )
    return to


def confirm(decided_by: str, confirmed_by: str) -> None:
    """Accept a second signature; raise InputError when it is the first person's own."""
    if decided_by == confirmed_by:
        raise InputError(
            "复核人不得与初审人为同一人，请由另一人复核。",
            "the second signature must come from another person.",
            code="R002",
        )
