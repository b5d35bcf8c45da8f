"""Cleaning understands every spelling of one value alike and never invents one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.expressions import install_macros
from fundwatch.domain.identifiers import birth_date, is_resident_id, is_uscc, luhn_holds, region_of
from fundwatch.domain.keys import key_of


@pytest.fixture(scope="module")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(config={"threads": 1})
    install_macros(connection)
    yield connection
    connection.close()


def ask(connection: duckdb.DuckDBPyConnection, macro: str, value: str) -> object:
    row = connection.execute(f"SELECT {macro}($value)", {"value": value}).fetchone()
    assert row is not None
    return row[0]


FULL = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
fens = st.integers(-(10**14), 10**14)


@given(fens, st.sampled_from(["plain", "grouped", "yen", "brackets", "trailing", "full", "spaced"]))
def test_every_spelling_of_an_amount_is_that_amount(macros: duckdb.DuckDBPyConnection, fen: int, style: str) -> None:
    value = Decimal(fen) / 100
    size = abs(value)
    sign = "-" if fen < 0 else ""
    spelled = {
        "plain": f"{value:.2f}",
        "grouped": f"{value:,.2f}",
        "yen": f"￥{sign}{size:,.2f}",
        "brackets": f"({size:,.2f})" if fen < 0 else f"{size:,.2f}",
        "trailing": f"{size:.2f}-" if fen < 0 else f"+{size:.2f}",
        "full": f"{value:,.2f}".translate(FULL),
        "spaced": f"\u3000{value:.2f} 元\t",
    }[style]
    assert Decimal(str(ask(macros, "fw_number", spelled))) == value


@given(fens)
def test_a_decimal_comma_reads_as_a_point(macros: duckdb.DuckDBPyConnection, fen: int) -> None:
    value = Decimal(fen) / 100
    spelled = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    assert Decimal(str(ask(macros, "fw_number_comma", spelled))) == value


@pytest.mark.parametrize("text", ["1,23", "12,34,567", "1.2.3", "1,234,5", "abc", "6.22E+18", "1-2", "--5", "(5"])
def test_what_is_no_amount_is_left_for_the_check_to_refuse(macros: duckdb.DuckDBPyConnection, text: str) -> None:
    found = ask(macros, "fw_number", text)
    try:
        float(str(found))
    except ValueError:
        return
    assert "E" in str(found)


@pytest.mark.parametrize("text", ["-", "—", "-------------------", "－－", "", " \t", "\u3000", "NULL"])
def test_placeholders_are_empty(macros: duckdb.DuckDBPyConnection, text: str) -> None:
    for macro in ("fw_text", "fw_code", "fw_number", "fw_timestamp"):
        assert ask(macros, macro, text) is None


moments = st.datetimes(datetime(1990, 1, 1), datetime(2050, 12, 31)).map(lambda moment: moment.replace(microsecond=0))


@given(moments)
def test_every_spelling_of_a_moment_is_that_moment(macros: duckdb.DuckDBPyConnection, moment: datetime) -> None:
    expected = f"{moment:%Y-%m-%d %H:%M:%S}"
    spellings = [
        expected,
        f"{moment:%Y-%m-%d-%H.%M.%S}.000000",
        f"{moment:%Y%m%d%H%M%S}",
        f"{moment:%Y%m%d %H%M%S}",
        f"{moment:%Y/%m/%d %H:%M:%S}",
        f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment:%M:%S}",
        f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M:%S}",
        f"{moment:%Y.%m.%dT%H:%M:%S}.123",
        f"\t{expected}\u3000",
    ]
    assert [ask(macros, "fw_timestamp", text) for text in spellings] == [expected] * len(spellings)


@given(st.dates(date(1970, 1, 1), date(2069, 12, 31)))
def test_every_spelling_of_a_day_is_that_day(macros: duckdb.DuckDBPyConnection, day: date) -> None:
    spellings = [
        f"{day:%Y%m%d}",
        f"{day:%Y/%m/%d}",
        f"{day.year}-{day.month}-{day.day}",
        f"{day} 00:00:00",
        f"{day:%Y年%m月%d日}",
    ]
    assert [ask(macros, "fw_day", text) for text in spellings] == [day.isoformat()] * len(spellings)
    assert ask(macros, "fw_yymmdd", f"{day:%y%m%d}") == day.isoformat()
    serial = (day - date(1899, 12, 30)).days
    assert ask(macros, "fw_serial", str(serial)) == f"{day} 00:00:00"


@pytest.mark.parametrize("text", ["2024111", "24-7-5", "5/7/2024", "2024-07-05 10:19:28Z", "July 5"])
def test_an_ambiguous_moment_is_not_guessed(macros: duckdb.DuckDBPyConnection, text: str) -> None:
    found = str(ask(macros, "fw_timestamp", text))
    row = macros.execute(
        "SELECT regexp_full_match($value, '[0-9]{4}-[0-9]{2}-[0-9]{2}.*')", {"value": found}
    ).fetchone()
    assert row is not None
    assert row[0] is False or found.endswith("Z")


@given(st.from_regex(r"\A[1-9][0-9]{5}(18|19|20)[0-9]{2}(0[0-9]|1[0-3])([0-2][0-9]|3[0-2])[0-9]{3}[0-9X]\Z"))
def test_the_engine_and_the_domain_judge_numbers_alike(macros: duckdb.DuckDBPyConnection, text: str) -> None:
    assert ask(macros, "fw_resident_ok", text) == is_resident_id(text)
    assert ask(macros, "fw_uscc_ok", text) == is_uscc(text)
    assert ask(macros, "fw_birth", text) == birth_date(text)
    assert ask(macros, "fw_region", text) == region_of(text)


@given(st.from_regex(r"\A62[0-9]{17}\Z"))
def test_the_engine_and_the_domain_agree_on_luhn(macros: duckdb.DuckDBPyConnection, text: str) -> None:
    assert ask(macros, "fw_luhn_ok", text) == luhn_holds(text)


@given(st.text("0123456789abc中文|-", min_size=1))
def test_keys_are_those_of_the_domain(macros: duckdb.DuckDBPyConnection, text: str) -> None:
    assert ask(macros, "fw_key", text) == key_of(text)


def test_a_masked_number_has_no_key(macros: duckdb.DuckDBPyConnection) -> None:
    assert ask(macros, "fw_key", "6222****0001") is None


@pytest.mark.parametrize(
    ("text", "kept"), [("'6222001", "6222001"), ('="0012"', "0012"), ("62 22\t", "6222"), ("６２２２", "6222")]
)
def test_a_number_keeps_its_digits(macros: duckdb.DuckDBPyConnection, text: str, kept: str) -> None:
    assert ask(macros, "fw_code", text) == kept
