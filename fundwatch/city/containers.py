"""Bytes of the containers that institutions send: delimited text, workbooks, gzip, Parquet; equal for equal rows."""

from __future__ import annotations

import gzip
import io
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl
import xlsxwriter

from fundwatch.city.cells import blank_as_null

Cell = str | float | int | None


def delimited(frame: pl.DataFrame, encoding: str, separator: str = ",") -> bytes:
    """Return the frame as delimited text with CRLF line ends; ``utf-8-sig`` and ``utf-16`` write a byte order mark."""
    buffer = io.BytesIO()
    blank_as_null(frame).write_csv(buffer, line_terminator="\r\n", separator=separator)
    return buffer.getvalue().decode("utf-8").encode(encoding)


def gzipped(content: bytes) -> bytes:
    """Return the content packed without the hour of packing."""
    return gzip.compress(content, mtime=0)


def parquet(frame: pl.DataFrame) -> bytes:
    """Return the frame as Parquet."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]], made: datetime) -> bytes:
    """Return a workbook: texts as text, numbers with thousands separators and two decimals, the rest left blank."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_numbers": False, "in_memory": True})
    book.set_properties({"created": made})
    money = book.add_format({"num_format": "#,##0.00"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    if cell:
                        sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write_number(number, column, cell, money)
    book.close()
    return buffer.getvalue()


def table(frame: pl.DataFrame) -> list[tuple[Cell, ...]]:
    """Return a frame as rows of a sheet, header first."""
    return [tuple(frame.columns), *frame.rows()]
