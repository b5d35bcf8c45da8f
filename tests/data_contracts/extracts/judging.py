"""Checks a written extract and returns what came of it, for laws to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from data_contracts.catalogue import HERE, Catalogue
from data_contracts.checking import Checked, Sender, check, release
from data_contracts.contract import Contract
from fundwatch.domain.receipts import Level

from .oracle import INSTITUTION, PLACE, Row, tokenise

COMPANIONS = frozenset({"authority_legal_representatives"})
"""Feeds that are never sent on their own."""
FEEDS = tuple(
    sorted(
        name
        for path in (HERE / "feeds").glob("*.odcs.yaml")
        if (name := path.name.removesuffix(".odcs.yaml")) not in COMPANIONS
        and "not_taken" not in (text := path.read_text("utf-8"))
        and "forms, value: [xml]" not in text
    )
)
"""Every feed of which rows are taken, new ones by themselves."""


@contextmanager
def checked(
    path: Path, feed: Contract, catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, batch: str = ""
) -> Iterator[tuple[Checked, ...]]:
    """Yield the results of a file as one that may send the feed would get them; its tables go with them."""
    results = check(
        path,
        institution=Sender(INSTITUTION, feed.sectors[0]),
        catalogue=catalogue,
        connection=connection,
        batch=batch,
        tokenise=tokenise,
    )
    try:
        yield results
    finally:
        release(connection, results)


def others_of(feed: Contract, catalogue: Catalogue) -> tuple[Contract, ...]:
    """Return the feeds that read the same sheet."""
    return tuple(catalogue.feeds[name] for name in feed.also)


def rows_of(connection: duckdb.DuckDBPyConnection, result: Checked, *, without: tuple[str, ...] = ()) -> dict[int, Row]:
    """Return the typed rows by ``record_id`` and see that no two have the same; place columns are left out."""
    assert result.rows is not None, result.receipt
    relation = connection.table(result.rows)
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    told = {row["record_id"]: {name: row[name] for name in row if name not in (*PLACE, *without)} for row in rows}
    assert len(told) == len(rows)
    return told


def by_record(rows: list[Row], *, without: tuple[str, ...] = ()) -> dict[int, Row]:
    """Return expected rows as ``rows_of`` returns the real ones."""
    return {int(str(row["record_id"])): {name: row[name] for name in row if name not in without} for row in rows}


def true_rows(connection: duckdb.DuckDBPyConnection, result: Checked) -> dict[int, int]:
    """Return the row that the program remembers for each ``record_id``."""
    assert result.rows is not None
    found = connection.table(result.rows).select("record_id", '"row"').fetchall()
    return {int(record): int(row) for record, row in found}


def complaints(result: Checked) -> list[tuple[int, str, str, str]]:
    """Return errors and warnings of cells as (row, column letter, code, value)."""
    faults = result.receipt.faults
    return [(item.row, item.column, item.code, item.value) for item in faults if item.level is not Level.NORMALISED]


def differences(real: dict[int, Row], expected: dict[int, Row]) -> list[str]:
    """Return in words where rows differ, a line a row: short, since a whole table in a failure helps nobody."""
    told = [f"missing {expected[record]}" for record in expected.keys() - real.keys()]
    told += [f"too many {real[record]}" for record in real.keys() - expected.keys()]
    for record in expected.keys() & real.keys():
        row, want = real[record], expected[record]
        odd = {name: (row.get(name), want.get(name)) for name in {*row, *want} if row.get(name) != want.get(name)}
        told += [f"{record}: (is, should be) {odd}"] if odd else []
    return told
