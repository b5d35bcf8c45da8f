"""Reference data: working days, reporting lines and rates as of a day."""

from __future__ import annotations

import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import day_number
from fundwatch.store.schema import RELATIONS
from rules.reference import (
    FOLDER,
    LAST_DAY,
    Notice,
    calendar,
    load_reference,
    notices_text,
    read_notices,
    tables,
    workdays,
)


def _calendar(first: date, last: date) -> dict[date, tuple[bool, int, str | None]]:
    rows = calendar(day_number(first), day_number(last))
    return {date.fromordinal(day + date(1970, 1, 1).toordinal()): tuple(rest) for day, *rest in rows}  # type: ignore[misc]


def test_spring_festival_with_its_make_up_days() -> None:
    days = _calendar(date(2026, 2, 9), date(2026, 3, 1))
    assert days[date(2026, 2, 14)][0]
    assert not any(days[date(2026, 2, day)][0] for day in range(15, 24))
    assert days[date(2026, 2, 28)][0]
    assert days[date(2026, 2, 24)][1] == days[date(2026, 2, 14)][1] + 1
    assert days[date(2026, 2, 20)] == (False, days[date(2026, 2, 14)][1], "春节")


def test_working_days_of_a_year_as_announced() -> None:
    assert sum(works for works, _, _ in _calendar(date(2025, 1, 1), date(2025, 12, 31)).values()) == 248
    assert sum(works for works, _, _ in _calendar(date(2024, 1, 1), date(2024, 12, 31)).values()) == 251


def test_numbers_do_not_depend_on_the_range() -> None:
    whole = list(calendar(day_number(date(2023, 1, 1)), day_number(date(2027, 12, 31))))
    for first in (date(2023, 5, 6), date(2025, 1, 26), date(2026, 10, 4), date(2027, 2, 28)):
        start = day_number(first)
        assert list(calendar(start, start + 40)) == [row for row in whole if start <= row[0] <= start + 40]


def test_unlisted_years_have_weekends_only() -> None:
    days = _calendar(date(2030, 10, 1), date(2030, 10, 7))
    assert [works for works, _, _ in days.values()] == [True, True, True, True, False, False, True]


def test_lines_are_effective_dated() -> None:
    connection = duckdb.connect()
    load_reference(connection, day_number(date(2026, 1, 1)), day_number(date(2026, 1, 31)))
    line = """SELECT amount FROM reference_limits
              WHERE code = '0501' AND currency = 'CNY' AND $day BETWEEN valid_from_day AND valid_to_day"""
    assert connection.execute(line, {"day": day_number(date(2017, 6, 30))}).fetchall() == [(20_000_000,)]
    assert connection.execute(line, {"day": day_number(date(2017, 7, 1))}).fetchall() == [(5_000_000,)]
    rate = "SELECT rate_bp FROM reference_lpr WHERE $day BETWEEN valid_from_day AND valid_to_day"
    assert connection.execute(rate, {"day": day_number(date(2024, 10, 21))}).fetchall() == [(310,)]


def test_no_two_rows_of_a_line_or_rate_hold_on_one_day() -> None:
    keyed = {
        "reference_limits": ("code", "currency"),
        "reference_lpr": (),
        "reference_lexicon": ("term", "class"),
        "reference_caps": ("code",),
        "reference_prices": ("item",),
    }
    for name, keys in keyed.items():
        table = tables(0, 0)[name]
        places = [next(at for at, (column, _) in enumerate(table.columns) if column == key) for key in keys]
        since = next(at for at, (column, _) in enumerate(table.columns) if column == "valid_from_day")
        rows = sorted((*(row[place] for place in places), row[since], row[since + 1]) for row in table.rows)
        for before, after in pairwise(rows):
            if before[:-2] == after[:-2]:
                assert before[-1] < after[-2], (name, before, after)
        # A market price ends with what has been published; a rule or a word holds until it is replaced.
        assert ({row[-1] for row in rows} >= {LAST_DAY}) == (name != "reference_prices")


def test_caps_are_hundredths_of_their_unit_and_name_their_basis() -> None:
    (fee,) = [row for row in tables(0, 0)["reference_caps"].rows if row[0] == "pawn.fee_movable"]
    assert fee[:3] == ("pawn.fee_movable", "permille", 4200)
    assert all(row[-1] for row in tables(0, 0)["reference_caps"].rows)


def test_columns_are_those_of_the_data_model() -> None:
    for name, table in tables(0, 6).items():
        if name in RELATIONS:
            assert table.columns == RELATIONS[name].columns


def test_loading_twice_replaces() -> None:
    connection = duckdb.connect()
    for _ in range(2):
        load_reference(connection, 0, 6)
    assert connection.execute("SELECT count(*) FROM reference_calendar").fetchall() == [(7,)]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("calendar", "2026-01-01,2026-01-01,holiday,again,source"),
        ("calendar", "2029-01-01,2029-01-01,feast,unknown kind,source"),
        ("limits", "0501,CNY,1,2020-01-01,2019-01-01,ends before it begins"),
        ("lpr", "3.00,2027-01-01"),
        ("lexicon", "term,class,,,"),
    ],
)
def test_a_bad_row_is_refused(tmp_path: Path, name: str, line: str) -> None:
    shutil.copytree(FOLDER, tmp_path / "reference")
    with (tmp_path / "reference" / f"{name}.csv").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    with pytest.raises(ConfigurationError):
        tables(0, 6, tmp_path / "reference")


FRIDAY = day_number(date(2026, 3, 6))


def test_what_an_installation_entered_goes_before_what_is_listed() -> None:
    spring = day_number(date(2026, 2, 16))
    added = (Notice(spring, spring, True, "防汛值守", "市政府令"), Notice(FRIDAY, FRIDAY + 1, False, "运动会", "通知"))
    found = {row[0]: row for row in calendar(spring - 3, FRIDAY + 5, added=added)}
    plain = {row[0]: row for row in calendar(spring - 3, FRIDAY + 5)}
    assert (found[spring][1], found[FRIDAY][1], found[FRIDAY][3]) == (True, False, "运动会")
    assert found[spring + 1][1:2] == plain[spring + 1][1:2]
    assert found[FRIDAY + 5][2] == plain[FRIDAY + 5][2], "one day made up, one day off: the count is even again"
    for first in (spring, FRIDAY, FRIDAY + 3):
        assert list(calendar(first, FRIDAY + 5, added=added)) == [row for day, row in found.items() if day >= first]
    for day, row in found.items():
        assert workdays(added)(day) is row[1]


def test_notices_come_back_as_they_were_written(tmp_path: Path) -> None:
    written = [
        Notice(FRIDAY, FRIDAY + 1, False, '运动会, "春季"', "通知 1"),
        Notice(FRIDAY + 2, FRIDAY + 2, True, "调休", "x"),
    ]
    path = tmp_path / "calendar.csv"
    path.write_text(notices_text(written), encoding="utf-8")
    assert read_notices(path) == written


def test_a_day_that_is_listed_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    twice = [Notice(FRIDAY, FRIDAY + 1, False, "a", "x"), Notice(FRIDAY + 1, FRIDAY + 2, True, "b", "x")]
    path.write_text(notices_text(twice), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="2026-03-07"):
        read_notices(path)
