"""What a gap in the reports weakens: the alerts whose span holds days that an institution did not report."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AlertSpan:
    """An alert with the days it speaks of and the institutions where its subject has accounts."""

    alert_id: str
    level: str
    score: float
    first_day: int
    last_day: int
    institutions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Weakened:
    """An alert, and how many days of its span an institution did not report."""

    alert: AlertSpan
    days: int
    is_own: bool
    """Whether the subject has an account there, so that its own money is out of sight."""


def weakened_by(institution: str, lacking: Collection[int], alerts: Iterable[AlertSpan]) -> list[Weakened]:
    """Return the alerts that days (numbers) which an institution did not report weaken.

    Subjects with an account there come first, then the larger share of the span, then the higher score.
    """
    found = []
    for alert in alerts:
        days = sum(1 for day in lacking if alert.first_day <= day <= alert.last_day)
        if days:
            found.append(Weakened(alert, days, institution in alert.institutions))
    return sorted(found, key=_weight)


def _weight(one: Weakened) -> tuple[bool, float, float, str]:
    share = one.days / (one.alert.last_day - one.alert.first_day + 1)
    return not one.is_own, -share, -one.alert.score, one.alert.alert_id
