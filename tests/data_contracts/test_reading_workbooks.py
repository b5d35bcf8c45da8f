"""Spreadsheets as people and programs really write them: every oddity at its place, nothing silently empty."""

from __future__ import annotations

import zipfile
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import fastexcel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.reading import RawTable, archives, read_tables, sheet_values
from data_contracts.reading.sheet_looking import look
from data_contracts.reading.sheet_pieces import pieces
from data_contracts.reading.sheet_values import SheetSource, read_in_pieces, sheet_frame
from data_contracts.reading.worksheets import SheetScan, column_number, scan_events
from fundwatch.domain.errors import InputError
from tests.data_contracts.workbooks import MAIN, sheet, spelled, text_cell


def read(path: Path, engine: duckdb.DuckDBPyConnection) -> tuple[RawTable, dict[int, tuple[str | None, ...]]]:
    table = read_tables(path, engine, frozenset(), "w", path.parent)[0]
    cells = ", ".join(f"c{place}" for place in range(1, table.width + 1))
    rows = engine.execute(f"SELECT _row, {cells} FROM {table.name} ORDER BY _row").fetchall()
    return table, {row[0]: row[1:] for row in rows}


def flags(table: RawTable) -> list[tuple[int, int, str]]:
    return [(flag.row, flag.column, flag.code) for flag in table.flags]


def one(tmp_path: Path, rows: str, **options: str) -> Path:
    return spelled(tmp_path / "a.xlsx", {"流水": sheet(rows, **options)})


def test_inline_rich_boolean_and_error_cells(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    rich = '<c r="C2" t="inlineStr"><is><r><t>安</t></r><r><t>康</t></r></is></c>'
    row = f'<row r="2">{text_cell("B2", "甲")}{rich}<c r="D2" t="b"><v>1</v></c><c r="E2" t="e"><v>#REF!</v></c></row>'
    table, rows = read(one(tmp_path, row), engine)
    assert rows[2] == (None, "甲", "安康", "true", "#REF!")
    assert flags(table) == [(2, 5, "error_value")]


def test_cells_without_references_and_rows_without_numbers(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    rows = "<row><c><v>1</v></c><c><v>1234567890123456789</v></c></row><row/><row><c/><c><f>1+1</f><v>2</v></c></row>"
    table, cells = read(one(tmp_path, rows), engine)
    assert cells == {1: ("1", "1.23456789012346E+18"), 2: (None, None), 3: (None, "2")}
    assert flags(table) == [(3, 2, "formula_cell")]


def test_a_prefixed_sheet_is_read_like_any_other(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    cells_in_row = '<x:c r="A3"><x:v>1234567890123456789</x:v></x:c><x:c r="B3" t="e"><x:v>#N/A</x:v></x:c>'
    body = f'<x:sheetData><x:row r="3">{cells_in_row}</x:row></x:sheetData>'
    xml = f"<x:worksheet {MAIN.replace('xmlns', 'xmlns:x')}>{body}</x:worksheet>"
    table, cells = read(spelled(tmp_path / "a.xlsx", {"流水": xml}), engine)
    assert cells[3] == ("1.23456789012346E+18", "#N/A")
    assert flags(table) == [(3, 2, "error_value")]


def test_merged_data_cells_are_flagged_where_their_value_is_missing(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c><c r="B{row}"><v>2</v></c></row>' for row in (1, 2, 3, 4))
    merged = '<mergeCells><mergeCell ref="A2:A4"/><mergeCell ref="D1:E1"/></mergeCells>'
    table, _ = read(one(tmp_path, rows, behind=merged), engine)
    assert flags(table) == [(3, 1, "merged_cell"), (4, 1, "merged_cell")]


def test_a_header_merged_over_two_rows_stands_in_both(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    rows = (
        f'<row r="1">{text_cell("A1", "账号")}{text_cell("B1", "交易信息")}</row>'
        f'<row r="2">{text_cell("B2", "金额")}{text_cell("C2", "余额")}</row>'
    )
    merged = '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/></mergeCells>'
    table, _ = read(one(tmp_path, rows, behind=merged), engine)
    assert table.head[1] == (2, ("账号", "金额", "余额"))


def test_hidden_rows_columns_and_sheets_are_read_and_noted(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    columns = '<cols><col min="2" max="3" width="0" hidden="1"/></cols>'
    rows = "".join(
        f'<row r="{row}"{" hidden=" + chr(34) + "1" + chr(34) if row in (2, 3) else ""}><c r="A{row}"><v>1</v></c>'
        f'<c r="C{row}"><v>2</v></c></row>'
        for row in (1, 2, 3)
    )
    path = spelled(
        tmp_path / "a.xlsx",
        {"明": sheet(rows, before=columns), "暗": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')},
        hidden=frozenset({"暗"}),
    )
    shown, hidden = read_tables(path, engine, frozenset(), "w", tmp_path)
    assert [note.detail["detail"] for note in shown.notes] == ["第 2-3 行 (rows)；第 B-C 列 (columns)"]
    assert hidden.is_hidden
    assert hidden.notes[0].code == "B032"


@pytest.mark.parametrize(("properties", "form"), [("", "xlsx"), ('<workbookPr date1904="1"/>', "xlsx1904")])
def test_both_ways_of_counting_days(
    properties: str, form: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    serial = 45478.43018518519 - (1462 if properties else 0)
    rows = f'<row r="1"><c r="A1" s="1"><v>{serial}</v></c></row>'
    table, cells = read(spelled(tmp_path / "a.xlsx", {"流水": sheet(rows)}, properties=properties), engine)
    assert (table.form, cells[1]) == (form, ("2024-07-05 10:19:28",))


@pytest.mark.parametrize("reference", ["A1:A1", "A1:XFD1048576"])
def test_a_wrong_dimension_misleads_nobody(reference: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="C3"><v>2</v></c></row>'
    _, cells = read(one(tmp_path, rows, before=f'<dimension ref="{reference}"/>'), engine)
    assert cells == {1: ("1", None, None), 2: (None, None, None), 3: (None, None, "2")}


def test_styled_blank_rows_cost_nothing_and_are_nothing(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    blank = "".join(
        f'<row r="{row}" s="1"><c r="A{row}" s="1"/><c r="ZZ{row}" s="1"/></row>' for row in range(2, 40_000)
    )
    _, cells = read(one(tmp_path, f'<row r="1"><c r="A1"><v>1</v></c></row>{blank}'), engine)
    assert cells == {1: ("1",)}


def test_a_giant_cell_is_flagged_and_cut(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    table, cells = read(one(tmp_path, f'<row r="1">{text_cell("A1", "x" * 40_000)}</row>'), engine)
    assert flags(table) == [(1, 1, "giant_cell")]
    assert len(cells[1][0] or "") == 32_767


_CORNERS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="{}1048576"><v>1</v></c></row>'
_PLAIN = '<row r="1"><c r="A1"><v>1</v></c></row>'
REFUSED: dict[str, tuple[str, dict[str, str | bytes], str]] = {
    "far corner": (sheet(_CORNERS.format("ZZ")), {}, "R024"),
    "farthest corner": (sheet(_CORNERS.format("XFD")), {}, "R018"),
    "too wide": (sheet(_PLAIN + '<row r="2"><c r="XFD2"><v>1</v></c></row>'), {}, "R018"),
    "shared strings missing": (sheet('<row r="1"><c r="A1" t="s"><v>5</v></c></row>'), {}, "R009"),
    "document type": (f'<!DOCTYPE a [<!ENTITY b "c">]>{sheet(_PLAIN)}', {}, "R009"),
    "cut sheet": (sheet(_PLAIN)[:-40], {}, "R009"),
    "no xml": ("\x00\x01", {}, "R009"),
    "macros": (sheet(_PLAIN), {"xl/vbaProject.bin": "x"}, "R007"),
    "macros elsewhere": (sheet(_PLAIN), {"custom/VBAPROJECT.BIN": "x"}, "R007"),
    "macro sheet": (sheet(_PLAIN), {"xl/macrosheets/sheet1.xml": "<a/>"}, "R007"),
    "path outside": (sheet(_PLAIN), {"../outside.xml": "x"}, "R021"),
    "absolute path": (sheet(_PLAIN), {"/etc/passwd": "x"}, "R021"),
    "doubled name": (sheet(_PLAIN), {"XL/workbook.xml": "x"}, "R021"),
    "giant shared strings": (sheet(_PLAIN), {"xl/sharedStrings.xml": b"0" * 120 * 1024**2}, "R006"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_workbook_is_refused_with_its_reason(
    name: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    xml, parts, code = REFUSED[name]
    path = spelled(tmp_path / "a.xlsx", {"流水": xml}, parts=parts)
    with pytest.raises(InputError) as caught:
        read(path, engine)
    assert caught.value.code == code
    assert caught.value.zh.endswith("。")


def test_a_link_in_the_archive_is_refused(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    path = one(tmp_path, _PLAIN)
    with zipfile.ZipFile(path, "a") as archive:
        entry = zipfile.ZipInfo("xl/link.xml")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(InputError) as caught:
        read(path, engine)
    assert caught.value.code == "R021"


OTHER_ARCHIVES = {
    "R020": {"xl/workbook.bin": b"x"},
    "R022": {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"x"},
    "R010": {"word/document.xml": b"x"},
    "R008": {"流水.csv": b"x"},
}


@pytest.mark.parametrize("code", OTHER_ARCHIVES)
def test_other_archives_are_named(code: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in OTHER_ARCHIVES[code].items():
            archive.writestr(name, content)
    with pytest.raises(InputError) as caught:
        read(path, engine)
    assert caught.value.code == code


def found(scan: SheetScan) -> tuple[object, ...]:
    return scan.numbers, scan.formulas, scan.errors, scan.merged, scan.hidden_rows, scan.hidden_columns, scan.cells


cell = st.sampled_from(
    [
        '<c r="{}"><v>1</v></c>',
        '<c r="{}"/>',
        '<c r="{}" s="1"><v>6222021234567890001</v></c>',
        '<c r="{}"><v>-6.222021234567E+18</v></c>',
        '<c r="{}" t="str"><v>6222021234567890001</v></c>',
        '<c r="{}"><f>SUM(A1:A2)</f><v>12345678901234567</v></c>',
        '<c r="{}"><f t="shared" si="0"/><v>3</v></c>',
        '<c r="{}" t="e"><v>#DIV/0!</v></c>',
        '<c r="{}" t="inlineStr"><is><t>6222021234567890001</t></is></c>',
    ]
)


def blocks(content: bytes, size: int) -> Generator[bytes, None, None]:
    yield from (content[start : start + size] for start in range(0, len(content), size))


def searched(content: bytes, size: int) -> SheetScan:
    scan = SheetScan()
    for piece in pieces(blocks(content, size), scan, "a"):
        scan.add(look(piece, "a").found)
    return scan


@given(st.lists(st.tuples(st.booleans(), st.lists(cell, max_size=5)), max_size=8), st.integers(1, 300))
def test_searching_and_parsing_a_sheet_find_the_same(rows: list[tuple[bool, list[str]]], size: int) -> None:
    body = "".join(
        f'<row r="{number}"{" hidden=" + chr(34) + "1" + chr(34) if hidden else ""}>'
        + "".join(text.format(f"{chr(64 + place)}{number}") for place, text in enumerate(cells, 1))
        + "</row>"
        for number, (hidden, cells) in enumerate(rows, 1)
    )
    before = '<cols><col min="2" max="3" hidden="1"/></cols>'
    xml = sheet(body, before=before, behind='<mergeCells><mergeCell ref="A1:B2"/></mergeCells>').encode()
    assert found(searched(xml, size)) == found(scan_events(blocks(xml, 9999), "a"))


STRINGS = ("甲", "", " a&amp;b ", "6222021234567890001", "第一行&#10;第二行_x000D_")
SHARED = (
    f"<sst {MAIN}>"
    + "".join(f'<si><t xml:space="preserve">{text}</t></si>' for text in STRINGS)
    + '<si><r><rPr><sz val="9"/></rPr><t>安</t></r><r><t>康</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si>'
    + "<si><t/></si></sst>"
)
reading = st.sampled_from(
    [
        *(f'<c r="{{}}" t="s"><v>{number}</v></c>' for number in range(len(STRINGS) + 2)),
        '<c r="{}" s="1" t="s"><v>0</v></c>',
        '<c r="{}" t="s" s="1"><v>2</v></c>',
        '<c r="{}" t="s" vm="1"><v>3</v></c>',
        '<c r="{}" t="s"><v>00001</v></c>',
        '<c r="{}" t="s"><f>A1</f><v>1</v></c>',
        '<c r="{}" s="1"><v>45478.43018518519</v></c>',
        '<c r="{}"><v>980118.5699999999</v></c>',
        '<c r="{}" t="inlineStr"><is><t> 甲&lt;乙 </t></is></c>',
        '<c r="{}" t="str"><v></v></c>',
        '<c r="{}" s="1"/>',
        '<c r="{}" t="b"><v>0</v></c>',
    ]
)
letters = st.sampled_from(["A", "B", "C", "Z", "AA", "AB", "BZ"])
places = st.dictionaries(st.integers(1, 60), st.dictionaries(letters, reading))


@settings(max_examples=60, deadline=None)
@given(places, st.integers(1, 400))
def test_a_sheet_in_pieces_says_what_the_whole_says(rows: dict[int, dict[str, str]], size: int) -> None:
    body = "".join(
        f'<row r="{row}">'
        + "".join(cells[letters].format(f"{letters}{row}") for letters in sorted(cells, key=column_number))
        + "</row>"
        for row, cells in sorted(rows.items())
    )
    with TemporaryDirectory() as folder:
        path = spelled(Path(folder) / "a.xlsx", {"流水": sheet(body)}, parts={"xl/sharedStrings.xml": SHARED})
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist() if "worksheets" not in name}
        source = SheetSource("流水", "xl/worksheets/sheet1.xml", parts)
        ours, _ = read_in_pieces(blocks(sheet(body).encode(), size), source, "a")
        whole = sheet_frame(fastexcel.read_excel(path), "流水")
    assert (ours.height, ours.width, ours.rows()) == (whole.height, whole.width, whole.rows())


CONTRADICTORY = {
    "a cell twice": '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="A1"><v>7</v></c></row>',
    "a string twice": '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="A1" t="s"><v>3</v></c></row>',
    "a cell of another row": '<row r="1"><c r="B1"><v>1</v></c></row><row r="4"><c r="A2" t="s"><v>0</v></c></row>',
    "a cell of an earlier row": '<row r="3"><c r="A3"><v>1</v></c></row><row r="4"><c r="A1"><v>2</v></c></row>',
    "a cell of a later row": '<row r="1"><c r="A9"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>',
    "a row twice": '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="B1" t="s"><v>0</v></c></row>',
}
ODD = {
    "rows in disorder": '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1" t="s"><v>0</v></c></row>',
    "small letters": '<row r="1"><c r="b1" t="s"><v>0</v></c><c r="C1"><v>1</v></c></row>',
    "other quotes": "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1'><v>1</v></c></row>",
    "spaces between tags": '<row r="1"> <c r="A1" t="s"> <v>0</v> </c> <c r="B1"><v>1</v></c> </row>',
    "a comment around a cell": '<row r="1"><!-- <c r="A1"><v>1</v></c> --><c r="B1" t="s"><v>0</v></c></row>',
    "an instruction": '<row r="1"><?x </row> ?><c r="B1" t="s"><v>0</v></c></row>',
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("size", [1, 60, 10_000])
def test_an_odd_sheet_says_what_the_reader_says(
    name: str, size: int, tmp_path: Path, engine: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "WINDOW", size)
    path = spelled(tmp_path / "a.xlsx", {"流水": sheet(ODD[name])}, parts={"xl/sharedStrings.xml": SHARED})
    whole = sheet_frame(fastexcel.read_excel(path), "流水")
    _, rows = read(path, engine)
    assert list(rows.values()) == whole.rows()


@pytest.mark.parametrize("name", CONTRADICTORY)
@pytest.mark.parametrize("size", [1, 60, 10_000])
def test_a_sheet_that_contradicts_itself_is_refused(
    name: str, size: int, tmp_path: Path, engine: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "WINDOW", size)
    path = spelled(tmp_path / "a.xlsx", {"流水": sheet(CONTRADICTORY[name])}, parts={"xl/sharedStrings.xml": SHARED})
    with pytest.raises(InputError) as caught:
        read(path, engine)
    assert caught.value.code == "R040"


@pytest.mark.parametrize("most", [1, 2, 3, 7])
def test_more_strings_than_a_sheet_has_rows(
    most: int, tmp_path: Path, engine: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_values, "_MOST_ROWS", most)
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>{row - 1}</v></c></row>' for row in range(1, 8))
    path = spelled(tmp_path / "a.xlsx", {"流水": sheet(rows)}, parts={"xl/sharedStrings.xml": SHARED})
    _, cells = read(path, engine)
    assert [cells[row][0] for row in (1, 3, 4, 6)] == ["甲", " a&b ", "6222021234567890001", "安康"]


def test_a_string_that_is_not_there_refuses_the_workbook(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    rows = '<row r="1"><c r="A1" t="s"><v>7</v></c></row>'
    path = spelled(tmp_path / "a.xlsx", {"流水": sheet(rows)}, parts={"xl/sharedStrings.xml": SHARED})
    with pytest.raises(InputError) as caught:
        read(path, engine)
    assert caught.value.code == "R009"


def test_a_sheet_cut_anywhere_is_refused_or_read_in_full(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    whole = sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2"><v>6</v></c></row>')
    for end in range(1, len(whole), 3):
        path = spelled(tmp_path / "a.xlsx", {"流水": whole[:end]}, parts={"xl/sharedStrings.xml": SHARED})
        try:
            _, rows = read(path, engine)
        except InputError as error:
            assert error.code in {"R009", "R001"}
        else:
            assert rows == {1: ("甲",), 2: ("6",)}
