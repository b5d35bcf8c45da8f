"""The till behind an offer: money moved ahead of the returns, surplus sent away, gaps filled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fundwatch.city.accounts import CASH
from fundwatch.city.clock import Manner
from fundwatch.city.offering import Course
from fundwatch.city.world import Till, World

_EVENING = 19 * 3600
_NIGHT = 22 * 3600
_LEAST = 2_000_00
"""A surplus below this (fen) is left where it is."""


@dataclass(frozen=True, slots=True)
class Drain:
    """Where surplus goes (payee accounts, cash among them), every how many days, and whose dues stay behind."""

    payees: tuple[int, ...]
    every: int = 1
    reserve_days: int = 4


@dataclass(slots=True)
class _Till:
    """Balances in fen of the collecting and the paying account as far as the offer moves them."""

    world: World
    collector: int
    payer: int
    payees: tuple[int, ...]
    held: Counter[int] = field(default_factory=Counter)

    def provide(self, day: int, due: int) -> None:
        """Bring the paying account up to what falls due tomorrow: from the collector, else lent by a friend."""
        gap = due - self.held[self.payer]
        if gap > 0 and self.collector != self.payer:
            moved = min(self.held[self.collector], -(-gap // 100_000) * 100_000)
            second = _NIGHT + self.world.between(0, 1800)
            self.world.journal.pay(day, self.collector, self.payer, moved, remark="往来款", second=second)
            self.held[self.collector] -= moved
            self.held[self.payer] += moved
            gap -= moved
        if gap > 0:
            lent = -(-gap // 10_000) * 10_000
            self.world.journal.pay(day, self.world.outsider(), self.payer, lent, remark="借款", second=_NIGHT + 2400)
            self.held[self.payer] += lent

    def empty(self, day: int, account: int, kept: int) -> None:
        """Send what an account holds beyond ``kept`` to one to three payees in the evening."""
        surplus = (self.held[account] - kept) // 100_000 * 100_000
        if surplus < _LEAST:
            return
        self.held[account] -= surplus
        parts = 3 if surplus >= 30_000_00 else 1
        for part in range(parts):
            payee = self.payees[self.world.between(0, len(self.payees) - 1)]
            even = surplus // parts // 10_000 * 10_000
            amount = even if part < parts - 1 else surplus - (parts - 1) * even
            summary, manner = ("取现", Manner.CASH_OUT) if payee == CASH else ("转账", Manner.PERSON)
            second = _EVENING + self.world.between(0, 7000)
            self.world.journal.pay(day, account, payee, amount, summary, manner=manner, second=second)


def _by_day(entries: Iterable[tuple[int, int]]) -> Counter[int]:
    totals: Counter[int] = Counter()
    for day, amount in entries:
        totals[day] += amount
    return totals


def feed_and_drain(
    world: World,
    course: Course,
    collector: int,
    payer: int,
    drain: Drain,
    members: Sequence[int],
    *,
    income: Sequence[tuple[int, int]] = (),
) -> None:
    """Move money inside the group ahead of the returns, and send the surplus away every few days.

    ``members`` are the accounts of the group; ``income`` is (day, fen) that reached the payer from elsewhere.
    Where the till runs short, somebody lends it money.
    """
    deposits = _by_day((day, amount) for day, _, amount in course.deposits)
    returns = _by_day((day, amount) for day, _, amount in course.returns)
    earned = _by_day(income)
    world.tills.append(Till(tuple(members), payer, dict(returns)))
    till = _Till(world, collector, payer, drain.payees)
    for day in range(min(*deposits, *earned) if earned else min(deposits), world.calendar.last + 1):
        till.held[payer] += earned[day] - returns[day]
        till.held[collector] += deposits[day]
        if day % drain.every == 0:
            kept = sum(returns[day + later] for later in range(1, 1 + drain.reserve_days))
            till.empty(day, payer, kept if payer == collector else returns[day + 1])
            if payer != collector:
                till.empty(day, collector, kept)
        if day < world.calendar.last:
            till.provide(day, returns[day + 1])
