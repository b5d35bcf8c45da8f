"""Drift: the index against counts by hand, its law under no change, and sentences that say what moved."""

from __future__ import annotations

import json
from math import log

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import drift
from detectors.drift import Bins, Change
from detectors.features import Feature
from fundwatch.domain.errors import ConfigurationError

COUNTS = st.lists(st.integers(0, 500), min_size=2, max_size=11)
FEATURE = Feature("share", "占比", "share of something", "share", 1, log1p=False)


def frame(values: np.ndarray, peer: str = "person", **more: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"peer": [peer] * len(values), "share": values, **more})


def normal(seed: int, rows: int, shift: float = 0.0) -> pl.DataFrame:
    return frame(np.random.default_rng(seed).normal(shift, 1.0, rows))


def only(bins: tuple[Bins, ...], now: pl.DataFrame) -> drift.Drift:
    (found,) = drift.compare(bins, now)
    return found


def test_the_index_is_what_the_formula_says() -> None:
    p, q = (0.5 + 30) / 101, (0.5 + 60) / 101
    by_hand = (q - p) * log(q / p) + (p - q) * log((1 - q) / (1 - p))
    assert drift.stability_index([30, 70], [60, 40]) == pytest.approx(by_hand)


@given(COUNTS.flatmap(lambda then: st.tuples(st.just(then), st.lists(st.integers(0, 500), min_size=len(then),
                                                                     max_size=len(then)))))  # fmt: skip
def test_the_index_is_never_negative_symmetric_and_finite(pair: tuple[list[int], list[int]]) -> None:
    then, now = pair
    index = drift.stability_index(then, now)
    assert np.isfinite(index)
    assert index >= -1e-15
    assert index == pytest.approx(drift.stability_index(now, then))
    assert drift.stability_index(then, then) == 0.0


def test_a_night_like_training_has_not_changed_and_a_moved_one_has() -> None:
    bins = drift.reference([normal(1, 2000), normal(2, 2000)], ["share"])
    assert only(bins, normal(3, 2000)).change is Change.NONE
    assert only(bins, normal(4, 2000, 0.42)).change is Change.SHIFTED
    assert only(bins, normal(5, 2000, 1.0)).change is Change.DRIFTED


def test_chance_exceeds_its_line_about_once_in_a_thousand() -> None:
    """Both sides drawn anew from one distribution: the bins follow the sample, so the law holds about, not exactly."""
    chance = np.random.default_rng(7)
    beyond = 0
    for _ in range(2000):
        bins = drift.reference([frame(chance.normal(size=400))], ["share"])
        found = only(bins, frame(chance.normal(size=300)))
        beyond += found.index > found.line
    assert beyond <= 8


def test_small_groups_are_held_to_the_line_of_chance_not_to_the_custom() -> None:
    bins = drift.reference([normal(1, 120)], ["share"])
    indices = [only(bins, normal(seed, 110)) for seed in range(2, 30)]
    assert max(one.index for one in indices) > drift.SHIFTED
    assert {one.change for one in indices} == {Change.NONE}


def test_equal_values_and_undefined_ones_are_counted() -> None:
    then = np.r_[np.zeros(900), np.arange(100.0)]
    bins = drift.reference([frame(then)], ["share"])
    assert bins[0].counts[-1] == 0
    assert sum(bins[0].counts) == 1000
    assert only(bins, frame(then)).index == 0.0
    half = then.copy()
    half[::2] = np.nan
    found = only(bins, frame(half))
    assert found.change is Change.DRIFTED
    assert (found.undefined_then, found.undefined_now) == (0.0, 0.5)
    nothing = drift.reference([frame(np.full(200, np.nan))], ["share"])
    assert nothing[0].median is None
    assert only(nothing, frame(np.full(200, np.nan))).index == 0.0


def test_peer_groups_are_compared_with_their_own_and_small_ones_left_out() -> None:
    both = pl.concat(
        [normal(1, 300), frame(np.random.default_rng(2).normal(9, 1, 300), "firm"), frame(np.ones(20), "pawn")]
    )
    bins = drift.reference([both], ["share"])
    assert [one.peer for one in bins] == ["firm", "person"]
    night = pl.concat([normal(3, 300), frame(np.random.default_rng(4).normal(0, 1, 300), "firm")])
    found = drift.compare(bins, night)
    assert [(one.peer, one.change) for one in found] == [("firm", Change.DRIFTED), ("person", Change.NONE)]
    assert drift.compare(bins, normal(3, 50)) == ()


def test_the_order_of_rows_and_frames_does_not_matter_and_json_keeps_all() -> None:
    first, second = normal(1, 300), normal(2, 250)
    bins = drift.reference([first, second], ["share"])
    assert bins == drift.reference([second.reverse(), first], ["share"])
    assert drift.from_json(json.loads(json.dumps(drift.to_json(bins)))) == bins
    with pytest.raises(ConfigurationError):
        drift.from_json([{"name": "share"}])


def test_a_sentence_names_group_feature_and_both_medians() -> None:
    bins = drift.reference([normal(1, 500)], ["share"])
    words = drift.in_words(only(bins, normal(5, 500, 2.0)), [FEATURE], {"person": "自然人"})
    assert words["zh"].startswith("自然人的特征“占比”与训练期相比明显漂移：PSI ")
    assert "share of something has drifted against the training window" in words["en"]
    assert "→" in words["zh"]
