"""One figure over several cities: its mean and how far it lies apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, least and greatest of a figure over ``n`` seeds; seeds without the figure do not count."""

    mean: float | None
    low: float | None
    high: float | None
    n: int

    def __str__(self) -> str:
        """Return ``mean [low–high]`` with three decimals."""
        if self.mean is None or self.low is None or self.high is None:
            return "—"
        return f"{self.mean:.3f} [{self.low:.3f}–{self.high:.3f}]"


def spread_of(values: Iterable[float | None]) -> Spread:
    """Return the spread of the values that are defined."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return Spread(None, None, None, 0)
    return Spread(sum(known) / len(known), known[0], known[-1], len(known))
