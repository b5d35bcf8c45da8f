"""The layouts that the world sends, told by their headers; and what is said of a layout that is not read."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from data_contracts.catalogue import Catalogue
from data_contracts.checking import Checked, Sender
from data_contracts.headers import stated_unit, unit_above
from data_contracts.reading.staged import RawTable
from data_contracts.recognition import Recognition, recognise
from fundwatch.domain.receipts import Level, Verdict

from .statements34 import HEADERS, statement, text_of

Check = Callable[..., Checked]
LAYOUTS: list[dict[str, str]] = yaml.safe_load((Path(__file__).parent / "layouts.yaml").read_text(encoding="utf-8"))


def headers_of(feed: str) -> list[str]:
    """The first header row in use of a feed."""
    return next(layout["headers"] for layout in LAYOUTS if layout["feed"] == feed).split(", ")


ALIASES = {
    "number": "交易账号 本方账号 查询账户 客户账号 HQCKZH CTAC 交易卡号 查询卡号 本方卡号 卡号",
    "name": "账户开户名称 交易户名 交易方户名 户名 账户名称 客户名称 ZHMC",
    "holder": "开户人证件号码 交易方证件号码 交易证件号码",
    "moment": "交易时间 交易日期+交易时间 记账日期+记账时间 HXJYRQ+HXJYSJ",
    "amount": "交易金额 金额 发生额 JYJE CRAT",
    "direction": "收付标志 借贷标志 借贷方向 JYJDBZ TSDR 收/支",
    "balance": "交易余额 账户余额 余额 ZHYE",
    "currency": "交易币种 币别 币种",
    "cash": "现金标志 现转标志 XZBZ",
    "other_account": "交易对手账卡号 对方账号 对方账户 对方卡号/账号 DFZH TCAC",
    "other_name": "对手户名 对方户名 交易对方姓名 收/付方名称 DFHM",
    "other_id": "对手身份证号 对方证件号码",
    "other_bank": "对手开户银行 对方开户行 对方行名",
    "other_code": "DFXH 对方行号",
    "summary": "摘要说明 摘要 交易名称 用途 ZY",
    "remark": "备注 附言",
    "type": "交易类型 交易码 业务种类",
    "channel": "渠道 终端号 JYQD",
    "branch": "交易网点名称",
    "code": "网点代码 机构号 交易网点代码",
    "place": "交易发生地",
    "success": "交易是否成功",
    "reversal": "冲补抹标志",
    "serial": "交易流水号 柜员流水号",
    "sub": "ZJYLSH",
    "log": "日志号",
    "voucher": "凭证号 传票号",
    "teller": "柜员号 交易柜员号",
    "agent": "代办人姓名",
    "agent_id": "代办人证件号码",
    "ip": "IP地址",
    "mac": "MAC地址 MAC",
    "merchant": "商户名称",
    "merchant_no": "商户号",
    "other_balance": "对手交易余额",
    "kind": "交易对方帐卡号类型",
    "id_type": "证件类型",
}


def table_of(*rows: list[str], sheet: str = "", form: str = "csv") -> RawTable:
    return RawTable("t", sheet, form, len(rows[0]), tuple((place, tuple(row)) for place, row in enumerate(rows, 1)))


def seen(
    headers: str | list[str], catalogue: Catalogue, sector: str = "bank", file: str = "", **options: str
) -> Recognition:
    cells = headers if isinstance(headers, list) else headers.split(", ")
    return recognise(table_of(cells, **options), catalogue.for_sector(sector), file)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout["feed"])
def test_every_layout_in_use_is_known_without_a_header_left_over(
    layout: dict[str, str], all_contracts: Catalogue
) -> None:
    feed = layout["feed"]
    match = seen(layout["headers"], all_contracts, layout["sector"], form=layout.get("form", "csv")).match
    assert match is not None
    wanted = {feed, "bank_east_corporate"} if "east" in feed else {feed}
    assert match.contract.id in wanted
    assert (match.unknown, match.missing, match.doubled) == ((), (), ())


def test_any_two_optional_columns_may_be_absent(all_contracts: Catalogue) -> None:
    headers = headers_of("bank_statement_34")
    feed = all_contracts.feeds["bank_statement_34"]
    needed = {column.header for column in feed.columns if column.header_required}
    optional = [header for header in headers if header not in needed]
    for absent in itertools.combinations(optional, 2):
        if set(absent) == {"交易卡号", "交易账号"}:
            continue
        match = recognise(table_of([name for name in headers if name not in absent]), [feed]).match
        assert match is not None, absent
        assert match.unknown == ()


@pytest.mark.parametrize("seed", range(60))
def test_headers_drawn_from_the_table_of_aliases_are_recognised(seed: int, all_contracts: Catalogue) -> None:
    draw = random.Random(seed)
    drawn = [word for words in ALIASES.values() for word in draw.choice(words.split()).split("+")]
    draw.shuffle(drawn)
    match = seen(drawn, all_contracts).match
    assert match is not None
    assert match.contract.id == "bank_statement_34"
    assert (match.unknown, match.doubled) == ((), ())


@pytest.mark.parametrize("row", sorted(ALIASES))
def test_every_alias_is_known(row: str, all_contracts: Catalogue) -> None:
    for alias in ALIASES[row].split():
        drawn = [
            word for name, words in ALIASES.items() for word in (alias if name == row else words.split()[0]).split("+")
        ]
        match = seen(drawn, all_contracts).match
        assert match is not None, alias
        assert match.unknown == (), alias


@pytest.mark.parametrize(
    ("options", "feed"),
    [
        ({"sheet": "DGHQCKFHZMXJL"}, "bank_east_corporate"),
        ({"sheet": "个人活期存款分户账明细记录"}, "bank_east_personal"),
        ({"file": "610900-B01_DGHQCKFHZMXJL_20240705.txt"}, "bank_east_corporate"),
        ({"file": "GRHQCKFHZMXJL-20240705.csv"}, "bank_east_personal"),
    ],
)
def test_feeds_of_equal_columns_are_told_by_the_name_of_sheet_or_file(
    options: dict[str, str], feed: str, all_contracts: Catalogue
) -> None:
    match = seen(headers_of("bank_east_personal"), all_contracts, **options).match
    assert match is not None
    assert match.contract.id == feed


def test_the_form_of_the_file_tells_camt_from_an_english_statement(all_contracts: Catalogue) -> None:
    for form, feed in (("xml", "bank_camt053"), ("csv", "bank_statement_english")):
        match = seen(headers_of("bank_camt053"), all_contracts, form=form).match
        assert match is not None
        assert match.contract.id == feed
    match = seen(headers_of("bank_camt053"), all_contracts, form="xml").match
    assert match is not None
    assert match.unknown == ()


def test_a_header_in_two_rows_is_joined(all_contracts: Catalogue) -> None:
    upper = ["账号", "户名", "交易信息", "", "", "发生额", "", "对方信息", "", "流水号"]
    lower = ["", "", "交易时间", "摘要", "余额", "借方", "贷方", "户名", "账号", ""]
    data = ["2600", "甲", "2024-07-05 10:00:00", "", "1.00", "", "1.00", "乙", "3100", "S1"]
    table = table_of(["流水明细", *[""] * 9], upper, lower, data)
    match = recognise(table, all_contracts.for_sector("bank")).match
    assert match is not None
    assert (match.contract.id, match.header_row, match.unknown) == ("bank_statement_split", 3, ())
    places = {matched.column.key: matched.place for matched in match.columns}
    assert [
        places[key] for key in ("account", "account_name", "counterparty_name", "counterparty_account", "serial")
    ] == [1, 2, 8, 9, 10]
    assert [places[key] for key in ("amount__debit", "amount__credit")] == [6, 7]


def test_group_titles_above_a_whole_header_change_nothing(all_contracts: Catalogue) -> None:
    headers = headers_of("bank_statement_34")
    groups = ["交易信息", *[""] * 7, "对手信息", *[""] * 25]
    match = recognise(table_of(groups, headers), all_contracts.for_sector("bank")).match
    assert match is not None
    assert (match.header_row, len(match.columns), match.unknown) == (2, 33, ())


def test_a_mistyped_header_is_told_with_what_it_was_meant_to_be(tmp_path: Path, checked: Check) -> None:
    headers = ["交易金颔" if name == "交易金额" else name for name in HEADERS]
    path = tmp_path / "a.csv"
    path.write_text(text_of(statement(3), headers=headers), encoding="utf-8")
    result = checked(path)
    told = {fault.code: fault for fault in result.receipt.batch_faults}
    assert result.receipt.verdict is Verdict.REJECTED
    assert "交易金额" in told["B001"].reason
    assert "交易金颔（是否为“交易金额”？）" in told["B041"].reason
    assert "交易余额" in told["B040"].reason
    assert told["B040"].level is Level.NORMALISED


def test_an_optional_header_mistyped_is_told_too(tmp_path: Path, checked: Check) -> None:
    headers = ["对手开户银形" if name == "对手开户银行" else name for name in HEADERS]
    path = tmp_path / "a.csv"
    path.write_text(text_of(statement(3), headers=headers), encoding="utf-8")
    (fault,) = (fault for fault in checked(path).receipt.batch_faults if fault.code == "B004")
    assert "对手开户银形（是否为“对手开户银行”？）" in fault.reason


def test_a_table_of_another_sector_is_said_to_be_one(tmp_path: Path, checked: Check) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",".join(headers_of("pawn_ticket_ledger")) + "\n", encoding="utf-8")
    result = checked(path)
    (fault,) = result.receipt.batch_faults
    assert fault.code == "B042"
    assert all(words in fault.reason for words in ("典当行当票台账", "典当行", "银行"))
    assert checked(path, institution=Sender("P", "pawn")).contract == "pawn_ticket_ledger"


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("金额(万元)", "wan"),
        ("金额（元）", "yuan"),
        ("余额/元", "yuan"),
        ("余额（单位：万元）", "wan"),
        ("估价金额【万元】", "wan"),
        ("年利率(%)", "percent"),
        ("月利率（‰）", "permille"),
        ("重量(克)", "gram"),
        ("重量（千克）", "kilogram"),
        ("交易金额", None),
        ("债权人(银行)", None),
        ("唯一标识(VIN/证号/证书)", None),
    ],
)
def test_units_in_headers(header: str, unit: str | None) -> None:
    assert stated_unit(header)[1] == unit


@pytest.mark.parametrize(
    ("title", "unit"),
    [("单位：万元", "wan"), ("金额单位:人民币元", "yuan"), ("编制单位：某银行", None), ("单位名称：元甲公司", None)],
)
def test_units_in_titles(title: str, unit: str | None) -> None:
    assert unit_above([("银行流水", ""), ("", title)]) == unit


def test_another_unit_of_a_rate_refuses_the_table(tmp_path: Path, checked: Check) -> None:
    headers = [name.replace("年利率(%)", "年利率(‰)") for name in headers_of("micro_loan_loans")]
    path = tmp_path / "a.csv"
    path.write_text(",".join(headers) + "\n" + ",".join(["1"] * len(headers)) + "\n", encoding="utf-8")
    result = checked(path, institution=Sender("L", "micro_loan"))
    assert [fault.code for fault in result.receipt.batch_faults] == ["B043"]
