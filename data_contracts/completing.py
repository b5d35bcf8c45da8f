"""Rows put right, laid over the file that they belong to: the batch is judged as if it had come whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
from sqlglot import exp

from data_contracts.contract import Contract
from data_contracts.expressions import Expression, call, column, created, is_null, named, null, number, text, when
from data_contracts.reading.staged import CellFlag, RawTable, header_form
from data_contracts.recognition import Match, recognise
from data_contracts.statements import statement
from data_contracts.vocabulary import IGNORABLE_SHEETS, ORIGINAL_BATCH, ORIGINAL_ROW
from data_contracts.wording import batch_fault
from fundwatch.domain.receipts import BatchFault, Fault, FaultCount, Level, Receipt, column_letter

_LISTED = 20
_NOTES = frozenset(header_form(name) for name in IGNORABLE_SHEETS)
Place = tuple[str, int]
"""Sheet and row."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Where each row that was put right stands in the file that put it right, and under which letters.

    Sheets and rows of the original file → sheet and row of the last file laid over it; letters by original sheet and
    column number.
    """

    rows: Mapping[Place, Place] = field(default_factory=dict)
    letters: Mapping[tuple[str, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Original:
    """The file of a batch that is to be completed, and the files that completed it before, oldest first, with names."""

    batch: str
    files: tuple[tuple[Path, str], ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    original: RawTable
    match: Match
    fix: RawTable
    fix_match: Match
    marker: int
    """Column of the fix that holds the number of the original row."""


def claimed_batch(connection: duckdb.DuckDBPyConnection, tables: Sequence[RawTable]) -> str | None:
    """Return the batch that a file of corrected rows names, empty where it names none or several; None for any other.

    Such a file is told by the header ``原行号`` in one of its tables.
    """
    names: set[str] = set()
    is_fix = False
    for table in tables:
        for row, cells in table.head:
            forms = [header_form(cell) for cell in cells]
            if header_form(ORIGINAL_ROW) not in forms:
                continue
            is_fix = True
            if header_form(ORIGINAL_BATCH) in forms:
                cell = call("fw_code", column(f"c{forms.index(header_form(ORIGINAL_BATCH)) + 1}"))
                query = exp.select(cell).distinct().from_(exp.to_table(table.name))
                query = query.where(exp.GT(this=column("_row"), expression=number(row)))
                names |= {str(name) for (name,) in connection.execute(query.sql(dialect="duckdb")).fetchall() if name}
            break
    if not is_fix:
        return None
    return names.pop() if len(names) == 1 else ""


def complete(
    connection: duckdb.DuckDBPyConnection,
    originals: Sequence[RawTable],
    fixes: Sequence[RawTable],
    contracts: Sequence[Contract],
    file: str,
) -> tuple[tuple[RawTable, ...], Completion, tuple[BatchFault, ...]]:
    """Return the original tables with the rows of ``fixes`` in their places, and where these came from.

    ``file`` is the name of the file of the fixes. Columns go by header; one that a fix lacks keeps its cells. With
    faults the tables are those of the original, and nothing may be loaded.
    """
    tables = list(originals)
    rows: dict[Place, Place] = {}
    letters: dict[tuple[str, int], str] = {}
    faults: list[BatchFault] = []
    for fix in fixes:
        if header_form(fix.sheet) in _NOTES and recognise(fix, contracts).match is None:
            continue
        pair = _paired(fix, tables, contracts)
        if isinstance(pair, BatchFault):
            faults.append(pair)
            continue
        wrong, places = _targets(connection, pair)
        if wrong:
            listed = "、".join(str(row) for row in wrong[:_LISTED])
            faults.append(batch_fault("B071", detail=listed, count=len(wrong)))
            continue
        tables[tables.index(pair.original)] = _laid_over(connection, pair, places, file)
        rows |= {(pair.original.sheet, row): (fix.sheet, place) for row, place in places.items()}
        letters |= {
            (pair.original.sheet, place): column_letter(other) for place, other in _columns(pair).items() if other
        }
    if faults:
        return tuple(originals), Completion(), tuple(faults)
    return tuple(tables), Completion(rows, letters), ()


def _paired(fix: RawTable, tables: Sequence[RawTable], contracts: Sequence[Contract]) -> _Pair | BatchFault:
    seen = recognise(fix, contracts).match
    if seen is None:
        return batch_fault("B072", name=fix.sheet or "1")
    header = next(cells for row, cells in fix.head if row == seen.header_row)
    marked = [place for place, cell in enumerate(header, 1) if header_form(cell) == header_form(ORIGINAL_ROW)]
    if len(marked) != 1:
        return batch_fault("B070")
    found = [(table, match) for table in tables if (match := recognise(table, contracts).match) is not None]
    same = [pair for pair in found if pair[1].contract.id == seen.contract.id]
    named_alike = [pair for pair in same if header_form(pair[0].sheet) == header_form(fix.sheet)]
    chosen = named_alike or same
    if len(chosen) != 1:
        return batch_fault("B072", name=fix.sheet or "1")
    return _Pair(chosen[0][0], chosen[0][1], fix, seen, marked[0])


def _targets(connection: duckdb.DuckDBPyConnection, pair: _Pair) -> tuple[list[int], dict[int, int]]:
    """Return rows of the fix that name no data row of the original or one named twice, else original row → fix row."""
    marker = call("fw_number", column(f"c{pair.marker}"))
    cells = [column(f"c{place}") for place in range(1, pair.fix.width + 1)]
    chosen = (
        exp.select(column("_row"), named(marker, "_said"))
        .from_(exp.to_table(pair.fix.name))
        .where(exp.GT(this=column("_row"), expression=number(pair.fix_match.header_row)))
        .where(exp.not_(is_null(call("coalesce", *cells))))
    )
    known = exp.select(column("_row")).from_(exp.to_table(pair.original.name))
    known = known.where(exp.GT(this=column("_row"), expression=number(pair.match.header_row)))
    said = connection.execute(chosen.sql(dialect="duckdb")).fetchall()
    rows = {int(row) for (row,) in connection.execute(known.sql(dialect="duckdb")).fetchall()} if said else set()
    places: dict[int, int] = {}
    wrong: list[int] = []
    for row, value in said:
        target = int(value) if value and str(value).isdigit() else 0
        if target not in rows or target in places:
            wrong.append(int(row))
        else:
            places[target] = int(row)
    return sorted(wrong), places


def _columns(pair: _Pair) -> dict[int, int]:
    """Return original column → column of the fix under the same header, 0 where the fix has none."""
    original = next(cells for row, cells in pair.original.head if row == pair.match.header_row)
    header = next(cells for row, cells in pair.fix.head if row == pair.fix_match.header_row)
    there = {header_form(cell): place for place, cell in enumerate(header, 1) if header_form(cell)}
    # Another spelling of the header is the same column when the contract says so.
    ours = {matched.place: matched.column.header for matched in pair.match.columns}
    theirs = {matched.column.header: matched.place for matched in pair.fix_match.columns}
    known = {
        place: there.get(header_form(cell), 0) or theirs.get(ours.get(place, ""), 0)
        for place, cell in enumerate(original, 1)
        if header_form(cell)
    }
    # Cells behind the last header, as a row that is too wide has them, stand as far behind it in the template.
    last, other = pair.match.last_place, pair.fix_match.last_place
    behind = min(pair.original.width - last, pair.fix.width - other)
    return known | {last + step: other + step for step in range(1, behind + 1)}


def _laid_over(connection: duckdb.DuckDBPyConnection, pair: _Pair, places: Mapping[int, int], file: str) -> RawTable:
    """Create the original's table anew with the fixed rows in it, beside the table of where rows came from."""
    original, fix = pair.original, pair.fix
    origins, target = f"{fix.name}_origins", f"{fix.name}_whole"
    values = {"rows": list(places), "places": list(places.values()), "file": file, "sheet": fix.sheet}
    connection.execute(statement("origins").replace("staged_origins", origins), values)
    if original.origins:
        connection.execute(
            statement("earlier_origins").replace("staged_origins", origins).replace("former_origins", original.origins)
        )
    is_fixed = exp.not_(is_null(exp.column("_row", table="fixed", quoted=True)))
    mapped = _columns(pair)

    def cell(place: int) -> Expression:
        kept = exp.column(f"c{place}", table="original", quoted=True)
        other = mapped.get(place, 0)
        if not other:
            return named(kept, f"c{place}")
        return named(
            when((is_fixed.copy(), exp.column(f"c{other}", table="fixed", quoted=True)), otherwise=kept), f"c{place}"
        )

    kept_cells = exp.column("_cells", table="original", quoted=True)
    given = exp.column("_cells", table="fixed", quoted=True)
    last, other_last = pair.match.last_place, pair.fix_match.last_place
    behind = [exp.column(f"c{place}", table="fixed", quoted=True) for place in range(other_last + 1, fix.width + 1)]
    # A spreadsheet does not say how many cells a row has: cells behind the last header are too many.
    is_wide = exp.not_(is_null(call("coalesce", *behind, null())))
    counted = when((is_wide, number(last + 1)), otherwise=number(last))
    width = call("coalesce", exp.Add(this=given, expression=number(last - other_last)), counted)
    cells = when((exp.and_(is_fixed.copy(), exp.not_(is_null(kept_cells.copy()))), width), otherwise=kept_cells.copy())
    joined = (
        exp.select(
            exp.column("_row", table="original", quoted=True),
            named(cells, "_cells"),
            named(text(original.sheet), "_sheet"),
            *(cell(place) for place in range(1, original.width + 1)),
        )
        .from_(exp.alias_(exp.to_table(original.name), "original", table=True))
        .join(
            exp.alias_(exp.to_table(origins), "origins", table=True),
            on=exp.and_(
                exp.EQ(
                    this=exp.column("_row", table="origins", quoted=True),
                    expression=exp.column("_row", table="original", quoted=True),
                ),
                exp.column("is_new", table="origins", quoted=True),
            ),
            join_type="left",
        )
        .join(
            exp.alias_(exp.to_table(fix.name), "fixed", table=True),
            on=exp.EQ(
                this=exp.column("_row", table="fixed", quoted=True),
                expression=exp.column("row", table="origins", quoted=True),
            ),
            join_type="left",
        )
    )
    connection.execute(created(target, joined))
    back = {row: place for place, row in places.items()}
    letters = {other: place for place, other in mapped.items() if other}
    moved = [
        CellFlag(back[flag.row], letters.get(flag.column, 0), flag.code)
        for flag in fix.flags
        if flag.row in back and (flag.column == 0 or flag.column in letters)
    ]
    kept = [flag for flag in original.flags if flag.row not in places]
    return replace(original, name=target, flags=(*kept, *moved), origins=origins)


def as_sent(receipt: Receipt, completion: Completion) -> Receipt:
    """Return the receipt of a completed batch as the sender of the last file reads it.

    Faults of rows that this file put right stand at their places in it; the rows of the original that are still wrong
    are named in one line with their numbers there. Counts are those of the whole batch.
    """
    own: list[Fault] = []
    outstanding: dict[Place, None] = {}
    for fault in receipt.faults:
        place = completion.rows.get((fault.sheet, fault.row))
        if place is not None:
            letter = completion.letters.get((fault.sheet, _number(fault.column)), "") if fault.column else ""
            own.append(replace(fault, sheet=place[0], row=place[1], column=letter))
        elif fault.level is Level.ERROR:
            outstanding[fault.sheet, fault.row] = None
    notes = [batch_fault("B073", detail=str(len(completion.rows)), count=len(completion.rows))]
    if outstanding:
        listed = "、".join(f"{sheet} {row}".strip() for sheet, row in list(outstanding)[:_LISTED])
        notes.append(batch_fault("B074", detail=listed, count=len(outstanding)))
    return replace(receipt, batch_faults=(*receipt.batch_faults, *notes), faults=tuple(own), totals=tuple(_totals(own)))


def _number(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + ord(letter) - ord("A") + 1
    return value


def _totals(faults: Iterable[Fault]) -> list[FaultCount]:
    counts = Counter((one.code, one.level, one.column, one.header, one.sheet) for one in faults)
    return [
        FaultCount(code, level, column, header, count, sheet)
        for (code, level, column, header, sheet), count in counts.items()
    ]
