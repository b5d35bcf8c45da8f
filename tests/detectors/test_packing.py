"""The packed kernel gives scikit-learn's scores to 1e-12, whatever the shape of the forest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import IsolationForest

from detectors.kernels import over_threads
from detectors.packing import PackedForest, average_path_length, pack, rounded_down
from detectors.paths import attribute_paths
from fundwatch.domain.errors import ConfigurationError


def _forest(X: np.ndarray, **changes: object) -> IsolationForest:
    return IsolationForest(**{"n_estimators": 50, "max_samples": 128, "random_state": 0} | changes).fit(X)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(2, 700),
    width=st.integers(1, 6),
    samples=st.integers(1, 300),
    digits=st.integers(0, 6),
)
def test_packed_scores_equal_scikit_learn(seed: int, rows: int, width: int, samples: int, digits: int) -> None:
    """Coarse rounding makes ties with thresholds, where a kernel that compares in another precision would differ."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, width)).round(digits).astype(np.float32)
    forest = _forest(X, n_estimators=10, max_samples=min(samples, rows))
    packed = pack(forest)
    assert np.abs(packed.score_samples(X) - forest.score_samples(X)).max() <= 1e-12
    fresh = rng.normal(size=(50, width)).astype(np.float32) * 3
    assert np.abs(packed.score_samples(fresh) - forest.score_samples(fresh)).max() <= 1e-12


def test_rows_on_a_threshold_go_the_same_way() -> None:
    X = np.random.default_rng(0).normal(size=(2000, 3)).astype(np.float32)
    forest = _forest(X)
    thresholds = np.concatenate([tree.tree_.threshold for tree in forest.estimators_])
    near = np.concatenate([rounded_down(thresholds), np.nextafter(rounded_down(thresholds), np.float32(np.inf))])
    probe = np.repeat(near[:, None], 3, axis=1).astype(np.float32)
    assert np.array_equal(
        pack(forest).score_samples(probe).argsort(kind="stable"), forest.score_samples(probe).argsort(kind="stable")
    )
    assert np.abs(pack(forest).score_samples(probe) - forest.score_samples(probe)).max() <= 1e-12


@given(st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=50))
def test_thresholds_are_rounded_down_and_no_further(values: list[float]) -> None:
    given_values = np.array(values)
    down = rounded_down(given_values)
    assert (down.astype(np.float64) <= given_values).all()
    assert (np.nextafter(down, np.float32(np.inf)).astype(np.float64) > given_values).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(2, 600), width=st.integers(1, 8))
def test_attribution_is_additive(seed: int, rows: int, width: int) -> None:
    X = np.random.default_rng(seed).normal(size=(rows, width)).round(2).astype(np.float32)
    packed = pack(_forest(X, n_estimators=20, max_samples=min(64, rows)))
    booked = attribute_paths(packed, X)
    assert np.abs(booked.base - booked.contributions.sum(axis=1) - booked.path).max() <= 1e-9
    scores = -(2.0 ** -(booked.path * packed.trees / packed.normaliser))
    assert np.abs(scores - packed.score_samples(X)).max() <= 1e-9


def test_the_feature_that_is_strange_gets_the_largest_share() -> None:
    X = np.random.default_rng(0).normal(size=(1000, 5)).astype(np.float32)
    row = np.zeros((1, 5), dtype=np.float32)
    row[0, 3] = 9.0
    contributions = attribute_paths(pack(_forest(X)), row).contributions[0]
    assert contributions.argmax() == 3


def test_a_forest_with_fewer_features_a_tree_is_refused() -> None:
    X = np.random.default_rng(0).normal(size=(100, 4)).astype(np.float32)
    with pytest.raises(ConfigurationError):
        pack(_forest(X, max_samples=50, max_features=0.5))


@pytest.mark.parametrize("X", [np.zeros((3, 2)), np.zeros((3, 5), np.float32), np.zeros(4, np.float32)])
def test_other_types_and_shapes_are_refused(X: np.ndarray) -> None:
    packed = pack(_forest(np.random.default_rng(0).normal(size=(100, 4)).astype(np.float32), max_samples=50))
    with pytest.raises(ConfigurationError):
        packed.score_samples(X)


def test_rows_in_columns_order_are_read_rightly() -> None:
    X = np.random.default_rng(0).normal(size=(600, 4)).astype(np.float32)
    packed = pack(_forest(X))
    assert np.array_equal(packed.score_samples(np.asfortranarray(X)), packed.score_samples(X))


def test_arrays_round_trip_and_damaged_ones_are_refused() -> None:
    """The kernel checks no bounds, so a child that points outside must not reach it."""
    X = np.random.default_rng(0).normal(size=(600, 4)).astype(np.float32)
    packed = pack(_forest(X))
    arrays = packed.to_arrays()
    assert np.array_equal(PackedForest.from_arrays(arrays).score_samples(X), packed.score_samples(X))
    for name, value in (("child", 10**8), ("feature", 99), ("root", -1), ("levels", 10**8)):
        broken = dict(arrays)
        broken[name] = np.full_like(arrays[name], value)
        with pytest.raises(ConfigurationError):
            PackedForest.from_arrays(broken)
    with pytest.raises(ConfigurationError):
        PackedForest.from_arrays({name: value for name, value in arrays.items() if name != "path"})


def test_average_path_length_of_the_paper() -> None:
    assert average_path_length(np.array([1, 2, 256])).tolist() == pytest.approx([0.0, 1.0, 10.244770920116851])


@given(rows=st.integers(0, 5000), threads=st.integers(1, 4))
def test_threads_cover_every_row_once(rows: int, threads: int) -> None:
    seen: list[range] = []
    over_threads(lambda part: seen.append(range(part.start, part.stop)), rows, threads)
    assert sorted(row for part in seen for row in part) == list(range(rows))


def test_the_expected_path_of_the_root_is_the_mean_path_of_the_training_rows() -> None:
    X = np.random.default_rng(0).normal(size=(256, 4)).astype(np.float32)
    packed = pack(_forest(X, n_estimators=1, max_samples=256))
    assert packed.expected[packed.root[0]] == pytest.approx(packed.path_lengths(X).mean(), abs=1e-9)
