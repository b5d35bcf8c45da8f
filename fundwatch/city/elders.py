"""The city's elderly as payers: who they are, and how they are gathered by those who care for them or pretend to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fundwatch.city.gathering import start_within
from fundwatch.city.world import World
from fundwatch.domain.keys import date_of

ELDERLY = 60
"""Age in years from which a payer counts as elderly."""

Paid = list[tuple[int, int, int]]
"""Payments as (day, payer account, fen), in the order of time."""


def age_on(birth: date, day: int) -> int:
    """Return the age in full years on a day number."""
    today = date_of(day)
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def elders(world: World, count: int) -> list[int]:
    """Return main accounts of up to ``count`` people who play no part and are elderly all through the calendar."""
    free = [
        index
        for index in world.people
        if index not in world.taken
        and (birth := world.party(index).birth) is not None
        and age_on(birth, world.calendar.first) >= ELDERLY
    ]
    chosen = world.rng.choice(len(free), min(count, len(free)), replace=False)
    return [world.main(free[place]) for place in chosen]


def younger(world: World, count: int) -> list[int]:
    """Return main accounts of ``count`` people of the city who play no part and are below the age all through."""
    free = [
        index
        for index in world.people
        if index not in world.taken
        and (birth := world.party(index).birth) is not None
        and age_on(birth, world.calendar.last) < ELDERLY
    ]
    return [world.main(free[place]) for place in world.rng.choice(len(free), count, replace=False)]


@dataclass(frozen=True, slots=True)
class Lecture:
    """How many elderly and younger people pay, how much each in all (yuan), and within how many days."""

    old: int
    young: int
    low: float
    high: float
    days: int


def lecture(world: World, difficulty: str) -> Lecture:
    """Return a lecture of the difficulty; faint ones stay below fifteen payers of known age."""
    span = min(55, int(world.calendar.days * 0.65))
    match difficulty:
        case "blatant":
            return Lecture(world.between(30, 40), world.between(5, 9), 5_000, 20_000, span)
        case "moderate":
            return Lecture(world.between(19, 23), world.between(2, 5), 8_000, 14_000, span)
        case _:
            return Lecture(world.between(8, 10), world.between(1, 2), 3_000, 9_000, span)


def gather(
    world: World, shape: Lecture, payers: Sequence[int], collector: int, remarks: Sequence[str], telling: Sequence[str]
) -> Paid:
    """Enter the payments of all payers, growing over the days; the first of them carry the ``telling`` remarks."""
    start = start_within(world, shape.days)
    arrivals = [start + int(shape.days * world.rng.random() ** 0.7) for _ in payers]
    paid = []
    for place, (payer, day) in enumerate(zip(payers, arrivals, strict=True)):
        amount = world.yuan(shape.low, shape.high, step=500 if place % 3 else 100)
        remark = telling[place] if place < len(telling) else world.choose(remarks)
        world.journal.pay(day, payer, collector, amount, remark=remark)
        paid.append((day, payer, amount))
    return sorted(paid)


def day_of_evidence(world: World, paid: Paid, least_payers: int, least_fen: int) -> int:
    """Return the day on which so many elderly payers and so much of their money were reached, else the last day."""
    count = amount = 0
    for day, payer, fen in paid:
        birth = world.party(world.account(payer).party).birth
        if birth is not None and age_on(birth, day) >= ELDERLY:
            count, amount = count + 1, amount + fen
        if count >= least_payers and amount >= least_fen:
            return day
    return paid[-1][0]
