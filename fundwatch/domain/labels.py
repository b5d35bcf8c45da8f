"""Labels: what the office's settled decisions teach, each tied to the version that was decided on.

True is a lead that was upheld, False one with an innocent reading. Everything else is None and teaches nothing: what
nobody has reviewed, what is being watched, what waits for its second signature, and what rested on bad data. The last
says something of the data, not of how a subject behaves, so it is no negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from fundwatch.domain.causes import Ground, ground_of
from fundwatch.domain.hits import Hit, Signal, Subject, Suppression
from fundwatch.domain.keys import month_of
from fundwatch.domain.review import CONFIRMED, DECIDED, RETURNED, Disposition

_TRUTH = {Ground.UPHELD: True, Ground.INNOCENT: False, Ground.DATA: None, Ground.WATCH: None}


class ReviewEvent(Protocol):
    """What is read of an event of an alert's history."""

    @property
    def kind(self) -> str:
        """Return what happened."""

    @property
    def version(self) -> int:
        """Return the version that stood when it happened."""

    @property
    def content(self) -> Mapping[str, Any]:
        """Return what was said."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A settled decision on one version: signed twice where two signatures are due."""

    version: int
    disposition: Disposition
    causes: tuple[str, ...]

    @property
    def truth(self) -> bool | None:
        """Return True for a lead upheld, False for an innocent reading, None for what teaches nothing."""
        return _TRUTH[ground_of(self.disposition)]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of what was reviewed, as it was then: hits, signals and the explanations that held."""

    number: int
    as_of_day: int
    subject: Subject
    items: tuple[Hit | Signal, ...]
    suppressions: tuple[Suppression, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """What one version of an alert (``case_id``), or one subject of a control sample, teaches."""

    case_id: str
    version: Version
    truth: bool | None
    causes: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        """Return whom it is about."""
        return self.version.subject

    @property
    def month(self) -> str:
        """Return the month of the as-of day, ``YYYY-MM``."""
        return month_of(self.version.as_of_day)


def settled(events: Iterable[ReviewEvent]) -> dict[int, Decision]:
    """Return the settled decision of each version that has one, from events in the order in which they happened.

    A decision that was sent back never settled; of two on one version the later one holds.
    """
    found: dict[int, Decision] = {}
    pending: Decision | None = None
    for event in events:
        if event.kind == DECIDED:
            decision = _decision(event)
            pending = decision if decision.disposition.needs_second_person else None
            if pending is None:
                found[decision.version] = decision
        elif event.kind == RETURNED:
            pending = None
        elif event.kind == CONFIRMED and pending is not None:
            found[pending.version] = pending
            pending = None
    return found


def labels_of(case_id: str, events: Iterable[ReviewEvent], versions: Iterable[Version]) -> list[Label]:
    """Return one label for each version, in the order given; None where nothing settled was said of it."""
    decisions = settled(events)
    return [_label(case_id, version, decisions.get(version.number)) for version in versions]


def count_both(labels: Iterable[Label]) -> tuple[int, int]:
    """Return how many subjects were upheld and how many excluded; one with both counts as upheld."""
    truths: dict[Subject, bool] = {}
    for label in labels:
        if label.truth is not None:
            truths[label.subject] = truths.get(label.subject, False) or label.truth
    upheld = sum(truths.values())
    return upheld, len(truths) - upheld


def _label(case_id: str, version: Version, decision: Decision | None) -> Label:
    if decision is None:
        return Label(case_id, version, None)
    return Label(case_id, version, decision.truth, decision.causes)


def _decision(event: ReviewEvent) -> Decision:
    return Decision(event.version, Disposition(event.content["disposition"]), tuple(event.content["causes"]))
