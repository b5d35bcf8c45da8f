"""T18 循环回流: money that goes round through unrelated accounts and comes back."""

from __future__ import annotations

from dataclasses import dataclass

from fundwatch.city import ambling
from fundwatch.city.clock import Manner
from fundwatch.city.gathering import start_within
from fundwatch.city.pace import Pace
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


@dataclass(frozen=True, slots=True)
class Round:
    """Number of rounds, stations in each, amount at the start (yuan), share kept at each hop, most days per hop."""

    rounds: int
    stations: int
    low: float
    high: float
    keep: float
    hop_days: int


def rounds_of(world: World, difficulty: str) -> Round:
    """Return rounds of the difficulty; faint ones lose more than a fifth on the way or start below 50,000."""
    match difficulty:
        case "blatant":
            return Round(world.between(4, 6), 3, 90_000, 240_000, 0.985, 1)
        case "moderate":
            return Round(2, 4, 62_000, 110_000, 0.965, 1)
        case _:
            return (
                Round(2, 3, 36_000, 48_000, 0.96, 2)
                if world.rng.random() < 0.5
                else Round(2, 4, 70_000, 100_000, 0.91, 2)
            )


def go_round(world: World, shape: Round, stations: list[int], day: int, *, remark: str = "货款") -> int:
    """Enter one round that starts and ends at the first station; return the day it closed (0 if time ran out)."""
    amount = world.yuan(shape.low, shape.high, step=500)
    for place, source in enumerate(stations):
        target = stations[(place + 1) % len(stations)]
        if day > world.calendar.last:
            return 0
        world.journal.pay(day, source, target, amount, remark=remark, manner=Manner.FIRM)
        amount = int(amount * shape.keep * world.rng.uniform(0.995, 1.0)) // 10_000 * 10_000
        day += world.between(1, shape.hop_days)
    return day - 1


def cycle(world: World, difficulty: str) -> Subject:
    """Plant a ring of firms, with one person in it, that no declared link joins."""
    shape = rounds_of(world, difficulty)
    firms = [world.take_firm(("service", "wholesale", "freight", "construction")) for _ in range(shape.stations - 1)]
    person = world.take_person()
    stage = act(world, difficulty, "T18")
    stations = [world.main(member) for member in (*firms, person)]
    slow = world.pace is Pace.SLOW
    length = shape.stations * (ambling.MOST_REST if slow else shape.hop_days) + 6
    day = start_within(world, min(shape.rounds * length, world.calendar.days // 2))
    closed = []
    for _ in range(shape.rounds):
        text = world.choose(("货款", "往来款", "材料款"))
        if slow:
            amount = world.yuan(shape.low, shape.high, step=500)
            ring = (*stations, stations[0])
            arrived, _ = ambling.amble(world, day, ring, amount, text=text, manner=Manner.FIRM)
            end = arrived if arrived <= world.calendar.last else 0
        else:
            end = go_round(world, shape, stations, day, remark=text)
        closed += [end] if end else []
        day += length
    parties = [party for firm in firms for party in world.control_group(firm)]
    return stage.close((*parties, *world.household(person)), expert_day=min(closed) if closed else day)
