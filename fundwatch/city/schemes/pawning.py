"""P05 非银借款集资: a pawn firm that borrows from people."""

from __future__ import annotations

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def borrowing_from_people(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant loans of people to the firm, with interest each month and part of the principal back."""
    sizes = {"blatant": (8, 12, 15_000, 90_000), "moderate": (4, 5, 12_000, 40_000), "faint": (2, 2, 15_000, 32_000)}
    low, high, least, most = sizes[difficulty]
    stage = act(world, difficulty, "P05")
    span, given = world.calendar, []
    for lender_account in world.crowd(world.between(low, high), strangers=0.1):
        day = working(world.between(span.at(0.2), span.at(0.6)))
        amount = world.yuan(least, most, step=500)
        world.journal.pay(day, lender_account, lender.basic, amount, remark=world.choose(("", "", "借款", "往来款")))
        given.append(day)
        for later in range(day + 30, span.last, 30):
            world.journal.pay(
                working(later, back=True),
                lender.basic,
                lender_account,
                round(amount * 0.012 / 100) * 100,
                remark=world.choose(("", "利息")),
                manner=Manner.FIRM,
            )
    return stage.close(world.control_group(lender.party), expert_day=day_of_nth(given, 3))
