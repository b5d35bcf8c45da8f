"""Look-alikes of T15: people whose trade fills the till, so that some days end near the line and some far below."""

from __future__ import annotations

from fundwatch.city.calendar import working
from fundwatch.city.gathering import start_within
from fundwatch.city.splitting import bank_cash, next_working, run_of_cash
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def _cashier(
    world: World, difficulty: str, reason: str, party: int, members: tuple[int, ...], *, steady: bool, remark: str
) -> Subject:
    shape = run_of_cash(world, difficulty)
    stage = act(world, difficulty, "T15", reason=reason)
    account, supplier = world.main(party), world.body(f"outside{world.between(0, 9)}")
    day = working(start_within(world, min(shape.runs * (shape.apart + 5), world.calendar.days // 2)))
    first = day
    for number in range(shape.runs):
        out = number % 3 == 2
        amounts = [world.yuan(shape.low, shape.high) for _ in range(shape.entries)]
        if out:
            world.journal.pay(working(day - 2, back=True), supplier, account, sum(amounts), remark="货款")
        for amount in amounts:
            if day <= world.calendar.last:
                bank_cash(world, account, day, amount, out=out, remark="" if out else remark)
                day = next_working(day)
        if not out:
            world.journal.pay(
                min(day, world.calendar.last), account, supplier, int(sum(amounts) * 0.97) // 100 * 100, remark="货款"
            )
        if steady:
            # The density below the line is what tells a till from a structurer: many days far below it.
            for later in range(day + 1, min(day + shape.apart, world.calendar.last), 3):
                bank_cash(world, account, working(later, back=True), world.yuan(4_000, 36_000), remark=remark)
        day = working(day + shape.apart)
        if day + 7 > world.calendar.last:
            break
    return stage.close(members, expert_day=first)


def market_shop(world: World, difficulty: str) -> Subject:
    """A cash-rich shop banks its takings; a few days end just below the cash line."""
    firm = world.take_firm(("retail", "wholesale"))
    return _cashier(world, difficulty, "cash_rich_shop", firm, world.control_group(firm), steady=True, remark="营业款")


def pig_farmer(world: World, difficulty: str) -> Subject:
    """A farmer sells animals for cash on market days and pays for feed."""
    person = world.take_person()
    return _cashier(
        world, difficulty, "livestock_market", person, world.household(person), steady=False, remark="卖猪款"
    )


def fuel_station(world: World, difficulty: str) -> Subject:
    """A keeper of a pump banks cash each working day, more in the busy weeks."""
    person = world.take_person()
    return _cashier(world, difficulty, "fuel_station", person, world.household(person), steady=True, remark="油款")
