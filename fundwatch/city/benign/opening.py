"""Look-alikes of T02, T03, T05 and T07: classes, instalments, new shops, a new payroll account, a side business."""

from __future__ import annotations

from fundwatch.city.clock import Manner
from fundwatch.city.gathering import Gathering, collect, start_within
from fundwatch.city.soliciting import (
    PERIOD,
    arrivals,
    days_before,
    enrolment,
    fresh_account,
    hire,
    quiet_person,
    restock,
    takings,
    visit,
)
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def evening_classes(world: World, difficulty: str) -> Subject:
    """A teacher takes the term's fee of each pupil, one round sum for all, and pays the room."""
    payers = {"blatant": world.between(44, 60), "moderate": world.between(27, 32)}.get(
        difficulty, world.between(12, 15)
    )
    person = quiet_person(world)
    stage = act(world, difficulty, "T02", reason="evening_classes")
    fee = (1_000_00, 1_500_00, 2_000_00, 3_000_00)[world.between(0, 3)]
    start = enrolment(world, 14)
    account = world.main(person)
    crowd = world.crowd(payers, strangers=0.08)
    paid = visit(world, crowd, account, (start, start + 12), (fee,), ("学费", "补课学费", "学费", ""))
    restock(world, account, paid, 0.4)
    return stage.close(world.household(person), expert_day=paid[-1][0])


def instalment_sales(world: World, difficulty: str) -> Subject:
    """A furniture shop's customers repay what they bought by the month: many people, regular, never round."""
    payers = {"blatant": world.between(36, 44), "moderate": world.between(26, 30)}.get(
        difficulty, world.between(12, 15)
    )
    firm = world.take_firm(("retail", "wholesale"))
    stage = act(world, difficulty, "T02", reason="instalment_sales")
    account, paid = world.main(firm), []
    for payer in world.crowd(payers, strangers=0.08):
        amount = world.between(1_080_00, 3_900_00) // 100 * 100 + world.between(1, 99)
        first = world.calendar.first + world.between(0, 24)
        for day in range(first, world.calendar.last + 1, PERIOD):
            world.journal.pay(day, payer, account, amount, remark=world.choose(("分期款", "家具款", "")))
            paid.append((day, payer, amount))
    restock(world, account, sorted(paid), 0.7)
    return stage.close(world.control_group(firm), expert_day=sorted(paid)[len(paid) // 2][0])


def opening_shop(world: World, difficulty: str) -> Subject:
    """A new shop's new account in its opening weeks: phone payments most of all, and many who transfer directly."""
    shape = {
        "blatant": Gathering(world.between(60, 72), 200, 1_600, 17),
        "moderate": Gathering(world.between(24, 28), 200, 1_600, 6),
    }.get(difficulty, Gathering(world.between(12, 15), 200, 1_600, 6))
    person = quiet_person(world)
    stage = act(world, difficulty, "T03", reason="opening_shop")
    start = start_within(world, shape.days + 6)
    account = fresh_account(world, person, days_before(world, start, 3, 25))
    paid = collect(
        world, shape, world.crowd(shape.payers, strangers=0.08), account, start, remarks=("货款", "", "买东西")
    )
    total = sum(amount for _, _, amount in paid)
    takings(world, person, account, (start, paid[-1][0]), total * 3)
    restock(world, account, paid, 0.7)
    return stage.close(world.household(person), expert_day=day_of_nth([day for day, _, _ in paid], 20))


def payroll_account(world: World, difficulty: str) -> Subject:
    """A contractor opens an account for a site: the client pays each month, wages leave on pay day."""
    firm = world.take_firm(("construction", "labour"))
    stage = act(world, difficulty, "T03", reason="payroll_account")
    start = start_within(world, 64)
    account = fresh_account(world, firm, days_before(world, start, 3, 25))
    client = world.body(f"outside{world.between(0, 9)}")
    workers = world.crowd(world.between(22, 28), strangers=0.08)
    first, share = 0, 0.6 if difficulty != "faint" else 0.25
    for day in range(start, min(start + 64, world.calendar.last), PERIOD):
        billed = world.between(52, 64) * 10_000_00 if difficulty != "faint" else world.between(12, 16) * 10_000_00
        world.journal.pay(day, client, account, billed, "工程款", remark="进度款", manner=Manner.FIRM)
        first = first or day
        for worker in workers:
            wage = world.between(4_200, 7_800) * 100 if difficulty != "faint" else world.between(2_800, 4_200) * 100
            payday = min(day + 4, world.calendar.last)
            world.journal.pay(payday, account, worker, wage, "代发工资", remark="工资", manner=Manner.BATCH)
        supplier = world.body(f"outside{world.between(0, 9)}")
        later = min(day + 6, world.calendar.last)
        world.journal.pay(later, account, supplier, int(billed * share), "材料款", remark="材料款", manner=Manner.FIRM)
    return stage.close(world.control_group(firm), expert_day=first)


def growing_shop(world: World, difficulty: str) -> Subject:
    """A shop that becomes known: new customers each month, most of whom pay with the phone and are not seen."""
    counts = {"blatant": (14, 26, 42, 66), "moderate": (14, 23, 32, 43)}.get(difficulty, (8, 12, 16, 22))
    person = quiet_person(world)
    stage = act(world, difficulty, "T05", reason="growing_shop")
    account = world.main(person)
    start, paid = arrivals(world, counts, account, 150, 1_500, ("货款", "", "买东西", "订金"), step=1)
    total = sum(amount for _, _, amount in paid)
    takings(world, person, account, (start, paid[-1][0]), total * 3)
    restock(world, account, paid, 0.7)
    return stage.close(world.household(person), expert_day=paid[-1][0])


def side_business(world: World, difficulty: str) -> Subject:
    """A lender's employee whose household sells tea: customers pay the private account, most with the phone."""
    shape = {
        "blatant": Gathering(world.between(36, 44), 3_000, 6_500, 42),
        "moderate": Gathering(world.between(26, 30), 4_600, 6_500, 40),
    }.get(difficulty, Gathering(world.between(12, 15), 2_500, 5_000, 36))
    person = quiet_person(world)
    hire(world, person, "员工" if difficulty != "faint" else "财务负责人")
    stage = act(world, difficulty, "T07", reason="side_business")
    account = world.main(person)
    start = start_within(world, shape.days)
    crowd = world.crowd(shape.payers, strangers=0.08)
    paid = collect(world, shape, crowd, account, start, remarks=("茶叶款", "货款", ""), grows=False)
    total = sum(amount for _, _, amount in paid)
    takings(world, person, account, (start, paid[-1][0]), total * 3)
    restock(world, account, paid, 0.8)
    return stage.close(world.household(person), expert_day=day_of_nth([day for day, _, _ in paid], 20))
