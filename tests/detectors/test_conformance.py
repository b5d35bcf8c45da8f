"""One suite for every detector in the folder: scikit-learn's conventions and the laws of a ranking."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import BaseEstimator, clone

import detectors
from detectors.features import KEYS, catalogue
from detectors.scoring import score
from detectors.storing import load, save
from detectors.training import KINDS, train
from fundwatch.domain.errors import ConfigurationError

from .conftest import AS_OF, NOW

QUICK = {"n_estimators": 60, "random_state": 3, "parents": {"firm": "all", "pawn": "firm"}}


def _every_detector() -> list[type[BaseEstimator]]:
    """Every estimator that a module of the folder defines."""
    found = {}
    for module in pkgutil.iter_modules(detectors.__path__):
        loaded = importlib.import_module(f"detectors.{module.name}")
        for name, value in inspect.getmembers(loaded, inspect.isclass):
            if (
                value.__module__ == loaded.__name__
                and hasattr(value, "decision_function")
                and not inspect.isabstract(value)
            ):
                found[name] = value
    return [found[name] for name in sorted(found)]


@pytest.fixture(params=_every_detector(), ids=lambda kind: kind.__name__)
def detector(request: pytest.FixtureRequest) -> BaseEstimator:
    accepted = inspect.signature(request.param).parameters
    return request.param(**{name: value for name, value in QUICK.items() if name in accepted})


@pytest.fixture(scope="module")
def table(invented: Callable[..., pl.DataFrame]) -> tuple[pl.DataFrame, list[str]]:
    frame = invented(1000)
    return frame.drop(KEYS), frame["peer"].to_list()


def test_the_folder_holds_detectors() -> None:
    names = {kind.__name__ for kind in _every_detector()}
    assert {"PeerForest", "PeerTails", "PeerDistance", "PeerEnsemble"} <= names


def test_every_argument_has_a_default_and_is_stored_unchanged(detector) -> None:
    parameters = inspect.signature(type(detector)).parameters
    assert all(parameter.default is not inspect.Parameter.empty for parameter in parameters.values())
    assert set(detector.get_params()) == set(parameters)
    assert "contamination" not in parameters
    given = {name: object() for name in parameters}
    made = type(detector)(**given)
    assert all(getattr(made, name) is value for name, value in given.items())


def test_fit_returns_self_ignores_y_and_leaves_parameters_alone(detector, table) -> None:
    X, peers = table
    before = detector.get_params()
    assert detector.fit(X, np.zeros(len(peers)), peers=peers) is detector
    assert detector.get_params() == before
    fitted = [name for name in vars(detector) if name not in before]
    assert fitted and all(name.endswith("_") for name in fitted)


def test_a_clone_is_unfitted_and_fits_to_the_same_scores(detector, table) -> None:
    X, peers = table
    scores = detector.fit(X, peers=peers).decision_function(X, peers=peers)
    twin = clone(detector)
    with pytest.raises(ConfigurationError):
        twin.decision_function(X, peers=peers)
    assert np.array_equal(twin.fit(X, peers=peers).decision_function(X, peers=peers), scores)


def test_another_seed_gives_other_scores(detector, table) -> None:
    """Where nothing else is drawn, the sample of a large group is."""
    X, peers = table
    detector.set_params(max_rows=600)
    scores = detector.fit(X, peers=peers).decision_function(X, peers=peers)
    other = clone(detector).set_params(random_state=4).fit(X, peers=peers)
    assert not np.array_equal(other.decision_function(X, peers=peers), scores)


def test_what_was_learned_survives_its_arrays(detector, table) -> None:
    """Stored as plain numbers, rebuilt by an unfitted twin, it scores and explains to the bit as before."""
    X, peers = table
    detector.fit(X, peers=peers)
    rows = detector.matrix(X)
    for group in detector.groups_:
        arrays = detector.learned_[group].to_arrays()
        assert all(np.asarray(array).dtype.kind in "fi" for array in arrays.values())
        again = clone(detector).restore(arrays)
        scaled = detector.scaled(rows, group)
        assert np.array_equal(
            detector.strangeness(again, scaled), detector.strangeness(detector.learned_[group], scaled)
        )
        assert np.array_equal(detector.contributions(rows, group), detector.shares(again, scaled))


def test_every_stored_kind_scores_after_a_round_trip_as_before(invented, tmp_path) -> None:
    frame, known = invented(600), catalogue()
    for kind in KINDS.values():
        given = {"n_estimators": 20, "random_state": 3, "log1p": known.log1p, "parents": known.parents}
        if "sides" in inspect.signature(kind).parameters:
            given["sides"] = known.sides
        model = save(train([frame], seed=3, manifest_id="m", as_of=AS_OF, now=NOW, estimator=kind(**given)), tmp_path)
        again = load(tmp_path, model.model_id)
        assert type(again.estimator) is kind
        assert score(again, frame).equals(score(model, frame))


def test_shares_of_a_planted_value_point_to_its_feature(detector, table) -> None:
    X, peers = table
    detector.fit(X, peers=peers)
    usual = detector.statistics_["person"].median[None, :].repeat(2, axis=0)
    usual[1, 0] = detector.statistics_["person"].high[0] * 3.0
    added = detector.contributions(usual, "person")
    assert added.shape == usual.shape
    assert np.isfinite(added).all()
    assert added[1].argmax() == 0


def test_scores_are_finite_not_constant_and_oriented(detector, table) -> None:
    X, peers = table
    detector.fit(X, peers=peers)
    scores = detector.decision_function(X, peers=peers)
    assert scores.shape == (len(peers),)
    assert np.isfinite(scores).all()
    assert len(np.unique(scores)) > 0.9 * len(scores)
    assert np.array_equal(detector.score_samples(X, peers=peers), -scores)


def test_a_planted_stranger_is_in_the_top_percent_of_its_peers(detector, table) -> None:
    X, peers = table
    names = X.columns
    row = peers.index("person")
    planted = X.with_row_index("row").with_columns(
        pl.when(pl.col("row") == row).then(pl.lit(40.0)).otherwise(pl.col(name)).alias(name) for name in names[:8]
    )
    strange = planted.drop("row")
    scores = detector.fit(strange, peers=peers).decision_function(strange, peers=peers)
    among = scores[np.array(peers) == "person"]
    assert (among > scores[row]).mean() < 0.01


def test_the_order_of_rows_matters_neither_to_fit_nor_to_scores(detector, table) -> None:
    X, peers = table
    order = np.random.default_rng(5).permutation(len(peers))
    shuffled, labels = X[order], [peers[row] for row in order]
    scores = detector.fit(X, peers=peers).decision_function(X, peers=peers)
    assert np.array_equal(detector.decision_function(shuffled, peers=labels), scores[order])
    again = clone(detector).fit(shuffled, peers=labels).decision_function(X, peers=peers)
    assert np.array_equal(again, scores)


def test_the_set_of_rows_scored_together_does_not_matter(detector, table) -> None:
    X, peers = table
    scores = detector.fit(X, peers=peers).decision_function(X, peers=peers)
    alone = [detector.decision_function(X[row : row + 1], peers=peers[row : row + 1])[0] for row in (0, 400, 999)]
    assert alone == [scores[row] for row in (0, 400, 999)]


def test_a_second_fit_forgets_the_first(detector, table, invented) -> None:
    X, peers = table
    other = invented(600, seed=9, firms=0, pawn=0).drop(KEYS)
    fresh = clone(detector).fit(other)
    detector.fit(X, peers=peers).fit(other)
    assert vars(detector).keys() == vars(fresh).keys()
    assert np.array_equal(detector.decision_function(other), fresh.decision_function(other))


def test_missing_added_and_reordered_columns_are_refused(detector, table) -> None:
    X, peers = table
    detector.fit(X, peers=peers)
    names = X.columns
    with pytest.raises(ConfigurationError, match=names[3]):
        detector.decision_function(X.drop(names[3]), peers=peers)
    with pytest.raises(ConfigurationError):
        detector.decision_function(X.select(*reversed(names)), peers=peers)
    with pytest.raises(ConfigurationError):
        detector.decision_function(X.with_columns(extra=pl.lit(1.0)), peers=peers)
    with pytest.raises(ConfigurationError):
        detector.decision_function(X.to_numpy()[:, 1:], peers=peers)


def test_plain_matrices_and_frames_score_alike(detector, table) -> None:
    X, peers = table
    scores = detector.fit(X, peers=peers).decision_function(X, peers=peers)
    matrix = X.to_numpy()
    assert np.array_equal(detector.decision_function(matrix, peers=peers), scores)
    assert np.array_equal(detector.decision_function(pd.DataFrame(X.to_dict()), peers=peers), scores)


@pytest.mark.parametrize(
    ("name", "value"), [("n_estimators", 0), ("max_samples", 1), ("min_peers", "many"), ("random_state", None)]
)
def test_impossible_parameters_are_refused_at_fit_and_not_before(detector, table, name, value) -> None:
    X, peers = table
    if name not in detector.get_params():
        pytest.skip(f"{type(detector).__name__} takes no {name}")
    detector.set_params(**{name: value})
    with pytest.raises(ConfigurationError, match=name):
        detector.fit(X, peers=peers)


def test_infinite_values_and_tables_without_rows_are_refused(detector, table) -> None:
    X, _ = table
    with pytest.raises(ConfigurationError):
        detector.fit(X[:1])
    with pytest.raises(ConfigurationError):
        detector.fit(X.with_columns(pl.lit(float("inf")).alias(X.columns[0])))
    with pytest.raises(ConfigurationError):
        detector.fit(X, peers=["person"])
