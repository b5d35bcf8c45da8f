"""Look-alikes of T08, T09, T11 and T12: monthly settlements, a yearly dividend, leases that end as agreed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fundwatch.city.clock import Manner
from fundwatch.city.promising import Course, gather, next_due, pay_days, reward, settle, terms_of
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World

_JOINING_DAYS = 18


def _income(world: World, account: int, dues: Course, remark: str) -> None:
    """Let a buyer beyond the city pay for the goods some days before each settlement."""
    for day in sorted({day for day, _, _, _ in dues.payouts}):
        total = sum(fen for due, _, fen, _ in dues.payouts if due == day)
        buyer = world.body(f"outside{world.between(0, 9)}")
        when = max(world.calendar.first, day - world.between(2, 5))
        world.journal.pay(when, buyer, account, total * 11 // 10 // 10_000 * 10_000, remark=remark, manner=Manner.FIRM)


def milk_settlement(world: World, difficulty: str) -> Subject:
    """A collector of milk pays the farmers, who buy feed from her, on one day of the month by what each delivered."""
    return _settled(
        world,
        difficulty,
        "milk_settlement",
        monthly=True,
        remarks=("饲料款", "", "农资款"),
        paid=("奶款", "收购款", ""),
    )


def yearly_dividend(world: World, difficulty: str) -> Subject:
    """The treasurer of a collective pays the members, who paid in for their shares, once a year and by the share."""
    return _settled(
        world,
        difficulty,
        "yearly_dividend",
        monthly=False,
        remarks=("入股款", "股金", ""),
        paid=("分红", "集体分红", ""),
    )


def _settled(
    world: World, difficulty: str, reason: str, *, monthly: bool, remarks: Sequence[str], paid: Sequence[str]
) -> Subject:
    """Gather small sums, pay a helper so much a head, and settle: monthly by deliveries, or once by the share."""
    person = world.take_person()
    account = world.main(person)
    terms = terms_of(world, difficulty)
    days = pay_days(world, _JOINING_DAYS)
    stage = act(world, difficulty, "T09", "T11", reason=reason)
    people = world.crowd(terms.people, strangers=0.05)
    course = gather(world, terms, people, account, (world.calendar.first + 1, days[0] - 5), remarks=remarks)
    reward(world, terms, course, [world.outsider()], remarks=("劳务费", "误工费", ""), flat=world.yuan(100, 300))
    for day in days if monthly else days[-1:]:
        for member, (_, principal) in course.joined.items():
            share = float(world.rng.uniform(0.02, 0.3)) if monthly else 0.05
            course.payouts.append((day, member, int(principal * share) // 100 * 100, world.choose(paid)))
    settle(world, course, account, account)
    _income(world, account, course, "货款")
    return stage.close(world.household(person), expert_day=days[-1])


def ended_lease(world: World, difficulty: str) -> Subject:
    """A landlady of others' flats pays each owner a fixed rent until the lease ends, and the bond with the last."""
    return _ended(
        world, difficulty, "ended_lease", ("托管押金", "装修款", ""), ("房租", "托管租金", "房租", ""), _rents
    )


def tea_season(world: World, difficulty: str) -> Subject:
    """A tea grower pays pickers' families by their shares in the season; the shares go back when it is over."""
    return _ended(world, difficulty, "tea_season", ("入社款", "茶苗款", ""), ("茶叶款", "鲜叶款", "茶叶款", ""), _sales)


def _rents(world: World, account: int, rents: int, days: range) -> None:
    """Let tenants pay month by month what the owners are to get and a tenth more."""
    tenants = world.crowd(world.between(6, 9), strangers=0.0)
    months = max(1, len(days) // 30)
    share = rents * 11 // 10 // (months * len(tenants)) // 1000 * 1000 + 1000
    for month in range(months):
        for tenant in tenants:
            day = min(days.start + 30 * month + world.between(0, 4), days[-1])
            world.journal.pay(day, tenant, account, share, remark=world.choose(("房租", "租金")), manner=Manner.PERSON)


def _sales(world: World, account: int, dues: int, days: range) -> None:
    """Let buyers beyond the city pay for tea through the season, a tenth more than is handed on."""
    buyers = [world.body(f"outside{number}") for number in (2, 5, 8)]
    when = list(days)[::12]
    for place, day in enumerate(when):
        fen = dues * 11 // 10 // len(when) // 10_000 * 10_000 + 10_000
        world.journal.pay(day, buyers[place % 3], account, fen, remark="茶叶款", manner=Manner.FIRM)


def _ended(
    world: World,
    difficulty: str,
    reason: str,
    remarks: Sequence[str],
    paid: Sequence[str],
    earn: Callable[[World, int, int, range], None],
) -> Subject:
    person = world.take_person()
    own = world.group_accounts(world.household(person))
    terms, span = terms_of(world, difficulty), world.calendar
    period = 15 if span.days >= 150 and difficulty != "blatant" else 7
    first = span.first + world.between(2, 5)
    last_join = first + span.days * 3 // 10
    end = max(span.at(0.7), last_join + 3 * period + 5)
    stage = act(world, difficulty, "T08", "T12", reason=reason)
    people = world.crowd(terms.people, strangers=0.1)
    course = gather(world, terms, people, own[0], (first, last_join), remarks=remarks)
    for member, (joined, principal) in course.joined.items():
        number, rent = 1, round(principal * terms.rate / 100) * 100
        while next_due(joined, period, number + 1) < end:
            course.payouts.append((next_due(joined, period, number), member, rent, world.choose(paid)))
            number += 1
        course.payouts.append((next_due(joined, period, number), member, rent + principal, world.choose(paid)))
    settle(world, course, own[0], own[-1])
    handed_on = sum(fen for _, _, fen, _ in course.payouts) - sum(principal for _, principal in course.joined.values())
    earn(world, own[0], handed_on, range(first, end))
    return stage.close(world.household(person), expert_day=end)
