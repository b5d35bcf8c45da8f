"""Tail ranks, held against PyOD's ECOD as the reference."""

from __future__ import annotations

import numpy as np
import pytest
from pyod.models.ecod import ECOD

from detectors.tails import PeerTails


def _plain(rows: int = 500) -> np.ndarray:
    rng = np.random.default_rng(2)
    return np.column_stack([rng.normal(size=rows), rng.gamma(2.0, size=rows), -rng.gamma(1.0, size=rows)])


def test_scores_of_the_fitted_rows_are_those_of_ecod() -> None:
    X = _plain()
    ours = PeerTails().fit(X)
    reference = ECOD().fit(ours.scaled(X, "all"))
    assert np.allclose(ours.decision_function(X), reference.decision_scores_, rtol=1e-12, atol=1e-9)


def test_ties_are_counted_as_ecod_counts_them() -> None:
    X = np.round(_plain(), 1)
    ours = PeerTails().fit(X)
    assert np.allclose(ours.decision_function(X), ECOD().fit(ours.scaled(X, "all")).decision_scores_, atol=1e-9)


def test_only_the_tail_on_the_side_of_risk_counts() -> None:
    X = _plain()
    tails = PeerTails(sides={"x0": 1, "x1": -1, "x2": 0}).fit(X)
    high, low, middle = X.max(axis=0) + 9.0, X.min(axis=0) - 9.0, np.median(X, axis=0)
    added = tails.contributions(np.array([high, low, middle]), "all")
    alone = -np.log(0.5 / len(X))
    assert added[0] == pytest.approx([alone, 0.0, 0.0])
    assert added[1] == pytest.approx([0.0, alone, 0.0])
    assert added[2][:2] == pytest.approx([np.log(2)] * 2, abs=0.01)


def test_rarity_is_the_share_of_peers_as_far_out() -> None:
    X = np.arange(1.0, 201.0)[:, None]
    tails = PeerTails().fit(X)
    asked = tails.scaled(np.array([[200.0], [191.0], [10.0], [201.0], [0.0]]), "all")
    assert tails.rarity(tails.learned_["all"], asked)[:, 0] == pytest.approx([1 / 200, 10 / 200, 10 / 200, 0.0, 0.0])


def test_a_thinned_distribution_keeps_its_ends_and_is_close_in_the_middle() -> None:
    X = np.random.default_rng(0).normal(size=(20_000, 1))
    whole, thin = PeerTails(max_points=20_000, sides={"x0": 1}).fit(X), PeerTails(sides={"x0": 1}).fit(X)
    asked = np.sort(X[:, 0])[::-1][:, None]
    one, two = whole.decision_function(asked), thin.decision_function(asked)
    assert len(thin.learned_["all"].values) <= 2048
    assert np.array_equal(one[:200], two[:200])
    assert np.abs(np.exp(-one) - np.exp(-two)).max() < 1e-3
