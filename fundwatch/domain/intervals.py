"""Intervals of a share: Wilson's for reports, Clopper and Pearson's where the stated coverage must hold."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

_STEPS = 60


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a share, 0–1."""

    low: float
    high: float


def wilson(count: int, n: int, confidence: float = 0.95) -> Interval:
    """Return Wilson's score interval; [0, 1] for an empty base.

    Source: Wilson, Probable inference, JASA 22 (1927); its mean coverage is close to the stated one.
    """
    if n == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = count / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval(max(0.0, middle - half) if count else 0.0, min(1.0, middle + half) if count < n else 1.0)


def clopper_pearson(count: int, n: int, confidence: float = 0.95) -> Interval:
    """Return the exact interval; [0, 1] for an empty base.

    Source: Clopper and Pearson, Biometrika 26 (1934). Covers at least as often as stated for independent draws, and
    more often for draws without replacement.
    """
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else _solve(lambda share: _at_least(count, n, share) < tail)
    high = 1.0 if count == n else _solve(lambda share: _at_most(count, n, share) > tail)
    return Interval(low, high)


def _solve(is_below: Callable[[float], bool]) -> float:
    """Bisect for the share at which a test that holds below it stops to hold."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2


def _at_most(count: int, n: int, share: float) -> float:
    return math.fsum(_mass(k, n, share) for k in range(count + 1))


def _at_least(count: int, n: int, share: float) -> float:
    return math.fsum(_mass(k, n, share) for k in range(count, n + 1))


def _mass(k: int, n: int, share: float) -> float:
    if share <= 0.0 or share >= 1.0:
        return float(k == (0 if share <= 0.0 else n))
    logs = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(logs + k * math.log(share) + (n - k) * math.log1p(-share))
