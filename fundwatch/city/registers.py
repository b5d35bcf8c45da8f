"""Companion files of the banks and the registers of the authority."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from fundwatch.city import names
from fundwatch.city.accounts import Account
from fundwatch.city.houses import HOUSES, House, Layout
from fundwatch.city.journal import Ints
from fundwatch.city.ledgers.firm import yuan_text
from fundwatch.city.parties import Party
from fundwatch.city.statements import branch_code, customer_no
from fundwatch.city.world import LISTED, World
from fundwatch.domain.keys import date_of

PERSON_COLUMNS = (
    "客户号",
    "客户类型",
    "客户姓名",
    "证件类型",
    "证件号码",
    "性别",
    "出生日期",
    "联系电话",
    "住址",
    "地区代码",
    "职业",
)
ACCOUNT_COLUMNS = (
    "账号",
    "卡号",
    "户名",
    "客户号",
    "证件号码",
    "账户类型",
    "开户日期",
    "开户网点",
    "网点代码",
    "账户状态",
    "期初余额",
    "期初最近动账日期",
)
FIRM_COLUMNS = (
    "统一社会信用代码",
    "企业名称",
    "类型",
    "法定代表人",
    "法定代表人证件号码",
    "注册资本",
    "成立日期",
    "登记地区",
    "经营范围",
    "状态",
)
RELATION_COLUMNS = ("主体证件", "关系", "对方证件", "比例")
LIST_COLUMNS = ("证件号码", "姓名", "类型", "账号", "依据", "列入日期", "失效日期")


def _frame(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def persons_of(world: World, accounts: Iterable[Account]) -> pl.DataFrame:
    """Return 人员信息 of a house: the holders of its accounts, people and units."""
    found = dict.fromkeys((account.bank, account.party) for account in accounts)
    rows: list[tuple[str, ...]] = []
    for bank, index in found:
        party = world.party(index)
        rows.append(
            (
                customer_no(bank, index),
                "个人" if party.is_person else "企业",
                party.name,
                "居民身份证" if party.is_person else "统一社会信用代码",
                party.number,
                party.gender,
                _day(party.birth),
                party.phone,
                party.address,
                party.region,
                party.occupation,
            )
        )
    return _frame(PERSON_COLUMNS, rows)


def accounts_of(world: World, accounts: Iterable[Account], openings: Ints, house: House) -> pl.DataFrame:
    """Return 账户信息 of a house with the balances that its statements start from.

    A house of EAST details keeps identity numbers with its customers only, so that column is missing there.
    """
    rows: list[tuple[str, ...]] = []
    for account in accounts:
        touched = date_of(world.asleep.get(account.index, world.calendar.first - 1 - account.index % 45))
        rows.append(
            (
                account.number,
                account.card,
                account.name,
                customer_no(account.bank, account.party),
                world.party(account.party).number,
                account.kind,
                _day(account.opened),
                f"{house.name}第{account.branch}支行",
                branch_code(account),
                "正常",
                yuan_text(int(openings[account.index])),
                _day(max(touched, account.opened)),
            )
        )
    frame = _frame(ACCOUNT_COLUMNS, rows)
    return frame.drop("证件号码") if house.layout is Layout.EAST else frame


def _registered(world: World) -> list[Party]:
    return [party for party in world.register.parties if not party.is_person]


def firms_register(world: World) -> pl.DataFrame:
    """Return 企业信息: all firms and bodies, with their legal representatives where declared."""
    chiefs = {link.object: world.party(link.subject) for link in world.register.links if link.relation == "法定代表人"}
    rows: list[tuple[str, ...]] = []
    for party in _registered(world):
        chief = chiefs.get(party.index)
        rows.append(
            (
                party.number,
                party.name,
                party.legal_form,
                chief.name if chief else "",
                chief.number if chief else "",
                yuan_text(party.capital) if party.capital else "",
                _day(party.established),
                party.region,
                party.scope,
                "存续",
            )
        )
    return _frame(FIRM_COLUMNS, rows)


def relations_register(world: World) -> pl.DataFrame:
    """Return 关系信息: shareholders, representatives and declared couples."""
    rows: list[tuple[str, ...]] = [
        (
            world.party(link.subject).number,
            link.relation,
            world.party(link.object).number,
            str(link.share) if link.share else "",
        )
        for link in world.register.links
    ]
    return _frame(RELATION_COLUMNS, rows)


def watchlist(world: World) -> pl.DataFrame:
    """Return 名单: a few people beyond the city with a court judgment, each with the numbers of the account."""
    listed = [world.party(index) for index in world.strangers[:LISTED]]
    start = date_of(world.calendar.first - 200)
    rows: list[tuple[str, ...]] = [
        (
            party.number,
            party.name,
            "非法集资案件被执行人",
            account,
            f"（2025）临刑初{number + 11}号判决书",
            start.isoformat(),
            start.replace(year=start.year + 5).isoformat()
            if (start.month, start.day) != (2, 29)
            else f"{start.year + 5}-02-28",
        )
        for number, party in enumerate(listed)
        for account in _numbers(world.account(world.main(party.index)))
    ]
    return _frame(LIST_COLUMNS, rows)


def _numbers(account: Account) -> tuple[str, ...]:
    return tuple(number for number in (account.number, account.card) if number)


def institution_entries(world: World, lenders: list[tuple[str, str, int]]) -> list[dict[str, str]]:
    """Return the entries of institutions.toml: banks, lenders given as (code, sector, party), and the authority."""
    entries = [{"code": house.code, "name": house.name, "sector": "bank", "region": "610902"} for house in HOUSES]
    entries += [
        {"code": code, "name": world.party(party).name, "sector": sector, "region": world.party(party).region}
        for code, sector, party in lenders
    ]
    entries.append(
        {"code": "610900-A01", "name": f"{names.CITY}市场监督管理局", "sector": "authority", "region": "610900"}
    )
    basis = {
        "bank": "《防范和处置非法集资条例》第十三条、第二十一条第四项",
        "authority": "《防范和处置非法集资条例》第十二条监测预警机制",
    }
    local = "《防范和处置非法集资条例》第八条、第十二条监测预警机制"
    return [
        entry | {"legal_basis": basis.get(entry["sector"], local), "approval_no": f"临处非办批〔2026〕{number:02d}号"}
        for number, entry in enumerate(entries, 1)
    ]
