"""G03 保证金挪用: customers' deposits that leave the deposit account for somebody else."""

from __future__ import annotations

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


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
