"""How well an order of items puts the marked ones first: figures that treat ties as ties, each beside its base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fundwatch.domain.errors import InputError

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
RANKING_CUTS = (10, 20, 50, 100)
RECALL_SHARE = 0.01
"""Recall is told at the first hundredth of all items: what an office can look at."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The figures of one order of ``items`` things of which ``positives`` are planted and ``look_alikes`` only seem so.

    ``average_precision`` is None without positives. ``precision`` and ``look_alike_rate`` are shares of the first k
    (of all items, where there are fewer); ``recall`` is the share of the positives among the first ``recall_cut``.
    What stands at the edge of a cut among equals counts with its expectation over their orders.
    """

    items: int
    positives: int
    look_alikes: int
    average_precision: float | None
    precision: Mapping[int, float | None]
    look_alike_rate: Mapping[int, float | None]
    recall: float | None
    recall_cut: int

    @property
    def base_rate(self) -> float | None:
        """Return positives / items, what every share of the top and the average precision are held against."""
        return self.positives / self.items if self.items else None

    @property
    def look_alike_base(self) -> float | None:
        """Return look-alikes / items, what the look-alike rate is held against."""
        return self.look_alikes / self.items if self.items else None

    @property
    def lift(self) -> float | None:
        """Return the average precision over the base rate; 1 is an order that knows nothing."""
        base = self.base_rate
        return self.average_precision / base if self.average_precision is not None and base else None


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """Things to be ranked: score (higher is stranger), and which are planted, which only look it; shape (items,)."""

    scores: Float64
    positive: Bools
    look_alike: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def ranked(self) -> Ranked:
        """Return the figures of these items; raises InputError where scores are undefined or lengths differ."""
        scores, positive = _checked(self.scores, self.positive)
        seeming = self.look_alike if len(self.look_alike) else np.zeros(len(scores), dtype=np.bool_)
        _, seeming = _checked(self.scores, seeming & ~positive)
        cut = int(np.ceil(RECALL_SHARE * len(scores)))
        count = int(positive.sum())
        return Ranked(
            items=len(scores),
            positives=count,
            look_alikes=int(seeming.sum()),
            average_precision=average_precision(scores, positive),
            precision={k: _share(expected_among_first(scores, positive, k), min(k, len(scores))) for k in RANKING_CUTS},
            look_alike_rate={
                k: _share(expected_among_first(scores, seeming, k), min(k, len(scores))) for k in RANKING_CUTS
            },
            recall=_share(expected_among_first(scores, positive, cut), count),
            recall_cut=cut,
        )


def average_precision(scores: ArrayLike, positive: ArrayLike) -> float | None:
    """Return Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct scores from the highest down, None without positives.

    Pₙ and Rₙ are precision and recall of everything at or above the n-th score: equal scores are one step, so their
    order does not matter, and a constant score gives the base rate exactly. This is the area under the
    precision-recall curve without interpolation, which would be too kind (Davis & Goadrich, ICML 2006; Boyd, Eng &
    Page, ECML 2013), and the definition of scikit-learn's ``average_precision_score``.
    """
    order, marks = _steps(*_checked(scores, positive))
    found = marks.sum()
    if found == 0:
        return None
    above, hits = np.cumsum(order), np.cumsum(marks)
    return float(np.sum(marks / found * (hits / above)))


def expected_among_first(scores: ArrayLike, marked: ArrayLike, k: int) -> float:
    """Return how many marked items stand among the first k, in expectation over the orders of equal scores.

    Of a group of equals that the cut divides, every member is as likely to stand above it (McSherry & Najork,
    Computing Information Retrieval Performance Measures Efficiently in the Presence of Tied Scores, ECIR 2008).
    """
    sizes, marks = _steps(*_checked(scores, marked))
    before = np.cumsum(sizes) - sizes
    taken = np.clip(k - before, 0, sizes)
    return float(np.sum(marks * (taken / sizes)))


def _share(count: float, base: int) -> float | None:
    return count / base if base else None


def _checked(scores: ArrayLike, marked: ArrayLike) -> tuple[Float64, Bools]:
    values, marks = np.asarray(scores, dtype=np.float64), np.asarray(marked, dtype=np.bool_)
    if values.ndim != 1 or values.shape != marks.shape:
        raise InputError(
            "评分与标记的行数不一致，请逐行对应后再评估。",
            "scores and marks differ in length; give one mark a score.",
            code="F330",
        )
    if np.isnan(values).any():
        raise InputError(
            "评分中有空值，请先补全或剔除这些主体。",
            "a score is undefined; fill it or leave those subjects out.",
            code="F331",
        )
    return values, marks


def _steps(scores: Float64, marks: Bools) -> tuple[Float64, Float64]:
    """Return the number of items and of marked ones at each distinct score, the highest first."""
    distinct, place = np.unique(-scores, return_inverse=True)
    sizes = np.bincount(place, minlength=len(distinct)).astype(np.float64)
    marked = np.bincount(place[marks], minlength=len(distinct)).astype(np.float64)
    return sizes, marked
