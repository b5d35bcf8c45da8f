"""Check digits against published examples and, for all inputs, against the standards' own arithmetic."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from fundwatch.city.numbering import luhn_card, resident_id, uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def test_the_published_resident_number() -> None:
    assert resident_id("110105", date(1949, 12, 31), 2) == "11010519491231002X"


@given(st.dates(date(1930, 1, 1), date(2010, 1, 1)), st.integers(1, 999))
def test_resident_numbers_satisfy_gb_11643(birth: date, serial: int) -> None:
    number = resident_id("610902", birth, serial)
    # ISO 7064 mod 11-2, written the other way round: the weighted sum of all eighteen places is 1 mod 11.
    values = [10 if digit == "X" else int(digit) for digit in number]
    assert sum(value * pow(2, 17 - place, 11) for place, value in enumerate(values)) % 11 == 1
    assert (int(number[16]) % 2 == 1) == (serial % 2 == 1)


@given(st.sampled_from(["91", "92", "93", "51", "52", "12"]), st.integers(0, 31**7 - 1))
def test_credit_codes_satisfy_gb_32100(category: str, serial: int) -> None:
    code = uscc(category, "610902", serial)
    assert len(code) == 18
    assert sum(ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(code[:17])) % 31 == (
        -ALPHABET.index(code[17]) % 31
    )


@given(st.integers(0, 10**12 - 1))
def test_cards_satisfy_luhn(serial: int) -> None:
    digits = [int(digit) for digit in reversed(luhn_card("621779", serial))]
    assert (sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0
    assert len(digits) == 19
