"""Rows keep their identity however often and in whatever slices they are sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.checking import Checked
from fundwatch.domain.receipts import Level, Verdict

from .statements34 import Row, statement, write

Check = Callable[..., Checked]
Typed = Callable[..., list[tuple[Any, ...]]]


def ids(typed: Typed, result: Checked) -> list[int]:
    return [record for (record,) in typed(result, "record_id")]


def test_the_same_file_twice_gives_the_same_identities(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(50, accounts=3)
    first = ids(typed, checked(write(tmp_path / "a.csv", rows), batch="B1"))
    again = ids(typed, checked(write(tmp_path / "renamed.csv", rows, "gb18030"), batch="B2"))
    assert first == again
    assert len(set(first)) == 50
    assert all(0 <= record < 2**60 for record in first)


def test_a_repeated_row_counts_once(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(30)
    result = checked(write(tmp_path / "a.csv", [*rows, rows[7]]))
    assert result.receipt.verdict is Verdict.ACCEPTED
    assert (result.receipt.rows_read, result.receipt.rows_accepted) == (31, 31)
    assert len(ids(typed, result)) == 30
    repeats = [(fault.row, fault.reason) for fault in result.receipt.faults if fault.code == "N002"]
    assert [row for row, _ in repeats] == [32]
    assert "第 9 行" in repeats[0][1]


def test_one_key_with_two_contents_quarantines_both(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(60)
    rows[20]["交易流水号"] = rows[10]["交易流水号"]
    rows[20]["收付标志"] = rows[10]["收付标志"]
    rows[20]["备注"] = "另一笔"
    for row in rows:
        row["交易余额"] = ""
    result = checked(write(tmp_path / "a.csv", rows))
    found = [(fault.row, fault.reason) for fault in result.receipt.faults if fault.level is Level.ERROR]
    assert [row for row, _ in found] == [12, 22]
    assert "第 22 行" in found[0][1]
    assert "第 12 行" in found[1][1]
    assert result.receipt.rows_quarantined == 2
    assert len(ids(typed, result)) == 58


def without_serial(rows: list[Row]) -> list[Row]:
    return [row | {"交易流水号": "", "交易余额": ""} for row in rows]


def test_genuine_equal_payments_without_serials_stay_two(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = without_serial(statement(10))
    result = checked(write(tmp_path / "a.csv", [*rows, rows[4], rows[4]]))
    assert len(set(ids(typed, result))) == 12
    assert [fault for fault in result.receipt.faults if fault.code in ("F022", "N002")] == []


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(st.integers(0, 4), min_size=1, max_size=12),
    second=st.lists(st.integers(0, 4), min_size=1, max_size=12),
)
def test_overlapping_extracts_merge_by_the_larger_count(
    first: list[int], second: list[int], tmp_path: Path, checked: Check, typed: Typed
) -> None:
    rows = without_serial(statement(5))
    files = [
        write(tmp_path / f"{name}.csv", [rows[place] for place in places])
        for name, places in (("a", first), ("b", second))
    ]
    merged = {record for path in files for record in ids(typed, checked(path))}
    larger = Counter(first) | Counter(second)
    assert len(merged) == sum(larger.values())


@pytest.mark.parametrize("change", [{"备注": "改"}, {"交易金额": "1.00"}])
def test_a_changed_row_under_its_serial_keeps_its_identity(
    change: Row, tmp_path: Path, checked: Check, typed: Typed
) -> None:
    rows = [row | {"交易余额": ""} for row in statement(3)]
    before = ids(typed, checked(write(tmp_path / "a.csv", rows)))
    rows[1] |= change
    assert ids(typed, checked(write(tmp_path / "b.csv", rows))) == before
