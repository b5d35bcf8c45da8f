"""XLSX workbooks: every sheet as text, at its true rows and columns, with the cells a spreadsheet may have spoilt."""

from __future__ import annotations

import errno
import posixpath
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

import fastexcel
import polars as pl

from data_contracts.reading.archives import DAMAGE, guard, windows
from data_contracts.reading.sheet_pieces import Irregular
from data_contracts.reading.sheet_values import SheetSource, read_in_pieces, sheet_frame
from data_contracts.reading.staged import (
    HEAD_RECORDS,
    HEADER_ROWS,
    LONGEST_CELL,
    MOST_FLAGS,
    WIDEST,
    CellFlag,
    Head,
    Note,
    StagedTable,
    empty_error,
    filled_head,
    input_error,
)
from data_contracts.reading.worksheets import SheetScan, scan_events
from fundwatch.domain.errors import InputError
from fundwatch.domain.receipts import column_letter

_DAMAGE = (*DAMAGE, fastexcel.FastExcelError, ElementTree.ParseError, expat.ExpatError)
_MOST_XML = 64 * 1024**2
_LONGEST_LIST = 12
_READING_PARTS = (
    "[content_types].xml",
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/sharedstrings.xml",
)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A worksheet as the workbook lists it: name, XML part, whether it is shown."""

    name: str
    part: str
    is_hidden: bool


def _local(element: ElementTree.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _attribute(element: ElementTree.Element, name: str) -> str:
    """Return an attribute whatever its namespace: the strict and the transitional form of the standard differ in it."""
    return next((value for key, value in element.attrib.items() if key.rsplit("}", 1)[-1] == name), "")


def _xml(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """Return a part's root; a document type, the door to entity expansion, makes the workbook a damaged one."""
    if archive.getinfo(part).file_size > _MOST_XML:
        raise zipfile.BadZipFile(part)
    content = archive.read(part)
    if b"<!DOCTYPE" in content.replace(b"\x00", b""):
        raise zipfile.BadZipFile(part)
    return ElementTree.fromstring(content)  # noqa: S314 - no document type, hence no entities


def _workbook_sheets(archive: zipfile.ZipFile) -> tuple[list[_Sheet], bool]:
    """Return the worksheets in order, and whether days are counted from 1904."""
    links = {link.get("Id", ""): link for link in _xml(archive, "xl/_rels/workbook.xml.rels")}
    book = _xml(archive, "xl/workbook.xml")
    sheets = []
    for sheet in (element for element in book.iter() if _local(element) == "sheet"):
        link = links[_attribute(sheet, "id")]
        if not link.get("Type", "").endswith("/worksheet"):
            continue
        target = link.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        sheets.append(_Sheet(sheet.get("name", ""), part, sheet.get("state", "visible") != "visible"))
    is_1904 = any(
        _local(element) == "workbookPr" and element.get("date1904") in ("1", "true") for element in book.iter()
    )
    return sheets, is_1904


def _reading_parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Return the parts that say how cells are read, checksums tested; document types in them are refused."""
    parts = {name: archive.read(name) for name in archive.namelist() if name.lower() in _READING_PARTS}
    for name, part in parts.items():
        if b"<!DOCTYPE" in part:
            raise zipfile.BadZipFile(name)
    return parts


def _with_cells(frame: pl.DataFrame, cells: Iterable[tuple[int, int, str]]) -> pl.DataFrame:
    """Return the frame with cells set to what the sheet really stores: long numbers in exponent form, error values."""
    changed: dict[str, tuple[list[int], list[str]]] = {}
    for row, column, value in cells:
        if column < frame.width and 1 <= row <= frame.height:
            rows, values = changed.setdefault(f"c{column}", ([], []))
            rows.append(row - 1)
            values.append(value)
    return frame.with_columns(
        [frame[name].scatter(rows, pl.Series(values)) for name, (rows, values) in changed.items()]
    )


def _giants(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[CellFlag]]:
    """Return the frame with cells cut to the longest that a spreadsheet knows, and where they were longer."""
    longest = frame.select(pl.exclude("_row").str.len_chars().max()).row(0)
    flags = []
    for place, size in enumerate(longest, 1):
        if (size or 0) > LONGEST_CELL:
            rows = frame.filter(pl.col(f"c{place}").str.len_chars() > LONGEST_CELL)["_row"].to_list()
            flags += [CellFlag(row, place, "giant_cell") for row in rows]
            frame = frame.with_columns(pl.col(f"c{place}").str.head(LONGEST_CELL))
    return frame, flags


def _covered(frame: pl.DataFrame, scan: SheetScan, place: str) -> list[CellFlag]:
    """Flag each cell that a merged area covers: the value stands in the first one, and whose it is nobody said."""
    flags: list[CellFlag] = []
    for top, left, bottom, right in scan.merged:
        last_row, last_column = min(bottom, frame.height), min(right, frame.width - 1)
        if top > frame.height or left >= frame.width or not frame[f"c{left}"][top - 1]:
            continue
        if len(flags) + (last_row - top + 1) * (last_column - left + 1) > MOST_FLAGS:
            raise input_error(
                "R017",
                f"合并单元格超过 {MOST_FLAGS} 处，请取消合并后重新报送",
                f"more than {MOST_FLAGS} merged cells; unmerge them and send again",
                place,
            )
        flags += [
            CellFlag(row, column, "merged_cell")
            for row in range(top, last_row + 1)
            for column in range(left, last_column + 1)
            if (row, column) != (top, left)
        ]
    return flags


def _head(frame: pl.DataFrame, scan: SheetScan) -> Head:
    """Return the first filled rows; a header merged over several rows stands in each of them."""
    rows = [[int(row[0]), *(cell or "" for cell in row[1:])] for row in frame.head(HEAD_RECORDS).iter_rows()]
    for top, left, bottom, right in scan.merged:
        if left == right < frame.width and top <= len(rows) and bottom - top < HEADER_ROWS:
            for row in rows[top : min(bottom, len(rows))]:
                row[left] = row[left] or rows[top - 1][left]
    return filled_head([(int(row[0]), tuple(map(str, row[1:]))) for row in rows])


def _ranges(numbers: Iterable[tuple[int, int]], name: str) -> str:
    """Return spans as ``5、7-9``, columns by their letters, shortened where there are many."""
    merged: list[list[int]] = []
    for first, last in sorted(numbers):
        if merged and first <= merged[-1][1] + 1:
            merged[-1][1] = max(merged[-1][1], last)
        else:
            merged.append([first, last])

    def shown(number: int) -> str:
        return column_letter(number) if name == "column" else str(number)

    parts = [shown(first) if first == last else f"{shown(first)}-{shown(last)}" for first, last in merged]
    return "、".join(parts[:_LONGEST_LIST]) + ("…" if len(parts) > _LONGEST_LIST else "")


def _hidden_notes(sheet: _Sheet, scan: SheetScan, frame: pl.DataFrame) -> tuple[Note, ...]:
    """Return a note on what a person does not see in the sheet, all of which is read."""
    rows = [(row, row) for row in scan.hidden_rows if row <= frame.height]
    columns = [(first, min(last, frame.width - 1)) for first, last in scan.hidden_columns if first < frame.width]
    told = [
        f"第 {_ranges(rows, 'row')} 行 (rows)" if rows else "",
        f"第 {_ranges(columns, 'column')} 列 (columns)" if columns else "",
    ]
    detail = "；".join(one for one in told if one)
    if sheet.is_hidden:
        return (Note("B032", {"sheet": sheet.name, "detail": "整个工作表 (the whole sheet)"}),)
    return (Note("B032", {"sheet": sheet.name, "detail": detail}),) if detail else ()


def _stage_sheet(cells: tuple[pl.DataFrame, SheetScan], sheet: _Sheet, target: Path, form: str) -> StagedTable | None:
    frame, scan = cells
    if frame.width == 0 or frame.height == 0:
        return None
    frame = frame.with_row_index("_row", offset=1)
    if frame.width - 1 > WIDEST:
        raise input_error(
            "R018",
            f"工作表“{sheet.name}”超过 {WIDEST} 列，请只导出契约中的列",
            f"sheet {sheet.name} has more than {WIDEST} columns; export the agreed columns only",
            sheet.name,
        )
    frame = _with_cells(frame, [*scan.numbers, *scan.errors])
    frame, giants = _giants(frame)
    frame.write_parquet(target, compression="uncompressed", statistics=False)
    flags = [
        *giants,
        *(CellFlag(row, column, "error_value") for row, column, _ in scan.errors),
        *(CellFlag(row, column, "formula_cell") for row, column in scan.formulas),
        *_covered(frame, scan, sheet.name),
    ]
    return StagedTable(
        (target.name,),
        "parquet",
        form,
        frame.width - 1,
        _head(frame, scan),
        sheet=sheet.name,
        flags=tuple(flags),
        is_hidden=sheet.is_hidden,
        notes=_hidden_notes(sheet, scan, frame),
    )


def _cells(
    archive: zipfile.ZipFile, path: Path, sheet: _Sheet, parts: Mapping[str, bytes]
) -> tuple[pl.DataFrame, SheetScan]:
    """Return a sheet's cells and what else its XML tells; whatever is not spelled as usual is read as a whole."""
    try:
        with closing(windows(archive, sheet.part)) as blocks:
            return read_in_pieces(blocks, SheetSource(sheet.name, sheet.part, parts), path.name)
    except (Irregular, *_DAMAGE):
        # What is damaged and what is only odd, the reading of the whole sheet decides.
        with closing(windows(archive, sheet.part)) as blocks:
            scan = scan_events(blocks, path.name)
        return sheet_frame(fastexcel.read_excel(path), sheet.name), scan


def _tables(path: Path, workdir: Path) -> Iterator[StagedTable]:
    with zipfile.ZipFile(path) as archive:
        guard(archive, path.name)
        sheets, is_1904 = _workbook_sheets(archive)
        parts = _reading_parts(archive)
        for place, sheet in enumerate(sheets):
            target = workdir / f"sheet{place}.parquet"
            cells = _cells(archive, path, sheet, parts)
            table = _stage_sheet(cells, sheet, target, "xlsx1904" if is_1904 else "xlsx")
            if table is not None:
                yield table


def stage_workbook(
    path: Path,
    known_headers: frozenset[str],  # noqa: ARG001 - every reader is called alike
    workdir: Path,
) -> tuple[tuple[StagedTable, ...], tuple[Note, ...]]:
    """Stage each sheet that holds anything; raises InputError for a damaged, bomb-like or macro-carrying workbook."""
    try:
        tables = tuple(_tables(path, workdir))
    except InputError:
        raise
    except _DAMAGE as error:
        raise _damaged(path) from error
    except OSError as error:
        # An archive may point before its own start; any other trouble is the machine's.
        if error.errno != errno.EINVAL:
            raise
        raise _damaged(path) from error
    except BaseException as error:
        # A panic of the Rust readers is no Exception; it says that the file is not what it claims to be.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(path) from error
    if not tables:
        raise empty_error(path.name)
    return tables, ()


def _damaged(path: Path) -> InputError:
    return input_error(
        "R009", "工作簿损坏或不完整，请重新传输", "the workbook is damaged or incomplete; send it again", path.name
    )
