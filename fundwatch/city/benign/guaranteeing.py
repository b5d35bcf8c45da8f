"""Look-alikes inside guarantee firms: what resembles G01, G02, G04 and G05 and is ordinary business."""

from __future__ import annotations

from collections import Counter

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers import guarantee
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.ledgers.guarantee import Terms
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World

WAN = 10_000_00
_BID_BOND = Terms(kind="非融资", weight=100, lends=False)


def revolving_customer(world: World, lender: Lender, difficulty: str) -> Subject:
    """One customer is guaranteed again and again, each loan repaid before the next, and holds a large bid bond."""
    loans = {"blatant": 4, "moderate": 3, "faint": 2}[difficulty]
    lender.net_assets = world.between(3000, 3200) * WAN
    customer = world.take_firm(("wholesale", "construction", "manufacturing"))
    account = world.main(customer)
    stage = act(world, difficulty, "G01", reason="released_before_the_next")
    span = world.calendar
    length = max(14, round(0.75 * span.days / loans) - 4)
    for number in range(loans):
        day = working(span.at(0.05) + 3 + number * (length + 4))
        fen = world.between(130, 160) * WAN
        made = guarantee.guarantee(world, lender, customer, fen, day, length, Terms(weight=100))
        supplier = world.body(f"outside{world.between(0, 9)}")
        world.journal.pay(working(day + 2), account, supplier, fen * 9 // 10, remark="货款", manner=Manner.FIRM)
        sold = working(made.end - 3, back=True)
        world.journal.pay(sold, supplier, account, fen, remark="货款", manner=Manner.FIRM)
        world.journal.pay(working(made.end - 1, back=True), account, made.bank, fen, "贷款还款", manner=Manner.FIRM)
        guarantee.refund_deposit(world, lender, made, min(working(made.end + 2), span.last))
    guarantee.guarantee(world, lender, customer, 500 * WAN, working(span.at(0.3)), 360, _BID_BOND)
    return stage.close(
        (*world.control_group(lender.party), *world.control_group(customer)), expert_day=working(span.at(0.5))
    )


def bonds_and_renewals(world: World, lender: Lender, difficulty: str) -> Subject:
    """Bid and performance bonds behind which no loan ever stands, and bank loans renewed without new money."""
    count = {"blatant": 6, "moderate": 4, "faint": 3}[difficulty]
    stage = act(world, difficulty, "G02", reason="bid_bonds_and_renewals")
    span = world.calendar
    free = [firm for firm in world.firms if firm not in world.taken and world.book.reported_of(firm)]
    chosen = [free[place] for place in world.rng.choice(len(free), count, replace=False)]
    for number, customer in enumerate(chosen):
        day = working(span.at(0.1 + 0.4 * number / count) + 3)
        fen = world.yuan(100_000, 600_000, step=10_000)
        if number % 2:
            guarantee.guarantee(world, lender, customer, fen, day, 120, _BID_BOND)
            continue
        guarantee.guarantee(world, lender, customer, fen, day - 365, 365 + world.between(-8, 3))
        guarantee.guarantee(world, lender, customer, fen, day, 365, Terms(lends=False))
    return stage.close(world.control_group(lender.party), expert_day=working(span.at(0.5)))


def flooded_county(world: World, lender: Lender, difficulty: str) -> Subject:
    """One flood: customers of a single county default together, and their banks call the guarantees within two days."""
    permille = {"blatant": 34, "moderate": 20, "faint": 4}[difficulty]
    stage = act(world, difficulty, "G04", reason="one_disaster")
    span = world.calendar
    free = [firm for firm in world.firms if firm not in world.taken and world.book.reported_of(firm)]
    county = Counter(world.party(firm).region for firm in free).most_common(1)[0][0]
    struck = [firm for firm in free if world.party(firm).region == county][:7]
    owed = lender.net_assets * permille // 1000 // len(struck) // 10_000 * 10_000
    flood = working(span.at(0.45))
    for number, customer in enumerate(struck):
        start = working(span.at(0.03) + 4 + number)
        made = guarantee.guarantee(world, lender, customer, owed * 2, start, 300)
        later = working(start + 3)
        supplier = world.body(f"outside{world.between(0, 9)}")
        world.journal.pay(later, world.main(customer), supplier, owed * 18 // 10, remark="货款", manner=Manner.FIRM)
        made.end = working(flood + number // 6)
        guarantee.compensate(world, lender, made, made.end, owed)
    return stage.close(world.control_group(lender.party), expert_day=flood)


def recovered_money(world: World, lender: Lender, difficulty: str) -> Subject:
    """Customers repay with interest what the firm paid for them, farmers pay fees, staff return advances in full."""
    count = {"blatant": 7, "moderate": 5, "faint": 3}[difficulty]
    stage = act(world, difficulty, "G05", reason="recovered_compensation")
    span = world.calendar
    for number, farmer in enumerate(world.crowd(count, strangers=0.0)):
        party = world.account(farmer).party
        start = working(span.at(0.05) + 4 + 2 * number)
        made = guarantee.guarantee(world, lender, party, world.yuan(80_000, 200_000, step=10_000), start, 300)
        supplier = world.body(f"outside{world.between(0, 9)}")
        world.journal.pay(working(start + 3), farmer, supplier, made.amount * 9 // 10, remark="购买农资")
        if number % 3 == 0:
            # The firm pays the bank; the farmer pays it back to the firm, with interest, in two parts.
            owed = made.deposit * 2
            day = working(span.at(0.4) + number)
            made.end = day
            guarantee.compensate(world, lender, made, day, owed)
            for month in (1, 2):
                due = min(working(day + 20 * month), span.last)
                part = owed * 54 // 100
                world.journal.pay(due, farmer, lender.basic, part, remark=world.choose(("归还代偿款", "还款")))
    staff = world.crowd(2, strangers=0.0)
    for number, person in enumerate(staff):
        day, fen = working(span.at(0.3) + 5 * number), world.yuan(50_000, 90_000, step=5_000)
        world.journal.pay(day, lender.basic, person, fen, remark="备用金", manner=Manner.FIRM)
        world.journal.pay(min(working(day + 20), span.last), person, lender.basic, fen, remark="退回备用金")
    return stage.close(world.control_group(lender.party), expert_day=working(span.at(0.6)))
