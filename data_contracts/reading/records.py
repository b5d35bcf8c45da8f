"""From text lines to records: quotes resolved, one record a line, cells parted by U+001F.

What is written can be read back by any CSV reader without quoting rules: the number of a record is that of its line,
cell counts and torn or unclosed records are known here, once, and the engine only has to cut lines.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TextIO

from data_contracts.reading.staged import INNER_NEWLINE, LONGEST_CELL, MOST_FLAGS, UNIT, WIDEST, CellFlag, input_error

_LONGEST_RECORD_LINES = 50
_LONGEST_RECORD_CHARS = 64 * 1024
_TELLING_CELLS = 6
"""A line with as many delimiters as this makes cells is a record, not the inside of a quoted text."""
_UNDECODED = re.compile("[\udc80-\udcff]")


Run = tuple[int, int]
"""The last of a stretch of records with equally many cells, and how many."""


def usual_cells(runs: Iterable[Run]) -> int:
    """Return how many cells most records have, 0 without records."""
    widths: Counter[int] = Counter()
    before = 0
    for last, cells in runs:
        widths[cells] += last - before
        before = last
    return widths.most_common(1)[0][0] if widths else 0


def unusual_runs(runs: Sequence[Run]) -> tuple[tuple[int, int, int], ...]:
    """Return stretches of records with another number of cells than most: first record, last record, cells."""
    usual, first = usual_cells(runs), 1
    found = []
    for last, cells in runs:
        if cells != usual:
            found.append((first, last, cells))
        first = last + 1
    return tuple(found)


@dataclass(slots=True)
class RecordWriter:
    """Writes a line a record; feed it lines without their newline, then call ``finish``.

    A blank record is written as a separator alone, since readers pass over empty lines.

    A byte that could not be decoded stands in a line as a lone surrogate; it is written as ``\\xff``, its cell flagged.
    """

    out: TextIO
    delimiter: str
    number: int = 0
    width: int = 0
    last_cells: int = 0
    flags: list[CellFlag] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    units: int = 0
    was_open: bool = False
    """Whether a quotation mark still waited when the text ended."""
    _pending: list[str] = field(default_factory=list)
    _opening: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self._opening = re.compile(rf'(?:^|{re.escape(self.delimiter)})\s*"')

    @property
    def usual_cells(self) -> int:
        """Cells that most records have, 0 without records."""
        return usual_cells(self.runs)

    @property
    def is_open(self) -> bool:
        """Whether a quotation mark waits to be closed."""
        return bool(self._pending)

    def plain(self, lines: list[str]) -> None:
        """Write lines that hold no quotation mark; of whole blocks at once, since this is the path of millions."""
        if not lines:
            return
        delimiter = self.delimiter
        counts = [line.count(delimiter) for line in lines]
        widest = max(counts) + 1
        if widest > WIDEST:
            lines = [delimiter.join(line.split(delimiter)[:WIDEST]) for line in lines]
        if "" in lines:
            lines = [line or UNIT for line in lines]
        self.out.write("\n".join(lines).replace(delimiter, UNIT))
        self.out.write("\n")
        self.width = max(self.width, min(widest, WIDEST))
        self.last_cells = counts[-1] + 1
        if counts.count(counts[0]) == len(counts):
            self._count(len(counts), counts[0] + 1)
        else:
            for delimiters, same in groupby(counts):
                self._count(sum(1 for _ in same), delimiters + 1)

    def _count(self, records: int, cells: int) -> None:
        """Note how many cells the next records have."""
        self.number += records
        if self.runs and self.runs[-1][1] == cells:
            self.runs[-1] = (self.number, cells)
            return
        if len(self.runs) >= MOST_FLAGS:
            raise input_error(
                "R017",
                f"各行列数杂乱，变化超过 {MOST_FLAGS} 处，请从源系统重新导出",
                f"the number of columns changes at more than {MOST_FLAGS} places; export again from the source system",
                "",
            )
        self.runs.append((self.number, cells))

    def feed(self, lines: Iterable[str]) -> None:
        """Write lines of which some hold quotation marks; a record may go on over several lines."""
        held: list[str] = []
        for line in lines:
            if not self._pending and '"' not in line:
                # Most lines are plain even beside quoted ones: they are written together.
                held.append(line)
                continue
            self.plain(held)
            held = []
            if self._pending:
                self._continue(line)
            elif line.count('"') % 2 and self._opening.search(line):
                self._pending = [line]
            else:
                self._cells(line)
        self.plain(held)

    def careful(self, lines: Iterable[str]) -> None:
        """Write lines; cells that are too long, hold NUL or bytes that could not be decoded are flagged."""
        for line in lines:
            if len(line) <= LONGEST_CELL and "\x00" not in line and not _UNDECODED.search(line):
                self.feed([line])
                continue
            if self._pending:
                # A broken line cannot be trusted to close a quotation mark.
                self._give_up_all()
            self._flagged(line)

    def flag(self, code: str, column: int = 0) -> None:
        """Flag the record written last, or a cell of it; raises InputError where there are too many to list."""
        if len(self.flags) >= MOST_FLAGS:
            raise input_error(
                "R017",
                f"无法读取的行超过 {MOST_FLAGS} 处，请从源系统重新导出",
                f"more than {MOST_FLAGS} places cannot be read; export again from the source system",
                "",
            )
        self.flags.append(CellFlag(self.number, column, code))

    def _flagged(self, line: str) -> None:
        try:
            cells = next(csv.reader([line.replace("\x00", "\ufffd")], delimiter=self.delimiter, skipinitialspace=True))
        except csv.Error:
            cells = line.replace('"', "").split(self.delimiter)
        if "\x00" in line:
            cells = line.split(self.delimiter) if len(cells) == line.count(self.delimiter) + 1 else cells
        found = []
        for place, cell in enumerate(cells[:WIDEST], 1):
            if _UNDECODED.search(cell):
                found.append((place, "undecodable"))
            elif "\x00" in cell:
                found.append((place, "nul_bytes"))
            elif len(cell) > LONGEST_CELL:
                found.append((place, "giant_cell"))
        self._write([_printable(cell[:LONGEST_CELL]) for cell in cells])
        for place, code in found:
            self.flag(code, place)

    def _continue(self, line: str) -> None:
        self._pending.append(line)
        if line.count('"') % 2:
            cells = self._joined()
            if cells is None:
                self._give_up()
            else:
                self._pending = []
                self._write(cells)
        elif len(self._pending) > _LONGEST_RECORD_LINES or sum(map(len, self._pending)) > _LONGEST_RECORD_CHARS:
            self._give_up()

    def _joined(self) -> list[str] | None:
        """Return the cells of the record that the waiting lines make, None where the quotes are stray ones.

        They are where the closing one stands inside a cell, or where lines between them look like records of their own:
        two stray quotation marks must not swallow what lies between.
        """
        usual = self.usual_cells
        try:
            record = INNER_NEWLINE.join(self._pending)
            cells = next(csv.reader([record], delimiter=self.delimiter, strict=True, skipinitialspace=True))
        except csv.Error:
            return None
        inner = self._pending[1:-1] if len(cells) == usual else self._pending[1:]
        if usual >= _TELLING_CELLS or len(cells) != usual:
            # A line with quotes that pair is no record swallowed: it ends one quoted text and begins the next.
            swallowed = any('"' not in line and line.count(self.delimiter) + 1 == usual for line in inner)
            return None if swallowed and usual > 1 else cells
        return cells

    def _give_up(self) -> None:
        """Take the opening quote as a stray one: flag its record alone and read the lines behind it afresh."""
        first, *rest = self._pending
        self._pending = []
        self.plain([first.replace('"', "")])
        self.flag("unclosed_quote")
        self.feed(rest)

    def _give_up_all(self) -> None:
        while self._pending:
            self._give_up()

    def _cells(self, record: str) -> None:
        try:
            cells = next(csv.reader([record], delimiter=self.delimiter, skipinitialspace=True))
        except csv.Error:
            cells = record.replace('"', "").split(self.delimiter)
        self._write(cells)

    def _write(self, cells: list[str]) -> None:
        self.width = max(self.width, min(len(cells), WIDEST))
        self.last_cells = len(cells)
        self._count(1, len(cells))
        self.out.write(f"{UNIT.join(cells[:WIDEST]) or UNIT}\n")

    def finish(self, torn: bool) -> None:
        """End the file; ``torn``: it ended inside a character. An open quote on the last line is torn as well."""
        while len(self._pending) > 1:
            self._give_up()
        if self._pending:
            last, self._pending = self._pending[0], []
            self.plain([last.replace('"', "")])
            torn = True
        if torn and self.number:
            self.flag("torn_record")


def _printable(text: str) -> str:
    """Return a cell with what is no character written out: bytes as ``\\xff``, NUL as its picture."""
    return _UNDECODED.sub(lambda sign: f"\\x{ord(sign[0]) - 0xDC00:02x}", text).replace("\x00", "\u2400")
