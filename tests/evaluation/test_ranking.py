"""Ranking figures against scikit-learn, against counts over all orders, and as identities."""

from __future__ import annotations

from itertools import pairwise, permutations
from statistics import mean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from fundwatch.domain.errors import InputError
from fundwatch.evaluation import spread_of
from fundwatch.evaluation.ranking import Items, average_precision, expected_among_first

SCORED = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=60)


def split(scored: list[tuple[int, bool]]) -> tuple[list[float], list[bool]]:
    return [float(score) for score, _ in scored], [mark for _, mark in scored]


@given(SCORED.filter(lambda scored: any(mark for _, mark in scored)))
def test_average_precision_is_scikit_learns_ties_included(scored: list[tuple[int, bool]]) -> None:
    scores, marks = split(scored)
    assert average_precision(scores, marks) == pytest.approx(average_precision_score(marks, scores), abs=1e-12)


@given(SCORED)
def test_a_monotone_map_of_the_scores_changes_nothing(scored: list[tuple[int, bool]]) -> None:
    scores, marks = split(scored)
    mapped = [np.exp(3 * score) - 7 for score in scores]
    assert Items(np.array(scores), np.array(marks)).ranked() == Items(np.array(mapped), np.array(marks)).ranked()


@given(SCORED, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(scored: list[tuple[int, bool]], chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(scored)
    chance.shuffle(shuffled)
    first, second = (Items(*(np.array(part) for part in split(rows))).ranked() for rows in (scored, shuffled))
    assert first == second


@given(SCORED.filter(lambda scored: any(mark for _, mark in scored)))
def test_a_perfect_order_is_one_and_a_constant_score_is_the_base_rate(scored: list[tuple[int, bool]]) -> None:
    _, marks = split(scored)
    assert average_precision([float(mark) for mark in marks], marks) == 1.0
    assert average_precision([3.0] * len(marks), marks) == pytest.approx(sum(marks) / len(marks))


@pytest.mark.parametrize(("items", "positives"), [(4, 1), (5, 2), (6, 3)])
def test_over_all_orders_the_mean_is_the_exact_random_baseline(items: int, positives: int) -> None:
    """Bestgen, Exact Expected Average Precision of the Random Baseline, PBML 103 (2015): near the base rate, above."""
    marks = [True] * positives + [False] * (items - positives)
    found = mean(average_precision([float(s) for s in order], marks) or 0.0 for order in permutations(range(items)))
    again = (positives - 1) / (items - 1)
    harmonic = sum(1 / place for place in range(1, items + 1))
    assert found == pytest.approx(again + (1 - again) * harmonic / items)


def test_a_long_random_order_comes_to_the_base_rate() -> None:
    chance = np.random.default_rng(3)
    marks = chance.random(40_000) < 0.05
    assert average_precision(chance.random(40_000), marks) == pytest.approx(marks.mean(), rel=0.08)


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=6), st.integers(0, 7))
def test_the_first_k_are_the_mean_over_the_orders_of_equals(scored: list[tuple[int, bool]], k: int) -> None:
    scores, marks = split(scored)
    counts = []
    for order in permutations(range(len(scored))):
        if all(scores[a] >= scores[b] for a, b in pairwise(order)):
            counts.append(sum(marks[place] for place in order[:k]))
    assert expected_among_first(scores, marks, k) == pytest.approx(mean(counts))


def test_figures_stand_beside_their_bases() -> None:
    scores = np.array([9.0, 8.0, 7.0, 6.0] + [0.0] * 196)
    positive = np.array([True, False, True, False] + [True, True] + [False] * 194)
    alike = np.array([False, True, True, False] + [False] * 196)
    found = Items(scores, positive, alike).ranked()
    assert (found.items, found.positives, found.look_alikes) == (200, 4, 1)  # planted comes before look-alike
    assert found.base_rate == 0.02
    assert found.recall_cut == 2
    assert found.recall == 0.25
    assert found.look_alike_rate[10] == 0.1
    assert found.precision[10] == pytest.approx((2 + 6 * 2 / 196) / 10)
    assert found.lift == pytest.approx(found.average_precision / 0.02)  # type: ignore[operator]


def test_nothing_planted_and_nothing_at_all_are_no_zero() -> None:
    nothing = Items(np.array([1.0, 2.0]), np.array([False, False])).ranked()
    assert nothing.average_precision is None
    assert nothing.recall is None
    assert nothing.precision[10] == 0.0
    empty = Items(np.array([]), np.array([], dtype=bool)).ranked()
    assert (empty.base_rate, empty.precision[10], empty.lift) == (None, None, None)


@pytest.mark.parametrize(("scores", "marks"), [([1.0, float("nan")], [True, False]), ([1.0], [True, False])])
def test_undefined_scores_and_unequal_lengths_are_input_errors(scores: list[float], marks: list[bool]) -> None:
    with pytest.raises(InputError):
        average_precision(scores, marks)


def test_a_spread_leaves_out_seeds_without_the_figure() -> None:
    spread = spread_of([0.2, None, 0.4])
    assert (spread.mean, spread.low, spread.high, spread.n) == (pytest.approx(0.3), 0.2, 0.4, 2)
    assert str(spread) == "0.300 [0.200–0.400]"
    assert str(spread_of([None])) == "—"
