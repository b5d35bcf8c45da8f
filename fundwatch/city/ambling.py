"""The slow, lossy pace: money that rests one to five days at each hand, and of which each hand keeps up to 40 %.

Rules and features that look for a quick, complete hand-over are blind to it, so figures are told for both paces.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fundwatch.city import clock
from fundwatch.city.clock import Manner
from fundwatch.city.handing_on import remark, round_down
from fundwatch.city.world import World

LEAST_REST, MOST_REST = 1, 5
"""Days between two hands; both in office hours, so a rest lasts 14 hours at least and 5 days 10 hours at most."""
LEAST_KEPT = 0.60
_OPENS, _CLOSES = 8, 18


def rest(world: World) -> int:
    """Return how many days a hand holds the money."""
    return world.between(LEAST_REST, MOST_REST)


def lossy(world: World, fen: int) -> int:
    """Return what a hand passes on: 60 to 100 % of a sum, in whole hundreds of yuan."""
    return round_down(fen * world.rng.uniform(LEAST_KEPT, 1.0))


def office_second(world: World) -> int:
    """Return a second of the day as the clock draws it for anybody, within office hours."""
    manner = np.array([int(Manner.PERSON)])
    while True:
        second = int(clock.draw(world.rng, manner)[1][0])
        if _OPENS <= second // 3600 < _CLOSES:
            return second


def pay(
    world: World, day: int, source: int, target: int, fen: int, *, text: str = "", manner: Manner = Manner.PERSON
) -> None:
    """Enter one slow hand-over within office hours of a day; nothing is entered after the last day."""
    if day <= world.calendar.last:
        second = office_second(world)
        world.journal.pay(day, source, target, fen, remark=text or remark(world), manner=manner, second=second)


def amble(
    world: World, day: int, stations: Sequence[int], fen: int, *, text: str = "", manner: Manner = Manner.PERSON
) -> tuple[int, int]:
    """Hand a sum from station to station, the first on ``day``; return day and sum of the arrival at the last."""
    for place, giver in enumerate(stations[:-1]):
        if place:
            day, fen = day + rest(world), lossy(world, fen)
        pay(world, day, giver, stations[place + 1], fen, text=text, manner=manner)
    return day, fen


def pass_slowly(world: World, day: int, holder: int, total: int, sources: Sequence[int], sinks: Sequence[int]) -> None:
    """Fill an account on one day from ``sources``; days later pass 60 to 100 % of it on to ``sinks``."""
    for ways, when, fen in (
        ([(source, holder) for source in sources], day, total),
        ([(holder, sink) for sink in sinks], day + rest(world), lossy(world, total)),
    ):
        weights = world.rng.dirichlet([3.0] * len(ways))
        for (source, target), weight in zip(ways, weights, strict=True):
            pay(world, when, source, target, max(10_000, round_down(fen * weight)))
