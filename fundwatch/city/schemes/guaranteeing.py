"""What goes wrong inside a guarantee firm: concentration, no loan, deposits diverted, sham defaults, own lending."""

from __future__ import annotations

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers import guarantee
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.ledgers.guarantee import Terms
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World

WAN = 10_000_00
_LARGE = Terms(weight=100)


def diverted_deposits(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant payments out of the deposit account to a befriended firm and to the representative."""
    sizes = {"blatant": (8, 20_000, 90_000), "moderate": (4, 12_000, 30_000), "faint": (4, 2_000, 4_500)}
    count, low, high = sizes[difficulty]
    friend = world.take_firm(("service", "wholesale"))
    owner = world.main(world.register.legal_representative(lender.party))
    stage = act(world, difficulty, "G03")
    days = []
    for number in range(count):
        day = working(world.calendar.at(0.25 + 0.55 * number / count))
        target = world.main(friend) if number % 3 else owner
        amount = world.yuan(low, high)
        remark = world.choose(("往来款", "", "借款"))
        world.journal.pay(day, lender.special, target, amount, remark=remark, manner=Manner.FIRM)
        if difficulty == "faint":
            # Small sums that are put back within days leave the account short of nothing at the end.
            back = min(working(day + 8), world.calendar.last)
            world.journal.pay(back, target, lender.special, amount, remark="还款", manner=Manner.FIRM)
        days.append(day)
    parties = (*world.control_group(lender.party), *world.control_group(friend))
    return stage.close(parties, expert_day=days[0] if difficulty != "faint" else days[1])


def concentrated_book(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant a firm of little capital that guarantees one customer far too much, in the worst case its own owner too."""
    loans, percent = {"blatant": (5, 18), "moderate": (4, 13), "faint": (3, 8)}[difficulty]
    lender.net_assets = world.between(3000, 3200) * WAN
    customer = world.take_firm(("wholesale", "construction", "manufacturing"))
    stage = act(world, difficulty, "G01")
    part = lender.net_assets * percent // 100 // loans // WAN * WAN
    for number in range(loans):
        day = working(world.calendar.at(0.12 + 0.4 * number / loans) + 3)
        guarantee.guarantee(world, lender, customer, part, day, 360, _LARGE)
        _spend(world, customer, day, part)
    if difficulty == "blatant":
        owner = world.register.legal_representative(lender.party)
        day, fen = working(world.calendar.at(0.4)), world.yuan(200_000, 400_000, step=10_000)
        guarantee.guarantee(world, lender, owner, fen, day, 360, _LARGE)
        _spend(world, owner, day, fen)
    parties = (*world.control_group(lender.party), *world.control_group(customer))
    return stage.close(parties, expert_day=working(world.calendar.at(0.12 + 0.4 * (loans - 1) / loans) + 3))


def _spend(world: World, customer: int, day: int, fen: int) -> None:
    """The loan is spent on goods from beyond the city in the days that follow."""
    for part in range(2):
        later = min(working(day + 2 + 3 * part), world.calendar.last)
        supplier = world.body(f"outside{world.between(0, 9)}")
        world.journal.pay(later, world.main(customer), supplier, fen * 45 // 100, remark="货款", manner=Manner.FIRM)


def sold_guarantees(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant guarantees sold to people who lend to a front man, and guarantees of bank loans that nobody ever lends."""
    settings = {
        "blatant": (8, 60_000, 180_000, 3),
        "moderate": (3, 60_000, 120_000, 1),
        "faint": (4, 15_000, 45_000, 0),
    }
    investors, low, high, unlent = settings[difficulty]
    front = world.take_person()
    stage = act(world, difficulty, "G02")
    span = world.calendar
    days = []
    for number, investor in enumerate(world.crowd(investors, strangers=0.2)):
        day = working(span.at(0.15 + 0.5 * number / investors) + 3)
        fen = world.yuan(low, high, step=5_000)
        terms = Terms(weight=100, creditor=investor)
        guarantee.guarantee(world, lender, front, fen, day, 180, terms)
        for later in range(day + 30, span.last, 30):
            due = working(later, back=True)
            world.journal.pay(due, world.main(front), investor, fen // 100, remark=world.choose(("利息", "", "还款")))
        moved = min(working(day + world.between(1, 4)), span.last)
        world.journal.pay(moved, world.main(front), world.outsider(), fen * 8 // 10, remark=world.choose(("", "货款")))
        days.append(day)
    for number in range(unlent):
        day = working(span.at(0.15 + 0.1 * number) + 2)
        fen = world.yuan(200_000, 600_000, step=10_000)
        guarantee.guarantee(world, lender, front, fen, day, 360, Terms(lends=False))
    parties = (*world.control_group(lender.party), *world.household(front))
    return stage.close(parties, expert_day=day_of_nth(days, 2))


def sham_defaults(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant a month in which customers of all trades and counties stop paying and the firm pays their banks."""
    customers, permille = {"blatant": (6, 34), "moderate": (4, 15), "faint": (3, 4)}[difficulty]
    stage = act(world, difficulty, "G04")
    span = world.calendar
    owed = lender.net_assets * permille // 1000 // customers // 10_000 * 10_000
    days = []
    for number, customer in enumerate(_of_all_counties(world, customers)):
        start = working(span.at(0.03) + 4 + number)
        made = guarantee.guarantee(world, lender, customer, owed * 2, start, 300)
        _spend(world, customer, start, made.amount)
        made.end = working(span.at(0.75) + 22 * number // customers)
        guarantee.compensate(world, lender, made, made.end, owed)
        days.append(made.end)
    return stage.close(world.control_group(lender.party), expert_day=days[-1])


def _of_all_counties(world: World, count: int) -> list[int]:
    """Return firms that play no part, county after county and trade after trade, as far as there are any."""
    free = [firm for firm in world.firms if firm not in world.taken and world.book.reported_of(firm)]
    order = [free[place] for place in world.rng.permutation(len(free))]
    chosen: list[int] = []
    for firm in order:
        same = [one for one in chosen if world.party(one).region == world.party(firm).region]
        trades = {world.party(one).trade for one in chosen}
        if len(chosen) < count and len(same) <= count // 3 and world.party(firm).trade not in trades:
            chosen.append(firm)
    rest = [firm for firm in order if firm not in chosen]
    return (chosen + rest)[:count]


def own_lending(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant loans of the firm's own money that come back with interest, and people's money taken in to lend on."""
    settings = {
        "blatant": (3, 90_000, 280_000, 9, 15_000, 45_000),
        "moderate": (1, 80_000, 150_000, 6, 10_000, 22_000),
        "faint": (1, 18_000, 40_000, 3, 10_000, 30_000),
    }
    loans, low, high, depositors, least, most = settings[difficulty]
    stage = act(world, difficulty, "G05")
    span = world.calendar
    for number, borrower in enumerate(world.crowd(loans, strangers=0.1)):
        day = working(span.at(0.1) + 9 * number)
        fen = world.yuan(low, high, step=5_000)
        world.journal.pay(day, lender.basic, borrower, fen, remark=world.choose(("借款", "往来款")), manner=Manner.FIRM)
        for month in (1, 2):
            due = min(working(day + 25 * month), span.last)
            interest = fen * world.between(14, 22) // 1000
            principal = fen if month == 2 else 0
            world.journal.pay(due, borrower, lender.basic, principal + interest, remark=world.choose(("还款", "")))
    joined = []
    for number, depositor in enumerate(world.crowd(depositors, strangers=0.1)):
        day = working(span.at(0.25) + 35 * number // depositors)
        fen = world.yuan(least, most, step=500)
        world.journal.pay(day, depositor, lender.basic, fen, remark=world.choose(("", "往来款", "合作款")))
        joined.append(day)
        for later in range(day + 30, span.last, 30):
            due = working(later, back=True)
            world.journal.pay(
                due, lender.basic, depositor, fen // 100, remark=world.choose(("", "利息")), manner=Manner.FIRM
            )
    return stage.close(
        world.control_group(lender.party), expert_day=day_of_nth(joined, 5 if difficulty != "faint" else len(joined))
    )
