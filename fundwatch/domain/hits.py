"""Hits of rules, signals of detectors and evidence for an innocent reading.

All three are facts about a *subject* (a control group) on a day; none of them is a finding about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How grave a hit is if it stands; the weight of a hit in the score follows it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 for low up to 3 for critical."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """Whom a hit is about: ``kind`` is ``group`` (control group), ``key`` the group key of docs/data-model.md."""

    kind: str
    key: int


@dataclass(frozen=True, slots=True, order=True)
class RecordRef:
    """One supporting record: ``kind`` is the canonical table, ``role`` what the record shows (deposit, payout, …)."""

    kind: str
    record_id: int
    role: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a hit: money in fen of CNY, shares as 0–1, counts as integers.

    ``threshold`` is what the figure is held against and ``full`` where its strength reaches 1; both None for a
    figure that informs but does not decide.
    """

    name: str
    value: int | float | str | None
    unit: str
    threshold: int | float | None = None
    full: int | float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule fired on a subject for the window that ends on ``window_to`` (day numbers, inclusive)."""

    rule_id: str
    code: str
    version: int
    subject: Subject
    window_from: int
    window_to: int
    severity: Severity
    strength: float
    measures: tuple[Measure, ...]
    records: tuple[RecordRef, ...]
    parameters: Mapping[str, int | float | str | bool] = field(default_factory=dict)
    opens_alert: bool = True

    @property
    def term(self) -> str:
        """Return the name under which the hit enters the score."""
        return self.rule_id


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature that made a subject strange: its value, the median of its peers and the robust z between them."""

    feature: str
    zh: str
    en: str
    value: float
    peer_median: float
    robust_z: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Signal:
    """A detector ranked a subject among its peers; ``percentile`` (0–100) is a rank in the reference distribution."""

    detector_id: str
    code: str
    version: str
    subject: Subject
    window_from: int
    window_to: int
    peer_group: str
    percentile: float
    strength: float
    reasons: tuple[Reason, ...]

    @property
    def term(self) -> str:
        """Return the name under which the signal enters the score."""
        return self.detector_id


@dataclass(frozen=True, slots=True)
class NoData:
    """A rule could not answer for a subject or at all: the third outcome beside hit and no hit.

    ``waits_for`` names the institutions without whose reports there is no answer, ``day`` the evening whose question
    waits for them; without such a report the day is None.
    """

    rule_id: str
    code: str
    subject: Subject | None
    reason_zh: str
    reason_en: str
    waits_for: tuple[str, ...] = ()
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """A suppressor found evidence for an innocent reading of a subject's hits; it lowers strength and never deletes.

    ``applies_to`` names the typology codes it explains (empty: all). ``expires_day`` is the last day on which the
    explanation holds.
    """

    suppressor_id: str
    code: str
    version: int
    subject: Subject
    window_from: int
    window_to: int
    factor: float
    expires_day: int
    applies_to: frozenset[str]
    measures: tuple[Measure, ...]
    records: tuple[RecordRef, ...]


def strength_of(value: int | float, threshold: int | float, full: int | float) -> float:
    """Return the strength of a figure: 0.5 at the threshold, 1 at ``full``, linear between, never above 1.

    ``full`` below ``threshold`` means that lower is graver. Source: design of the score, see docs/architecture.md.
    """
    if full == threshold:
        return 1.0
    share = (value - threshold) / (full - threshold)
    return min(1.0, max(0.0, 0.5 + 0.5 * share))


def weakest_strength(measures: tuple[Measure, ...]) -> float:
    """Return the strength of a hit: that of its weakest deciding measure; 1 where no measure decides."""
    deciding = [
        strength_of(measure.value, measure.threshold, measure.full)
        for measure in measures
        if isinstance(measure.value, int | float) and measure.threshold is not None and measure.full is not None
    ]
    return min(deciding, default=1.0)
