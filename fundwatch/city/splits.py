"""Several loans of one firm within weeks, measured by its net assets: the shape that farmers and split loans share."""

from __future__ import annotations

from dataclasses import dataclass

from fundwatch.city.world import World

_LIMIT = 0.10
"""What one borrower may owe of the firm's net assets."""


@dataclass(frozen=True, slots=True)
class Split:
    """How many loans, within how many days, of what sum (fen)."""

    loans: int
    days: int
    total: int

    @classmethod
    def of(cls, net_assets: int, difficulty: str) -> Split:
        """Return loans of the difficulty: all below the limit of one borrower, only the faint ones below it in sum."""
        loans, days, share = {"blatant": (6, 18, 1.9), "moderate": (4, 21, 1.25), "faint": (3, 24, 0.7)}[difficulty]
        return cls(loans, days, int(net_assets * _LIMIT * share))


def shares_of(world: World, split: Split) -> list[tuple[int, int]]:
    """Return borrowers with the amount of each: nearly equal parts in whole thousands of yuan."""
    borrowers = [world.account(account).party for account in world.crowd(split.loans, strangers=0.0)]
    part = split.total / split.loans
    return [(borrower, round(part * world.between(94, 106) / 100 / 100_000) * 100_000) for borrower in borrowers]
