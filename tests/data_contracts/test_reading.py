"""Files of every form become text at their true rows and columns, or are refused with one sentence."""

from __future__ import annotations

import uuid
import zipfile
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.reading import RawTable, read_tables
from data_contracts.reading.delimited import find_delimiter
from data_contracts.reading.records import INNER_NEWLINE
from fundwatch.domain.errors import InputError


def staged(path: Path, engine: duckdb.DuckDBPyConnection) -> tuple[RawTable, list[tuple[object, ...]]]:
    table = read_tables(path, engine, frozenset({"账号", "金额", "备注"}), f"t{uuid.uuid4().hex}", path.parent)[0]
    cells = ", ".join(f"c{place}" for place in range(1, table.width + 1))
    rows = engine.execute(f"SELECT _row, _cells, {cells} FROM {table.name} ORDER BY _row").fetchall()
    return table, rows


def test_record_numbers_survive_blank_lines_and_quoted_newlines(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "a.csv"
    path.write_text('标题\n\n账号,金额,备注\n1,2,"甲\n乙"\n\n2,3,"说""好"""\n3,4,5" 管\n', encoding="utf-8")
    table, rows = staged(path, engine)
    assert table.flags == ()
    assert rows == [
        (1, 1, "标题", None, None),
        (2, 1, None, None, None),
        (3, 3, "账号", "金额", "备注"),
        (4, 3, "1", "2", f"甲{INNER_NEWLINE}乙"),
        (5, 1, None, None, None),
        (6, 3, "2", "3", '说"好"'),
        (7, 3, "3", "4", '5" 管'),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(
    encoding: str, newline: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"账号,金额,备注{newline}1,2,安康㐂{newline}".encode(encoding))
    _, rows = staged(path, engine)
    assert rows == [(1, 3, "账号", "金额", "备注"), (2, 3, "1", "2", "安康㐂")]


def test_plain_head_and_gb18030_far_below(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 30_000 + "3,安康\n".encode("gb18030"))
    _, rows = staged(path, engine)
    assert rows[-1] == (30_002, 2, "3", "安康")


def test_a_file_of_bad_bytes_is_refused_at_its_first(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "a.csv"
    start = "账号,金额,备注\n".encode() * 9000
    path.write_bytes(start + b"1,\xff\xfe,3\n" * 9000)
    with pytest.raises(InputError, match=f"line 9001 .byte {len(start) + 2}.*ff fe"):
        staged(path, engine)


def test_a_file_cut_inside_a_character_has_a_torn_record(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    for encoding in ("utf-8", "gb18030"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes("账号,金额,备注\n1,2,安康\n2,3,安康".encode(encoding)[:-1])
        table, rows = staged(path, engine)
        assert [(flag.row, flag.code) for flag in table.flags] == [(3, "torn_record")]
        assert rows[1] == (2, 3, "1", "2", "安康")


def test_an_unclosed_quote_spoils_its_own_record_only(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "a.csv"
    body = "".join(f"{place},1,x\n" for place in range(200))
    path.write_text(f'账号,金额,备注\n1,"2,3\n{body}', encoding="utf-8")
    table, rows = staged(path, engine)
    assert [(flag.row, flag.code) for flag in table.flags] == [(2, "unclosed_quote")]
    assert len(rows) == 202
    assert rows[-1] == (202, 3, "199", "1", "x")


cell = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters='"'), max_size=8
)


@given(st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=6))
def test_quoted_cells_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, engine: duckdb.DuckDBPyConnection, table: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("quoted") / "a.csv"
    lines = ["账号,金额,备注", *(",".join(f'"{text}"' for text in row) for row in table)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    _, rows = staged(path, engine)
    assert [[text or "" for text in row[2:5]] for row in rows[1:]] == table


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_under_which_headers_are_known(delimiter: str) -> None:
    head = f"银行,流水;导出|一\n{delimiter.join(['账号', '金额', '备注'])}\n1\t,2\t,3\t\n"
    assert find_delimiter(head, frozenset({"账号", "金额", "备注"})) == delimiter


def workbook(path: Path) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("流水")
    when = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.write_row(2, 1, ["账号", "金额", "备注"])
    sheet.write_number(3, 1, 6222021234567890001)
    sheet.write_string(4, 1, "6222021234567890001")
    sheet.write_number(3, 2, 1234.56)
    sheet.write_datetime(4, 3, datetime(2024, 7, 5, 10, 19, 28), when)
    sheet.write_formula(5, 2, "=1+1", None, 2)
    sheet.write_string(9, 3, "末")
    book.add_worksheet("空表")
    book.close()
    return path


def test_a_sheet_keeps_its_true_rows_and_columns(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    table, rows = staged(workbook(tmp_path / "a.xlsx"), engine)
    cells = {row[0]: row[2:] for row in rows}
    assert cells[3] == (None, "账号", "金额", "备注")
    assert cells[4][1:3] == ("6.22202123456789E+18", "1234.56")
    assert cells[5][1:] == ("6222021234567890001", None, "2024-07-05 10:19:28")
    assert cells[10] == (None, None, None, "末")
    assert [(flag.row, flag.column, flag.code) for flag in table.flags] == [(6, 3, "formula_cell")]


def test_parquet_is_text_by_name(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "a.parquet"
    engine.execute(
        f"COPY (SELECT 12 AS amount, TIMESTAMP '2024-07-05 10:19:28' AS booked_at) TO '{path}' (FORMAT parquet)"
    )
    table, rows = staged(path, engine)
    assert table.head == ((0, ("amount", "booked_at")),)
    assert rows == [(1, None, "12", "2024-07-05 10:19:28")]


def bad_files(folder: Path) -> dict[str, bytes]:
    whole = workbook(folder / "whole.xlsx").read_bytes()
    macro, bomb = folder / "macro.xlsx", folder / "bomb.xlsx"
    with zipfile.ZipFile(macro, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/vbaProject.bin", "x")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 120 * 1024**2)
    with zipfile.ZipFile(folder / "zip.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    return {
        "empty": b"",
        "nul bytes": b"a,b\n\x00\x01\n",
        "old workbook": b"\xd0\xcf\x11\xe0" + b"0" * 100,
        "cut workbook": whole[: len(whole) // 2],
        "cut parquet": b"PAR1" + b"0" * 50,
        "no workbook": (folder / "zip.xlsx").read_bytes(),
        "macros": macro.read_bytes(),
        "bomb": bomb.read_bytes(),
    }


@pytest.mark.parametrize(
    "name", ["empty", "nul bytes", "old workbook", "cut workbook", "cut parquet", "no workbook", "macros", "bomb"]
)
def test_what_cannot_be_read_is_refused_with_one_sentence(
    name: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "bad.xlsx"
    path.write_bytes(bad_files(tmp_path)[name])
    with pytest.raises(InputError) as caught:
        staged(path, engine)
    assert caught.value.code.startswith("R")
    assert caught.value.zh.endswith("。")


def test_a_workbook_cut_anywhere_is_refused(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    whole = workbook(tmp_path / "whole.xlsx").read_bytes()
    path = tmp_path / "cut.xlsx"
    for size in range(16, len(whole) - 1, 512):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError):
            staged(path, engine)
