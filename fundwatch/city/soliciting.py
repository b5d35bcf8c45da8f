"""What collectors and their look-alikes share: fresh accounts, insiders, arrivals by period, takings of a shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fundwatch.city.accounts import REPORTING
from fundwatch.city.clock import Manner
from fundwatch.city.everyday import fen
from fundwatch.city.world import World
from fundwatch.domain.keys import date_of

Paid = list[tuple[int, int, int]]
"""Payments as (day, payer account, fen), in the order of time."""

PERIOD = 30
_LENDING_TRADES = ("micro_loan", "guarantee", "pawn")
_TICKET = 640.0
"""What a customer of a shop pays with the phone, about (yuan)."""


def quiet_person(world: World) -> int:
    """Reserve a person for a part, so that the household's ordinary life does not drown it."""
    person = world.take_person()
    world.quiet.update(world.household(person))
    return person


def fresh_account(world: World, party: int, day: int) -> int:
    """Open an account for a party on a day of the calendar; it begins empty."""
    holder = world.party(party)
    account = world.book.open(
        world.rng,
        party,
        holder.name,
        int(world.rng.integers(REPORTING)),
        person=holder.is_person,
        kind="个人Ⅱ类结算账户" if holder.is_person else "对公一般存款账户",
        opened=date_of(day),
    )
    world.book.accounts[account] = replace(world.account(account), cushion=0)
    return account


def days_before(world: World, day: int, low: int, high: int) -> int:
    """Return a day ``low`` to ``high`` days before ``day``, not before the calendar begins."""
    return max(world.calendar.first, day - world.between(low, high))


def hire(world: World, person: int, relation: str) -> int:
    """Declare a person an insider of a reporting lender, and two bystanders its employees; return the lender."""
    lenders = [party.index for party in world.register.parties if party.trade in _LENDING_TRADES]
    lender = lenders[int(world.rng.integers(len(lenders)))]
    world.register.link(person, relation, lender)
    free = [one for one in world.people if one not in world.taken]
    for place in world.rng.choice(len(free), 2, replace=False):
        world.register.link(free[int(place)], "员工", lender)
    return lender


def visit(
    world: World,
    payers: Sequence[int],
    collector: int,
    days: tuple[int, int],
    amounts: Sequence[int],
    remarks: Sequence[str],
) -> Paid:
    """Let each payer pay one of the amounts (fen) on one of the days, both ends included."""
    paid = []
    for payer in payers:
        day, amount = world.between(*days), amounts[world.between(0, len(amounts) - 1)]
        world.journal.pay(day, payer, collector, amount, remark=world.choose(remarks))
        paid.append((day, payer, amount))
    return sorted(paid)


def period_start(world: World, periods: int) -> int:
    """Return the first day of so many periods of thirty days that end within the calendar, the last day included."""
    span = world.calendar
    return world.between(span.first, max(span.first, span.last + 1 - periods * PERIOD))


def arrivals(
    world: World,
    counts: Sequence[int],
    collector: int,
    low: float,
    high: float,
    remarks: Sequence[str],
    step: int = 100,
) -> tuple[int, Paid]:
    """Let new payers arrive in periods that follow one another, some coming back; return the first day and payments.

    Newcomers are spread over their period, the last of all pays on its last day; in a calendar too short for the
    periods these shrink, and the growth cannot be seen.
    """
    start = period_start(world, len(counts))
    length = min(PERIOD, world.calendar.days // len(counts))
    crowd, paid = world.crowd(sum(counts)), []
    for place, count in enumerate(counts):
        first = start + place * length
        newcomers = [crowd.pop() for _ in range(count)]
        for number, payer in enumerate(newcomers):
            day = first + (length - 1 if number == 0 else world.between(0, length - 1))
            amount = world.yuan(low, high, step=step)
            world.journal.pay(day, payer, collector, amount, remark=world.choose(remarks))
            paid.append((day, payer, amount))
            later = day + world.between(8, 40)
            if world.rng.random() < 0.25 and later < start + len(counts) * length:
                world.journal.pay(later, payer, collector, amount, remark=world.choose(remarks))
                paid.append((later, payer, amount))
    return start, sorted(paid)


def takings(world: World, party: int, account: int, days: tuple[int, int], total: int) -> None:
    """Let customers pay a shop with the phone through a clearing body, about ``total`` fen over the days."""
    count = max(24, round(total / 100 / _TICKET))
    when = world.rng.integers(days[0], days[1] + 1, count)
    amounts = fen(world.rng.lognormal(np.log(_TICKET) - 0.08, 0.4, count))
    body = world.body("tenpay" if world.rng.random() < 0.6 else "alipay")
    world.journal.pay_many(
        when,
        body,
        account,
        amounts,
        "商户结算",
        remarks=("清算款",),
        manner=Manner.BATCH,
        merchants=world.merchant(party),
    )


def restock(world: World, account: int, paid: Paid, share: float) -> None:
    """Let a shop pay its suppliers a share of what came in, every eight days."""
    for day in range(paid[0][0] + 8, paid[-1][0] + 9, 8):
        held = sum(amount for when, _, amount in paid if day - 8 <= when < day)
        supplier = world.body(f"outside{world.between(0, 9)}")
        spent = int(held * share) // 100 * 100
        world.journal.pay(min(day, world.calendar.last), account, supplier, spent, "货款", remark="货款")


def enrolment(world: World, length: int) -> int:
    """Return a first day at the start of a term (March, September) where the calendar has one, else any day."""
    span = world.calendar
    terms = [
        day
        for day in range(span.first, span.last - length + 1)
        if date_of(day).month in (3, 9) and date_of(day).day <= 12
    ]
    if terms:
        return terms[world.between(0, len(terms) - 1)]
    return world.between(span.at(0.12), max(span.at(0.12), span.last - length))
