"""A reporting firm of the three sectors with its accounts and its book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fundwatch.city import names
from fundwatch.city.firms import found_firm, open_firm_account, owners
from fundwatch.city.parties import Party
from fundwatch.city.world import World
from fundwatch.domain.keys import date_of

Row = dict[str, str]
"""One record of a sheet: header to cell text."""


@dataclass(frozen=True, slots=True)
class Stock:
    """A record that is reported as it stands at each month's end: ``state(day)`` is its row, from ``since`` on."""

    since: int
    state: Callable[[int], Row]


@dataclass(frozen=True, slots=True)
class Flow:
    """A record that is reported once, in the month of its day."""

    day: int
    row: Row


@dataclass(slots=True)
class Lender:
    """A firm of the three sectors. ``special`` is the lending or deposit account, ``basic`` its settlement one.

    ``bank_debt`` is (day, fen) of its bank loan, ``held`` the customers' deposits it held before the calendar began.
    ``backers`` are households that put money into the firm: none of its ordinary customers, or a loan of theirs would
    look like the return of a pawn.
    """

    code: str
    sector: str
    party: int
    basic: int
    special: int
    net_assets: int
    stocks: dict[str, list[Stock]] = field(default_factory=dict)
    flows: dict[str, list[Flow]] = field(default_factory=dict)
    open_amounts: list[Callable[[int], int]] = field(default_factory=list)
    bank_debt: tuple[int, int] = (0, 0)
    held: int = 0
    serial: int = 0
    backers: set[int] = field(default_factory=set)

    def outstanding(self, day: int) -> int:
        """Return what the book has outstanding at the end of ``day`` (fen): loans, guarantees or pawn credit."""
        return sum(amount(day) for amount in self.open_amounts)

    def number(self, kind: str) -> str:
        """Return the next document number of a kind, e.g. ``JJ-L01-000012``."""
        self.serial += 1
        return f"{kind}-{self.code[-3:]}-{self.serial:06d}"

    def keep(self, sheet: str, since: int, state: Callable[[int], Row]) -> None:
        """Add a stock record."""
        self.stocks.setdefault(sheet, []).append(Stock(since, state))

    def note(self, sheet: str, day: int, row: Row) -> None:
        """Add a flow record."""
        self.flows.setdefault(sheet, []).append(Flow(day, row))


_SECTORS = {
    "micro_loan": ("L", "小额贷款有限公司", "在临州市范围内发放小额贷款"),
    "guarantee": ("G", "融资担保有限公司", "借款类担保、发行债券担保、诉讼保全担保"),
    "pawn": ("P", "典当有限公司", "动产质押典当、房地产抵押典当、财产权利质押典当"),
}


def firms_per_sector(persons: int) -> int:
    """Return how many firms of each sector report: two in a small city, six where every difficulty needs its own."""
    return 2 if persons < 1500 else 6


def found_lenders(world: World, persons: int) -> dict[str, list[Lender]]:
    """Found the reporting firms of the three sectors."""
    count = firms_per_sector(persons)
    pool = iter(owners(world, count * len(_SECTORS)))
    found: dict[str, list[Lender]] = {}
    for sector, (letter, suffix, scope) in _SECTORS.items():
        for number in range(1, count + 1):
            owner = next(pool)
            world.taken.update(world.household(owner))
            name = f"{names.CITY}{names.firm_stem(world.rng)}{suffix}"
            party = found_firm(world, sector, name, form="有限责任公司", category="91", scope=scope, owner=owner)
            bank = int(world.rng.integers(3))
            basic = open_firm_account(world, party, bank, "对公基本存款账户")
            special = basic
            if sector != "pawn":
                special = open_firm_account(world, party, (bank + 1) % 3, "对公专用存款账户")
            assets = world.between(3_000, 9_000) * 10_000_00
            found.setdefault(sector, []).append(
                Lender(f"610900-{letter}{number:02d}", sector, party, basic, special, assets)
            )
    return found


def iso(day: int) -> str:
    """Return a day number as YYYY-MM-DD."""
    return date_of(day).isoformat()


def yuan_text(fen: int) -> str:
    """Return fen as yuan with two decimals."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def party_type(party: Party) -> str:
    """Return 自然人 or 企业."""
    return "自然人" if party.is_person else "企业"
