"""A table of a file as it was sent: first as trusted files in a folder, then as text in a DuckDB connection."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from data_contracts.batch_wording import BATCH_WORDINGS
from fundwatch.domain.errors import InputError

HEADER_ROWS = 15
"""The header is searched in this many first records."""
HEAD_RECORDS = 200
"""Title rows and blank lines above the header may fill this many records."""
WIDEST = 400
"""Columns of a table; no layout comes near."""
LONGEST_CELL = 32_767
"""Characters of a cell, as in a spreadsheet."""
MOST_FLAGS = 100_000
"""Places that reading notes one by one; a file with more is refused rather than read in part."""
UNIT = "\x1f"
"""Parts the cells of a record in a staged file."""
INNER_NEWLINE = "\u2028"
"""Stands for a line break inside a cell."""

Head = tuple[tuple[int, tuple[str, ...]], ...]

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = re.compile(r"[\s\u00a0\u3000\ufeff\u200b]+")


@dataclass(frozen=True, slots=True)
class CellFlag:
    """Something that reading itself noticed about a row (``column`` 0) or a cell (1-based column)."""

    row: int
    column: int
    code: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that reading noticed about a file or table as a whole: a batch code and what fills its wording."""

    code: str
    detail: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StagedTable:
    """One table as trusted files of the folder, one after the other; ``storage`` is ``lines`` or ``parquet``.

    ``lines``: a record a line in UTF-8, its cells parted by U+001F; all have ``usual_cells`` but those of ``runs``,
    each (first record, last record, cells). ``parquet``: text columns ``_row``, c1 … cn.
    """

    files: tuple[str, ...]
    storage: str
    form: str
    width: int
    head: Head
    sheet: str = ""
    flags: tuple[CellFlag, ...] = ()
    usual_cells: int = 0
    is_hidden: bool = False
    notes: tuple[Note, ...] = ()
    runs: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class StagedFile:
    """What staging leaves of a file: its tables, whose files lie in ``folder``, and notes on the file as a whole."""

    folder: Path
    tables: tuple[StagedTable, ...]
    notes: tuple[Note, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return everything but the folder as plain data."""
        tables = []
        for table in self.tables:
            plain = {name: getattr(table, name) for name in StagedTable.__slots__}
            flags = [(flag.row, flag.column, flag.code) for flag in table.flags]
            tables.append(plain | {"flags": flags, "notes": [asdict(note) for note in table.notes]})
        return {"tables": tables, "notes": [asdict(note) for note in self.notes]}


Stage = Callable[[Path, frozenset[str], Path], StagedFile]
"""Parses a file (path, known headers, folder to write to), here or in a confined process."""


def staged_from_json(data: Mapping[str, Any], folder: Path) -> StagedFile:
    """Return what ``StagedFile.to_json`` wrote, its files in ``folder``; raises ValueError, KeyError or TypeError."""
    tables = []
    for plain in data["tables"]:
        known = {name: plain[name] for name in StagedTable.__slots__}
        head = tuple((int(row), tuple(map(str, cells))) for row, cells in plain["head"])
        flags = tuple(CellFlag(int(row), int(column), str(code)) for row, column, code in plain["flags"])
        runs = tuple((int(first), int(last), int(cells)) for first, last, cells in plain["runs"])
        notes = _notes(plain["notes"])
        known |= {"files": tuple(map(str, plain["files"])), "head": head, "flags": flags, "notes": notes, "runs": runs}
        tables.append(StagedTable(**known))
    return StagedFile(folder, tuple(tables), _notes(data["notes"]))


def _notes(plain: list[Mapping[str, Any]]) -> tuple[Note, ...]:
    """Return notes that another process wrote; raises KeyError for one that no wording can say."""
    notes = tuple(
        Note(str(one["code"]), {str(key): str(value) for key, value in one["detail"].items()}) for one in plain
    )
    for note in notes:
        BATCH_WORDINGS[note.code].filled(note.detail)
    return notes


@dataclass(frozen=True, slots=True)
class RawTable:
    """One staged table: ``name`` in the connection, ``head`` its first non-empty records as (row, cells).

    ``form`` is csv, xlsx, xlsx1904 (days counted from 1904), parquet or xml. ``_cells`` is how many cells a record has,
    NULL where the form fixes it; ``usual_cells`` is what most records have, 0 where the form fixes it.
    """

    name: str
    sheet: str
    form: str
    width: int
    head: Head
    flags: tuple[CellFlag, ...] = ()
    usual_cells: int = 0
    is_hidden: bool = False
    notes: tuple[Note, ...] = ()
    origins: str = ""
    """Table (_row, file, sheet, row) of rows that another file put right; see ``completing``."""


@lru_cache(maxsize=20_000)
def header_form(text: str) -> str:
    """Return a header as headers are compared: half-width, upper-case, without spaces."""
    return _SPACES.sub("", text.translate(_FULL_WIDTH)).upper()


def filled_head(records: list[tuple[int, tuple[str, ...]]]) -> Head:
    """Return the first records that hold anything, as many as may be a header."""
    return tuple((row, cells) for row, cells in records if any(cell.strip() for cell in cells))[:HEADER_ROWS]


def input_error(code: str, zh: str, en: str, place: str) -> InputError:
    """Return the error for a file that cannot be read."""
    return InputError(f"{zh}。", f"{en[0].upper()}{en[1:]}.", code=code, place=place)


def empty_error(place: str) -> InputError:
    """Return the error for a file that holds nothing."""
    return input_error(
        "R001",
        "文件没有任何内容；若当日无数据请使用零报告",
        "the file holds nothing; declare a zero report if there is no data",
        place,
    )
