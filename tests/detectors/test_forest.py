"""Peer groups of the forest: fallback, scaling, undefined values, the fixed sample."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.features import KEYS, catalogue
from detectors.forest import PeerForest
from detectors.peers import PeerTree, compared, measure
from fundwatch.domain.errors import ConfigurationError

PARENTS = {"person": "all", "firm": "all", "pawn": "firm", "micro_loan": "firm"}


def test_small_groups_fall_back_to_their_kind_then_to_all(invented) -> None:
    frame = invented(1000, firms=250, pawn=20)
    forest = PeerForest(n_estimators=10, parents=PARENTS)
    forest.fit(frame.drop(KEYS), peers=frame["peer"].to_list())
    assert forest.groups_ == ("all", "firm", "person")
    assert {group: forest.statistics_[group].rows for group in forest.groups_} == {
        "all": 1000,
        "firm": 270,  # a wider group contains its narrower ones
        "person": 730,
    }
    assert forest.peer_groups(["pawn", "micro_loan", "guarantee", "person"], 4).tolist() == [
        "firm",
        "firm",
        "all",
        "person",
    ]


def test_few_firms_are_compared_with_all(invented) -> None:
    frame = invented(500, firms=30, pawn=5)
    forest = PeerForest(n_estimators=10, parents=PARENTS).fit(frame.drop(KEYS), peers=frame["peer"].to_list())
    assert forest.groups_ == ("all", "person")
    assert forest.peer_groups(["pawn"], 1).tolist() == ["all"]


def test_a_second_fit_without_peers_keeps_no_group_of_the_first(invented) -> None:
    frame = invented(600)
    forest = PeerForest(n_estimators=5, parents=PARENTS).fit(frame.drop(KEYS), peers=frame["peer"].to_list())
    assert forest.groups_ == ("all", "firm", "person")
    forest.fit(frame.drop(KEYS))
    assert forest.groups_ == ("all",)
    assert set(forest.learned_) == set(forest.statistics_) == set(forest.reference_) == {"all"}


def test_a_circle_of_fallbacks_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="circle"):
        PeerTree({"a": "b", "b": "a"}).chain("a")


def test_undefined_values_stand_at_the_median_of_their_peers() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 3))
    forest = PeerForest(n_estimators=20).fit(X)
    holes = X[:5].copy()
    holes[:, 1] = np.nan
    filled = holes.copy()
    filled[:, 1] = forest.statistics_["all"].median[1]
    assert np.array_equal(forest.decision_function(holes), forest.decision_function(filled))


def test_a_feature_unknown_in_a_group_takes_the_wider_group() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(5.0, 2.0, size=(500, 2))
    peers = ["a"] * 250 + ["b"] * 250
    X[:250, 1] = np.nan
    forest = PeerForest(n_estimators=5).fit(X, peers=peers)
    assert forest.statistics_["a"].median[1] == forest.statistics_["all"].median[1]
    assert forest.statistics_["a"].known.tolist() == [1.0, 0.0]


def test_robust_scaling_gives_a_normal_column_unit_spread() -> None:
    X = np.random.default_rng(0).normal(100.0, 7.0, size=(20_000, 1))
    usual = measure(X, np.array([False]), None)
    z = usual.standardise(X, np.array([False]))
    assert abs(np.median(z)) < 1e-12
    assert z.std() == pytest.approx(1.0, abs=0.03)


def test_a_column_that_is_mostly_one_value_still_has_a_scale() -> None:
    X = np.zeros((100, 2))
    X[:5, 0] = 8.0
    usual = measure(X, np.array([False, False]), None)
    assert usual.scale[0] > 0
    assert usual.scale[1] == 1.0


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=20))
def test_the_compared_scale_keeps_order_and_sign(values: list[float]) -> None:
    raw = np.array(sorted(values))[:, None]
    seen = compared(raw, np.array([True]))
    assert (np.diff(seen[:, 0]) >= 0).all()
    assert np.array_equal(np.sign(seen), np.sign(raw))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31 - 1))
def test_the_sample_of_a_large_group_depends_on_the_set_of_rows_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(400, 3))
    forests = [PeerForest(n_estimators=3, max_rows=100).fit(rows) for rows in (X, rng.permutation(X))]
    assert np.array_equal(forests[0].decision_function(X), forests[1].decision_function(X))
    assert forests[0].statistics_["all"].rows == 100


def test_log1p_columns_must_exist(invented) -> None:
    with pytest.raises(ConfigurationError, match="absent"):
        PeerForest(log1p=("nothing",)).fit(invented(300).drop(KEYS))


def test_extreme_values_stay_inside_float32() -> None:
    X = np.random.default_rng(0).normal(size=(300, 2))
    forest = PeerForest(n_estimators=5).fit(X)
    assert np.isfinite(forest.decision_function(np.array([[1e300, -1e300]]))).all()


def test_frames_of_the_catalogue_fit(invented) -> None:
    known = catalogue()
    frame = invented(400)
    forest = PeerForest(n_estimators=5, log1p=known.log1p, parents=known.parents)
    forest.fit(frame.select(known.names), peers=frame["peer"].to_list())
    assert forest.log1p_.sum() == len(known.log1p)
    assert isinstance(frame, pl.DataFrame)
