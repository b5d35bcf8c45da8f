"""From text lines to records: quotes resolved, one numbered record a line, cells parted by U+001F.

What is written can be read back by any CSV reader without quoting rules, so record numbers, cell counts and torn or
unclosed records are known here, once, and the engine only has to cut lines.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TextIO

from data_contracts.reading.staged import CellFlag

UNIT = "\x1f"
INNER_NEWLINE = "\u2028"
WIDEST = 400
_LONGEST_RECORD_LINES = 50
_LONGEST_RECORD_CHARS = 64 * 1024


@dataclass(slots=True)
class RecordWriter:
    """Writes ``number, cell count, cells…`` lines; feed it lines without their newline, then call ``finish``."""

    out: TextIO
    delimiter: str
    number: int = 0
    width: int = 0
    last_cells: int = 0
    flags: list[CellFlag] = field(default_factory=list)
    _pending: list[str] = field(default_factory=list)
    _opening: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self._opening = re.compile(rf'(?:^|{re.escape(self.delimiter)})\s*"')

    def plain(self, lines: list[str]) -> None:
        """Write lines that hold no quotation mark; a comprehension, since this is the path of millions of lines."""
        delimiter, start = self.delimiter, self.number + 1
        counts = [line.count(delimiter) + 1 for line in lines]
        if not counts:
            return
        widest = max(counts)
        if widest > WIDEST:
            lines = [delimiter.join(line.split(delimiter)[:WIDEST]) for line in lines]
        self.out.write(
            "".join(
                [
                    f"{number}{UNIT}{count}{UNIT}{line.replace(delimiter, UNIT)}\n"
                    for number, (count, line) in enumerate(zip(counts, lines, strict=True), start)
                ]
            )
        )
        self.number += len(lines)
        self.width = max(self.width, min(widest, WIDEST))
        self.last_cells = counts[-1]

    def feed(self, lines: Iterable[str]) -> None:
        """Write lines of which some hold quotation marks; a record may go on over several lines."""
        for line in lines:
            if self._pending:
                self._continue(line)
            elif '"' not in line:
                self.plain([line])
            elif line.count('"') % 2 and self._opening.search(line):
                self._pending = [line]
            else:
                self._cells(line)

    def _continue(self, line: str) -> None:
        self._pending.append(line)
        if line.count('"') % 2:
            record = INNER_NEWLINE.join(self._pending)
            self._pending = []
            self._cells(record)
        elif len(self._pending) > _LONGEST_RECORD_LINES or sum(map(len, self._pending)) > _LONGEST_RECORD_CHARS:
            self._give_up()

    def _give_up(self) -> None:
        """Take the opening quote as a stray one: flag its record alone and read the lines behind it afresh."""
        first, *rest = self._pending
        self._pending = []
        self.plain([first.replace('"', "")])
        self.flags.append(CellFlag(self.number, 0, "unclosed_quote"))
        self.feed(rest)

    def _cells(self, record: str) -> None:
        try:
            cells = next(csv.reader([record], delimiter=self.delimiter))
        except csv.Error:
            cells = record.replace('"', "").split(self.delimiter)
        self.number += 1
        self.width = max(self.width, min(len(cells), WIDEST))
        self.last_cells = len(cells)
        self.out.write(f"{self.number}{UNIT}{len(cells)}{UNIT}{UNIT.join(cells[:WIDEST])}\n")

    def finish(self, torn: bool) -> None:
        """End the file; ``torn``: it ended inside a character. An open quote on the last line is torn as well."""
        while len(self._pending) > 1:
            self._give_up()
        if self._pending:
            last, self._pending = self._pending[0], []
            self.plain([last.replace('"', "")])
            torn = True
        if torn:
            self.flags.append(CellFlag(self.number, 0, "torn_record"))
