"""Many people paying one account within a month: the shape that fee collectors and fundraisers share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.world import World


@dataclass(frozen=True, slots=True)
class Gathering:
    """How many pay, how much each in all (yuan, log-uniform), and within how many days."""

    payers: int
    low: float
    high: float
    days: int


def gathering(world: World, difficulty: str) -> Gathering:
    """Return a gathering of the difficulty; faint ones stay below 30 payers and 200,000 yuan."""
    match difficulty:
        case "blatant":
            return Gathering(world.between(48, 80), 3_000, 14_000, 27)
        case "moderate":
            return Gathering(world.between(38, 50), 4_000, 12_000, 26)
        case _:
            return Gathering(world.between(16, 24), 2_000, 9_000, 25)


def start_within(world: World, length: int) -> int:
    """Return a first day such that ``length`` days fit into the calendar, if possible not at its edges."""
    span = world.calendar
    low, high = span.at(0.12), max(span.at(0.12), span.at(0.97) - length)
    return world.between(low, high)


def collect(
    world: World,
    shape: Gathering,
    payers: Sequence[int],
    collector: int,
    start: int,
    *,
    remarks: Sequence[str],
    equal: int = 0,
    grows: bool = True,
) -> list[tuple[int, int, int]]:
    """Enter payments of all payers in one to three instalments; return (day, payer account, fen) of each.

    Arrivals grow over the days (``grows``) as people hear of it; ``equal`` fixes what each pays (fen).
    """
    paid = []
    for payer in payers:
        total = equal or world.yuan(shape.low, shape.high)
        parts = 1 if equal else world.between(1, 3)
        first = start + int(shape.days * (world.rng.random() ** (0.6 if grows else 1.0)))
        for part in range(parts):
            amount = (
                total // parts // 10_000 * 10_000
                if part < parts - 1
                else total - total // parts // 10_000 * 10_000 * part
            )
            day = min(first + (world.between(0, 4) if part else 0), start + shape.days)
            world.journal.pay(day, payer, collector, amount, remark=world.choose(remarks))
            paid.append((day, payer, amount))
    return sorted(paid)


def pass_on(
    world: World,
    received: Sequence[tuple[int, int, int]],
    holder: int,
    payees: Sequence[int],
    *,
    share: float,
    every: int,
    remark: str = "",
    manner: Manner = Manner.FIRM,
    relay: int | None = None,
) -> list[tuple[int, int]]:
    """Send ``share`` of what came in to a few payees every few days, the first of them most; return (day, fen).

    With ``relay`` the money moves to that account of the same group first and leaves from there.
    """
    sent: list[tuple[int, int]] = []
    held, position = 0, 0
    last = received[-1][0]
    day = received[0][0]
    while position < len(received) or day <= last:
        day = working(day + every)
        while position < len(received) and received[position][0] < day:
            held += received[position][2]
            position += 1
        amount = int(held * share) // 10_000 * 10_000
        day = min(day, world.calendar.last)
        if amount > 0:
            source = holder
            if relay is not None:
                world.journal.pay(day, holder, relay, amount, remark="往来款", second=9 * 3600 + world.between(0, 7200))
                source = relay
            place = min(int(world.rng.geometric(0.55)) - 1, len(payees) - 1)
            for payee, part in ((payees[place], 0.7), (payees[(place + 1) % len(payees)], 0.3)):
                fen = int(amount * part) // 100 * 100
                world.journal.pay(
                    day, source, payee, fen, remark=remark, manner=manner, second=14 * 3600 + world.between(0, 9000)
                )
            sent.append((day, amount))
            held -= amount
        if day >= world.calendar.last:
            break
    return sent
