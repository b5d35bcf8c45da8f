"""M01 变相吸储 and M02 放款回流: what goes wrong inside a micro-loan firm."""

from __future__ import annotations

from itertools import pairwise

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers import micro_loan
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def public_deposits(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant people's money taken into the basic account, lent on, and serviced monthly."""
    counts = {"blatant": (14, 20, 8_000, 45_000), "moderate": (6, 8, 20_000, 60_000), "faint": (3, 4, 12_000, 38_000)}
    low, high, least, most = counts[difficulty]
    stage = act(world, difficulty, "M01")
    span = world.calendar
    depositors = world.crowd(world.between(low, high), strangers=0.1)
    joined = []
    for depositor in depositors:
        day = working(world.between(span.at(0.15), span.at(0.55)))
        amount = world.yuan(least, most, step=500)
        for part in range(2):
            world.journal.pay(
                min(day + part, span.last),
                depositor,
                lender.basic,
                amount // 2,
                remark=world.choose(("", "", "往来款", "借款")),
            )
        joined.append(day)
        rate = world.between(8, 15) / 1000
        for later in range(day + 31, span.last, 30):
            world.journal.pay(
                working(later, back=True),
                lender.basic,
                depositor,
                round(amount * rate / 100) * 100,
                remark=world.choose(("", "利息", "往来款")),
                manner=Manner.FIRM,
            )
        moved = amount * 9 // 10
        world.journal.pay(
            min(working(day + 2), span.last),
            lender.basic,
            lender.special,
            moved,
            remark="划拨放贷资金",
            manner=Manner.FIRM,
        )
    return stage.close(
        world.control_group(lender.party), expert_day=day_of_nth(joined, 5 if difficulty != "faint" else len(joined))
    )


def round_trip(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant loans to a borrower whose money reaches the firm's own representative after one to three hops."""
    settings = {"blatant": (4, 0.92, 1, 1), "moderate": (2, 0.7, 2, 2), "faint": (2, 0.36, 2, 2)}
    loans, share, hops, days = settings[difficulty]
    borrower = world.take_firm(("service", "freight", "construction"))
    between = [world.main(world.take_person()) for _ in range(hops)]
    owner = world.main(world.register.legal_representative(lender.party))
    stage = act(world, difficulty, "M02")
    numbers, seen = [], world.calendar.last
    for number in range(loans):
        day = working(world.calendar.at(0.2 + 0.6 * number / loans))
        loan = micro_loan.lend(
            world, lender, borrower, world.yuan(60_000, 190_000, step=1000), day, months=12, purpose="经营周转"
        )
        numbers.append(loan.loan_no)
        amount = int(loan.principal * share) // 10_000 * 10_000
        stations = [loan.account, *between, owner]
        for source, target in pairwise(stations):
            day += world.between(1, days)
            if day <= world.calendar.last:
                world.journal.pay(
                    day, source, target, amount, remark=world.choose(("货款", "往来款", "")), manner=Manner.FIRM
                )
        seen = min(seen, day)
        for month in (1, 2, 3):
            due = working(loan.disbursed + 30 * month)
            if due <= world.calendar.last:
                micro_loan.repay(world, lender, loan, due, loan.principal // 12 // 100 * 100, loan.account)
    parties = [*world.control_group(lender.party), *world.control_group(borrower)]
    parties += [party for account in between for party in world.household(world.account(account).party)]
    return stage.close(parties, expert_day=seen, record_nos=numbers)
