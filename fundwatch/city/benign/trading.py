"""Look-alikes of T13, T16, T22 and T23: agents, night shops, farm buyers, labour agencies, ordinary dealings."""

from __future__ import annotations

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.exchanging import deal, exchange
from fundwatch.city.gathering import start_within
from fundwatch.city.hands import night
from fundwatch.city.schemes.listed import listed_account
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def purchasing_agent(world: World, difficulty: str) -> Subject:
    """An agent buys abroad for customers and pays his shippers the same day, keeping a commission; prices are odd."""
    agent = world.take_quiet_person()
    shippers = [world.body(f"outside{serial}") for serial in (1, 4, 8)]
    stage = act(world, difficulty, "T13", reason="purchasing_agent")
    days = deal(
        world,
        exchange(world, difficulty),
        world.main(agent),
        lambda units: round(units * world.rng.uniform(640, 790) / 10) * 10,
        ("代购款", "货款", "", "运费"),
        payees=shippers,
        kept=0.03,
    )
    return stage.close(world.household(agent), expert_day=days[0])


def night_shop(world: World, difficulty: str) -> Subject:
    """A shop on the net sells until the small hours; what it takes comes through the payment firm."""
    owner = world.take_person()
    stage = act(world, difficulty, "T22", reason="night_shop")
    first = start_within(world, 28)
    shop = world.merchant(owner)
    for _ in range(world.between(60, 90)):
        late = world.rng.random() < 0.5
        world.journal.pay(
            first + world.between(0, 27),
            world.body("tenpay"),
            world.main(owner),
            int(world.rng.lognormal(5.0, 0.6) * 100),
            "提现",
            manner=Manner.WALLET,
            second=night(world) if late else world.between(9 * 3600, 22 * 3600),
            merchant=shop,
        )
    return stage.close(world.household(owner), expert_day=first)


def small_creditor(world: World, difficulty: str) -> Subject:
    """A shopkeeper to whom a listed person pays a debt in small sums; the court pays that person too."""
    keeper = world.take_person()
    listed = listed_account(world)
    stage = act(world, difficulty, "T23", reason="small_creditor")
    first = day = start_within(world, 40)
    world.journal.pay(day, world.body("exchange"), listed, world.yuan(20_000, 60_000), remark="执行案款")
    for _ in range(4):
        day += world.between(4, 9)
        if day <= world.calendar.last:
            world.journal.pay(
                day, listed, world.main(keeper), world.yuan(600, 2_000), remark=world.choose(("货款", "还款"))
            )
    return stage.close(world.household(keeper), expert_day=first)


def farm_buyer(world: World, difficulty: str) -> Subject:
    """A co-operative buys tea, konjac or cocoons from farmers for some weeks of the season and sells to a trader."""
    firm = world.take_firm(("agriculture",))
    stage = act(world, difficulty, "T16", "T20", reason="farm_purchases")
    farmers = [world.main(p) for p in world.people if world.party(p).occupation == "农业人员" and p not in world.taken]
    chosen = [farmers[place] for place in world.rng.permutation(len(farmers))[: world.between(24, 34)]]
    account, first = world.main(firm), start_within(world, 21)
    for week in range(3):
        day = working(first + 7 * week)
        due = [(farmer, world.yuan(1_200, 9_000, step=1)) for farmer in chosen if world.rng.random() < 0.8]
        total = sum(fen for _, fen in due)
        trader = world.body(f"outside{6 if week % 2 else 4}")
        world.journal.pay(day, trader, account, total * 11 // 10, remark="茶叶款", manner=Manner.FIRM, second=9 * 3600)
        for farmer, fen in due:
            second = world.between(10 * 3600, 19 * 3600)
            world.journal.pay(
                min(day + world.between(0, 2), world.calendar.last),
                account,
                farmer,
                fen,
                remark=world.choose(("鲜叶收购款", "收购款", "茶叶款")),
                manner=Manner.FIRM,
                second=second,
            )
    return stage.close(world.control_group(firm), expert_day=first)


def labour_payouts(world: World, difficulty: str) -> Subject:
    """A labour agency is paid by employers and pays temporary workers, other ones each fortnight."""
    firm = world.take_firm(("labour",))
    stage = act(world, difficulty, "T16", "T20", reason="labour_agency")
    account, first = world.main(firm), start_within(world, 30)
    for fortnight in range(3):
        day = working(min(first + 14 * fortnight, world.calendar.last - 3))
        workers = world.crowd(world.between(22, 30), strangers=0.2)
        pay = [(worker, world.yuan(1_500, 5_500, step=10)) for worker in workers]
        total = sum(fen for _, fen in pay)
        for part in (2, 9):
            employer = world.body(f"outside{part}")
            world.journal.pay(
                day, employer, account, total * 53 // 100, remark="劳务服务费", manner=Manner.FIRM, second=9 * 3600
            )
        for worker, fen in pay:
            world.journal.pay(
                day + world.between(0, 2), account, worker, fen, "代发工资", remark="劳务费", manner=Manner.BATCH
            )
    return stage.close(world.control_group(firm), expert_day=first)
