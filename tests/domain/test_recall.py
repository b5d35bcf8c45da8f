"""Intervals and the estimate of missed cases: they cover as often as they say."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundwatch.domain.intervals import clopper_pearson, wilson
from fundwatch.domain.recall import Reviewed, estimate
from fundwatch.domain.sampling import SIZES, Stratum, draw, stratify


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    # R: binom.test(k, n)$conf.int
    [(0, 10, 0.0, 0.30850), (1, 10, 0.00253, 0.44502), (5, 20, 0.08657, 0.49105), (10, 10, 0.69150, 1.0)],
)
def test_the_exact_interval_is_the_textbook_s(count: int, n: int, low: float, high: float) -> None:
    found = clopper_pearson(count, n)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_wilson_s_interval_is_the_textbook_s() -> None:
    # R: prop.test(5, 20, correct = FALSE)$conf.int
    found = wilson(5, 20)
    assert (found.low, found.high) == (pytest.approx(0.1119, abs=1e-4), pytest.approx(0.4687, abs=1e-4))


@settings(deadline=None)
@given(n=st.integers(0, 200), data=st.data())
def test_both_intervals_hold_the_share_and_mirror(n: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, n))
    for interval in (wilson, clopper_pearson):
        found, other = interval(count, n), interval(n - count, n)
        assert 0 <= found.low <= (count / n if n else 0.5) + 1e-9
        assert (count / n if n else 0.5) - 1e-9 <= found.high <= 1
        assert (other.low, other.high) == (
            pytest.approx(1 - found.high, abs=1e-9),
            pytest.approx(1 - found.low, abs=1e-9),
        )


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 40), share=st.floats(0.001, 0.999))
def test_the_exact_interval_covers_at_least_as_often_as_it_says(n: int, share: float) -> None:
    covered = 0.0
    for count in range(n + 1):
        found = clopper_pearson(count, n)
        if found.low <= share <= found.high:
            covered += math.comb(n, count) * share**count * (1 - share) ** (n - count)
    assert covered >= 0.95 - 1e-9


@pytest.mark.parametrize("shares", [(0.2, 0.01), (0.05, 0.0), (0.5, 0.03)])
def test_the_estimate_is_unbiased_and_its_interval_covers_the_truth(shares: tuple[float, float]) -> None:
    """Draws without replacement from two strata of very different size, a thousand times."""
    rng = random.Random(8)
    sizes, drawn = (40, 2000), (30, 60)
    cases = [round(size * share) for size, share in zip(sizes, shares, strict=True)]
    total, covered, rounds = 0.0, 0, 1000
    for _ in range(rounds):
        strata = []
        for name, size, positive, n in zip(Stratum, sizes, cases, drawn, strict=True):
            upheld = sum(lot < positive for lot in rng.sample(range(size), n))
            strata.append(Reviewed(name.value, size, n, upheld, n - upheld))
        outcome = estimate(strata, found=10)
        assert outcome.count is not None
        total += outcome.count
        covered += outcome.bounds.low <= sum(cases) <= outcome.bounds.high
        assert outcome.recall_bounds.low <= outcome.recall <= outcome.recall_bounds.high  # type: ignore[operator]
    spread = math.sqrt(sum(n * n for n in sizes) / sum(drawn) / rounds) + 0.5
    assert total / rounds == pytest.approx(sum(cases), abs=4 * spread)
    assert covered / rounds >= 0.95


def test_a_stratum_that_nobody_reviewed_leaves_the_estimate_unknown() -> None:
    outcome = estimate([Reviewed("near", 10, 3, 1, 2), Reviewed("rest", 100, 3, 0, 0)], found=5)
    assert (outcome.count, outcome.share, outcome.recall) == (None, None, None)
    assert outcome.bounds.high > 100
    assert outcome.thin == ("near", "rest")


def test_the_sample_rests_on_day_and_subjects_alone_and_leaves_out_whom_an_alert_names() -> None:
    strata = stratify(range(1, 101), alerted=[1, 2], spoken_of=[2, 3], ranks={4: 98.0, 5: 96.0, 1: 99.9})
    assert strata[Stratum.NEAR] == {3, 4}
    assert strata[Stratum.REST] == set(range(5, 101))
    drawn = draw(strata, as_of_day=20_000)
    assert drawn == draw({name: sorted(keys, reverse=True) for name, keys in strata.items()}, as_of_day=20_000)
    assert [one.population for one in drawn] == [2, 2, *[96] * SIZES[Stratum.REST]]
    assert {one.key for one in drawn} != {one.key for one in draw(strata, as_of_day=20_001)}


def test_every_subject_is_drawn_about_as_often_as_another() -> None:
    counts = dict.fromkeys(range(20), 0)
    for day in range(2000):
        for one in draw({Stratum.REST: counts.keys()}, as_of_day=day):
            counts[one.key] += 1
    expected = 2000 * SIZES[Stratum.REST] / 20
    # Five standard deviations of a binomial count.
    assert max(abs(count - expected) for count in counts.values()) < 5 * math.sqrt(expected)
