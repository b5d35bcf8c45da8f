"""From masks to faults: every failing cell with row, letter, header, value, reason and remedy, counted and capped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from data_contracts.compiling import Compiled
from data_contracts.masks import WORD
from data_contracts.reading.staged import CellFlag, RawTable
from data_contracts.recognition import Match, Matched
from data_contracts.statements import statement
from data_contracts.wording import cell_fault
from fundwatch.domain.receipts import Fault, FaultCount, Level, column_letter

LISTED_FAULTS = 10_000
"""Errors and warnings listed in one receipt; totals count the rest."""
LISTED_REPAIRS = 20
"""Places listed per column and kind of repair."""
_LONGEST_VALUE = 120


_FLAG_CODES = {
    "torn_record": "F024",
    "unclosed_quote": "F025",
    "formula_cell": "F026",
    "giant_line": "F040",
    "giant_cell": "F041",
    "undecodable": "F042",
    "nul_bytes": "F043",
    "merged_cell": "F044",
    "error_value": "F045",
}
_WHY = {
    "total": ("合计、页码或表尾", "totals, page number or footer"),
    "header": ("重复的表头", "repeated header"),
    "failure": ("查询失败说明", "failure text instead of an entry"),
    "carried": ("期初、期末或承前余额", "balance carried"),
}


@dataclass(frozen=True, slots=True)
class Checking:
    """One table under check: names of its tables in the connection and what they hold."""

    connection: duckdb.DuckDBPyConnection
    prefix: str
    raw: RawTable
    match: Match
    compiled: Compiled

    @property
    def clean(self) -> str:
        """View of cleaned text and masks."""
        return f"{self.prefix}_clean"

    @property
    def judged(self) -> str:
        """Table of what each record is, and its masks."""
        return f"{self.prefix}_judged"

    def run(
        self, name: str, parameters: Mapping[str, object] | None = None, words: Mapping[str, str] | None = None
    ) -> duckdb.DuckDBPyConnection:
        """Run ``sql/<name>.sql`` with its values bound.

        In the file ``checked`` stands for this table's prefix and ``staged_rows`` for its staged table; ``words``
        replaces further names of columns, never values.
        """
        text = statement(name).replace("checked", self.prefix).replace("staged_rows", self.raw.name)
        for word, column_name in (words or {}).items():
            text = text.replace(word, column_name)
        return self.connection.execute(text, parameters or {})

    def count(self, name: str) -> int:
        """Return the single number that a statement gives."""
        row = self.run(name).fetchone()
        return int(row[0]) if row else 0

    def place_of(self, key: str) -> Matched | None:
        """Return where a cleaned column stands in the file."""
        return next((matched for matched in self.match.read if matched.column.key == key), None)


def _bits(checking: Checking) -> list[tuple[int, int, str, str, str]]:
    """Return (bit, place, code, level, detail) of every expectation; place 0 is the row."""
    rows = []
    for bit, item in enumerate(checking.compiled.expectations):
        matched = checking.place_of(item.column)
        rows.append((bit, matched.place if matched else 0, item.code, str(item.level), item.detail))
    return rows


def _flag_rows(checking: Checking) -> list[tuple[int, int, str]]:
    read = {matched.place for matched in checking.match.read}
    kept: Iterable[CellFlag] = (flag for flag in checking.raw.flags if flag.column == 0 or flag.column in read)
    return [(flag.row, flag.column, _FLAG_CODES[flag.code]) for flag in kept]


def judge(checking: Checking) -> None:
    """Create ``<prefix>_judged``, what each record is and its masks, and show its cleaned cells in ``clean``."""
    checking.connection.execute(checking.compiled.statement)
    tidied = [f"coalesce(bit_or(_tidied{word}), 0)" for word in range(checking.compiled.tidied_words)]
    joined = checking.connection.table(checking.judged).aggregate(", ".join(tidied)).fetchall()[0]
    checking.connection.execute(checking.compiled.cleaned_view(checking.clean, checking.judged, joined))


def find_faults(checking: Checking) -> None:
    """Create ``<prefix>_hits`` (row, place, code, level, detail): the gravest of a cell, only that of a broken row."""
    columns = list(zip(*_bits(checking), strict=True)) or [(), (), (), (), ()]
    flags = list(zip(*_flag_rows(checking), strict=True)) or [(), (), ()]
    checking.run("masks")
    for word in range(checking.compiled.fault_words):
        checking.run("masks_of_word", {"word": word}, {"_faults0": f"_faults{word}"})
    names = ("bits", "places", "codes", "levels", "details")
    parameters: dict[str, object] = {name: list(values) for name, values in zip(names, columns, strict=True)}
    parameters |= {
        name: list(values) for name, values in zip(("flag_rows", "flag_places", "flag_codes"), flags, strict=True)
    }
    checking.run("fault_hits", {**parameters, "width": WORD})


def add_hits(checking: Checking, rows: Iterable[tuple[int, int, str, Level, str]]) -> None:
    """Add (row, place, code, level, detail) found by another proof."""
    columns = list(
        zip(*((row, place, code, str(level), detail) for row, place, code, level, detail in rows), strict=True)
    )
    if columns:
        names = ("rows", "places", "codes", "levels", "details")
        checking.run("add_hits", {name: list(values) for name, values in zip(names, columns, strict=True)})


def _cells(checking: Checking, rows: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the cells of some rows as they were sent."""
    wanted = sorted(set(rows))
    if not wanted:
        return {}
    found = checking.run("cells", {"rows": wanted}, {"told_rows": checking.raw.name})
    names = [item[0] for item in found.description]
    return {record[names.index("_row")]: dict(zip(names, record, strict=True)) for record in found.fetchall()}


def _shown(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"


def _header_at(checking: Checking, place: int) -> str:
    return next((matched.header for matched in checking.match.columns if matched.place == place), "")


def list_faults(checking: Checking) -> list[Fault]:
    """Return errors and warnings in the order of rows and columns, up to the cap."""
    hits = checking.run("fault_listed", {"most": LISTED_FAULTS}).fetchall()
    raw = _cells(checking, (hit[0] for hit in hits))
    return [
        cell_fault(
            code,
            Level(level),
            row=row,
            sheet=checking.raw.sheet,
            column=column_letter(place),
            header=_header_at(checking, place),
            value=_shown(raw[row].get(f"c{place}")) if place else "",
            detail=detail,
        )
        for row, place, code, level, detail in hits
    ]


def list_repairs(checking: Checking) -> tuple[list[Fault], list[FaultCount]]:
    """Return lossless repairs (first places of each column) and skipped records, with their full counts."""
    faults: list[Fault] = []
    totals: list[FaultCount] = []
    repaired = [
        (checking.match.read[word * WORD + bit], count, rows)
        for word in range(checking.compiled.tidied_words)
        for bit, count, rows in checking.run(
            "repairs", {"most": LISTED_REPAIRS}, {"_tidied0": f"_tidied{word}"}
        ).fetchall()
    ]
    raw = _cells(checking, (row for _, _, rows in repaired for row in rows))
    for matched, count, rows in repaired:
        letter = column_letter(matched.place)
        totals.append(FaultCount("N001", Level.NORMALISED, letter, matched.header, count))
        # A view's column is computed only for what a filter leaves, and a join with the rows wanted is none.
        words = {"told_rows": checking.clean, "told_cell": f'"{matched.column.key}"'}
        clean = dict(checking.run("few_cells", {"rows": rows}, words).fetchall())
        faults += [
            cell_fault(
                "N001",
                Level.NORMALISED,
                row=row,
                sheet=checking.raw.sheet,
                column=letter,
                header=matched.header,
                value=_shown(raw[row][f"c{matched.place}"]),
                detail=_shown(clean[row]) or ("空", "empty"),
            )
            for row in rows
        ]
    for why, count, rows in checking.run("skipped", {"most": LISTED_REPAIRS}).fetchall():
        totals.append(FaultCount("N003", Level.NORMALISED, "", _WHY[why][0], count))
        faults += [
            cell_fault("N003", Level.NORMALISED, row=row, sheet=checking.raw.sheet, detail=_WHY[why]) for row in rows
        ]
    return faults, totals


def count_faults(checking: Checking) -> list[FaultCount]:
    """Return how often each code occurred in each column, errors and warnings."""
    return [
        FaultCount(code, Level(level), column_letter(place), _header_at(checking, place), count)
        for code, level, place, count in checking.run("fault_totals").fetchall()
    ]
