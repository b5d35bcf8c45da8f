"""The annotated workbook shows the faulty rows as they were sent, at their places, and never runs or spoils a cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from data_contracts import annotating
from data_contracts.annotating import choose_rows, write_annotated
from data_contracts.catalogue import Catalogue
from data_contracts.checking import Checked, check
from data_contracts.recognition import known_headers
from data_contracts.sheets import sheet_name
from fundwatch.domain.file_receipts import merged
from fundwatch.domain.receipts import Fault, Level, Verdict, column_letter

from .conftest import BANK
from .statements34 import HEADERS, Row, statement, write

Check = Callable[..., Checked]
FIRST, LEAD = 6, 2
RED, YELLOW = "FFFDE3D8", "FFFFF3C4"


def dirty(count: int = 120) -> list[Row]:
    rows = statement(count)
    rows[5]["交易金额"] = "坏"
    rows[5]["备注"] = "=1+1"
    rows[20]["交易对手账卡号"] = "6222****0001"
    rows[40]["收付标志"] = ""
    for row in rows[60:64]:
        row["交易对手账卡号"] = "6.22E+18"
    rows[80]["对手户名"] = "@甲"
    rows[80]["交易金额"] = "-"
    rows[80]["交易流水号"] = "000123"
    return rows


def annotated(
    engine: duckdb.DuckDBPyConnection, results: Sequence[Checked], target: Path, lang: str = "both", **options: object
) -> Workbook:
    receipt = merged([result.receipt for result in results])
    write_annotated(engine, results, receipt, target, lang, **options)  # type: ignore[arg-type]
    return load_workbook(target)


@pytest.fixture(scope="module")
def result(
    tmp_path_factory: pytest.TempPathFactory, engine: duckdb.DuckDBPyConnection, all_contracts: Catalogue
) -> Checked:
    path = write(tmp_path_factory.mktemp("sent") / "a.csv", dirty())
    return check(path, institution=BANK, catalogue=all_contracts, connection=engine)[0]


def by_row(sheet: Worksheet) -> dict[str, int]:
    """Return row number of the file → row of the sheet."""
    return {str(sheet.cell(row, 1).value): row for row in range(FIRST, sheet.max_row + 1)}


def test_every_fault_is_coloured_signed_and_explained_at_its_place(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, result: Checked
) -> None:
    book = annotated(engine, [result], tmp_path / "a.xlsx")
    assert book.sheetnames == ["回执", "数据"]
    sheet = book["数据"]
    places = by_row(sheet)
    marked = [fault for fault in result.receipt.faults if fault.level is not Level.NORMALISED]
    assert {fault.code for fault in marked} >= {"F002", "F015", "F001", "F014"}
    for fault in marked:
        column = next(c for c in range(1, 40) if column_letter(c) == fault.column) + LEAD
        assert (sheet.cell(4, column).value, sheet.cell(5, column).value) == (fault.column, fault.header)
        cell = sheet.cell(places[str(fault.row)], column)
        assert (cell.value or "") == fault.value
        assert cell.fill.fgColor.rgb == (RED if fault.level is Level.ERROR else YELLOW)
        assert cell.number_format == ('"▲ "@' if fault.level is Level.ERROR else '"◆ "@')
        assert cell.comment is not None
        for words in (fault.reason, fault.remedy, fault.reason_en, fault.remedy_en, fault.code):
            assert words in cell.comment.text
        assert fault.reason in sheet.cell(cell.row, 2).value


def test_rows_stand_in_context_with_all_their_cells(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, result: Checked
) -> None:
    sheet = annotated(engine, [result], tmp_path / "a.xlsx")["数据"]
    places = by_row(sheet)
    assert list(places)[:6] == ["6", "7", "8", "21", "22", "23"]
    sent = dirty()
    for row in (6, 7, 22, 82):
        cells = [sheet.cell(places[str(row)], LEAD + place).value or "" for place in range(1, 35)]
        assert cells == [sent[row - 2].get(name, "") for name in HEADERS]
    assert sheet.freeze_panes == "C6"
    assert sheet.auto_filter.ref == f"A5:AJ{sheet.max_row}"


def test_no_cell_is_a_formula_or_a_number(tmp_path: Path, engine: duckdb.DuckDBPyConnection, result: Checked) -> None:
    book = annotated(engine, [result], tmp_path / "a.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "inlineStr"}
    sheet = book["数据"]
    assert sheet.cell(by_row(sheet)["7"], LEAD + 1 + HEADERS.index("备注")).value == "=1+1"
    assert sheet.cell(by_row(sheet)["82"], LEAD + 1 + HEADERS.index("交易流水号")).value == "000123"
    assert sheet.cell(by_row(sheet)["7"], LEAD + 1 + HEADERS.index("开户人证件号码")).value == "11010519491231002X"


def test_the_summary_tells_the_verdict_and_links_to_the_cells(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, result: Checked
) -> None:
    book = annotated(engine, [result], tmp_path / "a.xlsx")
    sheet = book["回执"]
    text = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    assert "接收，部分隔离" in text
    assert "bank_statement_34" in text
    assert "都是科学计数法" in text
    links = {cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    place = by_row(book["数据"])["62"]
    assert f"'数据'!K{place}" in links
    for link in links:
        name, cell = link.split("!")
        assert book[name.strip("'")][cell].comment is not None


@pytest.mark.parametrize(
    ("lang", "has", "lacks"), [("zh", "金额无法识别", "The amount"), ("en", "The amount", "金额无法识别")]
)
def test_one_language_alone(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, result: Checked, lang: str, has: str, lacks: str
) -> None:
    book = annotated(engine, [result], tmp_path / "a.xlsx", lang)
    text = "\n".join(
        f"{cell.value}\n{cell.comment.text if cell.comment else ''}"
        for sheet in book for row in sheet.iter_rows() for cell in row
    )  # fmt: skip
    assert has in text
    assert lacks not in text


def test_caps_are_kept_and_told(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, checked: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = statement(400)
    for row in rows[::4]:
        row["交易金额"] = "坏"
    result = checked(write(tmp_path / "a.csv", rows))
    monkeypatch.setattr(annotating, "MOST_COMMENTS", 10)
    monkeypatch.setattr(annotating, "MOST_ROWS", 90)
    book = annotated(engine, [result], tmp_path / "a.xlsx", "zh")
    sheet = book["数据"]
    assert sheet.max_row - FIRST + 1 <= 90
    assert sum(cell.comment is not None for row in sheet.iter_rows() for cell in row) == 10
    assert "个问题行未显示" in sheet["A3"].value
    assert "批注以 10 条为限" in sheet["A3"].value
    assert "个问题行未显示" in "".join(str(cell.value) for row in book["回执"].iter_rows() for cell in row)


def test_errors_are_shown_before_warnings_when_there_is_not_room_for_all() -> None:
    def one(row: int, level: Level) -> Fault:
        return Fault(row, "", "A", "", "F1", level, "", "", "", "", "")

    faults = [one(row, Level.WARNING) for row in range(2, 50)] + [one(90, Level.ERROR)]
    choice = choose_rows(faults, 1, most=9)
    assert {89, 90, 91} <= set(choice.rows)
    assert len(choice.rows) <= 9
    assert choice.left_out == 48 - sum(row <= 49 for row in choice.rows if row >= 2)


def test_a_workbook_keeps_its_sheets_and_true_places(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, all_contracts: Catalogue
) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, bad in (("一月", 3), ("二'月", 7)):
            sheet = book.add_worksheet(name)
            sheet.write_string(0, 2, "某行流水")
            for column, header in enumerate(HEADERS):
                sheet.write_string(2, column + 1, header)
            for place, row in enumerate(statement(12, seed=bad)):
                cells = row | ({"交易金额": "坏"} if place == bad else {})
                for column, header in enumerate(HEADERS):
                    sheet.write_string(3 + place, column + 1, cells.get(header, ""))
    results = check(path, institution=BANK, catalogue=all_contracts, connection=engine)
    book = annotated(engine, results, tmp_path / "b.xlsx")
    assert book.sheetnames[0] == "回执"
    for name, bad in zip(book.sheetnames[1:], (3, 7), strict=True):
        sheet = book[name]
        cell = sheet.cell(by_row(sheet)[str(bad + 4)], LEAD + 1 + HEADERS.index("交易金额") + 1)
        assert cell.value == "坏"
        assert sheet.cell(4, cell.column).value == "G"
        assert cell.comment is not None


def test_an_unknown_layout_shows_its_first_rows_and_which_headers_are_known(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, checked: Check, all_contracts: Catalogue
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("某行\n交易账号,交易金颔,交易时间\n1,=2,3\n" + "4,5,6\n" * 30, encoding="utf-8")
    result = checked(path)
    assert result.receipt.verdict is Verdict.REJECTED
    book = annotated(
        engine, [result], tmp_path / "a.xlsx", known_headers=known_headers(all_contracts.for_sector("bank"))
    )
    sheet = book["数据"]
    places = by_row(sheet)
    assert [sheet.cell(places["2"], LEAD + place).number_format for place in (1, 2, 3)] == ['"✓ "@', '"? "@', '"✓ "@']
    assert sheet.cell(places["3"], LEAD + 2).value == "=2"
    assert len(places) == 15


def test_an_unreadable_file_has_its_reason_alone(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, checked: Check
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    book = annotated(engine, [checked(path)], tmp_path / "a.xlsx")
    assert book.sheetnames == ["回执"]
    assert "R001" in "".join(str(cell.value) for row in book["回执"].iter_rows() for cell in row)


def test_sheet_names_are_legal_and_different() -> None:
    assert sheet_name("", []) == "数据"
    assert sheet_name("a/b[1]:*?'", []) == "a_b_1____"
    assert sheet_name("明细", ["明细", "明细 (2)"]) == "明细 (3)"
    assert sheet_name("ABC", ["abc"]) == "ABC (2)"
    long = sheet_name("长" * 40, ["长" * 31])
    assert len(long) == 31
    assert long.endswith(" (2)")
