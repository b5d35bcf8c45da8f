"""Days on which as much comes in as goes out, in sums that foreign money explains or does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fundwatch.city.gathering import start_within
from fundwatch.city.world import World

Priced = Callable[[int], int]
_DAYS = (
    ((5_000, 10_000), (7_000, 8_000)),
    ((8_000, 12_000), (5_000, 15_000)),
    ((6_000, 15_000), (9_000, 12_000)),
    ((10_000, 15_000), (5_000, 20_000)),
)
"""Foreign sums bought and sold on a day; both sides add up to the same."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Number of days, and how many pairs of sums each has."""

    days: int
    pairs: int


def exchange(world: World, difficulty: str) -> Exchange:
    """Return an exchange of the difficulty; faint ones have fewer than five days."""
    match difficulty:
        case "blatant":
            return Exchange(world.between(9, 11), 2)
        case "moderate":
            return Exchange(world.between(6, 7), 1)
        case _:
            return Exchange(4, 1)


def deal(
    world: World,
    shape: Exchange,
    holder: int,
    priced: Priced,
    remarks: tuple[str, ...],
    *,
    payees: Sequence[int] = (),
    kept: float = 0.0,
) -> list[int]:
    """Enter the days: ``priced`` turns a foreign sum into fen; return the days.

    Whoever sells is somebody else each time unless ``payees`` are given, who then take turns; ``kept`` is the share of
    what came in that stays.
    """
    day = start_within(world, min(shape.days * 3, 27))
    partners = world.crowd(shape.days * shape.pairs * 4, strangers=0.5)
    done: list[int] = []
    for number in range(shape.days):
        if day > world.calendar.last:
            break
        for pair in range(shape.pairs):
            came = 0
            bought, sold = _DAYS[(number + pair) % len(_DAYS)]
            for place, units in enumerate((*bought, *sold)):
                partner, fen = partners.pop(), priced(units)
                if place >= len(bought) and payees:
                    partner = payees[(2 * len(done) + pair + place) % len(payees)]
                came += round(fen * (1 - kept)) if place < len(bought) else -fen
                # The last sale settles what odd prices leave over, so that the day ends even but for what is kept.
                fen += came if place == 3 else 0
                ends = (partner, holder) if place < len(bought) else (holder, partner)
                hours = (9 * 3600, 13 * 3600) if place < len(bought) else (13 * 3600, 20 * 3600)
                world.journal.pay(day, *ends, fen, remark=world.choose(remarks), second=world.between(*hours))
        done.append(day)
        day += world.between(1, 3)
    return done
