"""The cells of a sheet as text: shared strings by number, all else by the spreadsheet reader, two pieces at a time.

The reader alone decides what a cell says. It gets each piece as a small workbook of the same styles, and the shared
strings once, as a workbook that lists them; cells that name a shared string are looked up there and spared it.
"""

from __future__ import annotations

import io
import zipfile
from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import fastexcel
import numpy as np
import polars as pl

from data_contracts.reading.sheet_looking import Looked, SharedCells, look
from data_contracts.reading.sheet_pieces import Irregular, Piece, pieces
from data_contracts.reading.worksheets import SheetScan, require_area, require_listable

THREADS = 2
_WAITING = 12
"""Pieces that may wait, so that memory stays bounded."""
_MOST_ROWS = 1_000_000
_MARK = "\ue000"
_STRINGS = "xl/sharedstrings.xml"
_ROOT = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


@dataclass(frozen=True, slots=True)
class SheetSource:
    """A sheet's name and XML part, and the parts of its workbook that say how cells are read."""

    name: str
    part: str
    parts: Mapping[str, bytes]

    def workbook(self, xml: bytes, *, with_strings: bool) -> fastexcel.ExcelReader:
        """Return a workbook in memory whose sheet has other content."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for name, part in self.parts.items():
                if with_strings or name.lower() != _STRINGS:
                    archive.writestr(name, part)
            archive.writestr(self.part, xml)
        return fastexcel.read_excel(content.getvalue())

    def has_strings(self) -> bool:
        """Return whether the workbook shares strings between cells."""
        return bool(self.strings_part())

    def strings_part(self) -> bytes:
        """Return the shared strings, empty where there are none."""
        return next((part for name, part in self.parts.items() if name.lower() == _STRINGS), b"")


def sheet_frame(book: fastexcel.ExcelReader, sheet: str, skip_rows: int | None = 0) -> pl.DataFrame:
    """Return a sheet as text columns c1 … cn at their true columns.

    ``skip_rows=0`` makes the reader keep leading blank rows; without it they vanish.
    """
    loaded = book.load_sheet(sheet, header_row=None, skip_rows=skip_rows, dtypes="string")
    names = [f"c{info.absolute_index + 1}" for info in loaded.available_columns()]
    frame = loaded.to_polars()
    frame.columns = names
    return _widened(frame, max((int(name[1:]) for name in names), default=0))


def _widened(frame: pl.DataFrame, width: int) -> pl.DataFrame:
    names = [f"c{place}" for place in range(1, width + 1)]
    blank = [pl.lit(None, dtype=pl.String).alias(name) for name in names if name not in frame.columns]
    return frame.with_columns(blank).select(names)


def read_in_pieces(blocks: Iterable[bytes], source: SheetSource, place: str) -> tuple[pl.DataFrame, SheetScan]:
    """Return the sheet's cells from row 1 on, and what else its XML tells.

    Raises Irregular for a sheet spelled otherwise than usual, InputError for one that is too wide or too far apart.
    """
    found = SheetScan()
    read: list[tuple[int, pl.DataFrame]] = []
    pool = ThreadPoolExecutor(THREADS)
    try:
        strings = pool.submit(_strings, source)
        waiting: deque[Future[tuple[Looked, pl.DataFrame]]] = deque()
        for piece in pieces(blocks, found, place):
            waiting.append(pool.submit(_read, piece, source, place))
            if len(waiting) > _WAITING:
                _take(*waiting.popleft().result(), strings.result(), read, found, place)
        while waiting:
            _take(*waiting.popleft().result(), strings.result(), read, found, place)
    finally:
        pool.shutdown(cancel_futures=True)
    require_area(found.last_row * found.last_column, found, place)
    return _joined(read), found


def _take(
    looked: Looked,
    frame: pl.DataFrame,
    strings: pl.Series,
    read: list[tuple[int, pl.DataFrame]],
    found: SheetScan,
    place: str,
) -> None:
    """Add a piece to what was read of the sheet."""
    if looked.first_row <= found.last_row:
        raise Irregular
    found.add(looked.found)
    require_listable(found, place)
    if looked.shared.rows.size:
        frame = _with_strings(frame, looked.shared, looked.first_row, strings)
    if frame.height:
        read.append((looked.first_row, frame))


def _joined(read: list[tuple[int, pl.DataFrame]]) -> pl.DataFrame:
    """Return frames below each other, each at its row, blank rows between them."""
    width = max((frame.width for _, frame in read), default=0)
    stacked, height = [], 0
    for first_row, frame in read:
        stacked += [_blank(first_row - 1 - height, width)] if first_row - 1 > height else []
        stacked.append(_widened(frame, width))
        height = first_row - 1 + frame.height
    return pl.concat(stacked, rechunk=False) if stacked else pl.DataFrame()


def _blank(rows: int, width: int) -> pl.DataFrame:
    nothing = pl.repeat(None, rows, dtype=pl.String, eager=True)
    return pl.DataFrame([nothing.alias(f"c{place}") for place in range(1, width + 1)])


def _strings(source: SheetSource) -> pl.Series:
    """Return the shared strings by their numbers and one null behind them, as the reader gives them."""
    xml = source.strings_part()
    count = xml.count(b"<si>") + xml.count(b"<si ") + xml.count(b"<si/>")
    if not count:
        return pl.Series([None], dtype=pl.String)
    columns = 1 + count // _MOST_ROWS
    rows = -(-count // columns)
    row = b"<row>" + b'<c t="s"><v>%d</v></c>' * columns + b"</row>"
    numbers = np.minimum(np.arange(rows * columns).reshape(columns, rows), count - 1).T.ravel()
    listed = (row * rows) % tuple(numbers.tolist())
    book = source.workbook(_ROOT + b"<sheetData>" + listed + b"</sheetData></worksheet>", with_strings=True)
    frame = sheet_frame(book, source.name)
    texts = pl.concat([frame[f"c{place}"] for place in range(1, columns + 1)]).head(count)
    return texts.extend_constant(None, 1)


def _read(piece: Piece, source: SheetSource, place: str) -> tuple[Looked, pl.DataFrame]:
    looked = look(piece, place)
    return looked, _others(looked, source)


def _others(looked: Looked, source: SheetSource) -> pl.DataFrame:
    """Return the cells that are not shared strings, from the piece's first row on.

    A mark in the row above tells that the reader counts rows and columns as we do.
    """
    if looked.found.cells == looked.shared.rows.size:
        return pl.DataFrame()
    above = looked.first_row - 1
    mark = f'<row r="{above}"><c r="A{above}" t="str"><v>{_MARK}</v></c></row>'.encode() if above else b""
    xml = looked.header + b"<sheetData>" + mark + looked.rest + b"</sheetData></worksheet>"
    book = source.workbook(xml, with_strings=source.has_strings() and b't="s"' in looked.rest)
    frame = sheet_frame(book, source.name, None if above else 0)
    if above:
        if not frame.height or frame["c1"][0] != _MARK:
            raise Irregular
        frame = frame.slice(1)
    if frame.height > looked.last_row - above:
        raise Irregular
    return frame


def _with_strings(frame: pl.DataFrame, shared: SharedCells, first_row: int, strings: pl.Series) -> pl.DataFrame:
    """Return the frame with shared strings at their cells; raises Irregular where a cell is there twice."""
    nothing = len(strings) - 1
    if shared.strings.max() >= nothing:
        raise Irregular
    height = max(frame.height, int(shared.rows.max()) - first_row + 1)
    width = max(frame.width, int(shared.columns.max()))
    numbers = np.full((width, height), nothing, dtype=np.uint32)
    numbers[shared.columns - 1, shared.rows - first_row] = shared.strings
    is_string = numbers != nothing
    if np.count_nonzero(is_string) != shared.rows.size:
        raise Irregular
    if frame.height < height:
        frame = pl.concat([frame, _blank(height - frame.height, frame.width)]) if frame.width else frame
    columns = []
    for place, (row, known) in enumerate(zip(numbers, is_string, strict=True), 1):
        name = f"c{place}"
        column = strings.gather(pl.Series(row)).alias(name)
        if name in frame.columns and frame[name].null_count() < height:
            holds = pl.Series(known)
            if (holds & frame[name].is_not_null()).any():
                raise Irregular
            column = column.zip_with(holds, frame[name])
        columns.append(column)
    return pl.DataFrame(columns)
