"""How figures, days and instants are written: missing is ``--``, zero is ``0``, and neither looks like the other."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fundwatch.domain.keys import date_of
from fundwatch.store.engines import TIME_ZONE

MISSING = "--"
_ZONE = ZoneInfo(TIME_ZONE)


def count(value: int | None) -> str:
    """Return a whole number with separators."""
    return MISSING if value is None else f"{value:,}"


def percent(part: float | None, whole: float | None) -> str:
    """Return a share with two decimals; nothing of nothing is missing."""
    return MISSING if part is None or not whole else f"{100 * part / whole:.2f}%"


def instant(value: datetime | None) -> str:
    """Return an instant to the minute, in local time."""
    return MISSING if value is None else f"{value.astimezone(_ZONE):%Y-%m-%d %H:%M}"


def local_day(value: datetime) -> date:
    """Return the bank-local day of an instant."""
    return value.astimezone(_ZONE).date()


def day(value: int | date | None) -> str:
    """Return a day; a whole number is a day number."""
    if value is None:
        return MISSING
    return f"{date_of(value) if isinstance(value, int) else value:%Y-%m-%d}"


def span(first: int | None, last: int | None) -> str:
    """Return first and last day as one text."""
    if first is None or last is None:
        return MISSING
    return day(first) if first == last else f"{day(first)} ～ {day(last)}"


def size(value: int | None) -> str:
    """Return a number of bytes in the unit a person would use."""
    if value is None:
        return MISSING
    for unit, bytes_ in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if value >= bytes_:
            return f"{value / bytes_:.1f} {unit}"
    return f"{value} B"


def score(tenths: int | None) -> str:
    """Return a quality score that is kept in tenths."""
    return MISSING if tenths is None else f"{tenths / 10:.1f}"


def lasting(value: timedelta | None) -> str:
    """Return a length of time as hours, minutes and seconds."""
    if value is None:
        return MISSING
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
