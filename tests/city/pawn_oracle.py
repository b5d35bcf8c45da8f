"""The default thresholds of P01 to P04 and P06 in plain Python, on a pawn firm's ledger and bank entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import log
from statistics import median

import numpy as np

from fundwatch.city.accounts import CASH
from fundwatch.city.ledgers.firm import Lender
from fundwatch.domain.keys import day_number
from tests.city.conftest import Made

YUAN = 100


@dataclass(frozen=True)
class Row:
    """A ticket as the ledger states it on the last day; money in fen."""

    firm: str
    number: str
    root: str
    pawner: str
    payer: str
    goods: str
    mark: str
    grams: float
    value: float
    principal: float
    fee: float
    day: int
    due: int
    closed: int
    redeemed: int
    renewals: int
    cash: bool

    @property
    def is_new(self) -> bool:
        return self.root == self.number


def tickets(made: Made, lender: Lender) -> list[Row]:
    """Return the ledger of a firm, each renewal with the number of the first ticket."""
    told = [stock.state(made.world.calendar.last) for stock in lender.stocks["当票台账"]]
    original = {row["当票号"]: row["原当票号"] for row in told}
    successor = {row["原当票号"]: _day(row["典当日"]) for row in told if row["原当票号"]}
    found = []
    for row in told:
        root = row["当票号"]
        while original.get(root):
            root = original[root]
        redeemed = _day(row["赎当日期"]) if row["赎当日期"] else 10**6
        lapsed = _day(row["到期日"]) + 6 if row["状态"] == "绝当" else 10**6
        found.append(
            Row(
                lender.code,
                row["当票号"],
                root,
                row["证件号"],
                row["赎当人证件号"],
                row["当物名称"],
                row["唯一标识"],
                float(row["重量(克)"] or 0),
                float(row["估价金额"]) * YUAN,
                float(row["当金"]) * YUAN,
                float(row["月综合费率(‰)"]),
                _day(row["典当日"]),
                _day(row["到期日"]),
                min(redeemed, lapsed, successor.get(row["当票号"], 10**6)),
                redeemed,
                int(row["续当次数"]),
                row["付款方式"] == "现金",
            )
        )
    return found


def _day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def same_item(made: Made, firm: Lender) -> bool:
    """P01: two open tickets on one mark, or three persons within 180 days."""
    everywhere = [row for lender in made.lenders["pawn"] for row in tickets(made, lender)]
    for new in (row for row in everywhere if row.firm == firm.code and row.is_new):
        same = [row for row in everywhere if row.mark == new.mark and row.day <= new.day]
        standing = {row.root for row in same if row.closed > new.day}
        persons = {row.pawner for row in same if row.is_new and row.day > new.day - 180}
        if len(standing) >= 2 or len(persons) >= 3:
            return True
    return False


def valuation(made: Made, firm: Lender) -> bool:
    """P02: the loan above nine tenths of the value, or the value 3.5 robust deviations from its kind."""
    everywhere = [row for lender in made.lenders["pawn"] for row in tickets(made, lender) if row.is_new]

    def by_kind(row: Row) -> float:
        return row.value / (row.grams or 1)

    for row in (row for row in everywhere if row.firm == firm.code):
        week = row.day // 7 * 7
        peers = [log(by_kind(one)) for one in everywhere if one.goods == row.goods and week - 365 <= one.day < week]
        if row.principal > 0.9 * row.value:
            return True
        if len(peers) >= 30:
            middle = median(peers)
            spread = max(0.05, 1.4826 * median(abs(one - middle) for one in peers))
            if abs(log(by_kind(row)) - middle) > 3.5 * spread:
                return True
    return False


def third_party(made: Made, firm: Lender) -> bool:
    """P03: one payer, not of the pawner's household, for three pawners within 30 days."""
    spouses = {
        made.world.party(person).number: {made.world.party(one).number for one in made.world.household(person)}
        for person in made.world.people
    }
    foreign = [
        row
        for row in tickets(made, firm)
        if row.payer and row.redeemed < 10**6 and row.payer not in spouses.get(row.pawner, {row.pawner})
    ]
    return any(
        len({r.pawner for r in foreign if r.payer == last.payer and last.redeemed - 30 < r.redeemed <= last.redeemed})
        >= 3
        for last in foreign
    )


def limits(made: Made, firm: Lender) -> bool:
    """P04: fees above the cap that are not by the ticket, more than half a year, four renewals without a cut."""
    rows = tickets(made, firm)
    short = [row for row in rows if row.due - row.day <= 31]
    for row in rows:
        cap = 27 if row.goods == "住宅" else 42
        known = [one.fee for one in short if one.day <= row.day]
        by_ticket = row.fee <= cap * -(-(row.due - row.day) // 30) and known and max(known) <= cap
        first = next((one for one in rows if one.number == row.root), row)
        if (
            (row.fee > cap and not by_ticket)
            or row.due - row.day > 184
            or (row.renewals >= 4 and row.principal >= first.principal)
        ):
            return True
    return False


def phantom(made: Made, firm: Lender) -> bool:
    """P06: no payout in three days, the money back in three, nothing stored, or much cash that nothing matches."""
    first = made.world.calendar.first
    new = [row for row in tickets(made, firm) if row.is_new and row.day >= first]
    stored = {flow.row["当票号"] for flow in firm.flows["当物出入库"] if flow.row["出入库"] == "入库"}
    flows = list(flows_of(made, firm))
    household = {made.world.party(p).number: set(made.world.household(p)) for p in made.world.people}
    for row in new:
        if row.number not in stored and row.day + 7 <= made.world.calendar.last:
            return True
        theirs = household.get(row.pawner, set())
        out = [(day, fen) for day, party, fen in flows if party in theirs and fen < 0 and 0 <= day - row.day <= 3]
        if not row.cash and row.day + 3 <= made.world.calendar.last:
            if -sum(fen for _, fen in out) < 0.7 * row.principal:
                return True
            start = out[0][0]
            back = sum(fen for day, party, fen in flows if party in theirs and fen > 0 and 0 <= day - start <= 3)
            mine = {made.world.party(party).number for party in theirs}
            redeemed = sum(
                one.principal
                for one in tickets(made, firm)
                if {one.pawner, one.payer} & mine and abs(one.redeemed - start) <= 3
            )
            if back - 1.5 * redeemed >= 0.5 * row.principal:
                return True
    return any(_unmatched_cash(new, flows, day) for day in range(first + 29, made.world.calendar.last + 1))


def cash_volume(rows: list[Row], flows: list[tuple[int, int, int]], day: int) -> tuple[float, float, float]:
    """Return cash tickets, withdrawals and tickets by transfer of the thirty days up to ``day`` (fen)."""
    window = [row for row in rows if day - 30 < row.day <= day]
    drawn = -sum(fen for at, party, fen in flows if party == -1 and fen < 0 and day - 30 < at <= day)
    cash = sum(row.principal for row in window if row.cash)
    return cash, drawn, sum(row.principal for row in window if not row.cash)


def _unmatched_cash(rows: list[Row], flows: list[tuple[int, int, int]], day: int) -> bool:
    cash, drawn, other = cash_volume(rows, flows, day)
    most = max(cash, drawn)
    return most >= max(500_000 * YUAN, 0.5 * (most + other)) and abs(cash - drawn) > 0.2 * most


def flows_of(made: Made, firm: Lender) -> Iterator[tuple[int, int, int]]:
    """Yield day, other party (-1: cash) and fen, negative for what the firm pays, in time order."""
    entries = made.entries
    for place in np.flatnonzero(
        ((entries.source == firm.basic) | (entries.target == firm.basic)) & (entries.status == 0)
    ):
        out = int(entries.source[place]) == firm.basic
        other = int(entries.target[place] if out else entries.source[place])
        party = -1 if other == CASH else made.world.account(other).party
        yield int(entries.at[place]) // 86400, party, int(entries.amount[place]) * (-1 if out else 1)
