"""Percentiles, the fire rule of T24, strength, budget, and the third outcome."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest

from detectors.features import catalogue
from detectors.forest import PeerForest
from detectors.scoring import FireRule, percentiles, score, signals
from detectors.training import Model, train
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.hits import Subject

from .conftest import AS_OF, NOW


@pytest.fixture(scope="module")
def frame(invented) -> pl.DataFrame:
    return invented(1400, firms=250, pawn=20)


@pytest.fixture(scope="module")
def model(frame: pl.DataFrame) -> Model:
    known = catalogue()
    forest = PeerForest(n_estimators=100, log1p=known.log1p, parents=known.parents)
    return train([frame], seed=0, manifest_id="m1", as_of=AS_OF, now=NOW, estimator=forest)


def _plant(frame: pl.DataFrame, group: int, **values: float) -> pl.DataFrame:
    return frame.with_columns(
        pl.when(pl.col("group_key") == group).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )


RISKY = {
    "payer_count": 400.0,
    "payer_novelty_share": 0.99,
    "returned_payer_share": 0.98,
    "pass_through_1d": 0.99,
    "pass_through_3d": 0.99,
    "round_in_share": 0.97,
    "small_return_share": 0.95,
    "payer_growth": 60.0,
    "in_growth": 60.0,
    "top3_payee_share": 0.99,
}
HARMLESS = {
    "dwell_days": 900.0,
    "balance_retention": 900.0,
    "out_in_ratio": 900.0,
    "payee_gini": 0.999,
    "hour_entropy": 0.999,
    "opaque_in_share": 0.999,
    "day_burstiness": 90.0,
}


def test_the_strangest_half_percent_of_the_reference_stands_at_99_5_and_above(model, frame) -> None:
    ranked = score(model, frame)
    persons = ranked.filter(pl.col("peer_group") == "person")
    assert persons.height == 1130
    assert (persons["percentile"] >= 99.5).sum() == round(0.005 * 1130)
    assert persons["percentile"].to_numpy().max() == pytest.approx(100 * (1 - 0.5 / 1130))
    assert ranked["group_key"].to_list() == frame["group_key"].to_list()


def test_percentiles_are_monotone_in_the_score_and_never_reach_the_ends() -> None:
    forest = PeerForest(n_estimators=5).fit(np.random.default_rng(0).normal(size=(400, 2)))
    scores = np.linspace(0, 1, 1001)
    ranks = percentiles(forest, scores, np.full(1001, "all"))
    assert (np.diff(ranks) >= 0).all()
    assert ranks[0] == pytest.approx(100 * 0.5 / 400)
    assert ranks[-1] == pytest.approx(100 * (1 - 0.5 / 400))


def test_a_planted_collector_becomes_the_first_signal_with_its_reasons(model, frame) -> None:
    night = signals(model, _plant(frame, 700, **RISKY))
    first = night.signals[0]
    assert first.subject == Subject("group", 700)
    assert (first.detector_id, first.code, first.peer_group) == ("peer_forest", "T24", "person")
    assert (first.window_from, first.window_to) == (AS_OF - 29, AS_OF)
    assert 0.5 <= first.strength <= 1.0
    assert {reason.feature for reason in first.reasons} <= set(RISKY)
    assert first.reasons[0].contribution >= first.reasons[1].contribution
    assert all(reason.robust_z > 0 for reason in first.reasons)


def test_reasons_read_as_sentences_in_both_languages(model, frame) -> None:
    usual = model.estimator.statistics_["person"].median[model.card.features.index(_declared(model))]
    night = signals(model, _plant(frame, 700, **RISKY), FireRule(top_reasons=24))
    assert night.signals[0].subject.key == 700
    reason = next(reason for reason in night.signals[0].reasons if reason.feature == "payer_novelty_share")
    assert reason.zh == f"付款人新面孔占比 0.99，同类中位 {usual:.2f}（稳健 z={reason.robust_z:.1f}）"
    assert reason.en.startswith("share of person payers unseen in the 90 days before 0.99, median of peers ")
    assert reason.value == 0.99


def _declared(model: Model) -> object:
    return next(entry for entry in model.card.features if entry["name"] == "payer_novelty_share")


def test_strange_without_a_feature_on_the_side_of_risk_does_not_fire(model, frame) -> None:
    """High dwell and high retention are strange and harmless; all risky features stand at their medians."""
    usual = dict(zip(model.estimator.feature_names_in_, model.estimator.statistics_["person"].median, strict=True))
    planted = _plant(frame, 700, **{name: float(value) for name, value in (usual | HARMLESS).items()})
    permissive = FireRule(fire_percentile=60.0, budget=None)
    ranked = score(model, planted).filter(pl.col("group_key") == 700)
    assert ranked["percentile"].item() >= 60.0
    assert 700 not in {signal.subject.key for signal in signals(model, planted, permissive).signals}
    risky = _plant(planted, 700, payer_novelty_share=0.999)
    assert 700 in {signal.subject.key for signal in signals(model, risky, permissive).signals}


def test_low_values_are_risky_where_declared(model, frame) -> None:
    permissive = FireRule(fire_percentile=0.0, budget=None)
    usual = dict(zip(model.estimator.feature_names_in_, model.estimator.statistics_["person"].median, strict=True))
    calm = _plant(frame, 700, **{name: float(value) for name, value in usual.items()})
    assert 700 not in {signal.subject.key for signal in signals(model, calm, permissive).signals}
    assert 700 in {
        signal.subject.key for signal in signals(model, _plant(calm, 700, dwell_days=0.0), permissive).signals
    }


def test_a_breach_is_always_among_the_reasons(model, frame) -> None:
    features = {feature.name: feature for feature in model.features}
    for signal in signals(model, frame, FireRule(fire_percentile=95.0, budget=None)).signals:
        usual = model.estimator.statistics_[signal.peer_group]
        column = {name: at for at, name in enumerate(model.estimator.feature_names_in_)}
        assert any(
            features[reason.feature].risk_direction * reason.value
            > features[reason.feature].risk_direction
            * (usual.high if features[reason.feature].risk_direction > 0 else usual.low)[column[reason.feature]]
            for reason in signal.reasons
        )


def test_the_budget_keeps_the_strongest_and_counts_the_rest(model, frame) -> None:
    whole = signals(model, frame, FireRule(fire_percentile=95.0, budget=None))
    few = signals(model, frame, FireRule(fire_percentile=95.0, budget=4))
    assert len(whole.signals) > 10
    assert few.signals == whole.signals[:4]
    assert few.over_budget == len(whole.signals) - 4
    assert [signal.percentile for signal in whole.signals] == sorted(
        (signal.percentile for signal in whole.signals), reverse=True
    )


def test_the_order_of_rows_does_not_change_the_night(model, frame) -> None:
    rule = FireRule(fire_percentile=90.0, budget=20)
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=1)
    assert signals(model, shuffled, rule) == signals(model, frame, rule)


def test_equal_rows_are_ordered_by_group_key(model, frame) -> None:
    twins = _plant(_plant(frame, 900, **RISKY), 800, **RISKY)
    same = twins.filter(pl.col("group_key") == 900).with_columns(pl.lit(800, dtype=pl.Int64).alias("group_key"))
    both = pl.concat([twins.filter(pl.col("group_key") != 800), same])
    keys = [signal.subject.key for signal in signals(model, both).signals]
    assert keys.index(800) + 1 == keys.index(900)


def test_strength_rises_from_a_half_to_one(model, frame) -> None:
    rule = FireRule(fire_percentile=90.0, full_percentile=99.0, budget=None)
    for signal in signals(model, frame, rule).signals:
        expected = min(1.0, 0.5 + 0.5 * (signal.percentile - 90.0) / 9.0)
        assert signal.strength == pytest.approx(expected)


def test_too_few_known_features_is_not_enough_data(model, frame) -> None:
    hidden = _plant(frame, 700, **RISKY).with_columns(
        pl.when(pl.col("group_key") == 700).then(pl.lit(0.29)).otherwise(pl.col("known_share")).alias("known_share")
    )
    night = signals(model, hidden)
    assert 700 not in {signal.subject.key for signal in night.signals}
    assert [answer.subject for answer in night.no_data] == [Subject("group", 700)]
    assert "0.29" in night.no_data[0].reason_zh


def test_too_few_peers_is_not_enough_data(invented) -> None:
    few = invented(120, firms=0, pawn=0)
    small = train([few], seed=0, manifest_id="m1", as_of=AS_OF, now=NOW)
    night = signals(small, few)
    assert night.signals == ()
    assert [answer.subject for answer in night.no_data] == [None]
    assert "120" in night.no_data[0].reason_en


def test_a_frame_of_two_days_is_refused(model, frame, invented) -> None:
    with pytest.raises(ConfigurationError, match="one day"):
        signals(model, pl.concat([frame, invented(day=AS_OF - 1)]))


def test_foreign_columns_are_refused(model, frame) -> None:
    with pytest.raises(ConfigurationError):
        score(model, frame.drop("night_share"))


def test_an_empty_night_is_silent(model, frame) -> None:
    night = signals(model, frame[:0])
    assert (night.signals, night.over_budget, night.no_data) == ((), 0, ())


def test_a_stored_version_is_shown(model, frame) -> None:
    named = dataclasses.replace(model, model_id="abcdef0123456789")
    assert signals(named, _plant(frame, 700, **RISKY)).signals[0].version == "abcdef012345"
    assert signals(model, _plant(frame, 700, **RISKY)).signals[0].version == "unsaved"


def test_no_word_of_the_reasons_accuses(model, frame) -> None:
    for signal in signals(model, frame, FireRule(fire_percentile=90.0, budget=None)).signals:
        for reason in signal.reasons:
            text = (reason.zh + reason.en).lower()
            assert not any(word in text for word in ("fraud", "crime", "finding", "probab", "诈骗", "犯罪", "概率"))
