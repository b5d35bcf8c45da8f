"""How long the disk will last: what the data home holds, how fast it grew, and when the rest is used up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(days=30)
"""The growth of this long is taken for that of the days to come."""


@dataclass(frozen=True, slots=True)
class DiskForecast:
    """Bytes by part of the data home, bytes free, and bytes a day by which the home grew lately."""

    parts: Mapping[str, int]
    free: int
    daily_growth: float | None
    """None before anything was received."""

    @property
    def days_left(self) -> int | None:
        """Return in how many days the free space is used up; None where nothing grows."""
        return int(self.free / self.daily_growth) if self.daily_growth else None


def disk_forecast(
    parts: Mapping[str, int], free: int, received: Sequence[tuple[datetime, int]], now: datetime
) -> DiskForecast:
    """Return the forecast of a data home.

    ``received`` holds instant and bytes of every upload. All parts grow as the uploads do: the growth of a day is
    the home's size times the share of all uploaded bytes that came in the last 30 days, or since the first upload
    where that is later, over that many days.
    """
    total = sum(size for _, size in received)
    if not total:
        return DiskForecast(parts, free, None)
    since = max(now - WINDOW, min(at for at, _ in received))
    lately = sum(size for at, size in received if at >= since)
    days = max((now - since) / timedelta(days=1), 1.0)
    return DiskForecast(parts, free, sum(parts.values()) * lately / total / days)
