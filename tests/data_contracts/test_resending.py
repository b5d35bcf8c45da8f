"""The template holds the rows that were kept out and nothing else, cell for cell as they were sent."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from data_contracts import faulting
from data_contracts.catalogue import Catalogue
from data_contracts.checking import Checked, check
from data_contracts.completing import Original
from data_contracts.reading import read_tables
from data_contracts.recognition import recognise
from data_contracts.resending import ORIGINAL_BATCH, ORIGINAL_ROW, errors_csv, harmless, write_template
from data_contracts.sheets import rows_of
from fundwatch.domain.file_receipts import conflict_fault, merged, quarantining
from fundwatch.domain.receipts import Level, Verdict

from .conftest import BANK
from .statements34 import HEADERS, Row, statement, write

Check = Callable[..., Checked]


def dirty(count: int = 60) -> list[Row]:
    rows = statement(count)
    rows[5]["交易金额"] = "坏"
    rows[9]["收付标志"] = ""
    rows[9]["对手身份证号"] = "11010519491231002X"
    rows[20]["交易对手账卡号"] = "6222****0001"
    rows[30]["交易对手账卡号"] = "6.22E+18"
    rows[30]["备注"] = "=cmd|' /C calc'!A0"
    rows[30]["传票号"] = "000000000000000123"
    return rows


@pytest.fixture(scope="module")
def result(
    tmp_path_factory: pytest.TempPathFactory, engine: duckdb.DuckDBPyConnection, all_contracts: Catalogue
) -> Checked:
    path = write(tmp_path_factory.mktemp("sent") / "a.csv", dirty())
    return check(path, institution=BANK, catalogue=all_contracts, connection=engine)[0]


def cells(sheet: Worksheet) -> list[list[str]]:
    return [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]


def test_only_rows_kept_out_are_in_it_as_they_were_sent(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, result: Checked
) -> None:
    target = tmp_path / "t.xlsx"
    assert write_template(engine, [result], result.receipt, target) == 3
    book = load_workbook(target)
    assert book.sheetnames == ["说明", "数据"]
    header, *rows = cells(book["数据"])
    assert header == [ORIGINAL_ROW, *HEADERS]
    assert [row[0] for row in rows] == ["7", "11", "32"]
    sent = dirty()
    assert [row[1:] for row in rows] == [[sent[place].get(name, "") for name in HEADERS] for place in (5, 9, 30)]
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "inlineStr"}


def test_the_cells_to_mend_are_marked_and_open_the_rest_is_not_forced(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, result: Checked
) -> None:
    write_template(engine, [result], result.receipt, tmp_path / "t.xlsx")
    sheet = load_workbook(tmp_path / "t.xlsx")["数据"]
    bad = sheet.cell(2, 2 + HEADERS.index("交易金额"))
    assert (bad.value, bad.fill.fgColor.rgb, bad.protection.locked) == ("坏", "FFFDE3D8", False)
    assert bad.comment is not None
    assert "处理：" in bad.comment.text
    assert "Remedy:" in bad.comment.text
    empty = sheet.cell(3, 2 + HEADERS.index("收付标志"))
    assert empty.fill.fgColor.rgb == "FFFDE3D8"
    assert empty.number_format == '"▲ "@'
    assert sheet.cell(2, 1).protection.locked
    assert sheet.protection.sheet
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["A"].width


def test_the_batch_is_named_in_the_file(tmp_path: Path, engine: duckdb.DuckDBPyConnection, result: Checked) -> None:
    write_template(engine, [result], result.receipt, tmp_path / "t.xlsx", batch="610900-B01-20240701-1")
    book = load_workbook(tmp_path / "t.xlsx")
    assert book.custom_doc_props["batch"].value == "610900-B01-20240701-1"
    assert "610900-B01-20240701-1" in "".join(text for row in cells(book["说明"]) for text in row)
    header, *rows = cells(book["数据"])
    assert header[:3] == [ORIGINAL_ROW, ORIGINAL_BATCH, HEADERS[0]]
    assert {row[1] for row in rows} == {"610900-B01-20240701-1"}


def test_the_template_reads_back_as_the_same_cells(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, all_contracts: Catalogue
) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, bad in (("一月", 3), ("二月", 7)):
            sheet = book.add_worksheet(name)
            for column, header in enumerate(HEADERS):
                sheet.write_string(1, column + 1, header)
            for place, row in enumerate(statement(12, seed=bad)):
                given = row | ({"交易金额": "坏", "摘要说明": " 两  格\n，“引”"} if place == bad else {})
                for column, header in enumerate(HEADERS):
                    sheet.write_string(2 + place, column + 1, given.get(header, ""))
    results = check(path, institution=BANK, catalogue=all_contracts, connection=engine)
    target = tmp_path / "t.xlsx"
    assert write_template(engine, results, merged([one.receipt for one in results]), target) == 2
    fixes = read_tables(target, engine, frozenset(), "fix", tmp_path)
    assert [table.sheet for table in fixes] == ["说明", "一月", "二月"]
    for fix, result, bad in zip(fixes[1:], results, (6, 10), strict=True):
        assert result.raw is not None
        found = recognise(fix, all_contracts.for_sector("bank")).match
        assert found is not None
        assert found.contract.id == "bank_statement_34"
        ((_, again),) = rows_of(engine, fix, [2])
        ((_, sent),) = rows_of(engine, result.raw, [bad])
        assert again == (str(bad), *sent)


def test_rows_beyond_the_list_are_in_it_too(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, checked: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faulting, "LISTED_FAULTS", 4)
    rows = statement(50)
    for row in rows[10:30]:
        row["交易金额"] = "坏"
    result = checked(write(tmp_path / "a.csv", rows))
    assert sum(fault.level is Level.ERROR for fault in result.receipt.faults) == 4
    assert write_template(engine, [result], result.receipt, tmp_path / "t.xlsx") == 20
    sheet = load_workbook(tmp_path / "t.xlsx")["数据"]
    assert all(sheet.cell(row, 2 + HEADERS.index("交易金额")).comment is not None for row in range(2, 22))


def test_a_row_that_contradicts_an_earlier_batch_is_in_it(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, checked: Check
) -> None:
    result = checked(write(tmp_path / "a.csv", statement(30)))
    receipt = quarantining(result.receipt, [conflict_fault(9, "")])
    assert write_template(engine, [result], receipt, tmp_path / "t.xlsx") == 1
    sheet = load_workbook(tmp_path / "t.xlsx")["数据"]
    assert sheet["A2"].value == "9"
    assert "F120" in sheet["A2"].comment.text


def test_with_nothing_to_mend_the_template_says_so(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, checked: Check
) -> None:
    result = checked(write(tmp_path / "a.csv", statement(30)))
    assert write_template(engine, [result], result.receipt, tmp_path / "t.xlsx") == 0
    assert load_workbook(tmp_path / "t.xlsx").sheetnames == ["说明"]


def test_the_list_of_faults_is_readable_and_harmless(tmp_path: Path, checked: Check) -> None:
    rows = dirty()
    rows[5]["交易金额"] = "=1+1"
    rows[6]["开户人证件号码"] = "110105194912310021"
    receipt = checked(write(tmp_path / "a.csv", rows)).receipt
    target = tmp_path / "e.csv"
    assert errors_csv(receipt, target) == len(receipt.faults) + len(receipt.batch_faults)
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as stream:
        header, *lines = csv.reader(stream)
    assert header[2] == "行 row"
    by_code = {line[6]: line for line in lines if line[2]}
    assert by_code["F002"][2:5] == ["7", "F", "交易金额"]
    assert by_code["F002"][7] == "'=1+1"
    assert by_code["F011"][7] == "'110105194912310021"
    assert not any(text.startswith(("=", "+", "-", "@")) for line in lines for text in line)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", " =1", "＝1", "007", "6222021234567890123"])
def test_what_a_spreadsheet_would_change_is_kept_from_it(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["12.50", "甲", "6.22E+18", "0", "", "a=b"])
def test_what_is_harmless_stays(text: str) -> None:
    assert harmless(text) == text


def test_a_header_of_two_rows_is_still_recognised(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, checked: Check, all_contracts: Catalogue
) -> None:
    rows = dirty()
    names = [name for name in HEADERS if name in rows[0]]
    groups = ["本方信息", *[""] * (len(names) - 2), "其他"]
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("明细")
        lines = [groups, names, *([row.get(name, "") for name in names] for row in rows)]
        for place, line in enumerate(lines):
            for column, text in enumerate(line):
                sheet.write_string(place, column, text)
    result = checked(path)
    assert write_template(engine, [result], result.receipt, tmp_path / "t.xlsx", batch="B") == 3
    again = read_tables(tmp_path / "t.xlsx", engine, frozenset(), "two", tmp_path)[1]
    found = recognise(again, all_contracts.for_sector("bank")).match
    assert found is not None
    assert found.contract.id == "bank_statement_34"
    assert found.unknown == ()


def test_a_template_put_right_completes_the_batch(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, checked: Check
) -> None:
    clean, rows = statement(60), dirty()
    path = write(tmp_path / "a.csv", rows)
    result = checked(path)
    target = tmp_path / "t.xlsx"
    write_template(engine, [result], result.receipt, target, batch="B7")
    book = load_workbook(target)
    sheet = book["数据"]
    for row in range(2, sheet.max_row + 1):
        for column in range(3, sheet.max_column + 1):
            if sheet.cell(row, column).comment is not None:
                name = sheet.cell(1, column).value
                sheet.cell(row, column).value = clean[int(sheet.cell(row, 1).value) - 2][name]
    book.save(target)
    whole = checked(target, original_of=lambda name: Original(name, ((path, "a.csv"),)))
    assert whole.completes == "B7"
    assert whole.receipt.verdict is Verdict.ACCEPTED, whole.receipt
    assert whole.receipt.rows_accepted == 60
