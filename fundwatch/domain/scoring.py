"""The risk score of a subject: an ordering from 0 to 100, never a likelihood.

score = 100 × (1 − Π(1 − weight × strength)) over hits and signals after suppressors; the points of a term are
score × ln(1 − wᵢsᵢ) / Σ ln(1 − ws), so that points add up to the score.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fundwatch.domain.hits import Hit, Severity, Signal, Suppression

WEIGHTS = {Severity.LOW: 0.20, Severity.MEDIUM: 0.40, Severity.HIGH: 0.60, Severity.CRITICAL: 0.85}
DETECTOR_WEIGHT = 0.50
_RED, _ORANGE, _YELLOW = 80.0, 60.0, 40.0
_PROTECTED_PAIR = frozenset({"T08", "T10"})


class Level(StrEnum):
    """Warning level of an alert; the words are those of the office."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"

    @property
    def zh(self) -> str:
        """Return the one-character Chinese name."""
        return {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}[self.value]


@dataclass(frozen=True, slots=True)
class Term:
    """One hit or signal as it enters the score; ``strength`` is after suppressors, ``points`` its share."""

    name: str
    code: str
    weight: float
    raw_strength: float
    strength: float
    points: float
    suppressors: tuple[str, ...]


def weight_of(item: Hit | Signal) -> float:
    """Return the weight of a hit by its severity, or that of a detector."""
    return WEIGHTS[item.severity] if isinstance(item, Hit) else DETECTOR_WEIGHT


def level_of(score: float) -> Level:
    """Return red from 80, orange from 60, yellow from 40, otherwise blue."""
    if score >= _RED:
        return Level.RED
    if score >= _ORANGE:
        return Level.ORANGE
    return Level.YELLOW if score >= _YELLOW else Level.BLUE


def explained(
    items: Sequence[Hit | Signal], suppressions: Sequence[Suppression]
) -> tuple[tuple[Suppression, ...], ...]:
    """Return the suppressions that explain each item of a subject, in the order of the items.

    T08 and T10 together are the fingerprint of returns paid from new deposits and are never suppressed. A signal says
    only that some flow is unusual among peers. A flow without an innocent reading may be the one it means, so it is
    explained only where every hit is, and no further than the hit that stays strongest.
    """
    codes = frozenset(item.code for item in items)
    of_hits = [_explaining(item.code, codes, suppressions) for item in items if isinstance(item, Hit)]
    of_signals = max(of_hits, key=_remaining) if of_hits else _explaining("", codes, suppressions)
    of_each = iter(of_hits)
    return tuple(next(of_each) if isinstance(item, Hit) else of_signals for item in items)


def _explaining(code: str, codes: frozenset[str], suppressions: Iterable[Suppression]) -> tuple[Suppression, ...]:
    if codes >= _PROTECTED_PAIR and code in _PROTECTED_PAIR:
        return ()
    return tuple(one for one in suppressions if not one.applies_to or code in one.applies_to)


def _remaining(explanation: Sequence[Suppression]) -> tuple[float, list[str]]:
    """Return the share of strength that is left, and names that decide between equals."""
    return math.prod(one.factor for one in explanation), sorted(one.suppressor_id for one in explanation)


def score(items: Sequence[Hit | Signal], suppressions: Sequence[Suppression]) -> tuple[float, tuple[Term, ...]]:
    """Return the score (rounded to 0.1) and its terms, gravest first.

    Each item is the one that stands for its rule or detector; points are shares of the unrounded score and add
    up to it within rounding error.
    """
    # A fixed order makes the floating-point sum independent of the order of arrival.
    items = sorted(items, key=lambda item: item.term)
    weighed = []
    for item, explanation in zip(items, explained(items, suppressions), strict=True):
        left, names = _remaining(explanation)
        weighed.append((item, weight_of(item), item.strength * left, tuple(names)))
    logs = [math.log1p(-weight * strength) for _, weight, strength, _ in weighed]
    total_log = sum(logs)
    total = 100.0 * -math.expm1(total_log)
    terms = [
        Term(
            item.term, item.code, weight, item.strength, strength, total * log / total_log if total_log else 0.0, names
        )
        for (item, weight, strength, names), log in zip(weighed, logs, strict=True)
    ]
    terms.sort(key=lambda term: (-term.points, term.name))
    return round(total, 1), tuple(terms)
