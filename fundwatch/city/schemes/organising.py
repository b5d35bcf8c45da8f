"""T09 集中兑付日, T11 复投与提成 and T12 兑付中断: an organiser, agents, a pay day, and the day it stops."""

from __future__ import annotations

from fundwatch.city.accounts import CASH
from fundwatch.city.clock import Manner
from fundwatch.city.promising import Course, gather, next_due, pay_days, reward, settle, terms_of
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World

_DEPOSIT = ("", "", "", "往来款", "货款", "投资款", "养老床位")
_RETURN = ("", "", "", "往来款", "货款", "收益")
_AGENT = ("", "", "往来款", "劳务费")
_JOINING_DAYS = 18
"""Least days from the first day to the first pay day."""


def _accounts(world: World, organiser: int) -> tuple[int, int]:
    """Return the account that collects and the one that pays: one of the couple's each, if there are two."""
    own = world.group_accounts(world.household(organiser))
    return own[0], own[-1]


def pay_day(world: World, difficulty: str) -> Subject:
    """Plant an organiser who pays all depositors on one day of the month, her agents a share, some their principal.

    Those whose principal is repaid bring it back within days. In a calendar of fewer than three pay days there is
    no pay day to be seen, only rollovers and agents.
    """
    organiser = world.take_person()
    collector, payer = _accounts(world, organiser)
    terms = terms_of(world, difficulty)
    days = pay_days(world, _JOINING_DAYS)
    stage = act(world, difficulty, *(("T09", "T11") if len(days) >= 3 else ("T11",)))
    people = world.crowd(terms.people, strangers=0.15)
    span = (world.calendar.first + 1, days[0] - 5)
    course = gather(world, terms, people, collector, span, remarks=_DEPOSIT)
    reward(world, terms, course, [world.outsider() for _ in range(terms.agents)], remarks=_AGENT)
    rolled: list[int] = []
    for number, day in enumerate(days):
        for place, (person, (_, principal)) in enumerate(course.joined.items()):
            amount = round(principal * terms.rate / 100) * 100
            if number == 1 and place >= len(people) - terms.rollers:
                back = day + world.between(1, 3)
                rolled.append(back)
                if back <= world.calendar.last:
                    world.journal.pay(back, person, collector, principal, remark=world.choose(_DEPOSIT))
                    course.deposits.append((back, person, principal))
                amount += principal
            course.payouts.append((day, person, amount, world.choose(_RETURN)))
    settle(world, course, collector, payer)
    seen = days[2] if len(days) >= 3 else day_of_nth(rolled, 10)
    return stage.close(world.household(organiser), expert_day=seen)


def broken_promise(world: World, difficulty: str) -> Subject:
    """Plant an organiser whose payments stop one day, when the money leaves for cash and payment firms."""
    organiser = world.take_person()
    collector, payer = _accounts(world, organiser)
    terms, span = terms_of(world, difficulty), world.calendar
    period = 15 if span.days >= 150 and difficulty != "blatant" else 7
    first = span.first + world.between(2, 5)
    last_join = first + span.days * 3 // 10
    stop = max(span.at(0.7), last_join + 3 * period + 5)
    stage = act(world, difficulty, "T08", "T12")
    course = gather(
        world, terms, world.crowd(terms.people, strangers=0.15), collector, (first, last_join), remarks=_DEPOSIT
    )
    promise(world, course, period, terms.rate, stop)
    thirds = [next_due(joined, period, 3) for joined, _ in course.joined.values()]
    settle(world, course, collector, payer)
    _drain(world, course, collector, stop)
    return stage.close(world.household(organiser), expert_day=day_of_nth(thirds, 10))


def promise(world: World, course: Course, period: int, rate: float, stop: int) -> None:
    """Promise everybody a share of the principal each period from joining on, until the day on which it stops."""
    for person, (joined, principal) in course.joined.items():
        number = 1
        while next_due(joined, period, number) < stop:
            amount = round(principal * rate / 100) * 100
            course.payouts.append((next_due(joined, period, number), person, amount, world.choose(_RETURN)))
            number += 1


def _drain(world: World, course: Course, collector: int, stop: int) -> None:
    """Take what is left within five days, mostly in cash and through payment firms."""
    left = course.left * 9 // 10
    ways = (CASH, world.body("tenpay"), CASH, world.body("alipay"), world.outsider())
    for number, payee in enumerate(ways):
        amount = left // len(ways) // 10_000 * 10_000
        day = min(stop + number, world.calendar.last)
        summary, manner = ("取现", Manner.CASH_OUT) if payee == CASH else ("转账", Manner.PERSON)
        world.journal.pay(day, collector, payee, amount, summary, manner=manner)
