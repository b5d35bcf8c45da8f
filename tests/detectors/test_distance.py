"""Distances among peers, held against numpy's own covariance and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.covariance import EmpiricalCovariance

from detectors.distance import PeerDistance


def _together(rows: int, seed: int = 0) -> np.ndarray:
    """Four columns of which the second copies the first but for a little noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 4))
    X[:, 1] = X[:, 0] + 0.1 * rng.normal(size=rows)
    return X


def test_with_many_rows_it_is_the_mahalanobis_distance() -> None:
    X = np.random.default_rng(1).normal(size=(20_000, 4)) @ np.triu(np.ones((4, 4)))
    ours = PeerDistance().fit(X)
    scaled = ours.scaled(X, "all").astype(np.float64)
    reference = EmpiricalCovariance().fit(scaled).mahalanobis(scaled)
    assert ours.decision_function(X) == pytest.approx(reference, rel=0.02)


def test_a_combination_that_does_not_go_together_is_stranger_than_its_parts() -> None:
    X = _together(1000)
    distance = PeerDistance().fit(X)
    together, apart = distance.decision_function(np.array([[1.5, 1.5, 0.0, 0.0], [1.5, -1.5, 0.0, 0.0]]))
    assert apart > 50 * together
    assert distance.decision_function(X).max() < apart


def test_shares_add_up_to_the_distance() -> None:
    X = _together(400)
    distance = PeerDistance().fit(X)
    assert distance.contributions(X, "all").sum(axis=1) == pytest.approx(distance.decision_function(X), rel=1e-9)


def test_columns_that_are_equal_or_constant_do_not_break_it() -> None:
    X = _together(300)
    X[:, 1], X[:, 2] = X[:, 0], 7.0
    assert np.isfinite(PeerDistance().fit(X).decision_function(X + 1.0)).all()


def test_a_small_group_does_not_find_its_next_month_strange() -> None:
    """Of fresh rows of the same kind not many more than one in twenty may pass the fitted rows' 95th percentile."""
    rng = np.random.default_rng(3)
    shares = []
    for _ in range(10):
        X = rng.normal(size=(440, 42))
        distance = PeerDistance().fit(X[:220])
        fresh = distance.decision_function(X[220:])
        shares.append(float((fresh > np.quantile(distance.reference_["all"], 0.95)).mean()))
    assert np.mean(shares) < 0.30
    assert np.mean(shares) > 0.03
