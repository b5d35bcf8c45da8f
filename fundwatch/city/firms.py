"""Firms of the city with their owners, and the bodies around them: treasury, clearing, insurers, utilities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fundwatch.city import names
from fundwatch.city.accounts import BANK_OWN, BANKS, CASH, REPORTING, Account
from fundwatch.city.numbering import uscc
from fundwatch.city.parties import Party
from fundwatch.city.world import World
from fundwatch.domain.keys import date_of


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business: how firms in it are named, registered, and how often they occur."""

    suffix: str
    legal_form: str
    category: str
    scope: str
    share: float
    least: int


TRADES = {
    "manufacturing": Trade("制造有限公司", "有限责任公司", "91", "机械零部件、包装材料制造与销售", 0.10, 3),
    "wholesale": Trade("商贸有限公司", "有限责任公司", "91", "日用百货、建材、农副产品批发", 0.16, 6),
    "retail": Trade("百货经营部", "个体工商户", "92", "食品、日用百货零售", 0.22, 6),
    "construction": Trade("建筑劳务有限公司", "有限责任公司", "91", "建筑劳务分包", 0.07, 3),
    "service": Trade("信息咨询有限公司", "有限责任公司", "91", "商务信息咨询、企业管理咨询", 0.14, 12),
    "agriculture": Trade("种植农民专业合作社", "农民专业合作社", "93", "茶叶、魔芋、蚕桑种植与销售", 0.11, 10),
    "care": Trade("养老服务有限公司", "有限责任公司", "91", "养老服务、健康咨询", 0.05, 6),
    "property": Trade("物业服务有限公司", "物业服务", "91", "物业管理、房屋租赁代理", 0.05, 8),
    "freight": Trade("货运代理有限公司", "有限责任公司", "91", "道路货物运输、货运代理", 0.05, 5),
    "labour": Trade("人力资源有限公司", "有限责任公司", "91", "劳务派遣、代发工资", 0.03, 4),
    "school": Trade("实验学校", "民办学校", "52", "全日制教育", 0.01, 3),
    "charity": Trade("慈善会", "慈善组织", "51", "扶贫济困、助学", 0.01, 3),
}
BODIES = {
    "tenpay": ("clearing", "财付通支付科技有限公司", "支付机构"),
    "alipay": ("clearing", "支付宝（中国）网络技术有限公司", "支付机构"),
    "pension": ("public", "临州市社会保险事业中心", "事业单位"),
    "treasury": ("public", "临州市财政局", "机关"),
    "tax": ("public", "国家金库临州市中心支库", "机关"),
    "power": ("licensed", "临州供电有限公司", "国有企业"),
    "water": ("licensed", "临州市自来水有限公司", "国有企业"),
    "telecom": ("licensed", "秦巴通信有限公司临州分公司", "国有企业"),
    "insurer": ("licensed", "秦巴人寿保险股份有限公司临州中心支公司", "保险公司"),
    "wealth": ("licensed", "远东理财有限责任公司", "银行理财公司"),
    "education": ("public", "临州市教育局", "机关"),
    "housing": ("public", "临州市住房公积金管理中心", "事业单位"),
    "hospital": ("public", "临州市人民医院", "事业单位"),
    "exchange": ("public", "临州市公共资源交易中心", "事业单位"),
}
_OUTSIDE_FIRMS = (
    "西京通达贸易有限公司",
    "楚北宏远物资有限公司",
    "江南新材料有限公司",
    "渝州食品有限公司",
    "关中农资有限公司",
    "豫州机电有限公司",
    "蜀中茶业有限公司",
    "东海电子商务有限公司",
    "岭南服装有限公司",
    "西京建材有限公司",
)


def found_bodies(world: World) -> None:
    """Open the two counters (cash, the bank itself), the bodies, and the loan desks of the reporting banks."""
    today = date_of(world.calendar.first)
    for index, name in ((CASH, ""), (BANK_OWN, "")):
        world.book.accounts.append(Account(index, -1, -1, "", "", name, "", today, 0, False, 0, 0))
    for serial, (role, (kind, name, form)) in enumerate(BODIES.items()):
        party = world.register.add(
            Party(
                world.register.next_index(),
                kind,
                name,
                uscc("12" if kind == "public" else "91", "610902", 500 + serial),
                "610902",
                legal_form=form,
                established=date(2004, 3, 1),
                capital=50_000_000_00,
                address=names.CITY,
            )
        )
        world.bodies[role] = party.index
        # Public and licensed bodies bank in the city, so that their accounts are known by USCC; clearing firms do not.
        outside = REPORTING + serial % (len(BANKS) - REPORTING)
        bank = outside if kind == "clearing" else serial % REPORTING
        world.book.open(world.rng, party.index, name, bank, person=False, kind="单位账户", opened=date(2010, 5, 4))
    for desk in BANKS[:REPORTING]:
        party = world.register.add(
            Party(
                world.register.next_index(),
                "licensed",
                desk.name,
                uscc("91", "610902", 900 + desk.index),
                "610902",
                legal_form="商业银行",
                established=date(1998, 8, 8),
                capital=900_000_000_00,
                address=names.CITY,
            )
        )
        world.bodies[f"bank{desk.index}"] = party.index
        world.book.open(
            world.rng,
            party.index,
            desk.name,
            desk.index,
            person=False,
            kind="内部账户",
            opened=date(2005, 1, 4),
            reported=False,
        )


def found_firm(world: World, trade: str, name: str, *, form: str, category: str, scope: str, owner: int) -> int:
    """Register a firm with its representative (60–100 % of the shares) and, below 100 %, a second shareholder."""
    rng, index = world.rng, world.register.next_index()
    region = world.party(owner).region
    county = names.COUNTIES.get(region, "江北区")
    world.register.add(
        Party(
            index=index,
            kind="firm",
            name=name,
            number=uscc(category, region, int(rng.integers(31**6))),
            region=region,
            address=f"{names.CITY}{county}{world.choose(names.STREETS)}{rng.integers(1, 300)}号",
            phone=f"0915{rng.integers(10**7):07d}",
            trade=trade,
            legal_form=form,
            scope=scope,
            capital=int(rng.choice([50, 100, 200, 300, 500, 1000])) * 10_000_00,
            established=date_of(world.calendar.first) - timedelta(days=int(rng.integers(200, 6000))),
        )
    )
    share = int(rng.choice([60, 70, 80, 90, 100]))
    world.owners.add(owner)
    world.register.link(owner, "法定代表人", index)
    world.register.link(owner, "股东", index, share)
    if share < 100:
        partner = world.people[int(rng.integers(len(world.people)))]
        if partner != owner:
            world.register.link(partner, "股东", index, 100 - share)
    return index


def open_firm_account(world: World, firm: int, bank: int, kind: str) -> int:
    """Open an account for a firm at a bank."""
    party, rng = world.party(firm), world.rng
    age = int(rng.gamma(1.6, 700)) + 5
    opened = date_of(world.calendar.first) - timedelta(days=age)
    return world.book.open(
        rng,
        firm,
        party.name,
        bank,
        person=False,
        kind=kind,
        opened=max(opened, party.established or opened),
        comfort=int(rng.lognormal(10.4, 0.7) * 100),
    )


def owners(world: World, count: int) -> list[int]:
    """Return that many adults who may own a firm, nobody twice and no two of one couple."""
    last_year = date_of(world.calendar.last).year
    partners: dict[int, int] = {}
    for link in world.register.links:
        if link.relation == "配偶":
            partners[link.subject], partners[link.object] = link.object, link.subject
    busy = set(world.owners)
    chosen: list[int] = []
    for place in world.rng.permutation(len(world.people)):
        person = world.people[place]
        birth = world.party(person).birth
        if person in busy or partners.get(person) in busy or birth is None or not 27 <= last_year - birth.year <= 66:
            continue
        chosen.append(person)
        busy.add(person)
        if len(chosen) == count:
            break
    return chosen


def found(world: World, persons: int) -> None:
    """Found the firms of the city: about one for each thirteen holders, never less than the parts ask for."""
    counts = {trade: max(kind.least, round(persons / 13 * kind.share)) for trade, kind in TRADES.items()}
    pool = iter(owners(world, sum(counts.values())))
    for trade, count in counts.items():
        kind = TRADES[trade]
        for _, owner in zip(range(count), pool, strict=False):
            place = names.COUNTIES.get(world.party(owner).region, "江北区").rstrip("区县市")
            firm = found_firm(
                world,
                trade,
                f"{place}{names.firm_stem(world.rng)}{kind.suffix}",
                form=kind.legal_form,
                category=kind.category,
                scope=kind.scope,
                owner=owner,
            )
            world.firms.append(firm)
            banks = world.rng.permutation(REPORTING)[: 1 + int(world.rng.random() < 0.35)]
            for order, bank in enumerate(banks):
                open_firm_account(world, firm, int(bank), "对公基本存款账户" if order == 0 else "对公一般存款账户")
    for serial, name in enumerate(_OUTSIDE_FIRMS):
        party = world.register.add(
            Party(
                world.register.next_index(),
                "firm",
                name,
                uscc("91", "610102", 7000 + serial),
                "610102",
                trade="outside",
                legal_form="有限责任公司",
                established=date(2012, 6, 1),
                local=False,
            )
        )
        world.book.open(
            world.rng, party.index, name, REPORTING + serial % 3, person=False, kind="单位账户", opened=date(2013, 1, 8)
        )
        world.bodies[f"outside{serial}"] = party.index
