"""A sheet's XML in pieces of whole rows; one that is not spelled as nearly all writers do is ``Irregular``."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from data_contracts.reading.staged import input_error
from data_contracts.reading.worksheets import (
    SheetScan,
    column_number,
    require_listable,
)

_LONGEST_HEADER = 1024 * 1024
_LONGEST_PIECE = 16 * 1024 * 1024
_PAD = b"<<<<" + b" " * 8
"""Behind each piece, so that four tags follow every cell and eight bytes every tag."""
_ROOT = re.compile(rb"<worksheet[\s>][^<]*")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"'](?!utf-?8[\"'])", re.IGNORECASE)
_HIDDEN_COLUMN = re.compile(rb'<col (?=[^>]* hidden="(?:1|true)")(?=[^>]*min="(\d+)")(?=[^>]*max="(\d+)")')
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


class Irregular(Exception):  # noqa: N818 - no error: the sheet is read another way
    """The sheet is spelled in a way that this reading does not know."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole rows of a sheet, ``xml`` with what pads it; ``header`` is the root's tag."""

    header: bytes
    xml: bytes


def pieces(blocks: Iterable[bytes], found: SheetScan, place: str) -> Iterator[Piece]:
    """Yield the rows in pieces; what stands before and behind them goes to ``found``.

    Raises Irregular, InputError for rows too large to be read, ValueError for a sheet that ends among its rows.
    """
    stream = iter(blocks)
    header, rows = _header(stream)
    root = _search_around(header, found)
    carry = b""
    for block in itertools.chain((rows,), stream):
        data = carry + block if carry else block
        cut = data.rfind(b"</row>") + len(b"</row>")
        cut = cut if cut >= len(b"</row>") else max(data.rfind(b"<row "), 0)
        end = data.find(b"</sheetData>", cut)
        if end >= 0:
            yield from _whole(root, data[:end])
            _tail(data[end:], stream, found, place)
            return
        if cut <= 0:
            _require_short(data, place)
            carry = data
            continue
        yield from _whole(root, data[:cut])
        carry = data[cut:]
    raise ValueError("the sheet ends among its rows")


def _whole(root: bytes, rows: bytes) -> Iterator[Piece]:
    if rows.strip():
        yield Piece(root, rows + _PAD)


def _require_short(data: bytes, place: str) -> None:
    if len(data) > _LONGEST_PIECE:
        raise input_error(
            "R023",
            "工作表中有单元格大得无法读取，请从源系统重新导出",
            "a cell of the workbook is too large to read; export it again from the source system",
            place,
        )


def _header(stream: Iterator[bytes]) -> tuple[bytes, bytes]:
    """Return all that stands before the rows, and the first of the rows."""
    data = b""
    for block in stream:
        data += block
        header, found, rows = data.partition(b"<sheetData>")
        if found:
            return header, rows
        if len(data) > _LONGEST_HEADER:
            break
    raise Irregular


def _search_around(header: bytes, found: SheetScan) -> bytes:
    """Note hidden columns and return the root's tag."""
    root = _ROOT.search(header)
    if root is None or b"<!" in header or _ENCODING.search(header) or b"<?" in header[root.end() :]:
        raise Irregular
    found.hidden_columns += [(int(first), int(last)) for first, last in _HIDDEN_COLUMN.findall(header)]
    return root[0].rstrip()


def _tail(data: bytes, stream: Iterator[bytes], found: SheetScan, place: str) -> None:
    while data:
        block = next(stream, b"")
        cut = data.rfind(b"<") if block else len(data)
        if b"<!" in data or b"<row " in data or b"<c " in data:
            raise Irregular
        found.merged += [
            (int(top), column_number(left.decode()), int(bottom), column_number(right.decode()))
            for left, top, right, bottom in _MERGED.findall(data[:cut])
        ]
        require_listable(found, place)
        data = data[cut:] + block
        _require_short(data, place)
