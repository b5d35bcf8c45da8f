"""Ordinary life of people: wages, pensions, wallets, gifts, rent, bills, cash, fees, own moves, one house."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fundwatch.city.accounts import BANK_OWN, CASH
from fundwatch.city.calendar import working, working_array
from fundwatch.city.clock import Manner
from fundwatch.city.journal import Ints
from fundwatch.city.world import LISTED, World
from fundwatch.domain.keys import date_of

GIFTS = ("", "", "", "生活费", "还款", "礼金", "饭钱", "借款", "谢谢", "压岁钱", "代买", "货款", "往来款")
_PAYING_TRADES = frozenset(
    (
        "manufacturing",
        "wholesale",
        "construction",
        "service",
        "care",
        "property",
        "freight",
        "labour",
        "school",
        "agriculture",
        "retail",
    )
)


@dataclass(frozen=True, slots=True)
class Households:
    """The people as arrays: main account, second account (or the main one), age in years, monthly means in yuan.

    ``loud`` is 1, or 0.35 for those of small means whose days bring little.
    """

    main: Ints
    second: Ints
    age: Ints
    means: np.ndarray[tuple[int], np.dtype[np.float64]]
    occupation: list[str]
    loud: np.ndarray[tuple[int], np.dtype[np.float64]]

    @property
    def open_handed(self) -> Ints:
        """Main accounts of all but those of small means: whom others pay rent, gifts and large sums."""
        return np.asarray(self.main[self.loud == 1], dtype=np.int64)


def households(world: World) -> Households:
    """Return the people as arrays, in the order of ``world.people``."""
    today = world.calendar.first // 365 + 1970
    # An account opened while the calendar runs has no ordinary life before it.
    opened = [account.opened for account in world.book.accounts]
    before = date_of(world.calendar.first)
    used = [opened[one] < before and one not in world.asleep for one in range(len(opened))]
    accounts = [[one for one in world.book.by_party[p] if used[one]] for p in world.people]
    return Households(
        main=np.array([own[0] for own in accounts]),
        second=np.array([own[-1] for own in accounts]),
        age=np.array([today - (birth.year if (birth := world.party(p).birth) else today) for p in world.people]),
        means=np.clip(world.rng.lognormal(8.25, 0.45, len(accounts)), 1500, 30_000),
        occupation=["" if p in world.quiet or p in world.owners else world.party(p).occupation for p in world.people],
        loud=np.array([0.35 if person in world.quiet else 1.0 for person in world.people]),
    )


def fen(values: np.ndarray[tuple[int], np.dtype[np.float64]], step: float = 0.01) -> Ints:
    """Return yuan amounts as fen, rounded to a multiple of ``step`` yuan."""
    return np.asarray(np.round(values / step) * round(step * 100), dtype=np.int64)


def happenings(world: World, weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[Ints, Ints]:
    """Return (who, day) of events that befall person ``i`` ``weights[i]`` times a month on average."""
    counts = world.rng.poisson(weights * world.calendar.days / 30.4)
    who = np.repeat(np.arange(len(weights)), counts)
    return who, world.rng.integers(world.calendar.first, world.calendar.last + 1, len(who))


def _wages(world: World, home: Households) -> None:
    rng, journal = world.rng, world.journal
    employers = [f for f in world.firms if world.party(f).trade in _PAYING_TRADES and f not in world.taken]
    sizes = np.array([3.0 if world.party(f).trade in ("service", "care", "retail") else 10.0 for f in employers])
    working_people = np.array([place for place, job in enumerate(home.occupation) if job == "企业职员"], dtype=np.int64)
    choice = rng.choice(len(employers), len(working_people), p=sizes / sizes.sum())
    for number, firm in enumerate(employers):
        staff = working_people[choice == number]
        for day in world.calendar.monthly(int(rng.integers(5, 26)), back=True):
            pay = fen(home.means[staff] * rng.normal(1, 0.06, len(staff)), 1.0)
            days = np.full(len(staff), day)
            remarks = (f"{(day // 30) % 12 + 1}月工资",)
            journal.pay_many(
                days, world.main(firm), home.main[staff], pay, "代发工资", remarks=remarks, manner=Manner.BATCH
            )
    for job, body, day_of_month in (("机关事业单位人员", "treasury", 12), ("退休人员", "pension", 15)):
        some = np.array([place for place, own in enumerate(home.occupation) if own == job], dtype=np.int64)
        for day in world.calendar.monthly(day_of_month):
            journal.pay_many(
                np.full(len(some), day),
                world.body(body),
                home.main[some],
                fen(home.means[some] * 0.8),
                "代发工资" if body == "treasury" else "养老金",
                manner=Manner.BATCH,
            )
    farmers = np.array([place for place, job in enumerate(home.occupation) if job == "农业人员"], dtype=np.int64)
    if len(farmers):
        paid = rng.choice(farmers, max(1, len(farmers) // 12), replace=False)
        day = working(world.calendar.at(0.4))
        amounts = fen(rng.lognormal(10.2, 0.5, len(paid)))
        journal.pay_many(
            np.full(len(paid), day),
            world.body("treasury"),
            home.main[paid],
            amounts,
            "财政拨款",
            remarks=("征地补偿款",),
            manner=Manner.BATCH,
        )


def _wallets(world: World, home: Households) -> None:
    rng, journal = world.rng, world.journal
    young = np.where(home.age < 55, 1.5, 0.35) * home.loud
    for body, share in (("tenpay", 0.6), ("alipay", 0.4)):
        who, days = happenings(world, young * share)
        spent = rng.lognormal(6.2, 1.3, len(who)) * home.loud[who]
        amounts = np.where(rng.random(len(who)) < 0.6, fen(spent, 1.0), fen(spent))
        journal.pay_many(days, home.main[who], world.body(body), amounts, "消费", manner=Manner.WALLET)
        who, days = happenings(world, young * share * 0.6)
        amounts = fen(rng.lognormal(7.0, 1.2, len(who)) * home.loud[who], 10.0)
        journal.pay_many(days, world.body(body), home.main[who], amounts, "提现", manner=Manner.WALLET)


def _friends(world: World, home: Households) -> None:
    """People pay the few they know: five contacts each, one in four of them beyond the city."""
    rng, count = world.rng, len(home.main)
    strangers = np.array([world.main(index) for index in world.strangers[LISTED:]])
    contacts = home.open_handed[rng.integers(0, len(home.open_handed), (count, 5))]
    outside = rng.random((count, 5)) < 0.25
    contacts[outside] = strangers[rng.integers(0, len(strangers), int(outside.sum()))]
    lively = rng.gamma(1.3, 1.9, count) * home.loud
    for toward in (True, False):
        who, days = happenings(world, lively if toward else lively * 0.35)
        other = contacts[who, rng.integers(0, 5, len(who))]
        # Meals shared and errands are small and odd, help among relatives is large and round.
        small = rng.random(len(who)) < 0.42
        step = np.where(
            small, np.where(rng.random(len(who)) < 0.5, 1.0, 0.01), np.where(rng.random(len(who)) < 0.75, 100.0, 1.0)
        )
        drawn = np.where(small, rng.lognormal(4.85, 1.0, len(who)), rng.lognormal(7.6, 1.25, len(who)))
        drawn *= np.where(home.loud[who] < 1, 0.3, 1.0)
        amounts = np.asarray(np.round(np.maximum(np.round(drawn / step), 1) * step * 100), dtype=np.int64)
        pair = (home.main[who], other) if toward else (other, home.main[who])
        world.journal.pay_many(days, *pair, amounts, "转账", remarks=GIFTS)


def _bills(world: World, home: Households) -> None:
    rng, journal, count = world.rng, world.journal, len(home.main)
    for body, day_of_month, middle, share in (
        ("power", 18, 4.7, 0.30),
        ("telecom", 6, 4.2, 0.35),
        ("water", 24, 3.9, 0.15),
    ):
        some = np.flatnonzero(rng.random(count) < share)
        for day in world.calendar.monthly(day_of_month):
            amounts = fen(rng.lognormal(middle, 0.5, len(some)))
            journal.pay_many(
                np.full(len(some), day), home.main[some], world.body(body), amounts, "代扣", manner=Manner.BATCH
            )
    tenants = np.flatnonzero((rng.random(count) < 0.16) & (home.loud == 1))
    landlords = home.open_handed[rng.integers(0, len(home.open_handed), len(tenants))]
    rents = fen(rng.lognormal(7.1, 0.45, len(tenants)), 50.0)
    for month in world.calendar.month_ends():
        days = np.clip(month - rng.integers(0, 28, len(tenants)), world.calendar.first, world.calendar.last)
        journal.pay_many(days, home.main[tenants], landlords, rents, "转账", remarks=("房租",))
    debtors = np.flatnonzero((rng.random(count) < 0.15) & (home.age < 58) & (home.loud == 1))
    for bank in range(3):
        own = np.array(
            [place for place in debtors if world.account(int(home.main[place])).bank == bank], dtype=np.int64
        )
        instalment = fen(rng.lognormal(7.7, 0.5, len(own)))
        for day in world.calendar.monthly(20):
            journal.pay_many(
                np.full(len(own), day),
                home.main[own],
                world.body(f"bank{bank}"),
                instalment,
                "贷款还款",
                manner=Manner.BATCH,
            )


def _cash_and_fees(world: World, home: Households) -> None:
    rng, journal = world.rng, world.journal
    older = np.where(home.age > 55, 0.55, 0.3) * home.loud
    who, days = happenings(world, older)
    journal.pay_many(
        days,
        home.main[who],
        CASH,
        fen(rng.lognormal(7.4, 0.8, len(who)) * home.loud[who] ** 2, 100.0),
        "取现",
        manner=Manner.CASH_OUT,
    )
    who, days = happenings(world, older * 0.5)
    journal.pay_many(
        days,
        CASH,
        home.main[who],
        fen(rng.lognormal(8.1, 0.9, len(who)) * home.loud[who] ** 2, 100.0),
        "存现",
        manner=Manner.CASH_IN,
    )
    who, days = happenings(world, np.where(home.main != home.second, 0.55, 0.0))
    journal.pay_many(days, home.main[who], home.second[who], fen(rng.lognormal(7.8, 1.0, len(who)), 100.0), "转账")
    for month in world.calendar.months():
        if month.endswith(("03", "06", "09", "12")):
            day = world.calendar.monthly(21, back=True)
            for quarter in (d for d in day if str(np.datetime64(d, "D"))[:7] == month):
                interest = fen(rng.lognormal(1.5, 1.0, len(home.main)))
                journal.pay_many(
                    np.full(len(home.main), quarter), BANK_OWN, home.main, interest, "结息", manner=Manner.SYSTEM
                )
    some = np.flatnonzero(rng.random(len(home.main)) < 0.15)
    for monthly in world.calendar.monthly(2):
        journal.pay_many(
            np.full(len(some), monthly),
            home.main[some],
            BANK_OWN,
            np.full(len(some), 200),
            "短信服务费",
            manner=Manner.SYSTEM,
        )


def _large_occasions(world: World, home: Households) -> None:
    """Houses, cars and term money: rare, large, and the reason why a large amount alone says nothing."""
    rng = world.rng
    who, days = happenings(world, np.where(home.loud < 1, 0.0, 0.022))
    other = home.open_handed[rng.integers(0, len(home.open_handed), len(who))]
    amounts = fen(rng.lognormal(10.8, 0.8, len(who)), 1000.0)
    world.journal.pay_many(
        working_array(days), home.main[who], other, amounts, "转账", remarks=("购房款", "购车款", "装修款", "借款")
    )
    who, days = happenings(world, np.where(home.loud < 1, 0.0, 0.03))
    premiums = fen(rng.lognormal(8.4, 0.6, len(who)), 100.0)
    world.journal.pay_many(days, home.main[who], world.body("insurer"), premiums, "保险费")


def live(world: World) -> None:
    """Enter the ordinary life of everybody, those who will play a part included."""
    home = households(world)
    _wages(world, home)
    _wallets(world, home)
    _friends(world, home)
    _bills(world, home)
    _cash_and_fees(world, home)
    _large_occasions(world, home)
