"""What a piece of a sheet holds: cells of shared text, and signs of formulas, errors, long numbers and far columns.

Nearly all writers spell rows and cells alike, so that one look at where tags begin tells it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_contracts.reading.sheet_pieces import Irregular, Piece
from data_contracts.reading.worksheets import (
    LONG_NUMBER,
    TEXT_TYPES,
    SheetScan,
    column_number,
    require_area,
    too_wide,
)

Places = NDArray[np.intp]
Words = NDArray[np.uint64]

_PAD = b"<<<<" + b" " * 8
"""Behind each piece, so that four tags follow every cell and eight bytes every tag."""
_CELL = rb'<c r="([A-Z]+)(\d+)"([^>]*)>'
_LONG_CELL = re.compile(_CELL + rb"(?:<f[^<]*(?:</f>|/>))?<v>(" + LONG_NUMBER + rb")</v>")
_FORMULA = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*><f[ >/]')
_ERROR = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*t="e"[^>]*>(?:<f[^<]*(?:</f>|/>))?<v>([^<]*)</v>')
_HIDDEN_ROW = re.compile(rb'<row r="(\d+)"[^>]* hidden="(?:1|true)"')
_FAR_CELL = re.compile(rb'<c r="[A-Z]{3,}\d+"[^>]*(?<!/)>\s*<[^/]')
_LONG_DIGITS = 16


@dataclass(frozen=True, slots=True)
class SharedCells:
    """Cells that refer to shared strings, in order: row, column (both from 1), number of the string."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    strings: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a piece found; ``rest`` is its XML without the ``shared`` cells."""

    header: bytes
    first_row: int
    last_row: int
    shared: SharedCells
    rest: bytes
    found: SheetScan


def _word(text: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(text, "little"))


_ROW_TAG = _word(b'<row r="')
_SHARED_LAST, _SHARED_FIRST, _CELL_END = _word(b' t="s"><'), _word(b' t="s" s'), _word(b"</v></c>")
_CELL_TAG, _FOUR, _SIX = _word(b'<c r="'), _word(b"\xff" * 4), _word(b"\xff" * 6)
_ZEROS, _NIBBLES, _SIXES = _word(b"0" * 8), _word(b"\xf0" * 8), _word(b"\x06" * 8)
_KEPT = np.array([0, *(((1 << 8 * n) - 1) << 8 * (8 - n) for n in range(1, 9))], dtype=np.uint64)
"""Mask of the last n of eight bytes."""
_LEADING = np.array([(1 << 8 * n) - 1 for n in range(9)], dtype=np.uint64)
"""Mask of the first n of eight bytes."""


def _numbers(words: Words, ends: Places, sizes: Places) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the numbers whose at most eight digits end before ``ends``, and where they are digits alone.

    Eight digits are added up at once, in pairs, pairs of pairs and so on, as described in
    https://kholdstare.github.io/technical/2020/05/26/faster-integer-parsing.html.
    """
    is_short = (sizes >= 1) & (sizes <= 8)
    kept = _KEPT[np.where(is_short, sizes, 0)]
    text = (words[ends - 8] & kept) | (_ZEROS & ~kept)
    is_number = is_short & ((text & _NIBBLES) == _ZEROS) & (((text + _SIXES) & _NIBBLES) == _ZEROS)
    value = text - _ZEROS
    for bits, factor, mask in ((8, 10, 0x00FF00FF00FF00FF), (16, 100, 0x0000FFFF0000FFFF), (32, 10_000, 0xFFFFFFFF)):
        value = (value * np.uint64(factor) + (value >> np.uint64(bits))) & np.uint64(mask)
    return value.astype(np.int64), is_number


@dataclass(frozen=True, slots=True)
class _Tags:
    """Where tags begin in a piece, and the letter behind each ``<``."""

    data: NDArray[np.uint8]
    words: Words
    places: Places
    kinds: NDArray[np.uint8]


def _tags(xml: bytes) -> _Tags:
    data = np.frombuffer(xml, dtype=np.uint8)
    words = np.ndarray((len(xml) - 7,), dtype="<u8", buffer=xml, strides=(1,))
    places = np.flatnonzero(data == ord("<"))
    kinds = data[places + 1]
    return _Tags(data, words, places, kinds)


def _rows(tags: _Tags) -> tuple[Places, NDArray[np.int64], NDArray[np.int64]]:
    """Return the tags that are rows, their numbers and how many digits each has."""
    rows = np.flatnonzero(tags.kinds == ord("r"))
    heads = tags.words[tags.places[rows]]
    rows, heads = rows[is_row := (heads & _FOUR) == (_ROW_TAG & _FOUR)], heads[is_row]
    starts = tags.places[rows] + 8
    digits = tags.words[starts, None].view(np.uint8).reshape(-1, 8) if rows.size else np.empty((0, 8), np.uint8)
    sizes = np.argmax(digits == ord('"'), axis=1)
    numbers, are_numbers = _numbers(tags.words, starts + sizes, sizes)
    if not rows.size or np.any(heads != _ROW_TAG) or not np.all(are_numbers) or np.any(np.diff(numbers) <= 0):
        raise Irregular
    return rows, numbers, sizes


def look(piece: Piece, place: str) -> Looked:
    """Return what the tags of a piece tell; raises Irregular, or InputError for what is too wide or too far apart."""
    tags = _tags(piece.xml)
    cells = np.flatnonzero(tags.kinds == ord("c"))
    if np.any(tags.kinds == ord("!")) or np.any(tags.kinds == ord("?")):
        raise Irregular
    if np.any((tags.words[tags.places[cells]] & _SIX) != _CELL_TAG):
        raise Irregular
    rows, numbers, sizes = _rows(tags)
    bounds = np.append(np.searchsorted(cells, rows), cells.size)
    if bounds[0]:
        raise Irregular
    in_row = np.repeat(np.arange(rows.size), np.diff(bounds))
    found = SheetScan(cells=int(cells.size), last_row=int(numbers[-1]))
    names = _columns(tags, cells)
    if np.any(names.is_far) and _FAR_CELL.search(piece.xml):
        raise too_wide(place)
    found.last_column = int(names.columns.max(initial=1))
    require_area((found.last_row - int(numbers[0])) * found.last_column, found, place)
    ends = _LEADING[sizes + 1]
    row_names = tags.words[tags.places[rows] + 8] & ends
    is_here = names.is_plain & ((tags.words[names.digits] & ends[in_row]) == row_names[in_row])
    _require_usual(tags, names, is_here, in_row)
    shared, strings = _shared(tags, cells, names.digits + sizes[in_row] + 1, is_here)
    held = SharedCells(numbers[in_row[shared]], names.columns[shared], strings)
    rest = _without(piece.xml, tags.places[cells[shared]], tags.places[cells[shared] + 3] + 4)
    is_long = _may_be_long(tags, _values_but(tags, cells[shared] + 1))
    _search(rest, bool(np.any(tags.kinds == ord("f"))), is_long, found)
    return Looked(piece.header, int(numbers[0]), int(numbers[-1]), held, rest, found)


def _require_usual(tags: _Tags, names: _Names, is_here: NDArray[np.bool_], in_row: NDArray[np.int64]) -> None:
    """Raise Irregular where a cell is not named after its row or not behind the one before, or a value not in its cell.

    Cells in far columns hold nothing here; of two cells in one place, or blanks before a value, only a parser tells.
    """
    columns = np.where(names.is_far, 1 << 20, names.columns)
    steps, same_row = np.diff(columns), np.diff(in_row) == 0
    is_behind = (steps > 0) | ((steps == 0) & names.is_far[1:])
    inner = tags.places[(tags.kinds == ord("v")) | (tags.kinds == ord("f"))]
    if np.any(names.is_plain & ~is_here) or np.any(same_row & ~is_behind) or np.any(tags.data[inner - 1] != ord(">")):
        raise Irregular


@dataclass(frozen=True, slots=True)
class _Names:
    """Columns of cells, where the digits of their names begin, and which names are plain: one or two capitals."""

    columns: NDArray[np.int64]
    digits: Places
    is_plain: NDArray[np.bool_]
    is_far: NDArray[np.bool_]


def _columns(tags: _Tags, cells: Places) -> _Names:
    starts = tags.places[cells] + 6
    first = tags.data[starts].astype(np.int64) - 64
    second = tags.data[starts + 1].astype(np.int64) - 64
    is_double = second > 0
    columns = np.where(is_double, first * 26 + second, first)
    is_far = is_double & (tags.data[starts + 2] >= ord("A"))
    is_plain = (first > 0) & (first <= 26) & (second <= 26) & ~is_far
    return _Names(columns, starts + 1 + is_double, is_plain, is_far)


def _shared(
    tags: _Tags, cells: Places, names_end: Places, is_here: NDArray[np.bool_]
) -> tuple[Places, NDArray[np.int64]]:
    """Return which cells, of those named after their row, are ``<c … t="s"><v>number</v></c>``, and the numbers."""
    values, ends = tags.places[cells + 1], tags.places[cells + 2]
    is_shared = (tags.words[values - 7] == _SHARED_LAST) | (tags.words[names_end] == _SHARED_FIRST)
    is_shared &= is_here & (tags.kinds[cells + 1] == ord("v")) & (tags.data[values + 2] == ord(">"))
    is_shared &= tags.words[ends] == _CELL_END
    shared = np.flatnonzero(is_shared)
    ends = ends[shared]
    strings, are_numbers = _numbers(tags.words, ends, ends - values[shared] - 3)
    return shared[are_numbers], strings[are_numbers]


def _without(xml: bytes, starts: Places, ends: Places) -> bytes:
    """Return the XML without stretches and padding."""
    if not starts.size:
        return xml[: -len(_PAD)]
    is_gap = starts[1:] > ends[:-1]
    kept_from = [0, *ends[:-1][is_gap].tolist(), int(ends[-1])]
    kept_to = [int(starts[0]), *starts[1:][is_gap].tolist(), len(xml) - len(_PAD)]
    return b"".join([xml[start:end] for start, end in zip(kept_from, kept_to, strict=True)])


def _values_but(tags: _Tags, known: Places) -> Places:
    """Return the tags that are values, but for the ``known``."""
    is_value = tags.kinds == ord("v")
    is_value[known] = False
    return np.flatnonzero(is_value)


def _search(xml: bytes, has_formulas: bool, is_long: bool, found: SheetScan) -> None:
    """Note formulas, errors, hidden rows and numbers too long to be exact, where there is any sign of them."""
    if has_formulas:
        found.formulas += [(int(row), column_number(letters.decode())) for letters, row in _FORMULA.findall(xml)]
    if b't="e"' in xml:
        found.errors += [
            (int(row), column_number(letters.decode()), text.decode("utf-8", "replace"))
            for letters, row, text in _ERROR.findall(xml)
        ]
    if b"hidden=" in xml:
        found.hidden_rows += map(int, _HIDDEN_ROW.findall(xml))
    if is_long:
        for letters, row, attributes, text in _LONG_CELL.findall(xml):
            if not any(f't="{kind}"'.encode() in attributes for kind in TEXT_TYPES):
                found.numbers.append((int(row), column_number(letters.decode()), f"{float(text):.14E}"))


def _may_be_long(tags: _Tags, values: Places) -> bool:
    """Return whether a value has an exponent or begins with as many digits as are not exact any more."""
    starts, ends = tags.places[values] + 3, tags.places[values + 1]
    if np.any((tags.data[ends - 3] | 0x20) == ord("e")) or np.any((tags.data[ends - 4] | 0x20) == ord("e")):
        return True
    starts = starts[ends - starts >= _LONG_DIGITS]
    starts = starts + (tags.data[starts] == ord("-"))
    digits = tags.data[starts[:, None] + np.arange(_LONG_DIGITS - 1)]
    return bool(np.any(np.all((digits >= ord("0")) & (digits <= ord("9")), axis=1)))
