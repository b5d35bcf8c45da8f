"""What a sender mends and sends again: a template of the faulty rows alone, and the list of faults as CSV."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from data_contracts.checking import Checked
from data_contracts.rendering import LEVEL_LOOKS
from data_contracts.sheets import (
    Styles,
    comment_of,
    header_cells,
    open_workbook,
    put,
    rows_of,
    sheet_name,
    source_tables,
    styles_of,
    write_comment,
)
from data_contracts.statements import statement
from data_contracts.vocabulary import ORIGINAL_BATCH, ORIGINAL_ROW
from data_contracts.wording import cell_fault
from fundwatch.domain.receipts import BatchFault, Fault, Level, Receipt, column_letter, column_number

__all__ = ["ORIGINAL_BATCH", "ORIGINAL_ROW", "errors_csv", "write_template"]

MOST_COMMENTS = 5_000
"""Comments on one sheet; spreadsheets become slow beyond."""
NOTES = "说明"
"""Sheet of instructions; the reader passes over a sheet of this name."""
_ALLOWED = {
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
    "insert_hyperlinks": False,
}
_CSV_HEADERS = (
    "文件 file",
    "工作表 sheet",
    "行 row",
    "列 column",
    "表头 header",
    "级别 level",
    "代码 code",
    "内容 value",
    "原因",
    "处理",
    "reason",
    "remedy",
)
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONG_DIGITS = re.compile(r"\d{12,}|0\d+")
Marks = dict[int, dict[int, list[Fault]]]
"""Row → column (0: the row as a whole) → faults."""


@dataclass(frozen=True, slots=True)
class _Page:
    sheet: Any
    styles: Styles
    batch: str

    @property
    def leading(self) -> int:
        """Columns before those of the file: the row number, and the batch where there is one."""
        return 2 if self.batch else 1


def write_template(
    connection: duckdb.DuckDBPyConnection,
    results: Sequence[Checked],
    receipt: Receipt,
    target: Path,
    *,
    batch: str | None = None,
) -> int:
    """Write a workbook of the rows that were kept out, as they were sent, to be mended in place; return how many.

    Sheets, headers and columns are those of the file; before them stand ``ORIGINAL_ROW`` and, with a batch,
    ``ORIGINAL_BATCH``. All cells are text. Every row with an error is in it, however many the receipt lists; the
    temporary tables of ``results`` must still stand. Raises OSError where the target cannot be written.
    """
    with open_workbook(target) as book:
        styles = styles_of(book)
        notes = book.add_worksheet(NOTES)
        taken, count = [NOTES, "History"], 0
        for result in source_tables(results):
            marks = _error_marks(connection, result, results, receipt)
            if result.raw is None or result.match is None or not marks:
                continue
            name = sheet_name(result.raw.sheet, taken)
            taken.append(name)
            page = _Page(book.add_worksheet(name), styles, batch or "")
            count += _write_rows(page, result, marks, connection)
        _write_notes(notes, styles, receipt, batch or "", count)
        if batch:
            book.set_custom_property("batch", batch, "text")
        book.set_properties({"title": "更正模板 correction template", "author": "Fundwatch"})
        notes.activate()
    return count


def _error_marks(
    connection: duckdb.DuckDBPyConnection, result: Checked, results: Sequence[Checked], receipt: Receipt
) -> Marks:
    """Return every error of a staged table by row and column: what judging found and what loading found after it."""
    if result.raw is None:
        return {}
    raw, header = result.raw, header_cells(result)
    marks: Marks = defaultdict(lambda: defaultdict(list))
    seen: set[tuple[int, int, str]] = set()
    for fault in receipt.faults:
        place = (fault.row, column_number(fault.column), fault.code)
        if fault.sheet == raw.sheet and fault.level is Level.ERROR and place not in seen:
            seen.add(place)
            marks[place[0]][place[1]].append(fault)
    for one in results:
        if one.raw is None or one.raw.name != raw.name or one.clean is None:
            continue
        hits = statement("error_places").replace("checked", one.clean.removesuffix("_clean"))
        for row, place, code, detail in connection.execute(hits).fetchall():
            if (row, place, code) in seen:
                continue
            seen.add((row, place, code))
            name = header[place - 1] if 0 < place <= len(header) else ""
            fault = cell_fault(
                code,
                Level.ERROR,
                row=row,
                sheet=raw.sheet,
                column=column_letter(place),
                header=name,
                detail=detail or "",
            )
            marks[row][place].append(fault)
    return marks


def _write_rows(page: _Page, result: Checked, marks: Marks, connection: duckdb.DuckDBPyConnection) -> int:
    raw, header, lead = result.raw, header_cells(result), page.leading
    if raw is None:
        return 0
    page.sheet.set_column(0, lead - 1, 12, page.styles.number)
    page.sheet.set_column(lead, lead + raw.width - 1, 18, page.styles.plain)
    put(page.sheet, 0, 0, ORIGINAL_ROW, page.styles.number)
    write_comment(page.sheet, 0, 0, "原文件中的行号，请勿改动\nRow in the file as sent; please leave as it is")
    if page.batch:
        put(page.sheet, 0, 1, ORIGINAL_BATCH, page.styles.number)
    for place, text in enumerate(header[: raw.width]):
        put(page.sheet, 0, lead + place, text, page.styles.head)
    comments = written = 0
    for written, (row, cells) in enumerate(rows_of(connection, raw, marks), 1):
        comments += _write_row(page, written, row, cells, marks[row], MOST_COMMENTS - comments)
    page.sheet.freeze_panes(1, lead)
    page.sheet.autofilter(0, 0, max(written, 1), lead + raw.width - 1)
    page.sheet.ignore_errors({"number_stored_as_text": f"A1:{column_letter(lead + raw.width)}{written + 1}"})
    page.sheet.protect("", _ALLOWED)
    return written


def _write_row(
    page: _Page, at: int, row: int, cells: Sequence[str], marks: dict[int, list[Fault]], comments_left: int
) -> int:
    """Write one row; return how many comments it took."""
    bad, lead = page.styles.cells[Level.ERROR], page.leading
    put(page.sheet, at, 0, str(row), page.styles.letter if 0 not in marks else page.styles.words[Level.ERROR])
    if page.batch:
        put(page.sheet, at, 1, page.batch, page.styles.number)
    for column, cell in enumerate(cells, 1):
        put(page.sheet, at, lead + column - 1, cell, bad if column in marks else page.styles.plain)
    wanted = [column for column in sorted(marks) if column <= len(cells)][: max(0, comments_left)]
    for column in wanted:
        write_comment(page.sheet, at, lead + column - 1 if column else 0, comment_of(marks[column], "both"))
    return len(wanted)


def _write_notes(sheet: Any, styles: Styles, receipt: Receipt, batch: str, count: int) -> None:
    completes = "" if batch else " --completes 批次号"
    how = f"fundwatch ingest 本文件 --institution {receipt.institution}{completes}"
    lines = (
        ("更正模板", "Correction template"),
        (f"原文件：{receipt.file}", f"File: {receipt.file}"),
        (f"批次：{batch or '（校验时未入库，尚无批次号）'}", f"Batch: {batch or '(only checked, no batch yet)'}"),
        (f"待更正行数：{count:,}", f"Rows to be mended: {count:,}"),
        (
            "1. 改着色（▲）的单元格；鼠标停在上面可看原因和处理办法。“原行号”着色的，是整行有问题，请看其批注。",
            "1. Change coloured cells (▲); hover over one to see why. A coloured row number means the row as a whole.",
        ),
        (
            f"2. 不要改动“{ORIGINAL_ROW}”一列：系统凭它把更正的行放回原处。",
            f"2. Leave the column {ORIGINAL_ROW} (row as sent) as it is: by it each row finds its place again.",
        ),
        (
            "3. 所有单元格都是文本格式，长号码不会丢失末位；从别处粘贴时请选“只粘贴值”。",
            "3. All cells are text, so long numbers keep their digits; when pasting, paste values only.",
        ),
        (
            "4. 暂时改不了的行可整行删除（先撤销工作表保护，无密码），该行仍不接收；本不该有的行（如重复行），"
            "保留“原行号”并清空其余各格，即作废该行。",
            "4. A row deleted here (unprotect the sheet first, no password) stays out. To void a row that should not "
            "exist, keep its row number and empty all its other cells.",
        ),
        (f"5. 改好后保存为 .xlsx 报送：{how}", "5. Save as .xlsx and send it with the command to the left."),
        (
            "6. 原文件须已报送入库（只做过校验的不算）；没有列在这里的行已经接收，不用再报。",
            "6. The file itself must have been sent (a check does not count); rows not listed here were taken.",
        ),
    )
    sheet.set_column(0, 1, 80)
    for row, (zh, en) in enumerate(lines):
        put(sheet, row, 0, zh, styles.title if row == 0 else styles.wrapped)
        put(sheet, row, 1, en, styles.title if row == 0 else styles.wrapped)


def errors_csv(receipt: Receipt, target: Path) -> int:
    """Write every listed fault as a line of CSV and return how many; batch faults come first, without a row.

    UTF-8 with BOM, so that spreadsheets read it. A text that a spreadsheet would run as a formula, or whose digits it
    would spoil, gets an apostrophe before it: the list is for reading, the cells are mended in the file.
    """
    lines = [*_batch_lines(receipt.batch_faults, receipt.file), *_fault_lines(receipt.faults, receipt.file)]
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_CSV_HEADERS)
        writer.writerows([harmless(text) for text in line] for line in lines)
    return len(lines)


def harmless(text: str) -> str:
    """Return a text that a spreadsheet opens as this text: no formula, no long number, no leading zero lost."""
    bare = text.lstrip().lstrip("\u200b\ufeff")
    if text.startswith(_ACTIVE) or bare.startswith(_ACTIVE) or _LONG_DIGITS.fullmatch(text):
        return f"'{text}"
    return text


def _batch_lines(faults: Iterable[BatchFault], file: str) -> Iterator[tuple[str, ...]]:
    for fault in faults:
        level = LEVEL_LOOKS[fault.level].zh
        words = (fault.reason, fault.remedy, fault.reason_en, fault.remedy_en)
        yield (file, "", "", "", "", level, fault.code, "", *words)


def _fault_lines(faults: Iterable[Fault], file: str) -> Iterator[tuple[str, ...]]:
    for fault in faults:
        place = (fault.sheet, str(fault.row), fault.column, fault.header)
        words = (fault.reason, fault.remedy, fault.reason_en, fault.remedy_en)
        yield (file, *place, LEVEL_LOOKS[fault.level].zh, fault.code, fault.value, *words)
