"""Drift of a night against the training of its model: measured, kept with the night, and said in words."""

from __future__ import annotations

import json

import polars as pl
import pytest

from detectors import features
from detectors.training import Model
from fundwatch.store.operations import history, night_records
from fundwatch.store.operations.database import reading
from fundwatch.store.warehouse import open_manifest
from pipelines import models
from pipelines.drifting import drift_of, lines_of
from pipelines.installation import Installation
from tests.pipelines.conftest import City


@pytest.fixture(scope="module")
def fitted(city: City) -> tuple[Model, pl.DataFrame]:
    """The model in force and the features of the day that it was trained on."""
    with Installation.open(city.settings) as installation:
        model = models.load_in_force(city.settings)
        assert model is not None
        with reading(installation.operations) as operations:
            manifest = history.head(operations)
        connection = open_manifest(city.settings, manifest)
        try:
            return model, features.compute(connection, model.card.as_of)
        finally:
            connection.close()


def test_every_night_with_a_detector_keeps_its_drift(city: City) -> None:
    last = city.outcomes[-1]
    assert last["drift"]["compared"] > 0
    with Installation.open(city.settings) as installation, reading(installation.operations) as connection:
        kept = [night["counts"]["drift"] for night in night_records.every_night(connection)]
    assert last["drift"] in kept


def test_the_day_of_training_does_not_drift_from_its_training(city: City, fitted: tuple[Model, pl.DataFrame]) -> None:
    told = drift_of(city.settings, *fitted)
    assert told["compared"] >= len(fitted[0].features) + 1  # features and the score, in one peer group at least
    assert [one for one in told["changed"] if one["change"] == "drifted"] == []


def test_a_feature_that_moved_is_named_and_what_it_does_to_the_ranks_too(
    city: City, fitted: tuple[Model, pl.DataFrame]
) -> None:
    model, frame = fitted
    name = next(feature.name for feature in model.features if feature.unit == "share")
    moved = frame.with_columns((pl.col(name) * 0.1 + 0.9).alias(name))
    changed = {one["name"]: one for one in drift_of(city.settings, model, moved)["changed"]}
    assert changed[name]["change"] == "drifted"
    lines = lines_of(drift_of(city.settings, model, moved))
    assert "与训练期相比" in lines[0]
    assert any(changed[name]["zh"] in line for line in lines[1:])


def test_a_model_of_an_older_version_says_nothing(own_city: City, fitted: tuple[Model, pl.DataFrame]) -> None:
    for path in own_city.settings.models.glob("*/drift.json"):
        path.unlink()
    assert drift_of(own_city.settings, *fitted) == {}
    assert lines_of({}) == []


def test_a_reference_holds_counts_and_no_row_of_anybody(city: City, fitted: tuple[Model, pl.DataFrame]) -> None:
    model, _ = fitted
    path = city.settings.models / model.model_id / "drift.json"
    for one in json.loads(path.read_text(encoding="utf-8")):
        assert set(one) == {"name", "peer", "edges", "counts", "days", "median"}
        assert len(one["edges"]) <= 9
        assert sum(one["counts"]) >= 100
