"""Days on which much comes in and nearly all of it leaves: the shape that mules and payroll agents share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fundwatch.city.accounts import CASH
from fundwatch.city.clock import Manner
from fundwatch.city.world import World


@dataclass(frozen=True, slots=True)
class Passage:
    """Number of busy days, how many days they lie apart at most, inflow of one (yuan), and what share leaves."""

    busy_days: int
    gap: int
    low: float
    high: float
    share: float


def passage(world: World, difficulty: str) -> Passage:
    """Return a passage of the difficulty; faint ones stay below 50,000 a day or keep more than a tenth."""
    match difficulty:
        case "blatant":
            return Passage(world.between(10, 14), 2, 80_000, 160_000, 0.985)
        case "moderate":
            return Passage(world.between(6, 8), 3, 58_000, 90_000, 0.975)
        case _:
            return Passage(world.between(4, 6), 5, 28_000, 46_000, 0.97)


def pass_day(
    world: World,
    day: int,
    holder: int,
    total: int,
    sources: Sequence[int],
    sinks: Sequence[int],
    share: float,
    *,
    remarks: Sequence[str],
    out_remarks: Sequence[str],
    manner: Manner = Manner.PERSON,
    out_manner: Manner = Manner.PERSON,
) -> None:
    """Enter one day: parts of ``total`` (fen) come in before an hour of the day, ``share`` of it leaves after."""
    turn = world.between(11, 17) * 3600
    _spread(world, day, [(source, holder) for source in sources], total, (7 * 3600, turn), remarks, manner)
    leaving = int(total * share) // 100 * 100
    _spread(world, day, [(holder, sink) for sink in sinks], leaving, (turn, 21 * 3600), out_remarks, out_manner)
    # The holder's own share is drawn in cash the same evening, down to the last note.
    kept = (total - leaving) // 10_000 * 10_000
    world.journal.pay(
        day, holder, CASH, kept, "取现", manner=Manner.CASH_OUT, second=world.between(21 * 3600, 22 * 3600 + 1800)
    )


def _spread(
    world: World,
    day: int,
    ways: Sequence[tuple[int, int]],
    total: int,
    hours: tuple[int, int],
    remarks: Sequence[str],
    manner: Manner,
) -> None:
    weights = world.rng.dirichlet([3.0] * len(ways))
    rest = total
    for place, (source, target) in enumerate(ways):
        amount = (
            rest if place == len(ways) - 1 else min(rest, max(10_000, int(total * weights[place]) // 10_000 * 10_000))
        )
        rest -= amount
        world.journal.pay(
            day, source, target, amount, remark=world.choose(remarks), manner=manner, second=world.between(*hours)
        )
