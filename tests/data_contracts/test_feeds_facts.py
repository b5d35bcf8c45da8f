"""Every fact of dirty data that was met in the field: read without loss and listed, or refused and told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from data_contracts.checking import Checked, Sender
from fundwatch.domain.receipts import Fault, Level, Verdict

from .statements34 import HEADERS, Row, statement, text_of, write

Check = Callable[..., Checked]
Typed = Callable[..., list[tuple[Any, ...]]]
ROWS = 60


def faults_of(result: Checked, level: Level = Level.ERROR) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.header, fault.code) for fault in result.receipt.faults if fault.level is level]


def fault_at(result: Checked, row: int) -> Fault:
    return next(fault for fault in result.receipt.faults if fault.row == row and fault.level is not Level.NORMALISED)


def skipped(result: Checked) -> list[int]:
    return [row for row, _, code in faults_of(result, Level.NORMALISED) if code == "N003"]


def batch_codes(result: Checked) -> list[str]:
    return [fault.code for fault in result.receipt.batch_faults]


def changed(header: str, value: str, at: int = 10) -> list[Row]:
    """A statement with one cell changed; its record is ``at`` + 2."""
    rows = statement(ROWS)
    rows[at][header] = value
    return rows


def lines_of(rows: list[Row]) -> list[str]:
    return text_of(rows).splitlines()


def save(path: Path, lines: list[str], encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def test_title_rows_stand_above_the_header(tmp_path: Path, checked: Check) -> None:
    titles = [f"第 {place} 行标题" for place in range(1, 13)]
    path = tmp_path / "a.csv"
    path.write_text(text_of(statement(ROWS), titles=titles), encoding="gb18030")
    result = checked(path)
    assert (result.receipt.verdict, result.receipt.rows_read) == (Verdict.ACCEPTED, ROWS)


NO_DATA = [
    ",".join(HEADERS),
    "合计,,,,,123.45",
    "总计：,,,,,9",
    "本页小计,,,,,1",
    "第 2 页 / 共 9 页",
    "页码：3",
    "制表人：甲",
    "Total,,,,,5",
    "未查询到符合条件的记录",
]


def test_repeated_headers_totals_pages_and_remarks_in_the_middle_are_skipped(tmp_path: Path, checked: Check) -> None:
    lines = lines_of(statement(ROWS))
    for place, line in enumerate(NO_DATA):
        cells = line.split(",")
        lines.insert(5 * place + 5, ",".join([*cells, *[""] * (len(HEADERS) - len(cells))]))
    result = checked(save(tmp_path / "a.csv", lines))
    assert result.receipt.verdict is Verdict.ACCEPTED, result.receipt
    assert sorted(skipped(result)) == [5 * place + 6 for place in range(len(NO_DATA))]
    assert result.receipt.rows_read == ROWS


REPAIRS = [
    ("交易账号", "\t{}"),
    ("交易账号", "２"),
    ("交易账号", "{}\u3000"),
    ("交易账号", "'{}"),
    ("开户人证件号码", "11010519491231002x"),
    ("交易币种", "人民币"),
    ("交易币种", "156"),
    ("交易币种", "rmb"),
    ("交易是否成功", "成功\t"),
]


def test_lossless_repairs_give_the_same_rows_and_are_listed(tmp_path: Path, checked: Check, typed: Typed) -> None:
    columns = "account, holder_token IS NULL, booked_at, amount, currency, direction, balance, succeeded"
    plain = statement(ROWS)
    rows = statement(ROWS)
    expected = set()
    for place, (header, style) in enumerate(REPAIRS):
        rows[place][header] = (
            "２６００００００００００００0" if style.startswith("２") else style.format(rows[place][header])
        )
        expected.add((place + 2, header))
    forms = [
        "%Y-%m-%d-%H.%M.%S.000000",
        "%Y%m%d%H%M%S",
        "%Y年%m月%d日 %H时%M分%S秒",
        "%Y/%m/%d %H:%M:%S",
        "%Y.%m.%d %H:%M:%S",
    ]
    for place, form in enumerate(forms, len(REPAIRS)):
        rows[place]["交易时间"] = datetime.fromisoformat(rows[place]["交易时间"]).strftime(form)
        expected.add((place + 2, "交易时间"))
    rows[40]["交易对手账卡号"] = plain[40]["交易对手账卡号"] = "-------------------"
    expected.add((42, "交易对手账卡号"))
    result = checked(write(tmp_path / "b.csv", rows))
    assert result.receipt.verdict is Verdict.ACCEPTED, result.receipt
    assert typed(result, columns) == typed(checked(write(tmp_path / "a.csv", plain)), columns)
    listed = {(row, name) for row, name, code in faults_of(result, Level.NORMALISED) if code == "N001"}
    assert {(row, name) for row, name in expected if name != "交易币种"} <= listed <= expected


def test_amounts_in_every_lossless_spelling(tmp_path: Path, checked: Check, typed: Typed) -> None:
    styles = ["{:,.2f}", "￥{:,.2f}", "¥{:.2f}", "+{:.2f}", "{:.2f}元", "\u3000{:,.2f}\t", "RMB{:.2f}", "{:.1f}0"]
    rows = [row | {"交易余额": ""} for row in statement(ROWS)]
    for place, style in enumerate(styles):
        rows[place]["交易金额"] = style.format(1234567.5 + place)
    result = checked(write(tmp_path / "a.csv", rows))
    assert [fen for (fen,) in typed(result, "amount")[: len(styles)]] == [
        123456750 + 100 * place for place in range(len(styles))
    ]
    listed = [row for row, _, code in faults_of(result, Level.NORMALISED) if code == "N001"]
    assert listed == [place + 2 for place in range(len(styles) - 1)]


@pytest.mark.parametrize("convention", ["reversal", "direction"])
def test_a_negative_amount_means_what_is_declared(
    convention: str, tmp_path: Path, checked: Check, typed: Typed
) -> None:
    styles = ["({})", "-{}", "{}-", "（{}）", "－{}"]
    rows = statement(ROWS)
    plain = [row["收付标志"] for row in rows]
    for row, style in zip(rows, styles, strict=False):
        row |= {"交易金额": style.format(row["交易金额"]), "收付标志": {"贷": "借", "借": "贷"}[row["收付标志"]]}
    sender = Sender("610900-B01", "bank", {"negative_amount": convention})
    result = checked(write(tmp_path / "a.csv", rows), institution=sender)
    assert result.receipt.verdict is Verdict.ACCEPTED
    for place, (direction, reversal, amount) in enumerate(typed(result, "direction, is_reversal, amount")):
        assert direction == {"贷": "in", "借": "out"}[plain[place]]
        assert reversal == (convention == "reversal" and place < len(styles))
        assert amount > 0


def test_a_reversal_by_flag(tmp_path: Path, checked: Check, typed: Typed) -> None:
    words = ["冲正", "抹账", "冲账", "撤销", "冲", "抹", "补账", "正常"]
    rows = [row | {"冲补抹标志": "正常"} for row in statement(ROWS)]
    for row, word in zip(rows, words, strict=False):
        row["冲补抹标志"] = word
    path = tmp_path / "a.csv"
    path.write_text(text_of(rows, headers=[*HEADERS, "冲补抹标志"]), encoding="utf-8")
    result = checked(path)
    assert result.receipt.verdict is Verdict.ACCEPTED, result.receipt
    assert [flag for (flag,) in typed(result, "is_reversal")] == [place < 6 for place in range(ROWS)]


def in_wan(row: Row) -> Row:
    return row | {
        name: f"{int(row[name].replace('.', '').lstrip('-')) / 1_000_000:.6f}" for name in ("交易金额", "交易余额")
    }


def test_ten_thousands_only_where_declared(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(ROWS)
    plain = typed(checked(write(tmp_path / "a.csv", rows)), "amount, balance")
    path = write(tmp_path / "b.csv", [in_wan(row) for row in rows])
    sender = Sender("610900-B01", "bank", {"amount_unit": "wan"})
    assert typed(checked(path, institution=sender), "amount, balance") == plain
    assert checked(path).receipt.rows_accepted < ROWS


@pytest.mark.parametrize("header", ["交易金额(万元)", "交易金额（单位：万元）", "交易金额/万元", "交易金额[万元]"])
def test_a_header_that_states_another_unit_refuses_the_table(header: str, tmp_path: Path, checked: Check) -> None:
    headers = [header if name == "交易金额" else name for name in HEADERS]
    rows = [in_wan(row) for row in statement(ROWS)]
    path = tmp_path / "a.csv"
    path.write_text(text_of([row | {header: row["交易金额"]} for row in rows], headers=headers), encoding="utf-8")
    result = checked(path)
    assert (result.receipt.verdict, batch_codes(result)) == (Verdict.REJECTED, ["B043"])
    assert "amount_unit" in result.receipt.batch_faults[0].remedy
    sender = Sender("610900-B01", "bank", {"amount_unit": "wan"})
    assert checked(path, institution=sender).receipt.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("title", "verdict"), [("单位：万元", "rejected"), ("金额单位：元", "accepted"), ("单位:人民币元", "accepted")]
)
def test_a_title_that_states_the_unit(title: str, verdict: str, tmp_path: Path, checked: Check) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text_of(statement(ROWS), titles=["银行流水", title]), encoding="utf-8")
    assert str(checked(path).receipt.verdict) == verdict


@pytest.mark.parametrize("header", ["交易金额(元)", "金额（元）", "*交易金额", "交易金额（必填）"])
def test_a_header_with_the_agreed_unit_or_a_mark_is_known(header: str, tmp_path: Path, checked: Check) -> None:
    headers = [header if name == "交易金额" else name for name in HEADERS]
    path = tmp_path / "a.csv"
    rows = [row | {header: row["交易金额"]} for row in statement(ROWS)]
    path.write_text(text_of(rows, headers=headers), encoding="utf-8")
    result = checked(path)
    assert (result.receipt.verdict, "B004" in batch_codes(result)) == (Verdict.ACCEPTED, False)


def test_an_amount_whose_unit_or_comma_is_ambiguous_is_refused(tmp_path: Path, checked: Check) -> None:
    cells = {"1.5万": "F053", "12万元": "F053", "$500": "F053", "1,5": "F052", "1.234,56": "F052", "12,34": "F052"}
    cells |= {"查询失败": "F056", "一百": "F002"}
    rows = statement(ROWS)
    for row, value in zip(rows, cells, strict=False):
        row["交易金额"] = value
    result = checked(write(tmp_path / "a.csv", rows))
    assert faults_of(result) == [(place + 2, "交易金额", code) for place, code in enumerate(cells.values())]
    assert result.receipt.rows_quarantined == len(cells)


def test_an_ambiguous_date_is_refused_with_its_readings(tmp_path: Path, checked: Check) -> None:
    cells = {
        "03/04/2024": ["2024-03-04", "2024-04-03"],
        "3-4-24": ["2024-03-04", "2024-04-03"],
        "05072024": ["2024-05-07", "2024-07-05"],
        "24-7-5": ["2024-07-05"],
        "25/04/2024": ["2024-04-25"],
        "240705": ["2024-07-05"],
    }
    rows = statement(ROWS)
    for row, value in zip(rows, cells, strict=False):
        row["交易时间"] = value
    result = checked(write(tmp_path / "a.csv", rows))
    assert faults_of(result) == [(place + 2, "交易时间", "F050") for place in range(len(cells))]
    for place, readings in enumerate(cells.values()):
        fault = fault_at(result, place + 2)
        assert all(reading in fault.reason and reading in fault.reason_en for reading in readings)


def test_a_date_number_is_refused_in_a_text_file_and_read_in_a_sheet(
    tmp_path: Path, checked: Check, typed: Typed
) -> None:
    result = checked(write(tmp_path / "a.csv", changed("交易时间", "45474.59")))
    assert faults_of(result) == [(12, "交易时间", "F051")]
    assert "2024-07-01" in fault_at(result, 12).reason
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, form = book.add_worksheet("流水"), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        rows = statement(ROWS)
        for place, row in enumerate([dict(zip(HEADERS, HEADERS, strict=True)), *rows]):
            for column, name in enumerate(HEADERS):
                if place and name == "交易时间":
                    sheet.write_datetime(place, column, datetime.fromisoformat(row[name]), form)
                else:
                    sheet.write_string(place, column, row.get(name, ""))
    result = checked(path)
    assert [at for (at,) in typed(result, "booked_at")] == [datetime.fromisoformat(row["交易时间"]) for row in rows]


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("101928", "10:19:28"), ("93015", "09:30:15"), ("1019", "10:19:00"), ("10:19:28", "10:19:28"), ("", "00:00:00")],
)
def test_date_and_time_in_two_columns(clock: str, expected: str, tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = [row | {"交易日期": "20240705", "交易时间": clock, "交易余额": ""} for row in statement(5)]
    path = tmp_path / "a.csv"
    path.write_text(text_of(rows, headers=["交易日期", *HEADERS]), encoding="utf-8")
    result = checked(path)
    assert result.receipt.verdict is Verdict.ACCEPTED, result.receipt
    assert typed(result, "booked_at")[0] == (datetime.fromisoformat(f"2024-07-05 {expected}"),)


def test_booking_date_and_booking_time(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = [row | {"记账日期": "2024-07-05", "记账时间": "10:19:28", "交易余额": ""} for row in statement(3)]
    headers = ["记账日期", "记账时间", *(name for name in HEADERS if name != "交易时间")]
    path = tmp_path / "a.csv"
    path.write_text(text_of(rows, headers=headers), encoding="utf-8")
    result = checked(path)
    assert typed(result, "booked_at, time_precision")[0] == (datetime(2024, 7, 5, 10, 19, 28), "second")
    assert "B004" not in batch_codes(result)


def test_a_booking_date_beside_a_whole_moment_is_not_needed(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = [row | {"记账日期": "2024-07-09"} for row in statement(ROWS)]
    path = tmp_path / "a.csv"
    path.write_text(text_of(rows, headers=["记账日期", *HEADERS]), encoding="utf-8")
    result = checked(path)
    assert [at for (at,) in typed(result, "booked_at")] == [datetime.fromisoformat(row["交易时间"]) for row in rows]


@pytest.mark.parametrize("cell", ["20240705", "2024-07-05 10:19:28"])
def test_a_date_column_alone_is_the_whole_moment(cell: str, tmp_path: Path, checked: Check, typed: Typed) -> None:
    headers = ["交易日期" if name == "交易时间" else name for name in HEADERS]
    rows = [row | {"交易日期": cell, "交易余额": ""} for row in statement(3)]
    path = tmp_path / "a.csv"
    path.write_text(text_of(rows, headers=headers), encoding="utf-8")
    precision = "second" if ":" in cell else "day"
    assert typed(checked(path), "time_precision") == [(precision,)] * 3


def test_times_of_four_and_six_digits_in_one_column_are_told(tmp_path: Path, checked: Check) -> None:
    rows = [row | {"交易日期": "20240705", "交易时间": "101928", "交易余额": ""} for row in statement(6)]
    rows[3]["交易时间"] = "1930"
    path = tmp_path / "a.csv"
    path.write_text(text_of(rows, headers=["交易日期", *HEADERS]), encoding="utf-8")
    assert "B046" in batch_codes(checked(path))


def test_success_flags_in_every_spelling(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = [row | {"交易余额": ""} for row in statement(ROWS)]
    good = ["1", "Y", "是", "成功", "01", "交易成功", "y", " 成功", "TRUE"]
    bad = ["0", "N", "否", "失败", "02", "交易失败", "未成功"]
    for row, word in zip(rows, [*good, *bad], strict=False):
        row["交易是否成功"] = word
    flags = [flag for (flag,) in typed(checked(write(tmp_path / "a.csv", rows)), "succeeded")]
    assert flags == [not len(good) <= place < len(good) + len(bad) for place in range(ROWS)]


def test_currencies(tmp_path: Path, checked: Check, typed: Typed) -> None:
    spelled = {"156": "CNY", "rmb": "CNY", "人民币": "CNY", "840": "USD", "美元": "USD", "344": "HKD", "EUR": "EUR"}
    spelled |= {"036": "AUD", "": "CNY", "-": "CNY", "港币": "HKD"}
    rows = [row | {"交易余额": "", "交易币种": word} for row, word in zip(statement(ROWS), spelled, strict=False)]
    assert [code for (code,) in typed(checked(write(tmp_path / "a.csv", rows)), "currency")] == list(spelled.values())


def test_an_unknown_currency_is_refused(tmp_path: Path, checked: Check) -> None:
    rows = statement(ROWS)
    for row, word in zip(rows, ["ABC", "999", "贝壳", "XYZ"], strict=False):
        row["交易币种"] = word
    result = checked(write(tmp_path / "a.csv", rows))
    assert faults_of(result) == [(place, "交易币种", "F019") for place in range(2, 6)]


def test_an_opening_balance_is_skipped_and_listed(tmp_path: Path, checked: Check) -> None:
    rows = statement(ROWS)
    blank = {"收付标志": "", "交易流水号": "", "交易余额": "1.00"}
    openings = [
        rows[0] | blank | {"交易金额": amount, column: "期初余额"}
        for amount in ("", "0.00", "0", "-")
        for column in ("摘要说明", "备注")
    ]
    result = checked(write(tmp_path / "a.csv", [*openings, *rows]))
    assert (result.receipt.verdict, result.receipt.rows_read) == (Verdict.ACCEPTED, ROWS)
    assert skipped(result) == list(range(2, 2 + len(openings)))


def test_a_failure_text_in_place_of_an_entry_is_skipped_and_listed(tmp_path: Path, checked: Check) -> None:
    failures = [
        {"查询反馈结果原因": "账户不存在"},
        {"交易金额": "查询失败"},
        {"交易时间": "无数据", "交易金额": "无数据"},
        {"交易金额": "无交易记录", "交易余额": "无交易记录"},
    ]
    rows = [*statement(ROWS), *({"交易账号": "260000000000009"} | failure for failure in failures)]
    result = checked(write(tmp_path / "a.csv", rows))
    assert (result.receipt.verdict, skipped(result)) == (Verdict.ACCEPTED, list(range(ROWS + 2, ROWS + 6)))


def test_an_empty_or_stray_direction_is_refused_at_its_cell(tmp_path: Path, checked: Check) -> None:
    cells = {"": "F001", "O": "F008", "-": "F001", "平": "F008"}
    rows = statement(ROWS)
    for row, value in zip(rows, cells, strict=False):
        row["收付标志"] = value
    result = checked(write(tmp_path / "a.csv", rows))
    assert faults_of(result) == [(place + 2, "收付标志", code) for place, code in enumerate(cells.values())]


def mixed(rows: list[Row], words: dict[str, str]) -> list[Row]:
    return [row | {"收付标志": words[row["收付标志"]]} if place % 4 == 0 else row for place, row in enumerate(rows)]


def test_ways_of_saying_the_direction_that_agree_are_taken_and_told(
    tmp_path: Path, checked: Check, typed: Typed
) -> None:
    rows = statement(400)
    plain = typed(checked(write(tmp_path / "a.csv", rows)), "direction")
    for words in ({"贷": "进", "借": "出"}, {"贷": "入", "借": "付"}):
        result = checked(write(tmp_path / "b.csv", mixed(rows, words)))
        assert typed(result, "direction") == plain
        assert "B044" in batch_codes(result)


def test_ways_of_saying_the_direction_that_contradict_are_refused(tmp_path: Path, checked: Check) -> None:
    rows = statement(1000)
    for row in rows[300:306]:
        row["收付标志"] = {"贷": "出", "借": "进"}[row["收付标志"]]
    result = checked(write(tmp_path / "a.csv", rows))
    assert result.receipt.verdict is Verdict.REJECTED
    assert {"B044", "B045"} <= set(batch_codes(result))
    rows = mixed(statement(400), {"贷": "出", "借": "进"})
    assert checked(write(tmp_path / "b.csv", rows)).receipt.verdict is Verdict.REJECTED


@pytest.mark.parametrize("header", ["交易账号", "交易对手账卡号"])
def test_digits_lost_to_an_exponent_are_refused(header: str, tmp_path: Path, checked: Check) -> None:
    result = checked(write(tmp_path / "a.csv", changed(header, "6.22202E+18")))
    assert faults_of(result) == [(12, header, "F014")]


def test_a_long_number_that_ends_in_zeros_is_told_and_a_column_of_them_refused(tmp_path: Path, checked: Check) -> None:
    one = checked(write(tmp_path / "a.csv", changed("交易对手账卡号", "6222021234567890000")))
    assert (12, "交易对手账卡号", "F029") in faults_of(one, Level.WARNING)
    assert one.receipt.verdict is Verdict.ACCEPTED
    rows = [row | {"交易对手账卡号": f"622202{place:09d}0000"} for place, row in enumerate(statement(ROWS))]
    result = checked(write(tmp_path / "b.csv", rows))
    assert (result.receipt.verdict, "B048" in batch_codes(result)) == (Verdict.REJECTED, True)


def test_lost_leading_zeros_are_told(tmp_path: Path, checked: Check) -> None:
    rows = statement(600, accounts=40)
    for row in rows:
        if row["交易账号"] == "260000000000007":
            row["交易账号"] = "26000000000007"
    assert "B047" in batch_codes(checked(write(tmp_path / "a.csv", rows)))


def test_a_resident_number_that_lost_a_digit_is_told(tmp_path: Path, checked: Check, typed: Typed) -> None:
    result = checked(write(tmp_path / "a.csv", changed("对手身份证号", "11010519491231002")))
    assert faults_of(result, Level.WARNING) == [(12, "对手身份证号", "F054")]
    assert typed(result, "counterparty_token")[10] == (None,)


def test_a_masked_number_joins_nothing(tmp_path: Path, checked: Check, typed: Typed) -> None:
    result = checked(write(tmp_path / "a.csv", changed("交易对手账卡号", "6222****0001")))
    assert faults_of(result, Level.WARNING) == [(12, "交易对手账卡号", "F015")]
    assert typed(result, "counterparty_account, counterparty_key")[10] == ("6222****0001", None)
    assert faults_of(checked(write(tmp_path / "b.csv", changed("交易账号", "6222****0001")))) == [
        (12, "交易账号", "F015")
    ]


def test_rows_unordered_within_a_second_are_put_in_the_order_of_their_balances(
    tmp_path: Path, checked: Check, typed: Typed
) -> None:
    rows = statement(ROWS)
    for start in range(0, ROWS, 6):
        for row in rows[start : start + 6]:
            row["交易时间"] = rows[start]["交易时间"]
    shuffled = [row for start in range(0, ROWS, 6) for row in reversed(rows[start : start + 6])]
    result = checked(write(tmp_path / "a.csv", shuffled))
    assert result.receipt.verdict is Verdict.ACCEPTED
    ordered = sorted(typed(result, "booked_on, sequence, serial"))
    assert [serial for _, _, serial in ordered] == [row["交易流水号"] for row in rows]


def test_a_time_column_beside_a_date_column_holds_no_date(tmp_path: Path, checked: Check) -> None:
    rows = [row | {"交易日期": "20240705", "交易时间": "101928", "交易余额": ""} for row in statement(30)]
    rows[25]["交易时间"] = "2024-07-05 10:19:28"
    path = tmp_path / "a.csv"
    path.write_text(text_of(rows, headers=["交易日期", *HEADERS]), encoding="utf-8")
    assert faults_of(checked(path)) == [(27, "交易时间", "F055")]
