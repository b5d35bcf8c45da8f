"""The project's own kinds of expectation in plain Python, written apart from the SQL that they are to witness.

A cell check gets the cleaned text of one cell (never None), a row check the texts of several columns. Both get the
arguments of the expectation and say whether it is met. A number that cannot be read passes the range checks: another
kind refuses it.
Sources: GB 11643-1999, GB 32100-2015 and ISO/IEC 7812-1 through ``fundwatch.domain.identifiers``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from data_contracts import expectations as kinds
from fundwatch.domain.identifiers import is_resident_id, is_uscc, luhn_holds

Arguments = Mapping[str, Any]

_DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_CARD = re.compile(r"[3-6][0-9]{15}|62[0-9]{17}")
_FORMS = {
    "resident": re.compile(r"[1-9][0-9]{16}[0-9X]"),
    "uscc": re.compile(r"(?![0-9]{17}[0-9X])[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}"),
}
_PLACES = Decimal("0.00000001")
_LARGEST = Decimal(10) ** 22
"""Decimals that the engine holds: thirty digits, eight of them behind the point."""


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _is_day(text: str, _: Arguments) -> bool:
    return bool(_DAY.fullmatch(text)) and _parses(date.fromisoformat, text)


def _is_clock(text: str, _: Arguments) -> bool:
    return bool(_CLOCK.fullmatch(text)) and _parses(time.fromisoformat, text)


def _is_timestamp(text: str, arguments: Arguments) -> bool:
    day, space, clock = text.partition(" ")
    return _is_day(day, arguments) and (not space or _is_clock(clock, arguments))


def _decimal(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return None
    return value.quantize(_PLACES, ROUND_HALF_UP) if value.is_finite() and abs(value) < _LARGEST else None


def _is_between(text: str, arguments: Arguments) -> bool:
    value = _decimal(text)
    if value is None:
        return True
    scaled = (abs(value) if arguments["absolute"] else value) * arguments["multiplier"]
    low, high, divisor = arguments["minimum"], arguments["maximum"], arguments["divisor"]
    return (low is None or scaled >= low * divisor) and (high is None or scaled <= high * divisor)


def _is_identity(text: str, arguments: Arguments) -> bool:
    return not _FORMS[arguments["shape"]].fullmatch(text) or is_resident_id(text) or is_uscc(text)


def _is_luhn(text: str, _: Arguments) -> bool:
    return not _CARD.fullmatch(text) or luhn_holds(text)


def _any_filled(texts: Sequence[str | None], _: Arguments) -> bool:
    return any(text is not None for text in texts)


def _exactly_one(texts: Sequence[str | None], _: Arguments) -> bool:
    numbers = [_decimal(text) for text in texts if text is not None]
    return None in numbers or sum(bool(number) for number in numbers) == 1


CELL_CHECKS: Mapping[str, Callable[[str, Arguments], bool]] = {
    kinds.DAY: _is_day,
    kinds.TIMESTAMP: _is_timestamp,
    kinds.CLOCK: _is_clock,
    kinds.NUMBER_BETWEEN: _is_between,
    kinds.RESIDENT: lambda text, _: is_resident_id(text),
    kinds.USCC: lambda text, _: is_uscc(text),
    kinds.IDENTITY: _is_identity,
    kinds.LUHN: _is_luhn,
}
ROW_CHECKS: Mapping[str, Callable[[Sequence[str | None], Arguments], bool]] = {
    kinds.ANY_NOT_NULL: _any_filled,
    kinds.EXACTLY_ONE: _exactly_one,
}
