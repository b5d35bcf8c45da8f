"""What a sheet's XML tells beyond its values: formulas, errors, merged and hidden cells, numbers too long to be exact.

A sheet spelled as nearly all writers do is looked through in pieces (``sheet_pieces``); any other is parsed here event
by event, slower, and that finds the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

from data_contracts.reading.staged import MOST_FLAGS, WIDEST, input_error
from fundwatch.domain.errors import InputError

LONG_NUMBER = rb"-?\d{16,}(?:\.\d+)?|-?\d(?:\.\d+)?[Ee]\+?(?:1[5-9]|2\d)"
"""A number whose last digits a spreadsheet has lost."""
TEXT_TYPES = ("s", "str", "inlineStr", "b", "e", "d")
_LONG_TEXT = re.compile(LONG_NUMBER.decode())
_TWO_LETTERS = 702
_MOST_ROWS = 1_048_576
_LARGEST_AREA = 60_000_000
_REFERENCE = re.compile(r"([A-Z]+)(\d+)")


@dataclass(slots=True)
class SheetScan:
    """What was found in a sheet; rows and columns are 1-based, ``merged`` holds (top, left, bottom, right)."""

    numbers: list[tuple[int, int, str]] = field(default_factory=list)
    formulas: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    cells: int = 0
    last_row: int = 0
    last_column: int = 0

    def add(self, piece: SheetScan) -> None:
        """Take in what was found in the next piece of the sheet."""
        self.numbers += piece.numbers
        self.formulas += piece.formulas
        self.errors += piece.errors
        self.merged += piece.merged
        self.hidden_rows += piece.hidden_rows
        self.hidden_columns += piece.hidden_columns
        self.cells += piece.cells
        self.last_row = max(self.last_row, piece.last_row)
        self.last_column = max(self.last_column, piece.last_column)


def column_number(letters: str) -> int:
    """Return the 1-based number of a column's letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def scan_events(blocks: Iterable[bytes], place: str) -> SheetScan:
    """Look a sheet's XML through, however it is spelled.

    Raises InputError for what cannot be listed, is too wide or too far apart, ExpatError where it is not well-formed.
    """
    found = SheetScan()
    parser = _EventParser(found, place)
    for block in blocks:
        parser.feed(block)
        require_listable(found, place)
    if found.last_column > _TWO_LETTERS:
        raise too_wide(place)
    require_area(found.last_row * found.last_column, found, place)
    return found


def require_area(area: int, found: SheetScan, place: str) -> None:
    """Refuse a few cells at far corners: whoever reads them reserves all that lies between."""
    if (area > _LARGEST_AREA and found.cells * 100 < area) or found.last_row > _MOST_ROWS:
        raise input_error(
            "R024",
            "工作表中有远离表格的零散单元格，请删除表格之外的行列后重新报送",
            "the workbook has stray cells far from the table; delete rows and columns outside it and send again",
            place,
        )


def too_wide(place: str) -> InputError:
    """Return the refusal of a sheet with cells in columns that no layout reaches."""
    return input_error(
        "R018",
        f"超过 {WIDEST} 列，请只导出契约中的列",
        f"more than {WIDEST} columns; export the agreed columns only",
        place,
    )


def _twice(place: str) -> InputError:
    return input_error(
        "R040",
        "工作表中同一单元格出现两次或位置自相矛盾，无从判断以哪个为准，请从源系统重新导出",
        "a cell of the sheet stands there twice or contradicts its row, so nobody can tell which holds; "
        "export it again from the source system",
        place,
    )


def require_listable(found: SheetScan, place: str) -> None:
    """Refuse a sheet in which more was found than can be listed."""
    if max(len(found.formulas), len(found.errors), len(found.merged)) > MOST_FLAGS:
        raise input_error(
            "R017",
            f"公式、错误值或合并单元格超过 {MOST_FLAGS} 处，请粘贴为数值后重新报送",
            f"more than {MOST_FLAGS} formulas, error values or merged cells; paste values and send again",
            place,
        )


class _EventParser:
    """The same findings from XML events: any prefix, order of attributes, or cells without references."""

    def __init__(self, found: SheetScan, place: str) -> None:
        self._found, self._place = found, place
        self._row = 0
        self._column = 0
        self._rows: set[int] = set()
        self._columns: set[int] = set()
        self._is_numbered = False
        self._type = ""
        self._text: list[str] | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, data: bytes) -> None:
        self._parser.Parse(data)

    def _refuse(self, *_: object) -> None:
        raise expat.ExpatError("document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rsplit(":", 1)[-1]:
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._column = 0
                self._columns.clear()
                self._is_numbered = "r" in attributes
                self._found.last_row = max(self._found.last_row, self._row)
                if attributes.get("hidden") in ("1", "true"):
                    self._found.hidden_rows.append(self._row)
            case "c":
                reference = _REFERENCE.fullmatch(attributes.get("r", ""))
                self._column = column_number(reference[1]) if reference else self._column + 1
                self._require_here(int(reference[2]) if reference else self._row)
                self._type = attributes.get("t", "n")
                self._found.cells += 1
                self._found.last_column = max(self._found.last_column, self._column)
            case "f":
                self._found.formulas.append((self._row, self._column))
            case "v":
                self._text = []
            case "col":
                if attributes.get("hidden") in ("1", "true"):
                    self._found.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))
            case "mergeCell":
                first, last = _REFERENCE.findall(attributes.get("ref", "")) or [("A", "1")] * 2
                self._found.merged.append(
                    (int(first[1]), column_number(first[0]), int(last[1]), column_number(last[0]))
                )
            case _:
                return

    def _require_here(self, row: int) -> None:
        """Refuse a cell that is there already or contradicts its row, which may be known by its cells alone."""
        if not self._columns:
            self._row = self._row if self._is_numbered else row
            is_new = self._row not in self._rows
            self._rows.add(self._row)
            self._found.last_row = max(self._found.last_row, self._row)
        else:
            is_new = self._column not in self._columns
        if row != self._row or not is_new:
            raise _twice(self._place)
        self._columns.add(self._column)

    def _data(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, name: str) -> None:
        if name.rsplit(":", 1)[-1] != "v" or self._text is None:
            return
        text, self._text = "".join(self._text), None
        if self._type == "e":
            self._found.errors.append((self._row, self._column, text))
        elif self._type not in TEXT_TYPES and _LONG_TEXT.fullmatch(text.strip()):
            self._found.numbers.append((self._row, self._column, f"{float(text):.14E}"))
