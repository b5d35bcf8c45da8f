"""Look-alikes of T16 and T20: payroll, taxed dividends, a village cashier, the treasurer of a tour."""

from __future__ import annotations

from fundwatch.city.clock import Manner
from fundwatch.city.gathering import start_within
from fundwatch.city.handing_on import relay, remark, round_down
from fundwatch.city.soliciting import quiet_person
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def payroll_firm(world: World, difficulty: str) -> Subject:
    """A labour firm bills its clients and pays the same people on the same day of every month."""
    firm = world.take_firm(("labour", "construction", "care"))
    stage = act(world, difficulty, "T16", "T20", reason="payroll")
    staff = world.crowd(
        {"blatant": world.between(22, 28), "moderate": world.between(12, 15)}.get(difficulty, 6), strangers=0.1
    )
    wages = [world.yuan(4_500, 9_500) for _ in staff]
    days = world.calendar.monthly(world.between(8, 20), back=True)
    for day in days:
        client = world.body(f"outside{world.between(0, 9)}")
        when = max(world.calendar.first, day - world.between(2, 5))
        world.journal.pay(
            when, client, world.main(firm), round_down(sum(wages) * 1.15), remark="劳务费", manner=Manner.FIRM
        )
        for person, wage in zip(staff, wages, strict=True):
            amount = int(wage * world.rng.uniform(0.94, 1.06)) // 100 * 100
            world.journal.pay(
                day,
                world.main(firm),
                person,
                amount,
                "代发工资",
                remark=f"{(day // 30) % 12 + 1}月工资",
                manner=Manner.BATCH,
            )
    return stage.close(world.control_group(firm), expert_day=days[-1])


def taxed_dividends(world: World, difficulty: str) -> Subject:
    """A firm with many small shareholders withholds a fifth of their dividends, then pays them."""
    firm = world.take_firm(("manufacturing", "wholesale", "agriculture"))
    stage = act(world, difficulty, "T16", reason="taxed_dividends")
    holders = world.crowd(
        {"blatant": world.between(16, 22), "moderate": world.between(11, 13)}.get(difficulty, 6), strangers=0.1
    )
    total = world.yuan(350_000, 700_000, step=1000)
    start = start_within(world, 20)
    world.journal.pay(
        start,
        world.body(f"outside{world.between(0, 9)}"),
        world.main(firm),
        round_down(total * 1.4),
        remark="货款",
        manner=Manner.FIRM,
    )
    world.journal.pay(
        start + 4,
        world.main(firm),
        world.body("tax"),
        round_down(total * 0.26),
        "缴税",
        remark="代扣利息股息红利个人所得税",
        manner=Manner.FIRM,
    )
    weights = world.rng.dirichlet([8.0] * len(holders))
    for holder, weight in zip(holders, weights, strict=True):
        world.register.link(world.account(holder).party, "股东", firm)
        amount = max(100_000, round_down(total * weight))
        world.journal.pay(
            start + world.between(5, 7), world.main(firm), holder, amount, remark="分红", manner=Manner.FIRM
        )
    return stage.close(world.control_group(firm), expert_day=start + 7)


def rent_cashier(world: World, difficulty: str) -> Subject:
    """A village cashier receives a year's land rent from a grower and pays each household its share."""
    cashier = quiet_person(world)
    stage = act(world, difficulty, "T20", reason="land_rent")
    farmers = world.crowd(
        {"blatant": world.between(34, 44), "moderate": world.between(22, 28)}.get(difficulty, 9), strangers=0.05
    )
    rents = [world.yuan(1_600, 5_200) for _ in farmers]
    start = start_within(world, 12)
    world.journal.pay(
        start, world.body("outside6"), world.main(cashier), sum(rents), remark="土地流转费", manner=Manner.FIRM
    )
    for farmer, rent in zip(farmers, rents, strict=True):
        world.journal.pay(
            start + world.between(1, 4),
            world.main(cashier),
            farmer,
            rent,
            remark=world.choose(("土地租金", "地租", "")),
        )
    return stage.close(world.household(cashier), expert_day=start + 4)


def tour_treasurer(world: World, difficulty: str) -> Subject:
    """One of a group of travellers collects from all and pays the coach, the hotel and the guide."""
    shape = relay(world, difficulty)
    person = quiet_person(world)
    stage = act(world, difficulty, "T20", reason="tour_treasurer")
    start, total = start_within(world, 12), 0
    for traveller in world.crowd(shape.payers, strangers=0.15):
        amount = world.yuan(shape.low, shape.high)
        world.journal.pay(
            start + world.between(0, 3),
            traveller,
            world.main(person),
            amount,
            remark=world.choose(("团费", "车费", "")),
        )
        total += amount
    for payee, share in ((world.body("outside7"), 0.5), (world.outsider(), 0.3), (world.outsider(), 0.16)):
        world.journal.pay(start + 5, world.main(person), payee, round_down(total * share), remark=remark(world))
    return stage.close(world.household(person), expert_day=start + 5)
