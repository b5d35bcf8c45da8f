"""Look-alikes of T14, T17 and T19: house sales, land money, supply chains, cattle dealers, wages sent home."""

from __future__ import annotations

from collections.abc import Sequence

from fundwatch.city.accounts import CASH
from fundwatch.city.clock import Manner
from fundwatch.city.gathering import start_within
from fundwatch.city.handing_on import hand_on, round_down, sleeping_account
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def house_sale(world: World, difficulty: str) -> Subject:
    """An old account receives the price of a house in two or three parts, which then goes to a deposit."""
    person = world.take_person()
    start = start_within(world, 24)
    account = sleeping_account(world, person, start)
    stage = act(world, difficulty, "T14", reason="house_sale")
    price, buyer = world.yuan(320_000, 780_000, step=1000), world.outsider()
    for day, share in ((start, 0.1), (start + 9, 0.5), (start + 15, 0.4)):
        world.journal.pay(day, buyer, account, round_down(price * share), remark=world.choose(("购房款", "房款", "")))
    world.journal.pay(
        start + 16, account, world.body("tax"), round_down(price * 0.012), remark="契税", manner=Manner.FIRM
    )
    world.journal.pay(start + 17, account, world.body("wealth"), round_down(price * 0.9), "理财申购", remark="活期理财")
    return stage.close(world.household(person), expert_day=start + 15)


def land_compensation(world: World, difficulty: str) -> Subject:
    """A farmer's subsidy card, unused for a year, receives compensation for land; a house is built from it."""
    person = world.take_person()
    start = start_within(world, 28)
    account = sleeping_account(world, person, start)
    stage = act(world, difficulty, "T14", reason="land_compensation")
    total = world.yuan(230_000, 420_000, step=1000)
    for place in range(3):
        world.journal.pay(
            start + place * 3,
            world.body("treasury"),
            account,
            round_down(total / 3),
            "财政拨款",
            remark="征地补偿款",
            manner=Manner.BATCH,
        )
    builders = [world.outsider() for _ in range(4)] + [world.body("outside9"), world.body("outside5")]
    for place in range(world.between(8, 11)):
        payee = builders[place % len(builders)]
        day = min(start + 7 + place * 2, world.calendar.last)
        world.journal.pay(
            day, account, payee, round_down(total * 0.07), remark=world.choose(("材料款", "工钱", "砖钱", ""))
        )
    return stage.close(world.household(person), expert_day=start + 9)


def supply_chain(world: World, difficulty: str) -> Subject:
    """A builder pays a dealer, the dealer a workshop, the workshop its power and tax: each keeps a margin."""
    dealer, workshop = world.take_person(), world.take_person()
    stage = act(world, difficulty, "T17", reason="supply_chain")
    day = first = start_within(world, 40)
    for _ in range({"blatant": 3, "moderate": 2}.get(difficulty, 1)):
        amount = world.yuan(230_000, 420_000, step=1000)
        hand_on(world, day, world.body(f"outside{world.between(0, 9)}"), world.main(dealer), amount, text="货款")
        amount = round_down(amount * world.rng.uniform(0.72, 0.8))
        hand_on(world, day + 1, world.main(dealer), world.main(workshop), amount, parts=2, text="材料款")
        amount = round_down(amount * world.rng.uniform(0.7, 0.8))
        hand_on(
            world, day + 3, world.main(workshop), world.body(f"outside{world.between(0, 9)}"), amount, text="原料款"
        )
        world.journal.pay(day + 4, world.main(workshop), CASH, round_down(amount * 0.1), "取现", manner=Manner.CASH_OUT)
        day += 12
    return stage.close((*world.household(dealer), *world.household(workshop)), expert_day=first)


def cattle_dealer(world: World, difficulty: str) -> Subject:
    """An abattoir advances a broker, the broker a dealer, who pays herders in cash on one market day after another."""
    broker, dealer = world.take_person(), world.take_person()
    stage = act(world, difficulty, "T17", reason="cattle_dealer")
    start = start_within(world, 32)
    amount = world.yuan(220_000, 360_000, step=1000)
    hand_on(world, start, world.body("outside3"), world.main(broker), amount, text="收购款")
    amount = round_down(amount * 0.97)
    hand_on(world, start + 1, world.main(broker), world.main(dealer), amount, text="牛款")
    for place in range(5):
        day = min(start + 2 + place * 5, world.calendar.last)
        world.journal.pay(day, world.main(dealer), CASH, round_down(amount * 0.19), "取现", manner=Manner.CASH_OUT)
    return stage.close((*world.household(broker), *world.household(dealer)), expert_day=start + 2)


def _common_payee(
    world: World,
    difficulty: str,
    reason: str,
    parties: Sequence[int],
    source: int,
    payee: int,
    *,
    share: tuple[float, float],
    wait: tuple[int, int],
    remarks: tuple[str, str],
) -> Subject:
    stage = act(world, difficulty, "T19", reason=reason)
    start = start_within(world, 24)
    count = {"blatant": world.between(8, 10), "moderate": world.between(5, 6)}.get(difficulty, 4)
    for worker in world.crowd(count, strangers=0.4):
        amount = world.yuan(40_000, 70_000, step=500)
        world.journal.pay(start, source, worker, amount, remark=remarks[0], manner=Manner.FIRM)
        day = start + world.between(*wait)
        passed = round_down(amount * world.rng.uniform(*share))
        world.journal.pay(day, worker, payee, passed, remark=world.choose((remarks[1], "")))
    return stage.close(parties, expert_day=start + wait[1])


def wages_home(world: World, difficulty: str) -> Subject:
    """A contractor pays a gang its year's wages; each sends about half to the one who carries it to the village."""
    carrier = world.take_person()
    return _common_payee(
        world,
        difficulty,
        "wages_home",
        world.household(carrier),
        world.body("outside9"),
        world.main(carrier),
        share=(0.4, 0.66),
        wait=(1, 3),
        remarks=("工资", "带回家"),
    )


def member_inputs(world: World, difficulty: str) -> Subject:
    """A trader pays growers for their tea; weeks later they order fertiliser from the same shopkeeper."""
    keeper = world.take_person()
    return _common_payee(
        world,
        difficulty,
        "member_inputs",
        world.household(keeper),
        world.body("outside6"),
        world.main(keeper),
        share=(0.82, 0.92),
        wait=(9, 14),
        remarks=("茶叶款", "农资款"),
    )
