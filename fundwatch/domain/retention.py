"""How long uploads are kept, and which are past that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Retention:
    """The months that uploads are kept at least, what is kept, and what is past its time."""

    months: int
    kept: int
    """Uploads that are here."""
    oldest: datetime | None
    past: int
    """Uploads that are older than ``months``."""


def retention_of(landed: Sequence[datetime], months: int, now: datetime) -> Retention:
    """Return the state of retention of uploads landed at some instants."""
    since = months_before(now, months)
    return Retention(months, len(landed), min(landed, default=None), sum(1 for at in landed if at < since))


def months_before(instant: datetime, months: int) -> datetime:
    """Return the same day and time so many calendar months before; the last of a shorter month."""
    count = instant.year * 12 + instant.month - 1 - months
    for day in range(instant.day, 0, -1):
        try:
            return instant.replace(year=count // 12, month=count % 12 + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")
