"""A table of a file as it was sent, staged as text in a DuckDB connection."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fundwatch.domain.errors import InputError

HEADER_ROWS = 15
"""The header is searched in this many first records."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = re.compile(r"[\s\u00a0\u3000\ufeff\u200b]+")


@dataclass(frozen=True, slots=True)
class CellFlag:
    """Something that reading itself noticed about a row (``column`` 0) or a cell (1-based column)."""

    row: int
    column: int
    code: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """One staged table: ``name`` in the connection, ``head`` its first non-empty records as (row, cells).

    ``form`` is csv, xlsx or parquet. ``_cells`` is how many cells a record has, NULL where the form fixes it;
    ``usual_cells`` is what most records have, 0 where the form fixes it.
    """

    name: str
    sheet: str
    form: str
    width: int
    head: tuple[tuple[int, tuple[str, ...]], ...]
    flags: tuple[CellFlag, ...] = ()
    usual_cells: int = 0


def header_form(text: str) -> str:
    """Return a header as headers are compared: half-width, upper-case, without spaces."""
    return _SPACES.sub("", text.translate(_FULL_WIDTH)).upper()


def input_error(code: str, zh: str, en: str, place: str) -> InputError:
    """Return the error for a file that cannot be read."""
    return InputError(f"{zh}。", f"{en[0].upper()}{en[1:]}.", code=code, place=place)
