"""Keys that do not depend on the order of arrival, and days as integers.

A key is the first 60 bits of the MD5 of a text identifier. MD5 serves as a mixing function here, not for
secrecy: identity numbers are replaced by keyed tokens before a key is made of them.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

_EPOCH = date(1970, 1, 1)
NO_PARTY = 0
"""Key of the far side of cash and of the bank's own interest and fee entries."""


def key_of(text: str) -> int:
    """Return the 60-bit key of an identifier, equal to the SQL form given in docs/data-model.md."""
    return int(hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()[:15], 16)


def record_text(record_id: int) -> str:
    """Return a record id as it is shown outside: 15 hexadecimal digits."""
    return f"{record_id:015x}"


def day_number(day: date) -> int:
    """Return days since 1970-01-01."""
    return (day - _EPOCH).days


def date_of(day: int) -> date:
    """Return the date of a day number."""
    return _EPOCH + timedelta(days=day)


def month_of(day: int) -> str:
    """Return the month partition ``YYYY-MM`` of a day number."""
    return date_of(day).strftime("%Y-%m")


def month_bounds(month: str) -> tuple[int, int]:
    """Return first and last day number of a month partition ``YYYY-MM``."""
    year, number = (int(part) for part in month.split("-"))
    first = date(year, number, 1)
    following = date(year + number // 12, number % 12 + 1, 1)
    return day_number(first), day_number(following) - 1
