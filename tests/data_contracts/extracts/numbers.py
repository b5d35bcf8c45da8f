"""Numbers that carry their own proof, made after the standards and not by the program under test."""

from __future__ import annotations

import random
from datetime import date, timedelta

_REGIONS = ("610902", "610921", "610981", "610104", "110105", "440305")
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def digits(draw: random.Random, count: int) -> str:
    """Return digits of which the first is not 0 and the last is not 0."""
    inner = "".join(draw.choice("0123456789") for _ in range(max(count - 2, 0)))
    return (draw.choice("123456789") + inner + draw.choice("123456789"))[-count:]


def _with_check(body: str) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(_RESIDENT_WEIGHTS, body, strict=True))
    return body + _RESIDENT_CHECKS[total % 11]


def resident(draw: random.Random) -> str:
    """Return a resident number of eighteen places (GB 11643-1999)."""
    born = date(1930, 1, 1) + timedelta(days=draw.randrange(29_000))
    return _with_check(f"{draw.choice(_REGIONS)}{born:%Y%m%d}{draw.randrange(1000):03d}")


def old_resident(draw: random.Random) -> str:
    """Return a resident number of fifteen places, as issued until 1999."""
    born = date(1930, 1, 1) + timedelta(days=draw.randrange(20_000))
    return f"{draw.choice(_REGIONS)}{born:%y%m%d}{draw.randrange(1000):03d}"


def lengthened(old: str) -> str:
    """Return the eighteen places that a number of fifteen stands for."""
    return _with_check(f"{old[:6]}19{old[6:]}")


def credit_code(draw: random.Random) -> str:
    """Return a unified social credit code (GB 32100-2015); it holds a letter and is nobody's number."""
    body = f"91{draw.choice(_REGIONS)}MA" + "".join(draw.choice(_CREDIT_SIGNS) for _ in range(7))
    total = sum(3**place * _CREDIT_SIGNS.index(sign) for place, sign in enumerate(body))
    return body + _CREDIT_SIGNS[-total % 31]


def card(draw: random.Random) -> str:
    """Return a card number whose last digit is its Luhn check digit."""
    body = "62" + digits(draw, 16)
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body))]
    return body + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def other_digit(draw: random.Random, text: str, place: int) -> str:
    """Return the text with another digit at a place."""
    return text[:place] + draw.choice([digit for digit in "123456789" if digit != text[place]]) + text[place + 1 :]
