"""What the detector measures of every subject on a night: kept beside alerts and control samples for the ranker."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

from detectors import features, scoring
from detectors.ranker_rows import Case
from detectors.training import Model
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.hits import Hit, Signal, Suppression
from pipelines import models
from pipelines.installation import Installation

Facts = Mapping[str, Any]
"""``values`` (feature → figure, what is not defined left out), ``queries`` (file → hash), ``peer``, ``percentile``."""


def facts_of(installation: Installation, frame: pl.DataFrame) -> dict[int, Facts]:
    """Return the facts of every subject in a night's features, by group key; the rank is None without a model."""
    ranks = _ranks(_model(installation), frame) if frame.height else {}
    queries, names = query_hashes(), features.catalogue().names
    return {
        row["group_key"]: {
            "values": {name: row[name] for name in names if not math.isnan(row[name])},
            "queries": queries,
            "peer": row["peer"],
            "percentile": ranks.get(row["group_key"]),
        }
        for row in frame.iter_rows(named=True)
    }


def query_hashes() -> dict[str, str]:
    """Return a short hash of every feature query in use."""
    known = features.catalogue()
    return {file.path.stem: file.query_hash[:12] for file in (known.population, *known.files)}


def case_of(
    items: Collection[Hit | Signal],
    suppressions: Collection[Suppression],
    facts: Facts | None,
    queries: Mapping[str, str],
) -> Case:
    """Return what the ranker reads of a case; a feature not measured by these queries counts as unknown."""
    if facts is None:
        return Case(tuple(items), tuple(suppressions))
    known = features.catalogue()
    same = {name for name, value in facts["queries"].items() if queries.get(name) == value}
    measured = {
        entry["name"] for file in known.files if file.path.stem in same for entry in file.front_matter["features"]
    }
    if known.population.path.stem not in same:
        measured = set()
    values = {name: float(value) for name, value in facts["values"].items() if name in measured}
    return Case(tuple(items), tuple(suppressions), values, facts["peer"], facts["percentile"])


def _model(installation: Installation) -> Model | None:
    try:
        model = models.load_in_force(installation.settings)
        if model is not None:
            model.ensure_current(features.catalogue())
    except ConfigurationError:
        # The night has said so already; the facts then lack the rank.
        return None
    return model


def _ranks(model: Model | None, frame: pl.DataFrame) -> dict[int, float]:
    if model is None:
        return {}
    ranked = scoring.score(model, frame)
    return dict(zip(ranked["group_key"].to_list(), ranked["percentile"].to_list(), strict=True))
