"""What a batch as a whole promises: number of rows, rows a day, filled columns."""

from __future__ import annotations

from sqlglot import exp

from data_contracts.doubts import column_doubts
from data_contracts.expressions import column, is_null, sql
from data_contracts.faulting import Checking
from data_contracts.vocabulary import Kind
from data_contracts.wording import batch_fault
from fundwatch.domain.receipts import BatchFault, Level


def day_column(checking: Checking) -> str | None:
    """Return the column that gives the day of a row, if the table has one."""
    columns = checking.match.contract.table.columns
    return next((item.name for item in columns if item.kind is Kind.DAY_NUMBER), None)


def days_covered(checking: Checking) -> tuple[int | None, int | None, int]:
    """Return first and last day number and how many days the typed rows have."""
    name = day_column(checking)
    if name is None:
        return None, None, 0
    query = exp.select(
        exp.Min(this=column(name)), exp.Max(this=column(name)), exp.Count(this=exp.Distinct(expressions=[column(name)]))
    )
    row = checking.connection.execute(sql(query.from_(f"{checking.prefix}_typed"))).fetchone()
    return row if row else (None, None, 0)


def _fill_faults(checking: Checking, rows: int) -> list[BatchFault]:
    bounded = [matched for matched in checking.match.read if matched.column.fill is not None]
    if not bounded or rows == 0:
        return []
    counts = exp.select(*(exp.CountIf(this=is_null(column(matched.column.key))) for matched in bounded))
    query = counts.from_(checking.clean).where(is_null(column("_skip")))
    empty = checking.connection.execute(sql(query)).fetchone() or ()
    return [
        batch_fault(
            "B011",
            level=Level(matched.column.fill.level),
            name=matched.header,
            share=f"{100 * count / rows:.1f}",
            bound=f"{matched.column.fill.at_most:g}",
        )
        for matched, count in zip(bounded, empty, strict=True)
        if matched.column.fill is not None and 100 * count / rows > matched.column.fill.at_most
    ]


def bound_faults(checking: Checking, rows_read: int, rows_typed: int) -> list[BatchFault]:
    """Return the bounds that the batch breaks."""
    contract = checking.match.contract
    faults = _fill_faults(checking, rows_read)
    if contract.row_count and not contract.row_count[0] <= rows_read <= contract.row_count[1]:
        faults.append(batch_fault("B012", detail=str(rows_read)))
    days = days_covered(checking)[2]
    if contract.rows_per_day and days:
        mean = rows_typed / days
        if not contract.rows_per_day[0] <= mean <= contract.rows_per_day[1]:
            faults.append(batch_fault("B010", detail=f"{mean:.1f}"))
    return faults + column_doubts(checking)
