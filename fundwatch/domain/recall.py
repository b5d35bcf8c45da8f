"""How many cases the alerts miss: an estimate from the reviewed control samples, with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fundwatch.domain.intervals import Interval, clopper_pearson

MIN_REVIEWED = 10
"""Reviewed subjects of a stratum below which its interval says next to nothing."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One stratum over several nights.

    ``population`` is its mean size on a night; ``drawn`` counts subjects, ``upheld`` and ``excluded`` those with a
    settled decision that says so; the rest is not yet reviewed or teaches nothing.
    """

    stratum: str
    population: float
    drawn: int
    upheld: int
    excluded: int

    @property
    def known(self) -> int:
        """Return how many have a decision that teaches."""
        return self.upheld + self.excluded


@dataclass(frozen=True, slots=True)
class Missed:
    """Estimated missed cases on one night: count with bounds, share of the subjects without an alert, and recall.

    ``recall`` sets ``found`` cases, upheld in review, against them. ``share`` and ``recall`` are None without a base.
    ``thin`` names strata with fewer than ``MIN_REVIEWED`` reviewed subjects.
    """

    count: float | None
    bounds: Interval
    share: float | None
    share_bounds: Interval
    found: int
    recall: float | None
    recall_bounds: Interval
    thin: tuple[str, ...]


def estimate(strata: Sequence[Reviewed], found: int, confidence: float = 0.95) -> Missed:
    """Return the stratified estimate of the missed cases: Σ population × upheld / known.

    Each stratum's share has a Clopper–Pearson interval at 1 − (1 − confidence) / strata, so that by Bonferroni's
    inequality the sums of the bounds enclose the sum at least as often as stated. Source: Cochran, Sampling
    Techniques, 3rd ed. 1977, sections 5.3 (stratified mean) and 3.6 (exact bounds); the bounds assume that reviewed
    subjects are a random part of those drawn, and that found cases are known without error.
    """
    level = 1 - (1 - confidence) / max(1, len(strata))
    bounds = [clopper_pearson(one.upheld, one.known, level) if one.known else Interval(0.0, 1.0) for one in strata]
    low = sum(one.population * each.low for one, each in zip(strata, bounds, strict=True))
    high = sum(one.population * each.high for one, each in zip(strata, bounds, strict=True))
    size = sum(one.population for one in strata)
    unknown = any(one.known == 0 and one.population > 0 for one in strata)
    count = (
        None if unknown or not strata else sum(one.population * one.upheld / one.known for one in strata if one.known)
    )
    return Missed(
        count=count,
        bounds=Interval(low, high),
        share=count / size if count is not None and size else None,
        share_bounds=Interval(low / size, high / size) if size else Interval(0.0, 1.0),
        found=found,
        recall=found / (found + count) if count is not None and found + count else None,
        recall_bounds=Interval(_share(found, high), _share(found, low)),
        thin=tuple(one.stratum for one in strata if one.known < MIN_REVIEWED),
    )


def _share(found: int, missed: float) -> float:
    return found / (found + missed) if found + missed else 0.0
