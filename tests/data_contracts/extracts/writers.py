"""Writes an extract in a layout: delimited text in any encoding, sheets of text or of values, Parquet of either."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from .cells import Cell
from .layouts import Container, Layout
from .making import Extract

Table = list[list[Cell]]
Raw = Mapping[int, Sequence[str]]
"""Data rows, by place, that are written cell by cell as they are, whatever the columns."""


def table_of(extract: Extract, layout: Layout) -> Table:
    """Return the cells of the data rows in the order of the layout."""
    return [[cells[place] for place in layout.order] for cells in extract.rows]


def text_of(extract: Extract, layout: Layout, raw: Raw | None = None) -> str:
    """Return the delimited text of an extract, titles and header first; a title is a line of one cell."""
    container, buffer = layout.container, io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if container.quotes_all else csv.QUOTE_MINIMAL
    writer = csv.writer(buffer, delimiter=container.delimiter, lineterminator=container.newline, quoting=quoting)
    for title in layout.titles:
        writer.writerow([title] if title else [])
    writer.writerow(layout.headers)
    for place, row in enumerate(table_of(extract, layout)):
        for before, kind in layout.noise:
            if before == place:
                writer.writerow(layout.noise_record(kind))
        writer.writerow((raw or {}).get(place, [cell.text for cell in row]))
    return buffer.getvalue()


def encoded(text: str, container: Container) -> bytes:
    """Return the bytes of a text in the container's encoding."""
    if container.encoding == "utf-16-be-bom":
        content = codecs.BOM_UTF16_BE + text.encode("utf-16-be")
    else:
        content = text.encode(container.encoding)
    return gzip.compress(content, mtime=0) if container.gzipped else content


def _write_sheet(path: Path, extract: Extract, layout: Layout, raw: Raw) -> None:
    typed = layout.container.form == "typed sheet"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet((extract.feed.sheets or ("数据",))[0])
    formats = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    for number, title in enumerate(layout.titles):
        if title:
            sheet.write_string(number, 0, title)
    for place, header in enumerate(layout.headers):
        sheet.write_string(layout.header_row - 1, place, header)
    records = [(layout.row_of(number), number, row) for number, row in enumerate(table_of(extract, layout))]
    for at, number, row in records:
        between = [kind for before, kind in layout.noise if before == number]
        for back, kind in enumerate(reversed(between), 1):
            _write_texts(sheet, at - back, layout.noise_record(kind))
        if number in raw:
            _write_texts(sheet, at, raw[number])
            continue
        for place, cell in enumerate(row):
            value = cell.typed if typed else None
            if isinstance(value, (date, datetime)):
                sheet.write_datetime(at - 1, place, value, formats[type(value)])
            elif value is not None:
                sheet.write_number(at - 1, place, value)
            elif cell.text:
                sheet.write_string(at - 1, place, cell.text)
    book.close()


def _write_texts(sheet: Any, row: int, texts: Sequence[str]) -> None:
    for place, text in enumerate(texts):
        if text:
            sheet.write_string(row - 1, place, text)


def _series(name: str, cells: Sequence[Cell], typed: bool) -> pl.Series:
    """Return a column of values of one type where all cells have one, else of text."""
    filled = [cell.typed for cell in cells if cell.text]
    types = {type(value) for value in filled}
    if typed and len(types) == 1 and types <= {int, date, datetime}:
        return pl.Series(name, [cell.typed if cell.text else None for cell in cells])
    return pl.Series(name, [cell.text or None for cell in cells], dtype=pl.String)


def _write_parquet(path: Path, extract: Extract, layout: Layout, raw: Raw) -> None:
    typed = layout.container.form == "typed parquet" and not raw
    table = table_of(extract, layout)
    for number, texts in raw.items():
        table[number] = [Cell(text, None) for text in texts]
    columns = [_series(header, [row[place] for row in table], typed) for place, header in enumerate(layout.headers)]
    pl.DataFrame(columns).write_parquet(path)


def write(folder: Path, extract: Extract, layout: Layout, raw: Raw | None = None, part: str = "") -> Path:
    """Write an extract and return the path of its file, named as the feed's files are where that tells them apart."""
    container, name = layout.container, f"{(extract.feed.files or ('extract',))[0]}{part}"
    suffix = {"text": "csv", "sheet": "xlsx", "typed sheet": "xlsx"}.get(container.form, "parquet")
    path = folder / f"{name}.{suffix}{'.gz' if container.gzipped else ''}"
    if container.is_text:
        path.write_bytes(encoded(text_of(extract, layout, raw), container))
    elif container.form.endswith("parquet"):
        _write_parquet(path, extract, layout, raw or {})
    else:
        _write_sheet(path, extract, layout, raw or {})
    return path
