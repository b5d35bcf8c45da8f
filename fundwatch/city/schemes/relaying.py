"""T16 公转私 and T20 归集再分散: firms that pay private accounts, and accounts that only relay."""

from __future__ import annotations

from fundwatch.city import ambling
from fundwatch.city.accounts import CASH
from fundwatch.city.clock import Manner
from fundwatch.city.gathering import start_within
from fundwatch.city.handing_on import relay, remark, round_down
from fundwatch.city.pace import Pace
from fundwatch.city.soliciting import quiet_person
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def private_payouts(world: World, difficulty: str) -> Subject:
    """Plant a firm that takes in money for goods and pays nearly all of it to private accounts."""
    people, low, high = {
        "blatant": (world.between(18, 26), 900_000, 1_500_000),
        "moderate": (world.between(11, 13), 520_000, 640_000),
        "faint": (world.between(5, 7), 160_000, 300_000),
    }[difficulty]
    firm = world.take_firm(("service", "wholesale", "construction", "freight"))
    stage = act(world, difficulty, "T16")
    account, total = world.main(firm), world.yuan(low, high, step=1000)
    start = start_within(world, 26)
    for place in range(6):
        source = world.body(f"outside{world.between(0, 9)}")
        part = round_down(total * 1.1 / 6)
        world.journal.pay(
            start + place * 4, source, account, part, remark=world.choose(("货款", "服务费", "")), manner=Manner.FIRM
        )
    firsts, sent = [], 0
    weights = world.rng.dirichlet([5.0] * people)
    for payee, weight in zip(world.crowd(people), weights, strict=True):
        day = start + world.between(1, 24)
        amount = max(100_000, round_down(total * weight))
        world.journal.pay(
            day,
            account,
            payee,
            amount,
            remark=world.choose(("", "往来款", "借款", "劳务费", "服务费")),
            manner=Manner.FIRM,
        )
        firsts.append(day)
        sent += amount
    for place in range(2):
        supplier = world.body(f"outside{world.between(0, 9)}")
        world.journal.pay(
            start + 6 + place * 12, account, supplier, round_down(sent * 0.06), remark="货款", manner=Manner.FIRM
        )
    return stage.close(
        world.control_group(firm), expert_day=day_of_nth(firsts, 10 if difficulty != "faint" else people)
    )


def gather_scatter(world: World, difficulty: str) -> Subject:
    """Plant a private account that many fill within days and that as many others are paid from."""
    shape = relay(world, difficulty)
    hub = quiet_person(world)
    stage = act(world, difficulty, "T20")
    account, start = world.main(hub), start_within(world, 30)
    rounds = {"blatant": 3, "moderate": 1}.get(difficulty, 2)
    ends = []
    for number in range(rounds):
        first = min(start + number * 10, world.calendar.last - 6)
        people = world.crowd(shape.payers + shape.payees, strangers=0.4)
        total = 0
        for payer in people[: shape.payers]:
            amount = world.yuan(shape.low, shape.high)
            # The slow pace leaves a whole day between the last that pays in and the first that is paid.
            late = 2 if world.pace is Pace.SLOW else 3
            world.journal.pay(first + world.between(0, late), payer, account, amount, remark=remark(world))
            total += amount
        share = world.rng.uniform(ambling.LEAST_KEPT, 1.0) if world.pace is Pace.SLOW else shape.share
        weights = world.rng.dirichlet([6.0] * shape.payees)
        for payee, weight in zip(people[shape.payers :], weights, strict=True):
            amount = max(20_000, round_down(total * share * weight))
            world.journal.pay(first + world.between(4, 5), account, payee, amount, remark=remark(world))
        kept = round_down(total * (1 - share))
        world.journal.pay(first + 6, account, CASH, kept, "取现", manner=Manner.CASH_OUT)
        ends.append(first + 5)
    return stage.close(world.household(hub), expert_day=ends[0])
