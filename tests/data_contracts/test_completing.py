"""Rows put right complete a batch: it is judged as if it had come whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.catalogue import Catalogue
from data_contracts.checking import Checked
from data_contracts.completing import Original, as_sent
from fundwatch.domain.errors import InputError
from fundwatch.domain.receipts import Level, Receipt, Verdict

from .statements34 import HEADERS, Row, statement, text_of, write

Check = Callable[..., Checked]
Typed = Callable[..., list[tuple[Any, ...]]]
FIXED_HEADERS = ["原行号", "原批次", *HEADERS]
SAID = "* EXCLUDE (batch, file, sheet, row, holder_token, counterparty_token, agent_token)"


def write_fix(path: Path, rows: Mapping[int, Row], batch: str = "B1", headers: Sequence[str] = FIXED_HEADERS) -> Path:
    """Write rows by their number in the original file."""
    marked = [{"原行号": str(row), "原批次": batch, **cells} for row, cells in rows.items()]
    path.write_text(text_of(marked, headers=headers), encoding="utf-8")
    return path


def original(*paths: Path) -> Callable[[str], Original]:
    def find(name: str) -> Original:
        if name != "B1":
            raise InputError("没有这个批次。", "there is no such batch.", code="F305")
        return Original(name, tuple((path, path.name) for path in paths))

    return find


def seen(result: Checked) -> Receipt:
    assert result.completion is not None
    return as_sent(result.receipt, result.completion)


def said(typed: Typed, result: Checked) -> list[tuple[Any, ...]]:
    """Return what the typed rows say, in an order of their own."""
    return sorted(typed(result, SAID), key=repr)


def spoilt(rows: Sequence[Row], places: Sequence[int]) -> list[Row]:
    damage = [{"交易金额": "十元"}, {"交易时间": "2024-13-01"}, {"收付标志": "O"}, {"交易币种": "贝壳"}]
    return [row | damage[place % 4] if place in places else row for place, row in enumerate(rows)]


@given(places=st.sets(st.integers(0, 59), min_size=1, max_size=20), order=st.randoms(use_true_random=False))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_completed_batch_is_the_clean_file(
    tmp_path: Path, checked: Check, typed: Typed, places: set[int], order: Any
) -> None:
    rows = statement(60, accounts=3)
    clean = said(typed, checked(write(tmp_path / "clean.csv", rows)))
    path = write(tmp_path / "first.csv", spoilt(rows, sorted(places)))
    first = checked(path)
    assert first.receipt.rows_quarantined == len(places)
    shuffled = sorted(places)
    order.shuffle(shuffled)
    fix = write_fix(tmp_path / "fix.csv", {place + 2: rows[place] for place in shuffled})
    done = checked(fix, original_of=original(path))
    assert done.receipt.verdict is Verdict.ACCEPTED, done.receipt
    assert done.completes == "B1"
    assert said(typed, done) == clean
    lineage = {(file, row) for file, row in typed(done, "file, row")}
    assert lineage == {
        ("fix.csv", shuffled.index(place) + 2) if place in places else ("first.csv", place + 2) for place in range(60)
    }


def test_what_is_still_wrong_stands_at_its_place_in_the_file_sent(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(40)
    path = write(tmp_path / "first.csv", spoilt(rows, [4, 8, 30]))
    fix = write_fix(tmp_path / "fix.csv", {6: rows[4], 10: rows[8] | {"交易金额": "二十元"}})
    done = checked(fix, original_of=original(path))
    receipt = seen(done)
    assert receipt.verdict is Verdict.QUARANTINE
    assert (receipt.rows_read, receipt.rows_quarantined) == (40, 2)
    assert [(fault.row, fault.column, fault.header, fault.level) for fault in receipt.faults] == [
        (3, "H", "交易金额", Level.ERROR)
    ]
    notes = {fault.code: fault for fault in receipt.batch_faults}
    assert notes["B073"].count == 2
    assert (notes["B074"].count, "32" in notes["B074"].reason) == (1, True)


def test_columns_go_by_header_and_missing_ones_keep_their_cells(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(20)
    clean = said(typed, checked(write(tmp_path / "clean.csv", rows)))
    path = write(
        tmp_path / "first.csv", [row | {"交易金额": "?"} if place == 7 else row for place, row in enumerate(rows)]
    )
    headers = ["原行号", "交易流水号", "交易金额", "收付标志", "交易余额", "交易账号", "交易时间", "交易对手账卡号"]
    fix = write_fix(tmp_path / "fix.csv", {9: rows[7]}, headers=headers)
    done = checked(fix, completes="B1", original_of=original(path))
    assert done.receipt.verdict is Verdict.ACCEPTED, done.receipt
    assert said(typed, done) == clean


def test_files_that_completed_a_batch_before_are_laid_over_in_turn(
    tmp_path: Path, checked: Check, typed: Typed
) -> None:
    rows = statement(30)
    clean = said(typed, checked(write(tmp_path / "clean.csv", rows)))
    path = write(tmp_path / "first.csv", spoilt(rows, [3, 9]))
    half = write_fix(tmp_path / "half.csv", {5: rows[3]})
    rest = write_fix(tmp_path / "rest.csv", {11: rows[9]})
    done = checked(rest, original_of=original(path, half))
    assert done.receipt.verdict is Verdict.ACCEPTED
    assert said(typed, done) == clean
    by_row = {file: row for file, row in typed(done, "file, row") if file != "first.csv"}
    assert by_row == {"half.csv": 2, "rest.csv": 2}
    assert seen(done).batch_faults[-1].count == 1


def test_a_torn_fixed_row_is_told_by_its_width(tmp_path: Path, checked: Check) -> None:
    rows = statement(20)
    path = write(tmp_path / "first.csv", spoilt(rows, [3]))
    fix = write_fix(tmp_path / "fix.csv", {5: rows[3]})
    fix.write_text(fix.read_text(encoding="utf-8").replace("S000003", "S000003,多"), encoding="utf-8")
    receipt = seen(checked(fix, original_of=original(path)))
    assert [(fault.row, fault.column, fault.code) for fault in receipt.faults] == [(2, "", "F023")]


def test_a_row_that_is_too_wide_is_not_mended_by_sending_it_again(tmp_path: Path, checked: Check) -> None:
    rows = statement(20)
    path = tmp_path / "first.csv"
    lines = text_of(rows).split("\n")
    path.write_text("\n".join([*lines[:5], f"{lines[5]},多", *lines[6:]]), encoding="utf-8")
    template = tmp_path / "fix.xlsx"
    for last, verdict in (("多", Verdict.QUARANTINE), (None, Verdict.ACCEPTED)):
        book = openpyxl.Workbook()
        book.active.append(FIXED_HEADERS)
        book.active.append(["6", "B1", *(rows[4].get(name) for name in HEADERS), last])
        book.save(template)
        done = checked(template, original_of=original(path))
        assert done.receipt.verdict is verdict, done.receipt


@pytest.mark.parametrize("row", ["", "1", "99", "六", "6"])
def test_a_row_number_that_names_no_single_row_is_refused(tmp_path: Path, checked: Check, row: str) -> None:
    rows = statement(20)
    path = write(tmp_path / "first.csv", spoilt(rows, [4]))
    marked = [{"原行号": "6", **rows[4]}, {"原行号": row, **rows[5]}]
    fix = tmp_path / "fix.csv"
    fix.write_text(text_of(marked, headers=FIXED_HEADERS), encoding="utf-8")
    result = checked(fix, completes="B1", original_of=original(path))
    assert result.receipt.verdict is Verdict.REJECTED
    assert [fault.code for fault in result.receipt.batch_faults] == ["B071"]
    assert "3" in result.receipt.batch_faults[0].reason


@pytest.mark.parametrize(
    ("batch", "headers", "completes", "code"),
    [
        ("", FIXED_HEADERS, None, "B075"),
        ("B9", FIXED_HEADERS, None, "F305"),
        ("B1", HEADERS, "B1", "B070"),
        ("B1", ["原行号", "甲", "乙"], "B1", "B072"),
    ],
)
def test_a_file_of_corrected_rows_says_what_it_completes(
    tmp_path: Path, checked: Check, batch: str, headers: list[str], completes: str | None, code: str
) -> None:
    rows = statement(10)
    path = write(tmp_path / "first.csv", spoilt(rows, [4]))
    fix = write_fix(tmp_path / "fix.csv", {6: rows[4]}, batch=batch, headers=headers)
    result = checked(fix, completes=completes, original_of=original(path))
    assert result.receipt.verdict is Verdict.REJECTED
    assert [fault.code for fault in result.receipt.batch_faults] == [code]
    assert result.rows is None


def test_an_ordinary_file_completes_nothing(
    tmp_path: Path, checked: Check, engine: duckdb.DuckDBPyConnection, all_contracts: Catalogue
) -> None:
    result = checked(write(tmp_path / "a.csv", statement(5)), original_of=original())
    assert (result.completes, result.completion) == ("", None)
    assert result.receipt.verdict is Verdict.ACCEPTED
