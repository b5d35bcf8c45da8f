"""XLSX workbooks: every sheet as text, at its true rows and columns, with the cells a spreadsheet may have spoilt."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import fastexcel
import polars as pl

from data_contracts.reading.staged import HEADER_ROWS, CellFlag, RawTable, input_error
from data_contracts.statements import statement
from fundwatch.domain.errors import InputError

_LARGEST = 4 * 1024**3
_HIGHEST_RATIO = 200
_MOST_FLAGS = 100_000
_DAMAGE = (
    zipfile.BadZipFile,
    fastexcel.FastExcelError,
    ElementTree.ParseError,
    zlib.error,
    KeyError,
    OSError,
    EOFError,
)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LONG_NUMBER = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]+)(\d+)"([^>]*)>(?:<(?:\w+:)?f[^<]*(?:</(?:\w+:)?f>|/>))?'
    rb"<(?:\w+:)?v>(-?\d{16,}(?:\.\d+)?|-?\d(?:\.\d+)?[Ee]\+?(?:1[5-9]|2\d))</"
)
_FORMULA = re.compile(rb'<(?:\w+:)?c r="([A-Z]+)(\d+)"[^>]*><(?:\w+:)?f[ >/]')
_TEXT_TYPES = (b't="s"', b't="str"', b't="inlineStr"')


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _guard(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuse bombs before expanding them, and workbooks with macros."""
    entries = archive.infolist()
    size = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if size > _LARGEST or (size > 100 * 1024**2 and size / packed > _HIGHEST_RATIO):
        raise input_error(
            "R006", "压缩内容过大，拒绝展开", "the archive would expand too far and is refused", path.name
        )
    names = {entry.filename for entry in entries}
    if any(name.endswith("vbaProject.bin") for name in names):
        raise input_error(
            "R007",
            "工作簿含宏，请另存为无宏的 .xlsx",
            "the workbook carries macros; save it as a plain .xlsx",
            path.name,
        )
    if "xl/workbook.xml" not in names:
        raise input_error("R008", "压缩包不是 XLSX 工作簿", "the archive is not an XLSX workbook", path.name)


def _xml(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """Return a part's root; a document type, the door to entity expansion, makes the workbook a damaged one."""
    content = archive.read(part)
    if b"<!DOCTYPE" in content:
        raise zipfile.BadZipFile(part)
    return ElementTree.fromstring(content)  # noqa: S314 - no document type, hence no entities


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return sheet name → path of its XML in the archive."""
    links = _xml(archive, "xl/_rels/workbook.xml.rels")
    targets = {link.get("Id"): str(link.get("Target")) for link in links}
    book = _xml(archive, "xl/workbook.xml")
    parts = {}
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_LINK), "")
        parts[str(sheet.get("name"))] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return parts


def _spoilt(archive: zipfile.ZipFile, part: str) -> tuple[list[tuple[int, int, str]], list[CellFlag]]:
    """Return number cells too long to be exact as (row, column, as stored) and formula cells."""
    if not part or part not in archive.namelist():
        return [], []
    xml = archive.read(part)
    numbers = [
        (int(match[2]), _column_number(match[1].decode()), f"{float(match[4]):.14E}")
        for match in _LONG_NUMBER.finditer(xml)
        if not any(kind in match[3] for kind in _TEXT_TYPES)
    ]
    formulas = [
        CellFlag(int(match[2]), _column_number(match[1].decode()), "formula_cell") for match in _FORMULA.finditer(xml)
    ]
    return numbers, formulas[:_MOST_FLAGS]


def _frame(book: fastexcel.ExcelReader, sheet: str) -> pl.DataFrame:
    """Return a sheet as text columns c1 … cn at their true columns, with ``_row`` the true row.

    ``skip_rows=0`` makes the reader keep leading blank rows; without it they vanish and every row number is wrong.
    """
    loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
    names = [f"c{info.absolute_index + 1}" for info in loaded.available_columns()]
    frame = loaded.to_polars()
    frame.columns = names
    width = max((int(name[1:]) for name in names), default=0)
    blank = [
        pl.lit(None, dtype=pl.String).alias(f"c{place}") for place in range(1, width + 1) if f"c{place}" not in names
    ]
    frame = frame.with_columns(blank).select([f"c{place}" for place in range(1, width + 1)])
    return frame.with_row_index("_row", offset=1)


def _exact(frame: pl.DataFrame, numbers: list[tuple[int, int, str]]) -> pl.DataFrame:
    """Return the frame with long numbers set to what the sheet really stores, in exponent form."""
    changed: dict[str, tuple[list[int], list[str]]] = {}
    for row, column, value in numbers:
        if column < frame.width and row <= frame.height:
            rows, values = changed.setdefault(f"c{column}", ([], []))
            rows.append(row - 1)
            values.append(value)
    return frame.with_columns(
        [frame[name].scatter(rows, pl.Series(values)) for name, (rows, values) in changed.items()]
    )


def _stage(connection: duckdb.DuckDBPyConnection, frame: pl.DataFrame, sheet: str, name: str, workdir: Path) -> None:
    target = workdir / f"{name}.parquet"
    try:
        frame.write_parquet(target)
        connection.execute(
            statement("stage_sheet").replace("staged_records", name), {"path": str(target), "sheet": sheet}
        )
    finally:
        target.unlink(missing_ok=True)


def read_workbook(
    path: Path, connection: duckdb.DuckDBPyConnection, prefix: str, workdir: Path
) -> tuple[RawTable, ...]:
    """Stage each sheet that holds anything; raises InputError for a damaged, bomb-like or macro-carrying workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            _guard(archive, path)
            parts = _sheet_parts(archive)
            book = fastexcel.read_excel(path)
            tables = []
            for place, sheet in enumerate(book.sheet_names):
                frame = _frame(book, sheet)
                if frame.width <= 1 or frame.height == 0:
                    continue
                name = f"{prefix}_s{place}_raw"
                numbers, formulas = _spoilt(archive, parts.get(sheet, ""))
                _stage(connection, _exact(frame, numbers), sheet, name, workdir)
                tables.append(RawTable(name, sheet, "xlsx", frame.width - 1, _head(frame), tuple(formulas)))
    except InputError:
        raise
    except _DAMAGE as error:
        raise input_error("R009", "工作簿损坏或不完整", "the workbook is damaged or incomplete", path.name) from error
    if not tables:
        raise input_error(
            "R001",
            "工作簿没有任何内容；若当日无数据请使用零报告",
            "the workbook holds nothing; declare a zero report if there is no data",
            path.name,
        )
    return tuple(tables)


def _head(frame: pl.DataFrame) -> tuple[tuple[int, tuple[str, ...]], ...]:
    rows = ((int(row[0]), tuple(cell or "" for cell in row[1:])) for row in frame.head(200).iter_rows())
    return tuple((row, cells) for row, cells in rows if any(cell.strip() for cell in cells))[:HEADER_ROWS]
