"""The days of a sample: months, weekends, and the moving of pay days to working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from fundwatch.domain.keys import date_of, day_number


@dataclass(frozen=True, slots=True)
class Calendar:
    """All days from ``first`` to ``last``, both included, as day numbers since 1970-01-01."""

    first: int
    last: int

    @classmethod
    def ending(cls, last_day: date, days: int) -> Calendar:
        """Return the calendar of ``days`` days that ends on ``last_day``."""
        last = day_number(last_day)
        return cls(last - days + 1, last)

    @property
    def days(self) -> int:
        """Number of days."""
        return self.last - self.first + 1

    def at(self, share: float) -> int:
        """Return the day after ``share`` (0–1) of the span."""
        return self.first + round(share * (self.days - 1))

    def clip(self, day: int) -> int:
        """Return the day, moved inside the span if it lies outside."""
        return min(max(day, self.first), self.last)

    def months(self) -> tuple[str, ...]:
        """Return the calendar months touched, as ``YYYY-MM``."""
        return tuple(dict.fromkeys(f"{date_of(day):%Y-%m}" for day in range(self.first, self.last + 1)))

    def monthly(self, day_of_month: int, *, back: bool = False) -> tuple[int, ...]:
        """Return that day of every month in the span, moved to a working day (the next, or with ``back`` the last)."""
        found = []
        for month in self.months():
            day = working(month_day(month, day_of_month), back=back)
            if self.first <= day <= self.last:
                found.append(day)
        return tuple(found)

    def month_ends(self) -> tuple[int, ...]:
        """Return the last day of each month, the last of the span for a month cut short."""
        return tuple(min(month_day(month, 31), self.last) for month in self.months())


def month_day(month: str, day_of_month: int) -> int:
    """Return the day number of a day in month ``YYYY-MM``; a day past its end is the month's last."""
    year, number = (int(part) for part in month.split("-"))
    following = date(year + number // 12, number % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return day_number(date(year, number, min(day_of_month, last)))


def is_working(day: int) -> bool:
    """Tell whether the day is Monday to Friday (1970-01-01 was a Thursday)."""
    return (day + 3) % 7 < 5


def working(day: int, *, back: bool = False) -> int:
    """Return the day itself, or the nearest following (``back``: preceding) working day."""
    while not is_working(day):
        day += -1 if back else 1
    return day


def working_array(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the days with Saturday and Sunday moved to Monday."""
    weekday = (days + 3) % 7
    return np.asarray(days + np.where(weekday == 5, 2, np.where(weekday == 6, 1, 0)), dtype=np.int64)
