"""Check digits, birth dates and normal forms of identity numbers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.identifiers import (
    birth_date,
    is_resident_id,
    is_uscc,
    luhn_holds,
    normalise_identifier,
    normalise_identity,
    region_of,
    resident_check_digit,
    uscc_check_digit,
)

EIGHTEEN = "11010519491231002X"
USCC = "91350100M000100Y43"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

births = st.dates(date(1900, 1, 1), date(2029, 12, 31))


@st.composite
def residents(draw: st.DrawFn) -> str:
    region, order = draw(st.integers(110000, 659999)), draw(st.integers(0, 999))
    body = f"{region}{draw(births):%Y%m%d}{order:03d}"
    return body + resident_check_digit(body)


def test_published_examples() -> None:
    assert is_resident_id(EIGHTEEN)
    assert is_uscc(USCC)
    assert birth_date(EIGHTEEN) == date(1949, 12, 31)
    assert region_of(EIGHTEEN) == "110105"
    assert region_of(USCC) == "350100"
    assert luhn_holds("4111111111111111")


def test_a_fifteen_digit_number_is_its_eighteen_digit_form() -> None:
    assert normalise_identity("110105491231002") == EIGHTEEN
    assert birth_date("110105491231002") == date(1949, 12, 31)


@pytest.mark.parametrize(
    "text",
    ["11010519491231002x", " 110105 19491231002X\t", "１１０１０５１９４９１２３１００２Ｘ", "\u3000" + EIGHTEEN],
)
def test_spellings_of_one_number_are_one(text: str) -> None:
    assert normalise_identity(text) == EIGHTEEN


@pytest.mark.parametrize(
    "text", ["", "11010519491331002X", "110105491331002", "1101051949123100", "E12345678", "011010519491231002"]
)
def test_what_is_no_resident_number(text: str) -> None:
    assert not is_resident_id(text)
    assert birth_date(text) is None


@given(residents(), st.integers(0, 17), st.sampled_from("0123456789"))
def test_any_single_wrong_digit_is_noticed(number: str, place: int, digit: str) -> None:
    assert is_resident_id(number)
    changed = number[:place] + digit + number[place + 1 :]
    assert changed == number or not is_resident_id(changed)


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_a_social_credit_code_notices_any_single_wrong_character(body: str, place: int, sign: str) -> None:
    code = body + uscc_check_digit(body)
    assert is_uscc(code)
    changed = code[:place] + sign + code[place + 1 :]
    assert changed == code or not is_uscc(changed)


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_identifier(text)
    assert normalise_identifier(once) == once


@given(residents())
def test_identity_is_stable_and_gives_birth_and_region(number: str) -> None:
    assert normalise_identity(number) == number
    assert region_of(number) == number[:6]
    assert birth_date(number) is not None


@pytest.mark.parametrize("text", ["", "41111111111111１1", "4111-1111"])
def test_luhn_asks_for_digits(text: str) -> None:
    assert not luhn_holds(text)
