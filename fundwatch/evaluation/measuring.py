"""Recall, precision, look-alike rate and delay of a ranked list of alerts against a truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from fundwatch.evaluation.matching import Matched, Planted, match, planted_of, ranked

DIFFICULTIES = ("blatant", "moderate", "faint")
CUTS = (10, 20, 50)
LOOK_ALIKE_CUT = 50


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``n``; ``value`` is None where the base is empty, never a zero in its place."""

    count: int
    n: int

    @property
    def value(self) -> float | None:
        """Return count / n, None for an empty base."""
        return self.count / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Recall:
    """Recall of one group of subjects: overall and by difficulty."""

    total: Share
    by_difficulty: Mapping[str, Share]


@dataclass(frozen=True, slots=True)
class Delay:
    """Median days from the expert's date to the first alert over the ``n`` subjects found; None if none was."""

    days: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Report:
    """What an evaluation says; each figure carries its base.

    ``by_typology`` counts a subject as found only by an alert with that code; ``found`` by any alert. Precision counts
    alerts that meet a planted subject among the first k; with fewer than k alerts the base is what there is.
    ``missed`` are ids of subjects no alert met, ``false_alarms`` counts look-alikes alerted on by (reason: share).
    """

    alerts: int
    found: Recall
    by_typology: Mapping[str, Recall]
    precision: Mapping[int, Share]
    look_alikes: Share
    false_alarms: Mapping[str, Share]
    delay: Delay
    delay_by_difficulty: Mapping[str, Delay]
    missed: tuple[str, ...]


def evaluate(alerts: Iterable[Mapping[str, Any]], truth: Mapping[str, Any]) -> Report:
    """Measure alerts (JSON form of ``fundwatch alerts``) against a truth (form of ``truth.json``).

    Raises InputError when either lacks what its form promises.
    """
    given, benign = planted_of(truth)
    matched = match(ranked(alerts), given, benign)
    met = _meetings(matched)
    codes = sorted({code for subject in given for code in subject.codes})
    false = {planted.id for pair in matched for planted in pair.benign}
    reasons = sorted({planted.reason for planted in benign})
    top = matched[:LOOK_ALIKE_CUT]
    return Report(
        alerts=len(matched),
        found=_recall(given, set(met)),
        by_typology={
            code: _recall(
                [subject for subject in given if code in subject.codes],
                {key for key, pairs in met.items() if any(code in pair.alert.codes for pair in pairs)},
            )
            for code in codes
        },
        precision={k: Share(sum(bool(pair.subjects) for pair in matched[:k]), min(k, len(matched))) for k in CUTS},
        look_alikes=Share(sum(bool(pair.benign) and not pair.subjects for pair in top), len(top)),
        false_alarms={
            reason: Share(
                sum(planted.id in false for planted in benign if planted.reason == reason),
                sum(planted.reason == reason for planted in benign),
            )
            for reason in reasons
        },
        delay=_delay(given, met),
        delay_by_difficulty={
            difficulty: _delay([subject for subject in given if subject.difficulty == difficulty], met)
            for difficulty in _difficulties(given)
        },
        missed=tuple(subject.id for subject in given if subject.id not in met),
    )


def _meetings(matched: Sequence[Matched]) -> dict[str, list[Matched]]:
    met: dict[str, list[Matched]] = {}
    for pair in matched:
        for subject in pair.subjects:
            met.setdefault(subject.id, []).append(pair)
    return met


def _difficulties(subjects: Iterable[Planted]) -> list[str]:
    present = {subject.difficulty for subject in subjects}
    return [name for name in DIFFICULTIES if name in present] + sorted(present - set(DIFFICULTIES))


def _recall(subjects: Sequence[Planted], found: set[str]) -> Recall:
    def share(group: Sequence[Planted]) -> Share:
        return Share(sum(subject.id in found for subject in group), len(group))

    return Recall(
        share(subjects),
        {name: share([s for s in subjects if s.difficulty == name]) for name in _difficulties(subjects)},
    )


def _delay(subjects: Iterable[Planted], met: Mapping[str, Sequence[Matched]]) -> Delay:
    """A negative delay means that the program spoke before the expert's date."""
    days = [
        (min(pair.alert.first_seen for pair in met[subject.id]) - subject.expert_on).days
        for subject in subjects
        if subject.id in met
    ]
    return Delay(float(median(days)) if days else None, len(days))
