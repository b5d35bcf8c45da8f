"""Runs of cash entries near the large-transaction line: the shape that structurers and cash-rich shops share."""

from __future__ import annotations

from dataclasses import dataclass

from fundwatch.city.accounts import CASH
from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.world import World


@dataclass(frozen=True, slots=True)
class Run:
    """How many runs, entries in each (one a working day), amounts in yuan, and days between runs."""

    runs: int
    entries: int
    low: float
    high: float
    apart: int


def run_of_cash(world: World, difficulty: str) -> Run:
    """Return runs of the difficulty; faint ones have two entries in five working days, or stay below 40,000."""
    match difficulty:
        case "blatant":
            return Run(world.between(3, 4), 5, 41_000, 49_900, 12)
        case "moderate":
            return Run(2, 3, 40_500, 49_500, 20)
        case _:
            return Run(2, 3, 32_000, 39_500, 15) if world.rng.random() < 0.5 else Run(2, 2, 40_500, 49_500, 20)


def bank_cash(world: World, account: int, day: int, fen: int, *, out: bool = False, remark: str = "") -> None:
    """Enter one cash deposit, or with ``out`` a withdrawal, over the counter or a machine."""
    if out:
        world.journal.pay(day, account, CASH, fen, "取现", remark=remark, manner=Manner.CASH_OUT)
    else:
        world.journal.pay(day, CASH, account, fen, "存现", remark=remark, manner=Manner.CASH_IN)


def next_working(day: int) -> int:
    """Return the working day after ``day``."""
    return working(day + 1)
