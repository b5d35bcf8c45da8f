"""How a night's features and ranks lie against the training window of the model in force."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from detectors import drift, scoring
from detectors.drift import Change, Drift
from detectors.training import Model
from fundwatch.store.settings import Settings
from pipelines.installation import write_json

_FILE = "drift.json"
"""Beside the model's arrays and card: what training saw of every measure, as counts."""
SHOWN = 10
"""So many changed measures a page lists; the night's counts hold all."""


def note_reference(settings: Settings, model: Model, frames: Sequence[pl.DataFrame]) -> None:
    """Keep what training saw beside the stored model."""
    names = [*(feature.name for feature in model.features), drift.SCORE]
    bins = drift.reference([_with_ranks(model, frame) for frame in frames], names)
    write_json(settings.models / model.model_id / _FILE, drift.to_json(bins))


def drift_of(settings: Settings, model: Model, frame: pl.DataFrame) -> Mapping[str, Any]:
    """Return ``compared`` (how many measures) and ``changed`` (those that shifted or drifted, the greatest first).

    Empty for a model that was trained before references were kept: then nothing can be said.
    """
    path = settings.models / model.model_id / _FILE
    if not path.is_file():
        return {}
    bins = drift.from_json(json.loads(path.read_text(encoding="utf-8")))
    found = drift.compare(bins, _with_ranks(model, frame))
    peers = {name: peer.zh for name, peer in model.peers.items()}
    changed = [_told(model, one, peers) for one in found if one.change is not Change.NONE]
    return {"compared": len(found), "changed": changed}


def lines_of(told: Mapping[str, Any]) -> list[str]:
    """Return what to say about a night's drift, in Chinese with English beside it; nothing where nothing was compared.

    Only what drifted is said one by one, and what shifted is counted.
    """
    if not told.get("compared"):
        return []
    drifted = [one for one in told["changed"] if one["change"] == Change.DRIFTED.value]
    shifted = len(told["changed"]) - len(drifted)
    lines = [
        f"与训练期相比，{told['compared']} 项特征与评分中明显漂移 {len(drifted)} 项，有所偏移 {shifted} 项"
        f"（against the training window: {len(drifted)} drifted, {shifted} shifted of {told['compared']} measures）"
    ]
    lines += [f"{one['zh']}（{one['en']}）" for one in drifted[:SHOWN]]
    if len(drifted) > SHOWN:
        lines.append(f"另有 {len(drifted) - SHOWN} 项明显漂移 and {len(drifted) - SHOWN} more")
    return lines


def _with_ranks(model: Model, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(scoring.score(model, frame)["percentile"].alias(drift.SCORE))


def _told(model: Model, one: Drift, peers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": one.name,
        "peer": one.peer,
        "psi": round(one.index, 4),
        "change": one.change.value,
        "median_then": one.median_then,
        "median_now": one.median_now,
        **drift.in_words(one, model.features, peers),
    }
