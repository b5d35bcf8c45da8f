"""Proposed tunings: one person proposes, another decides; nothing holds before that."""

from __future__ import annotations

from enum import StrEnum

from fundwatch.domain.errors import InputError


class ProposalState(StrEnum):
    """What became of a proposed tuning."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"

    @property
    def zh(self) -> str:
        """Return the name the office uses."""
        return {"proposed": "待批", "approved": "已批准", "rejected": "未通过"}[self.value]


def check_words(**words: str) -> None:
    """Raise InputError where a name or a reason is blank."""
    blank = [name for name, text in words.items() if not text.strip()]
    if blank:
        raise InputError(
            "调参须写明提出人、理由和复核人，不能空白。",
            f"{', '.join(blank)} must not be blank.",
            code="K201",
        )


def check_decision(state: ProposalState, author: str, person: str) -> None:
    """Accept a decision on a proposal; raise InputError when it is decided already or the person is its author."""
    if state is not ProposalState.PROPOSED:
        raise InputError(f"这条调参{state.zh}，不能再处理。", f"this proposal is {state.value} already.", code="K202")
    if author.strip().casefold() == person.strip().casefold():
        raise InputError(
            "提出人不能批准自己的调参，请由另一人复核。",
            "nobody decides on a proposal of their own; a second person must.",
            code="K203",
        )


def day_in_force(wanted: int, last_night: int | None) -> int:
    """Return the day (day number) from which an approved tuning holds: never one that a night has evaluated."""
    return wanted if last_night is None else max(wanted, last_night + 1)
