"""A file in, a receipt out: every fault at its row and column, nothing guessed, nothing dropped in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from data_contracts.catalogue import Catalogue
from data_contracts.checking import Checked, Sender, check, release
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import day_number, key_of
from fundwatch.domain.receipts import Fault, Level, Verdict

from .statements34 import HEADERS, statement, text_of, write

Check = Callable[..., Checked]
Typed = Callable[..., list[tuple[Any, ...]]]
RESIDENT = "11010519491231002X"


def places(result: Checked, level: Level) -> list[tuple[int, str, str, str]]:
    return [
        (fault.row, fault.column, fault.header, fault.code) for fault in result.receipt.faults if fault.level is level
    ]


def at(result: Checked, row: int, code: str) -> Fault:
    return next(fault for fault in result.receipt.faults if fault.row == row and fault.code == code)


def test_a_clean_statement_is_accepted_whole(tmp_path: Path, checked: Check, typed: Typed) -> None:
    result = checked(write(tmp_path / "a.csv", statement(120, accounts=3)), batch="B1")
    assert result.receipt.verdict is Verdict.ACCEPTED, result.receipt
    assert (result.receipt.rows_read, result.receipt.rows_accepted, result.receipt.rows_quarantined) == (120, 120, 0)
    assert result.receipt.contract == result.contract == "bank_statement_34"
    assert result.receipt.faults == ()
    assert result.first_day == day_number(date(2024, 7, 1))
    assert typed(result, "batch, file, sheet, row, institution")[0] == ("B1", "a.csv", "", 2, "610900-B01")


def test_the_typed_row_is_what_the_cells_say(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(3)
    rows[0] |= {"对手身份证号": "110105491231002", "交易余额": "", "备注": "货款"}
    result = checked(write(tmp_path / "a.csv", rows))
    columns = (
        "account, account_key, booked_at, booked_on, booked_day, time_precision, amount, currency, direction, "
        "balance, is_cash, counterparty_birth_on, counterparty_region, counterparty_token = holder_token, "
        "remark, succeeded, is_reversal, serial"
    )
    account = rows[0]["交易账号"]
    assert typed(result, columns)[0] == (
        account,
        key_of(account),
        datetime(2024, 7, 1, 8, 0),
        date(2024, 7, 1),
        day_number(date(2024, 7, 1)),
        "second",
        int(rows[0]["交易金额"].replace(".", "")),
        "CNY",
        {"贷": "in", "借": "out"}[rows[0]["收付标志"]],
        None,
        False,
        date(1949, 12, 31),
        "110105",
        True,
        "货款",
        True,
        False,
        "S000000",
    )


def test_the_typed_table_has_exactly_the_canonical_columns(
    tmp_path: Path, checked: Check, engine: duckdb.DuckDBPyConnection, all_contracts: Catalogue
) -> None:
    result = checked(write(tmp_path / "a.csv", statement(5)))
    described = engine.execute(f"DESCRIBE {result.rows}").fetchall()
    table = all_contracts.tables["transactions"]
    assert [(row[0], row[1]) for row in described] == [(column.name, column.physical) for column in table.columns]


DIRTY: dict[int, tuple[Mapping[str, str], str, str]] = {
    4: ({"交易金额": "1,23"}, "F052", "F"),
    9: ({"交易时间": "2024-02-30 10:00:00"}, "F006", "E"),
    14: ({"收付标志": "O"}, "F008", "H"),
    19: ({"交易对手账卡号": "6.22202E+18"}, "F014", "I"),
    24: ({"交易账号": "6222****0001"}, "F015", "B"),
    29: ({"交易时间": ""}, "F001", "E"),
    34: ({"交易账号": ""}, "F001", "B"),
    39: ({"交易金额": "12.345"}, "F003", "F"),
    44: ({"交易金额": "0.00"}, "F004", "F"),
    49: ({"交易币种": "贝壳"}, "F019", "O"),
    54: ({"交易余额": "一百"}, "F002", "G"),
    59: ({"收付标志": ""}, "F001", "H"),
}


def dirty_statement() -> list[dict[str, str]]:
    rows = statement(400, accounts=2)
    for place, (change, _, _) in DIRTY.items():
        rows[place] |= change
    return rows


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_every_fault_of_a_dirty_file_is_at_its_row_and_column(encoding: str, tmp_path: Path, checked: Check) -> None:
    titles = ["银行流水查询结果", "打印日期：2024-08-01", ""]
    path = tmp_path / "脏.csv"
    path.write_text(text_of(dirty_statement(), titles=titles), encoding=encoding)
    result = checked(path)
    letters = {place + 5: (letter, code) for place, (_, code, letter) in DIRTY.items()}
    found = {row: (column, code) for row, column, _, code in places(result, Level.ERROR)}
    assert found == letters
    for row, column, header, _ in places(result, Level.ERROR):
        assert header == HEADERS[ord(column) - ord("A")]
        fault = next(item for item in result.receipt.faults if item.row == row and item.level is Level.ERROR)
        place = row - 5
        assert fault.value == next(iter(DIRTY[place][0].values()))
        assert fault.reason
        assert fault.remedy_en
    assert result.receipt.verdict is Verdict.QUARANTINE
    assert result.receipt.rows_quarantined == len(DIRTY)
    assert result.receipt.rows_accepted == 400 - len(DIRTY)


def test_repairs_are_listed_and_lossless(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(30)
    kept = [int(row["交易金额"].replace(".", "")) for row in rows]
    rows[1]["交易账号"] += "\t"
    rows[2]["交易金额"] = f"￥{kept[2] / 100:,.2f}".replace(",", "")
    rows[3]["交易时间"] = rows[3]["交易时间"].replace(" ", "-").replace(":", ".") + ".000000"
    rows[4]["交易币种"] = "人民币"
    rows[5]["交易对手账卡号"] = "-------------------"
    rows[6]["开户人证件号码"] = "11010519491231002x"
    rows[7]["收付标志"] = "　" + rows[7]["收付标志"]
    result = checked(write(tmp_path / "a.csv", rows))
    assert result.receipt.verdict is Verdict.ACCEPTED
    expected = {(3, "B"), (4, "F"), (5, "E"), (6, "O"), (7, "I"), (8, "D"), (9, "H")}
    assert {(row, column) for row, column, _, code in places(result, Level.NORMALISED) if code == "N001"} == expected
    assert [amount for (amount,) in typed(result, "amount")] == kept
    assert len({account for (account,) in typed(result, "account")}) == 1


def test_a_repair_in_every_row_is_counted_but_not_listed_in_full(tmp_path: Path, checked: Check) -> None:
    rows = statement(500)
    for row in rows:
        row["交易账号"] += "\t"
    result = checked(write(tmp_path / "a.csv", rows))
    assert len(result.receipt.faults) == 20
    assert [(total.code, total.column, total.count) for total in result.receipt.totals] == [("N001", "B", 500)]


def test_records_that_are_no_data_are_skipped_and_listed(tmp_path: Path, checked: Check) -> None:
    lines = text_of(statement(40)).splitlines()
    lines[10:10] = ["第 1 页 共 2 页" + "," * 33, lines[0]]
    opening = statement(1)[0] | {"交易金额": "", "收付标志": "", "摘要说明": "期初余额", "交易流水号": ""}
    failure = dict.fromkeys(HEADERS, "") | {"交易账号": "26000", "查询反馈结果原因": "账号不存在"}
    lines += ["合计" + "," * 33, *text_of([opening, failure]).splitlines()[1:], "," * 33]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = checked(path)
    assert result.receipt.verdict is Verdict.ACCEPTED, result.receipt
    assert result.receipt.rows_read == 40
    assert [row for row, _, _, code in places(result, Level.NORMALISED) if code == "N003"] == [11, 12, 44, 45, 46]


def test_a_torn_last_record_is_one_quarantined_row(tmp_path: Path, checked: Check) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text_of(statement(60))[:-40], encoding="utf-8")
    result = checked(path)
    assert places(result, Level.ERROR) == [(61, "", "", "F024")]
    assert (result.receipt.rows_accepted, result.receipt.rows_quarantined) == (59, 1)


def test_a_row_of_another_width_says_only_that(tmp_path: Path, checked: Check) -> None:
    lines = text_of(statement(60)).splitlines()
    lines[5] = lines[5].replace("户名0", "户,名0")
    lines[7] = ",".join(lines[7].split(",")[:20])
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert places(checked(path), Level.ERROR) == [(6, "", "", "F023"), (8, "", "", "F023")]


def test_columns_in_any_order_and_under_other_names(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(20)
    plain = checked(write(tmp_path / "a.csv", rows))
    names = {"交易金额": "发生额", "交易余额": " 账户 余额", "收付标志": "借贷标志", "交易对手账卡号": "对方账号"}
    renamed = [{names.get(name, name): value for name, value in row.items()} for row in rows]
    headers = [names.get(name, name) for name in reversed(HEADERS)]
    path = tmp_path / "b.csv"
    path.write_text(text_of(renamed, headers=headers), encoding="utf-8")
    other = checked(path)
    columns = "record_id, account, amount, balance, direction, counterparty_account, serial"
    assert typed(other, columns) == typed(plain, columns)


def test_an_unknown_column_is_named_and_not_read(tmp_path: Path, checked: Check) -> None:
    rows = [row | {"客户经理": "甲"} for row in statement(5)]
    path = tmp_path / "a.csv"
    path.write_text(text_of(rows, headers=[*HEADERS, "客户经理"]), encoding="utf-8")
    result = checked(path)
    assert result.receipt.verdict is Verdict.ACCEPTED
    assert ["客户经理" in fault.reason for fault in result.receipt.batch_faults if fault.code == "B004"] == [True]


def test_a_doubled_header_refuses_the_table(tmp_path: Path, checked: Check) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text_of(statement(5), headers=[*HEADERS, "交易金额"]), encoding="utf-8")
    assert [fault.code for fault in checked(path).receipt.batch_faults] == ["B015"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "R001"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 64, "R002"),
        ("甲,乙\n1,2\n".encode(), "B050"),
        (text_of([]).encode(), "B005"),
        (text_of(statement(3), headers=[name for name in HEADERS if name != "交易金额"]).encode(), "B001"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_receipt(
    content: bytes, code: str, tmp_path: Path, checked: Check
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    result = checked(path)
    assert result.receipt.verdict is Verdict.REJECTED
    assert code in [fault.code for fault in result.receipt.batch_faults]
    assert result.rows is None
    assert result.receipt.rows_accepted == 0


def test_a_missing_column_is_named(tmp_path: Path, checked: Check) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text_of(statement(3), headers=[name for name in HEADERS if name != "交易金额"]), encoding="utf-8")
    fault = checked(path).receipt.batch_faults[0]
    assert "交易金额" in fault.reason


def test_a_sector_without_contracts(tmp_path: Path, checked: Check) -> None:
    result = checked(write(tmp_path / "a.csv", statement(3)), institution=Sender("X", "circus"))
    assert [fault.code for fault in result.receipt.batch_faults] == ["B002"]


def test_a_wrong_registration_is_our_error_not_the_senders(tmp_path: Path, checked: Check) -> None:
    with pytest.raises(ConfigurationError):
        checked(write(tmp_path / "a.csv", statement(3)), institution=Sender("X", "bank", {"direction": "upwards"}))


def test_failed_entries_are_kept_and_marked(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(60)
    failed = rows[30] | {"交易是否成功": "否", "交易流水号": "F1", "交易余额": ""}
    result = checked(write(tmp_path / "a.csv", [*rows[:31], failed, *rows[31:]]))
    assert result.receipt.verdict is Verdict.ACCEPTED
    assert Counter(typed(result, "succeeded")) == {(True,): 60, (False,): 1}


def test_a_reversal_turns_round(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(60)
    undone = rows[59] | {"交易金额": "-" + rows[59]["交易金额"], "交易流水号": "R1", "交易余额": rows[58]["交易余额"]}
    result = checked(write(tmp_path / "a.csv", [*rows, undone]))
    assert result.receipt.verdict is Verdict.ACCEPTED, result.receipt
    entry, reversal = typed(result, "amount, direction, is_reversal")[-2:]
    assert entry[0] == reversal[0] > 0
    assert {entry[1], reversal[1]} == {"in", "out"}
    assert (entry[2], reversal[2]) == (False, True)


@pytest.mark.parametrize(("convention", "verdict"), [("direction", Verdict.ACCEPTED), ("refuse", Verdict.QUARANTINE)])
def test_other_conventions_of_negative_amounts(
    convention: str, verdict: Verdict, tmp_path: Path, checked: Check
) -> None:
    rows = statement(60)
    rows[59] |= {"交易金额": "-" + rows[59]["交易金额"], "收付标志": {"贷": "借", "借": "贷"}[rows[59]["收付标志"]]}
    sender = Sender("610900-B01", "bank", {"negative_amount": convention})
    assert checked(write(tmp_path / "a.csv", rows), institution=sender).receipt.verdict is verdict


def test_the_unit_of_amounts_is_the_institutions(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = [row | {"交易金额": "1.234567", "交易余额": ""} for row in statement(2)]
    sender = Sender("610900-B01", "bank", {"amount_unit": "wan"})
    result = checked(write(tmp_path / "a.csv", rows), institution=sender)
    assert typed(result, "amount") == [(1_234_567,), (1_234_567,)]


def test_a_wrong_optional_identity_is_emptied_with_a_warning(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(60)
    rows[3]["对手身份证号"] = RESIDENT[:-1] + "1"
    rows[4]["对手身份证号"] = "1101**********002X"
    rows[5]["对手身份证号"] = "G12345678"
    rows[6]["对手身份证号"] = "91610902MA70AAAA11"
    result = checked(write(tmp_path / "a.csv", rows))
    assert result.receipt.verdict is Verdict.ACCEPTED
    assert [(row, code) for row, _, _, code in places(result, Level.WARNING)] == [(5, "F011"), (6, "F015"), (8, "F012")]
    assert [token is None for (token,) in typed(result, "counterparty_token")[3:7]] == [True, True, False, True]


def test_only_tokens_leave_the_engine(tmp_path: Path, checked: Check, engine: duckdb.DuckDBPyConnection) -> None:
    asked: list[str] = []

    def tokenise(texts: Sequence[str]) -> Mapping[str, str]:
        asked.extend(texts)
        return {text: "T" + f"{key_of(text):032x}" for text in texts}

    rows = [row | {"对手身份证号": "110105491231002"} for row in statement(10)]
    result = checked(write(tmp_path / "a.csv", rows), tokenise=tokenise)
    assert set(asked) == {RESIDENT}
    cells = [str(value) for row in engine.execute(f"SELECT * FROM {result.rows}").fetchall() for value in row]
    assert not any(RESIDENT in value or "110105491231002" in value for value in cells)
    release(engine, [result])
    left = engine.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = $name", {"name": result.clean}
    ).fetchone()
    assert left == (0,)


def test_a_workbook_gives_a_receipt_a_sheet(
    tmp_path: Path, all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("说明").write(0, 0, "本表由网点导出")
    sheet = book.add_worksheet("流水")
    rows = statement(30)
    for place, row in enumerate([dict(zip(HEADERS, HEADERS, strict=True)), *rows]):
        for column, name in enumerate(HEADERS):
            sheet.write_string(place + 3, column, row.get(name, ""))
    sheet.write_number(6, 8, 6222021234567890001)
    book.add_worksheet("杂项").write_row(0, 0, ["甲", "乙"])
    book.close()
    sender = Sender("610900-B01", "bank")
    good, other = check(path, institution=sender, catalogue=all_contracts, connection=engine)
    assert (good.receipt.sheet, good.receipt.verdict) == ("流水", Verdict.QUARANTINE)
    assert places(good, Level.ERROR) == [(7, "I", "交易对手账卡号", "F014")]
    assert at(good, 7, "F014").value == "6.22202123456789E+18"
    assert "B016" in [fault.code for fault in good.receipt.batch_faults]
    assert (other.receipt.sheet, other.receipt.verdict) == ("杂项", Verdict.REJECTED)


def test_parquet_with_canonical_names(
    tmp_path: Path, checked: Check, engine: duckdb.DuckDBPyConnection, typed: Typed
) -> None:
    path = tmp_path / "a.parquet"
    engine.execute(
        f"COPY (SELECT '62220001' AS account, TIMESTAMP '2024-07-01 10:00:00' + "
        "to_minutes(CAST(i AS INTEGER)) AS booked_at, "
        f"CAST(100 + i AS BIGINT) AS amount, 'in' AS direction, 'S' || i AS serial "
        f"FROM range(5) AS r(i)) TO '{path}' (FORMAT parquet)"
    )
    result = checked(path)
    assert result.contract == "bank_canonical"
    assert typed(result, "row, amount, sequence") == [(1, 100, 1), (2, 101, 2), (3, 102, 3), (4, 103, 4), (5, 104, 5)]
    assert [fault.code for fault in result.receipt.batch_faults] == ["B009", "B049"]


def test_a_trailing_delimiter_in_every_row_is_no_fault_but_in_one_row_it_is(tmp_path: Path, checked: Check) -> None:
    header, *lines = text_of(statement(60)).splitlines()
    path = tmp_path / "a.csv"
    path.write_text("\n".join([header, *(f"{line}," for line in lines)]) + "\n", encoding="utf-8")
    assert checked(path).receipt.verdict is Verdict.ACCEPTED
    lines[7] += ","
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    assert places(checked(path), Level.ERROR) == [(9, "", "", "F023")]
