"""The annotated receipt (XLSX): what is wrong, and the rows concerned as they were sent, marked cell by cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from data_contracts.checking import Checked
from data_contracts.reading import RawTable
from data_contracts.reading.staged import header_form
from data_contracts.rendering import LEVEL_LOOKS, LEVEL_MEANINGS, first_of, spoken
from data_contracts.sheets import (
    LEADING_COLUMNS,
    Styles,
    comment_of,
    gravest,
    header_cells,
    open_workbook,
    put,
    rows_of,
    sheet_name,
    source_tables,
    styles_of,
    write_comment,
)
from data_contracts.summary_sheet import NAME, write_summary
from fundwatch.domain.receipts import Fault, Level, Receipt, Verdict, column_letter, column_number

MOST_ROWS = 2_000
"""Rows shown of one sheet, those around the faulty ones included."""
MOST_COMMENTS = 5_000
"""Comments on one sheet; spreadsheets become slow beyond."""
FIRST_ROW = 5
"""Rows above the first data row of a sheet: title, legend, note, letters, header."""
_HEAD_SHOWN = 15
_LONGEST_ISSUE = 300


@dataclass(frozen=True, slots=True)
class Choice:
    """The rows of a sheet that are shown, and how many rows with an error or warning are not."""

    rows: tuple[int, ...]
    left_out: int


def choose_rows(faults: Iterable[Fault], header_row: int, most: int) -> Choice:
    """Return the faulty rows with one row before and after, errors first, until ``most`` rows are chosen.

    A lossless repair is shown at its first place only: it needs no mending.
    """
    listed = list(faults)
    by_level = {level: sorted({fault.row for fault in listed if fault.level is level}) for level in Level}
    firsts: dict[tuple[str, str], int] = {}
    for fault in listed:
        if fault.level is Level.NORMALISED:
            firsts.setdefault((fault.code, fault.column), fault.row)
    heavy = dict.fromkeys((*by_level[Level.ERROR], *by_level[Level.WARNING]))
    chosen: set[int] = set()
    left_out = 0
    for row in dict.fromkeys((*heavy, *sorted(firsts.values()))):
        wanted = {near for near in (row - 1, row, row + 1) if near > header_row or near == row}
        if len(chosen | wanted) <= most:
            chosen |= wanted
        elif row in heavy and row not in chosen:
            left_out += 1
    return Choice(tuple(sorted(chosen)), left_out)


@dataclass(frozen=True, slots=True)
class _Page:
    """One sheet in the making: where it is written, how, and what of the file it shows."""

    sheet: Any
    name: str
    styles: Styles
    raw: RawTable
    lang: str


def write_annotated(
    connection: duckdb.DuckDBPyConnection,
    results: Sequence[Checked],
    receipt: Receipt,
    target: Path,
    lang: str = "both",
    known_headers: Collection[str] = frozenset(),
) -> None:
    """Write the receipt as a workbook: a summary, then each sheet of the file with its faulty rows in context.

    The places of ``receipt`` are rows and letters of the tables of ``results``, whose temporary tables must still
    stand. ``known_headers`` (compared as ``header_form``) tell known from unknown cells in a table that was not
    recognised. Every cell is text; faults are listed up to the receipt's cap, rows and comments up to MOST_ROWS and
    MOST_COMMENTS a sheet, which the sheets then say. Raises OSError where the target cannot be written.
    """
    with open_workbook(target) as book:
        styles = styles_of(book)
        summary = book.add_worksheet(NAME)
        taken, anchors, notes = [NAME, "History"], {}, []
        for result in source_tables(results):
            raw = result.raw
            faults = [fault for fault in receipt.faults if raw is not None and fault.sheet == raw.sheet]
            if raw is None or not (faults or receipt.verdict is Verdict.REJECTED):
                continue
            name = sheet_name(raw.sheet, taken)
            taken.append(name)
            page = _Page(book.add_worksheet(name), name, styles, raw, lang)
            if result.match is None or not faults:
                _write_head(page, result, known_headers)
                continue
            choice = choose_rows(faults, result.match.header_row, MOST_ROWS)
            shown, uncommented = _write_rows(page, result, faults, choice, connection)
            anchors.update({(raw.sheet, row): (name, place) for row, place in shown.items()})
            notes += _notes(page, choice, uncommented)
        write_summary(summary, styles, receipt, anchors, notes, lang)
        summary.activate()


def _notes(page: _Page, choice: Choice, uncommented: int) -> list[str]:
    """Return what the sheet leaves out, in words."""
    notes = []
    if choice.left_out:
        words = (
            f"工作表“{page.name}”只显示 {len(choice.rows):,} 行，另有 {choice.left_out:,} 个问题行未显示，位置见“回执”",
            f"sheet {page.name} shows {len(choice.rows):,} rows; {choice.left_out:,} more rows concerned are not "
            "shown, their places are on the first sheet",
        )
        notes.append(spoken(words, page.lang))
    if uncommented:
        words = (
            f"工作表“{page.name}”的批注以 {MOST_COMMENTS:,} 条为限，另有 {uncommented:,} 格只着色、无批注",
            f"sheet {page.name} holds {MOST_COMMENTS:,} comments; {uncommented:,} more cells are only coloured",
        )
        notes.append(spoken(words, page.lang))
    return notes


def _frame(page: _Page, header: Sequence[str], header_row: int, rows: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    """Set widths and panes, and write letters and headers; ``rows`` give the widths."""
    page.sheet.set_column(0, 0, 10)
    page.sheet.set_column(1, 1, 46)
    for place in range(page.raw.width):
        cells = [header[place] if place < len(header) else "", *(row[1][place] for row in rows[:200])]
        wide = max((len(cell.encode("gb18030", "replace")) for cell in cells), default=0)
        page.sheet.set_column(LEADING_COLUMNS + place, LEADING_COLUMNS + place, min(40, max(8, wide + 3)))
    page.sheet.freeze_panes(FIRST_ROW, LEADING_COLUMNS)
    put(page.sheet, 3, 0, spoken(("列标", "column"), page.lang), page.styles.letter)
    shown = first_of((f"表头在第 {header_row} 行", f"header in row {header_row}"), page.lang) if header_row else ""
    put(page.sheet, 3, 1, shown, page.styles.letter)
    for place in range(1, page.raw.width + 1):
        put(page.sheet, 3, LEADING_COLUMNS + place - 1, column_letter(place), page.styles.letter)


def _legend(page: _Page, title: tuple[str, str], note: str) -> None:
    put(page.sheet, 0, 0, spoken(title, page.lang), page.styles.title)
    for place, level in enumerate(Level):
        look = LEVEL_LOOKS[level]
        words = (f"{look.zh}：{LEVEL_MEANINGS[level][0]}", f"{look.en}: {LEVEL_MEANINGS[level][1]}")
        put(page.sheet, 1, 1 + place, f"{look.sign} {spoken(words, page.lang)}", page.styles.words[level])
    put(page.sheet, 2, 0, note, page.styles.faint)


def _write_rows(
    page: _Page, result: Checked, faults: Sequence[Fault], choice: Choice, connection: duckdb.DuckDBPyConnection
) -> tuple[dict[int, int], int]:
    """Write the chosen rows; return where each row of the file stands, and how many cells went without a comment."""
    header = header_cells(result)
    header_row = result.match.header_row if result.match else 0
    rows = list(rows_of(connection, page.raw, choice.rows))
    marks: dict[int, dict[int, list[Fault]]] = defaultdict(lambda: defaultdict(list))
    for fault in faults:
        marks[fault.row][column_number(fault.column)].append(fault)
    uncommented = max(0, sum(len(marks[row]) for row, _ in rows if row in marks) - MOST_COMMENTS)
    title = ("问题行及其前后各一行（行号、列标与原文件一致）", "rows concerned, one before and after, as in the file")
    _legend(page, title, " ".join(_notes(page, choice, uncommented)))
    _frame(page, header, header_row, rows)
    put(page.sheet, 4, 0, spoken(("行号", "row"), page.lang), page.styles.head)
    put(page.sheet, 4, 1, spoken(("问题", "what is wrong"), page.lang), page.styles.head)
    _write_header(page, result, header)
    comments = 0
    shown: dict[int, int] = {}
    for place, (row, cells) in enumerate(rows, FIRST_ROW):
        shown[row] = place
        comments += _write_row(page, place, row, cells, marks.get(row, {}), MOST_COMMENTS - comments)
    last = max(FIRST_ROW, FIRST_ROW + len(rows) - 1)
    page.sheet.autofilter(4, 0, last, LEADING_COLUMNS + page.raw.width - 1)
    page.sheet.ignore_errors(
        {"number_stored_as_text": f"A1:{column_letter(LEADING_COLUMNS + page.raw.width)}{last + 1}"}
    )
    return shown, uncommented


def _write_header(page: _Page, result: Checked, header: Sequence[str]) -> None:
    unknown = set(result.match.unknown) if result.match else set()
    for place in range(page.raw.width):
        text = header[place] if place < len(header) else ""
        is_unknown = text.strip() in unknown and bool(text.strip())
        put(page.sheet, 4, LEADING_COLUMNS + place, text, page.styles.unknown if is_unknown else page.styles.head)


def _write_row(
    page: _Page, place: int, row: int, cells: Sequence[str], marks: dict[int, list[Fault]], comments_left: int
) -> int:
    """Write one row of the file; return how many comments it took."""
    told = [fault for column in sorted(marks) for fault in marks[column]]
    issue = "\n".join(_issue(fault, page.lang) for fault in told)
    issue = issue if len(issue) <= _LONGEST_ISSUE else f"{issue[:_LONGEST_ISSUE]}…"
    whole = marks.get(0, [])
    number = page.styles.cells[gravest(whole)] if whole else page.styles.number
    put(page.sheet, place, 0, str(row), number)
    put(page.sheet, place, 1, issue, page.styles.wrapped)
    for column, cell in enumerate(cells, 1):
        found = marks.get(column)
        style = page.styles.cells[gravest(found)] if found else page.styles.plain
        put(page.sheet, place, LEADING_COLUMNS + column - 1, cell, style)
    used = 0
    for column in sorted(marks):
        if used < comments_left and column <= page.raw.width:
            at = LEADING_COLUMNS + column - 1 if column else 0
            write_comment(page.sheet, place, at, comment_of(marks[column], page.lang))
            used += 1
    return used


def _issue(fault: Fault, lang: str) -> str:
    where = f"{fault.column} " if fault.column else ""
    return f"{LEVEL_LOOKS[fault.level].sign} {where}{first_of((fault.reason, fault.reason_en), lang)}"


def _write_head(page: _Page, result: Checked, known_headers: Collection[str]) -> None:
    """Write the first rows of a table that has no row faults of its own: not recognised, or refused as a whole."""
    rows = [(row, tuple(cells)) for row, cells in page.raw.head[:_HEAD_SHOWN]]
    rows = [(row, (*cells, *[""] * (page.raw.width - len(cells)))) for row, cells in rows]
    known = set(known_headers) or {header_form(one.header) for one in (result.match.columns if result.match else ())}
    scores = {row: sum(header_form(cell) in known for cell in cells) for row, cells in rows}
    best = max(scores, key=lambda row: scores[row], default=0)
    marked = result.match.header_row if result.match else best if scores.get(best, 0) > 0 else 0
    words = (
        "文件开头各行；✓ 为已知表头，? 为未知表头",
        "first rows of the file; ✓ is a known header, ? an unknown one",
    )
    put(page.sheet, 0, 0, spoken(words, page.lang), page.styles.title)
    _frame(page, (), marked, rows)
    for place, (row, cells) in enumerate(rows, FIRST_ROW):
        put(page.sheet, place, 0, str(row), page.styles.number)
        for column, cell in enumerate(cells):
            is_header = row == marked and bool(cell.strip()) and bool(known)
            mark = page.styles.known if header_form(cell) in known else page.styles.unknown
            put(page.sheet, place, LEADING_COLUMNS + column, cell, mark if is_header else page.styles.plain)
