"""What the witness judges, taken from a checked batch's tables apart from the check: its profile, and rows of it."""

from __future__ import annotations

import duckdb
import pandas as pd

from data_contracts.contract import Contract
from data_contracts.statements import statement
from data_contracts.suite import BALANCE_AGREEMENT, ROWS, ROWS_PER_DAY, empty_percent
from data_contracts.vocabulary import Kind

SAMPLED_ROWS = 5_000
"""Rows judged a second time, and as many again that failed something."""


def measure(
    connection: duckdb.DuckDBPyConnection, contract: Contract, *, clean: str, rows: str | None
) -> dict[str, float | None]:
    """Return the measures that the contract bounds, by name; None where the batch does not tell.

    ``clean`` and ``rows`` are the tables that a check left in the connection: cleaned text, and typed rows or None.
    The share of balances that agree is measured only where every record read was taken, since a gap breaks a chain.
    """
    found = connection.execute(statement("batch_filled"), {"clean": clean})
    names = [item[0] for item in found.description]
    # All rows are read: an unread result would own the connection.
    (row,) = found.fetchall()
    filled = dict(zip(names, row, strict=True))
    read = int(filled["_rows"])
    measures: dict[str, float | None] = {ROWS: float(read)}
    for column in contract.columns:
        if column.fill is not None and column.key in filled and read:
            measures[empty_percent(column.key)] = 100 * (read - filled[column.key]) / read
    if rows is not None:
        measures |= _of_typed(connection, contract, rows, read)
    return measures


def _of_typed(
    connection: duckdb.DuckDBPyConnection, contract: Contract, rows: str, read: int
) -> dict[str, float | None]:
    measures: dict[str, float | None] = {}
    day = next((column.name for column in contract.table.columns if column.kind is Kind.DAY_NUMBER), None)
    taken = 0
    if day is not None:
        ((taken, days),) = connection.execute(statement("batch_days"), {"rows": rows, "day": day}).fetchall()
        measures[ROWS_PER_DAY] = taken / days if days else None
    if contract.has_balance_proof and taken == read:
        parameters = {"rows": rows, "tolerance": contract.balance_tolerance}
        ((checkable, agreeing),) = connection.execute(statement("batch_balances"), parameters).fetchall()
        measures[BALANCE_AGREEMENT] = 100 * agreeing / checkable if checkable else None
    return measures


def sample_rows(
    connection: duckdb.DuckDBPyConnection, clean: str, most: int = SAMPLED_ROWS
) -> tuple[pd.DataFrame, bool]:
    """Return cleaned rows with their bitmasks for a second judgement, and whether they are the whole batch.

    The first ``most`` records and up to as many again that failed something; identity numbers are in clear in them.
    """
    frame = connection.execute(statement("batch_sample"), {"clean": clean, "most": most}).df()
    (counted,) = connection.execute(statement("batch_filled"), {"clean": clean}).fetchall()
    return frame, len(frame) == int(counted[0])
