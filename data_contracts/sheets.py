"""What the workbooks of a receipt share: cells that stay text, marks by level, legal sheet names, comments."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from data_contracts.checking import Checked
from data_contracts.reading import RawTable
from data_contracts.rendering import LEVEL_LOOKS
from data_contracts.statements import statement
from fundwatch.domain.receipts import Fault, Level

Row = tuple[int, tuple[str, ...]]
"""Row number in the file and its cells, empty text where a cell is empty."""

LEADING_COLUMNS = 2
"""On an annotated sheet, row number and what is wrong stand before the cells of the file."""

_LONGEST_CELL = 32_000
_LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_ROWS_AT_ONCE = 5_000
_FILLS = {
    Level.ERROR: ("#FDE3D8", "#B4450A"),
    Level.WARNING: ("#FFF3C4", "#7A5A00"),
    Level.NORMALISED: ("#E1EEF7", "#2F6A99"),
}
_GREY, _INK, _LINE = "#EEF1F5", "#3A4350", "#C9CFD8"
_NO_GUESSING = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}


@dataclass(frozen=True, slots=True)
class Styles:
    """The formats of one workbook. Every format is text, so what is typed later keeps its digits too."""

    plain: Any
    head: Any
    letter: Any
    number: Any
    faint: Any
    title: Any
    wrapped: Any
    wide: Any
    link: Any
    known: Any
    unknown: Any
    cells: Mapping[Level, Any]
    words: Mapping[Level, Any]


def open_workbook(target: Path) -> xlsxwriter.Workbook:
    """Return a workbook that streams its rows to temporary files beside the target, and guesses no types."""
    return xlsxwriter.Workbook(
        str(target), {"constant_memory": True, "tmpdir": str(target.resolve().parent), **_NO_GUESSING}
    )


def styles_of(book: xlsxwriter.Workbook) -> Styles:
    """Return the formats. A marked cell shows its sign by number format: the text itself stays as it was sent."""

    def style(**properties: Any) -> Any:
        return book.add_format({"num_format": "@", "valign": "top", **properties})

    def marked(level: Level) -> Any:
        fill, ink = _FILLS[level]
        sign = f'"{LEVEL_LOOKS[level].sign} "@'
        return style(num_format=sign, bg_color=fill, font_color=ink, border=1, border_color=ink, locked=False)

    def worded(level: Level) -> Any:
        fill, ink = _FILLS[level]
        return style(bg_color=fill, font_color=ink, bold=True, text_wrap=True)

    return Styles(
        plain=style(locked=False),
        head=style(bold=True, bg_color=_GREY, bottom=1, bottom_color=_LINE, text_wrap=True),
        letter=style(bg_color=_GREY, font_color=_INK, align="center"),
        number=style(bg_color=_GREY, font_color=_INK, align="right"),
        faint=style(font_color="#5B6472", italic=True),
        title=style(bold=True, font_size=14),
        wrapped=style(text_wrap=True),
        wide=style(align="left"),
        link=style(font_color="#1F5FA8", underline=1),
        known=style(num_format='"✓ "@', bg_color="#DDF1E4", font_color="#14663C", border=1),
        unknown=style(num_format='"? "@', bg_color=_FILLS[Level.WARNING][0], font_color="#7A5A00", border=1),
        cells={level: marked(level) for level in Level},
        words={level: worded(level) for level in Level},
    )


def put(sheet: Any, row: int, column: int, value: str, style: Any) -> None:
    """Write text as text: never a formula, a number or a link. An empty cell keeps its format."""
    if not value:
        sheet.write_blank(row, column, None, style)
        return
    shown = value if len(value) <= _LONGEST_CELL else f"{value[:_LONGEST_CELL]}…"
    sheet.write_string(row, column, shown, style)


def sheet_name(wanted: str, taken: Collection[str]) -> str:
    """Return a legal sheet name that is not taken (compared without letter case); an unnamed sheet is 数据."""
    name = _FORBIDDEN.sub("_", wanted).strip("'")[:_LONGEST_NAME] or "数据"
    held = {one.casefold() for one in taken}
    number = 1
    base = name
    while name.casefold() in held:
        number += 1
        end = f" ({number})"
        name = base[: _LONGEST_NAME - len(end)] + end
    return name


def comment_of(faults: Iterable[Fault], lang: str) -> str:
    """Return what a cell's comment says: every fault with its cause and remedy."""
    parts = []
    for fault in faults:
        look = LEVEL_LOOKS[fault.level]
        lines = [f"{look.sign} {fault.code} {look.en if lang == 'en' else look.zh}"]
        if lang != "en":
            lines += [f"原因：{fault.reason}", f"处理：{fault.remedy}"]
        if lang != "zh":
            lines += [f"Cause: {fault.reason_en}", f"Remedy: {fault.remedy_en}"]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def write_comment(sheet: Any, row: int, column: int, text: str) -> None:
    """Attach a comment large enough for its text."""
    lines = sum(1 + len(line.encode("gb18030", "replace")) // 44 for line in text.split("\n"))
    sheet.write_comment(row, column, text, {"author": "Fundwatch", "width": 320, "height": 20 + 18 * lines})


def gravest(faults: Sequence[Fault]) -> Level:
    """Return the level that outweighs the others; raises ValueError for none."""
    return min((fault.level for fault in faults), key=tuple(Level).index)


def header_cells(result: Checked) -> tuple[str, ...]:
    """Return the header row as it was read (a header of two rows joined), empty where the table was not recognised."""
    if result.raw is None or result.match is None:
        return ()
    return result.match.cells or next((cells for row, cells in result.raw.head if row == result.match.header_row), ())


def rows_of(connection: duckdb.DuckDBPyConnection, raw: RawTable, rows: Iterable[int]) -> Iterator[Row]:
    """Yield rows of a staged table in order with all their cells as text; rows that it does not have are left out."""
    wanted = sorted(set(rows))
    names = [f"c{place}" for place in range(1, raw.width + 1)]
    for start in range(0, len(wanted), _ROWS_AT_ONCE):
        part = wanted[start : start + _ROWS_AT_ONCE]
        found = connection.execute(statement("cells").replace("told_rows", raw.name), {"rows": part})
        places = {item[0]: place for place, item in enumerate(found.description)}
        records = {record[places["_row"]]: record for record in found.fetchall()}
        for row in part:
            if row in records:
                yield row, tuple(str(records[row][places[name]] or "") for name in names)


def source_tables(results: Sequence[Checked]) -> list[Checked]:
    """Return one result for each staged table: a sheet that fills two tables is shown once."""
    found: dict[str, Checked] = {}
    for result in results:
        if result.raw is not None:
            found.setdefault(result.raw.name, result)
    return list(found.values())
