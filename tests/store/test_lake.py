"""Lake files are immutable, named by their content, and whole or absent."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from fundwatch.domain.errors import ConfigurationError, EngineError
from fundwatch.store.lake import Lake, Origin, file_hash

ROWS: list[dict[str, Any]] = [
    {
        "record_id": number,
        "batch": "b1",
        "file": "流水.csv",
        "sheet": None,
        "row": number + 2,
        "institution": "I",
        "account_key": number % 7,
        "booked_day": 20_000 + number % 3,
        "booked_on": date(2024, 10, 4),
        "booked_at": datetime(2024, 10, 4, 12, 0, number % 60),
        "amount": 10**15 + number,
        "is_cash": number % 2 == 0,
        "remark": "货款" if number % 5 else None,
    }
    for number in range(500)
]


def test_equal_rows_give_the_equal_file_in_any_order(
    connection: DuckDBPyConnection, lake: Lake, rows_of: Callable[..., Any]
) -> None:
    shuffled = random.Random(5).sample(ROWS, len(ROWS))
    one = lake.write(
        connection, rows_of(connection, "transactions", ROWS), "transactions", "b1", origin=Origin("I", 1, 9)
    )
    two = lake.write(
        connection, rows_of(connection, "transactions", shuffled), "transactions", "b1", origin=Origin("I", 1, 9)
    )
    assert one == two
    assert one.path == f"transactions/b1-{one.sha256[:16]}.parquet"
    assert (one.rows, one.institution, one.number, one.state_day) == (500, "I", 1, 9)
    assert file_hash(lake.path(one)) == one.sha256
    assert [path.name for path in (lake.folder / "transactions").iterdir()] == [lake.path(one).name]


def test_what_was_written_is_read_back(connection: DuckDBPyConnection, lake: Lake, rows_of: Callable[..., Any]) -> None:
    rows = rows_of(connection, "transactions", ROWS)
    file = lake.write(connection, rows, "transactions", "b1")
    read = connection.read_parquet(lake.require([file]))
    assert read.columns == rows.columns
    assert read.types == rows.types
    assert sorted(read.fetchall(), key=str) == sorted(rows.fetchall(), key=str)


def test_without_rows_no_file_is_written(
    connection: DuckDBPyConnection, lake: Lake, rows_of: Callable[..., Any]
) -> None:
    file = lake.write(connection, rows_of(connection, "transfers", []), "transfers", "2026-01")
    assert (file.rows, file.path) == (0, "")
    assert list((lake.folder / "transfers").iterdir()) == []


@pytest.mark.parametrize("partition", ["../escape", "a/b", "", ".hidden", "x" * 99])
def test_a_partition_never_leaves_its_folder(
    connection: DuckDBPyConnection, lake: Lake, rows_of: Callable[..., Any], partition: str
) -> None:
    with pytest.raises(ConfigurationError):
        lake.write(connection, rows_of(connection, "transfers", []), "transfers", partition)


def test_missing_and_altered_files_are_noticed(
    connection: DuckDBPyConnection, lake: Lake, rows_of: Callable[..., Any]
) -> None:
    file = lake.write(connection, rows_of(connection, "transactions", ROWS), "transactions", "b1")
    assert lake.damaged([file]) == ()
    content = bytearray(lake.path(file).read_bytes())
    content[len(content) // 2] ^= 1
    lake.path(file).write_bytes(content)
    assert lake.damaged([file]) == (file,)
    lake.path(file).unlink()
    assert lake.damaged([file]) == (file,)
    with pytest.raises(EngineError, match="purged perhaps"):
        lake.require([file])


def test_a_write_that_fails_leaves_nothing(
    connection: DuckDBPyConnection, lake: Lake, rows_of: Callable[..., Any]
) -> None:
    rows = rows_of(connection, "transactions", [ROWS[0], replace_key(ROWS[1])])
    broken = rows.select("* REPLACE (CAST(remark AS TEXT) AS remark)").select(
        "* REPLACE (CASE WHEN row = 3 THEN error('cut') ELSE remark END AS remark)"
    )
    with pytest.raises(Exception, match="cut"):
        lake.write(connection, broken, "transactions", "b1")
    assert list((lake.folder / "transactions").iterdir()) == []


def replace_key(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "row": 3}


def test_what_a_crash_left_is_swept(connection: DuckDBPyConnection, lake: Lake, rows_of: Callable[..., Any]) -> None:
    file = lake.write(connection, rows_of(connection, "transactions", ROWS), "transactions", "b1")
    left = lake.folder / "transactions" / "b2.0123456789ab.part"
    left.write_bytes(b"half")
    assert lake.sweep() == (left,)
    assert lake.path(file).exists()
    assert replace(file, path="x").path == "x"
