"""Look-alike of T08 and T12: payouts that were made, on a day that the bank never reported."""

from __future__ import annotations

import numpy as np

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.houses import houses_of
from fundwatch.city.promising import gather, settle, terms_of
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import Gap, World

HOUSE = 3
"""The village bank: small, so that its gap hides little of the city."""
_DIFFICULTY = "moderate"
_REMARKS = ("托管押金", "装修款", "")
_RENT = ("房租", "托管租金", "房租", "租金")


def plant_gap(world: World, rng: np.random.Generator) -> Subject | None:
    """Plant the village bank's gap on a rent day of a landlady of others' flats; None where it has too few customers.

    Both she and the owners bank there, so no other bank's statement shows that the rents were paid. It is planted
    last and by lots of its own, so that the casting of everybody else is the same with it and without it.
    """
    usual, world.rng = world.rng, rng
    try:
        return _plant(world)
    finally:
        world.rng = usual


def _plant(world: World) -> Subject | None:
    customers = _customers(world)
    terms = terms_of(world, _DIFFICULTY)
    if len(customers) <= terms.people:
        return None
    chosen = [customers[place] for place in world.rng.permutation(len(customers))[: terms.people + 1]]
    own, owners = chosen[0], chosen[1:]
    landlady = world.account(own).party
    world.taken.update(world.household(landlady))
    world.quiet.update(world.household(landlady))
    days = _rent_days(world)
    stage = act(world, _DIFFICULTY, "T08", "T12", reason="feed_gap")
    course = gather(world, terms, owners, own, (world.calendar.first + 1, days[0] - 5), remarks=_REMARKS)
    for day in days:
        for owner, (_, bond) in course.joined.items():
            course.payouts.append((day, owner, round(bond * terms.rate / 100) * 100, world.choose(_RENT)))
    settle(world, course, own, own)
    _let(world, own, sum(fen for _, _, fen, _ in course.payouts), days)
    hidden = days[-2]
    world.gaps.append(Gap(HOUSE, hidden - 1, hidden + 1))
    return stage.close(world.household(landlady), expert_day=days[-1])


def _customers(world: World) -> list[int]:
    """Return an account at the village bank of each person who plays no part."""
    houses = houses_of(world)
    cast = world.owners | world.taken
    free = [person for person in world.people if not {person, *world.household(person)} & cast]
    own = (
        next((account for account in world.book.reported_of(person) if houses[account] == HOUSE), None)
        for person in free
    )
    return [account for account in own if account is not None]


def _rent_days(world: World) -> tuple[int, ...]:
    """Return the working days on which rents are paid: five at least, one of them behind the gap."""
    span = world.calendar
    joining = span.first + span.days // 5
    period = next(days for days in (30, 15, 7) if joining + 4 * days <= span.last - 5 or days == 7)
    return tuple(working(day) for day in range(joining, span.last - 3, period))


def _let(world: World, own: int, rents: int, days: tuple[int, ...]) -> None:
    """Let tenants pay before each rent day what the owners are to get and a tenth more."""
    tenants = world.crowd(world.between(6, 9), strangers=0.0)
    share = rents * 11 // 10 // (len(days) * len(tenants)) // 1000 * 1000 + 1000
    for day in days:
        for tenant in tenants:
            when = max(world.calendar.first, day - world.between(1, 5))
            world.journal.pay(when, tenant, own, share, remark=world.choose(("房租", "租金")), manner=Manner.PERSON)
