"""The ranker: equal to scikit-learn, monotone in rule strength, stored as arrays, and never in force unless it wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier

from detectors import ranker_storing
from detectors.ranker import Example, Ranker, Split, fit, measured, platt, refitted, split
from detectors.ranker_choice import Trial, choose, too_early
from detectors.ranker_rows import Case, columns_of, direction_of, matrix
from detectors.ranker_trees import flatten
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.hits import Hit, Measure, Severity, Subject, Suppression

RULES = {"a": ("count",), "b": ()}
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SUPPRESSION = Suppression("payroll", "F1", 1, Subject("group", 1), 0, 9, 0.3, 99, frozenset({"T01"}), (), ())


def hit(rule: str, strength: float, severity: Severity = Severity.MEDIUM) -> Hit:
    measures = (Measure("count", 10 * strength, "count", 5, 10),) if rule == "a" else ()
    code = {"a": "T01", "b": "T02"}[rule]
    return Hit(rule, code, 1, Subject("group", 1), 0, 9, severity, strength, measures, ())


def examples(count: int = 200) -> list[Example]:
    """Cases whose truth leans on rule ``a`` and on one feature, over six months."""
    rng = np.random.default_rng(0)
    found = []
    for number in range(count):
        strong, feature = rng.uniform(0.5, 1.0), rng.normal()
        hits = (hit("a", strong),) if rng.random() < 0.7 else (hit("b", strong),)
        odds = (2.0 if hits[0].rule_id == "a" else -1.0) + 1.5 * feature
        known = {"dwell": feature} if rng.random() < 0.9 else {}
        held = (SUPPRESSION,) if rng.random() < 0.2 else ()
        case = Case(hits, held, known, "person", float(rng.uniform(0, 100)))
        found.append(
            Example(f"s{number}", f"2026-{1 + number % 6:02}", bool(rng.random() < 1 / (1 + np.exp(-odds))), case)
        )
    return found


@pytest.fixture(scope="module")
def parts() -> Split:
    return split(examples())


@pytest.fixture(scope="module")
def ranker(parts: Split) -> Ranker:
    return fitted(parts)


def fitted(parts: Split, seed: int = 3) -> Ranker:
    return fit(parts, rules=RULES, features=["dwell"], peers=["person"], queries={"q": "1"}, seed=seed, now=NOW)


def test_own_scoring_equals_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 6))
    X[rng.random(X.shape) < 0.1] = np.nan
    y = np.nan_to_num(X[:, 0]) + rng.normal(size=400) > 0
    model = HistGradientBoostingClassifier(max_iter=40, random_state=0, early_stopping=False).fit(X, y)
    fresh = rng.normal(size=(500, 6))
    fresh[rng.random(fresh.shape) < 0.3] = np.nan
    assert np.abs(flatten(model).margins(fresh) - model.decision_function(fresh)).max() <= 1e-12


def test_months_and_subjects_held_back_are_not_trained_on(parts: Split) -> None:
    assert parts.held_months == ("2026-05", "2026-06")
    assert not {one.subject for one in parts.held} & {one.subject for one in parts.train}
    again = [replace(one, subject="s0") for one in examples() if one.subject in ("s0", "s5")]
    both = split([*examples(), *again])
    assert "s0" not in {one.subject for one in both.train}


def test_too_few_labels_are_said_to_be_too_few() -> None:
    with pytest.raises(ConfigurationError, match="各需至少 30 个"):
        split(examples(20))
    with pytest.raises(ConfigurationError, match="太少的月份"):
        split([replace(one, month="2026-01") for one in examples()])


def test_the_same_labels_and_seed_give_the_same_ranker(parts: Split, ranker: Ranker, tmp_path: Path) -> None:
    shuffled = Split(parts.train[::-1], parts.held, parts.held_months)
    first, again = (ranker_storing.save(one, tmp_path) for one in (ranker, fitted(shuffled)))
    assert first.ranker_id == again.ranker_id
    cases = [one.case for one in parts.held]
    loaded = ranker_storing.load(tmp_path, first.ranker_id)
    assert np.array_equal(loaded.order_values(cases), ranker.order_values(cases))
    assert "重排" in (tmp_path / first.ranker_id / "card.md").read_text("utf-8")
    values = ranker.order_values(cases)
    assert np.isfinite(values).all()
    assert len(set(values.tolist())) > 5


def test_an_altered_or_missing_ranker_is_refused(ranker: Ranker, tmp_path: Path) -> None:
    stored = ranker_storing.save(ranker, tmp_path)
    card = tmp_path / stored.ranker_id / "card.json"
    card.write_text(card.read_text("utf-8").replace('"seed": 3', '"seed": 4'), "utf-8")
    for name in (stored.ranker_id, "0" * 64):
        with pytest.raises(ConfigurationError, match="train-ranker"):
            ranker_storing.load(tmp_path, name)
    assert ranker_storing.in_force(tmp_path) is None
    ranker_storing.put_in_force(tmp_path, stored)
    assert ranker_storing.in_force(tmp_path) == stored.ranker_id


@settings(deadline=None)
@given(
    strengths=st.tuples(st.floats(0.5, 1.0), st.floats(0.5, 1.0)),
    severity=st.sampled_from(list(Severity)),
    feature=st.one_of(st.none(), st.floats(-3, 3)),
    suppressed=st.booleans(),
)
def test_a_hit_added_or_stronger_never_lowers_the_order(
    ranker: Ranker, strengths: tuple[float, float], severity: Severity, feature: float | None, suppressed: bool
) -> None:
    weak, strong = sorted(strengths)
    known = {} if feature is None else {"dwell": feature}
    held = (SUPPRESSION,) if suppressed else ()
    cases = [
        Case(hits, held, known, "person", 50.0)
        for hits in (
            (),
            (hit("a", weak, severity),),
            (hit("a", strong, severity),),
            (hit("a", strong, severity), hit("b", weak)),
            (hit("a", strong, severity), hit("b", strong)),
        )
    ]
    values = ranker.order_values(cases)
    assert (np.diff(values) >= 0).all()
    columns = columns_of(RULES, ["dwell"], ["person"])
    rising = [place for place, name in enumerate(columns) if direction_of(name) == 1]
    assert (np.diff(matrix(cases, columns)[:, rising], axis=0) >= 0).all()


def test_values_are_calibrated_and_an_order_no_better_than_chance_is_refused(parts: Split, ranker: Ranker) -> None:
    values = ranker.order_values([one.case for one in parts.held])
    truths = np.array([one.truth for one in parts.held])
    assert abs(values.mean() - truths.mean()) < 0.05
    figures = measured(values, truths.tolist())
    assert figures["average_precision"] > figures["base_rate"]
    with pytest.raises(ConfigurationError, match="随机"):
        platt(-ranker.margins([one.case for one in parts.held]), truths)


def test_the_order_in_use_stays_until_it_is_beaten() -> None:
    score, former = Trial("score", 0.5, 40, 10), Trial("former", 0.6, 20, 5)

    def contests(on_all: float, on_young: float) -> tuple[tuple[Trial, Trial], ...]:
        return (Trial("new", on_all, 40, 10), score), (Trial("new", on_young, 20, 5), former)

    assert choose(contests(0.61, 0.61)).wins
    for precision in (0.6, 0.55, 0.4):
        choice = choose(contests(0.7, precision))
        assert not choice.wins
        assert "former" in choice.zh and "0.600" in choice.en and "20 labels" in choice.en
    assert "score" in choose(contests(0.45, 0.7)).zh
    assert not too_early("former", "2026-05", 10).wins


def test_a_ranker_in_use_has_learnt_from_all_labels_and_keeps_the_figures_it_was_judged_by(
    parts: Split, ranker: Ranker
) -> None:
    judged = replace(ranker, card=replace(ranker.card, metrics={"brier": 0.1}))
    used = refitted(judged, parts)
    assert used.card.labels["refitted"] == len(parts.train) + len(parts.held)
    assert (used.card.metrics, used.card.slope, used.card.months) == (
        {"brier": 0.1},
        ranker.card.slope,
        judged.card.months,
    )
    assert used.card.last_month == "2026-06"
    cases = [one.case for one in parts.held]
    truths = [one.truth for one in parts.held]
    before, after = measured(ranker.order_values(cases), truths), measured(used.order_values(cases), truths)
    assert after["average_precision"] > before["average_precision"]
