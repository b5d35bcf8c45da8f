"""Models on disk: equal after a round trip, refused when missing or altered, named by content."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from detectors.cards import render
from detectors.features import KEYS, catalogue
from detectors.forest import PeerForest
from detectors.scoring import score, signals
from detectors.storing import load, save, stored
from detectors.training import Model, train
from fundwatch.domain.errors import ConfigurationError

from .conftest import AS_OF, NOW


def _train(*frames: pl.DataFrame, **changes: object) -> Model:
    known = catalogue()
    small = PeerForest(n_estimators=30, random_state=7, log1p=known.log1p, parents=known.parents)
    given = {"seed": 7, "manifest_id": "m1", "as_of": AS_OF, "now": NOW, "estimator": small} | changes
    return train(list(frames), **given)


def test_a_stored_model_scores_as_before(invented, tmp_path: Path) -> None:
    frame = invented()
    model = save(_train(frame), tmp_path)
    again = load(tmp_path, model.model_id)
    assert again.card == model.card
    assert again.features == model.features == catalogue().features
    assert score(again, frame).equals(score(model, frame))
    assert signals(again, frame) == signals(model, frame)
    assert again.estimator.get_params() == model.estimator.get_params()
    assert stored(tmp_path) == (model.model_id,)


def test_equal_data_and_seed_give_an_equal_model_whatever_the_clock_and_the_order(invented, tmp_path: Path) -> None:
    first, second = invented(seed=1, day=AS_OF - 30), invented(seed=2)
    one = save(_train(first, second), tmp_path)
    two = save(_train(second.sample(fraction=1.0, shuffle=True, seed=3), first, now=NOW + timedelta(days=1)), tmp_path)
    assert one.model_id == two.model_id
    assert load(tmp_path, one.model_id).card.trained_at == one.card.trained_at
    assert save(_train(first, second, manifest_id="m2"), tmp_path).model_id != one.model_id
    assert len(stored(tmp_path)) == 2


def test_a_missing_model_names_the_remedy(tmp_path: Path) -> None:
    for name in ("", "0" * 64, "../elsewhere"):
        with pytest.raises(ConfigurationError, match="run fundwatch train"):
            load(tmp_path, name)
    assert stored(tmp_path / "nowhere") == ()


@pytest.mark.parametrize("damage", ["flip", "truncate", "delete", "card", "not_json"])
def test_an_altered_model_is_refused(invented, tmp_path: Path, damage: str) -> None:
    model = save(_train(invented(300, firms=0, pawn=0)), tmp_path)
    arrays, card = tmp_path / model.model_id / "model.npz", tmp_path / model.model_id / "card.json"
    content = arrays.read_bytes()
    match damage:
        case "flip":
            arrays.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
        case "truncate":
            arrays.write_bytes(content[:-100])
        case "delete":
            arrays.unlink()
        case "card":
            card.write_text(json.dumps(json.loads(card.read_text()) | {"seed": 8}))
        case "not_json":
            card.write_text("{")
    with pytest.raises(ConfigurationError, match="run fundwatch train"):
        load(tmp_path, model.model_id)


def test_nothing_in_the_file_is_pickled(invented, tmp_path: Path) -> None:
    model = save(_train(invented(300, firms=0, pawn=0)), tmp_path)
    with np.load(tmp_path / model.model_id / "model.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind in "fi" for name in arrays.files)


def test_no_draft_is_left_behind(invented, tmp_path: Path) -> None:
    model = save(_train(invented(300, firms=0, pawn=0)), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [model.model_id]
    assert sorted(path.name for path in (tmp_path / model.model_id).iterdir()) == ["card.json", "card.md", "model.npz"]


def test_the_card_tells_what_the_model_is(invented) -> None:
    model = _train(invented())
    page = render(model.card, "f" * 64)
    for words in ("m1", "随机种子", "典当行", "payer_novelty_share", "线索", "scikit-learn", "2024-10-04"):
        assert words in page, words
    assert model.card.rows == {"all": 1200, "firm": 270, "person": 930}
    assert model.card.labels == {"firm": 250, "pawn": 20, "person": 930}
    assert model.card.quantiles["all"]["P50"] < model.card.quantiles["all"]["P99.99"]


def test_a_model_of_other_feature_queries_is_not_current(invented, tmp_path: Path) -> None:
    model = _train(invented())
    model.ensure_current(catalogue())
    for path in catalogue().population.path.parent.glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text.replace(">= $min_count", "> $min_count"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="changed"):
        model.ensure_current(catalogue(tmp_path))


def test_training_refuses_foreign_empty_and_later_frames(invented) -> None:
    frame = invented()
    with pytest.raises(ConfigurationError, match="differs from the catalogue"):
        _train(frame.drop(catalogue().names[0]))
    with pytest.raises(ConfigurationError, match="no groups"):
        _train(frame[:0])
    with pytest.raises(ConfigurationError, match="no groups"):
        _train()
    with pytest.raises(ConfigurationError, match="later"):
        _train(frame, as_of=AS_OF - 1)


def test_the_frame_keys_are_no_features(invented) -> None:
    model = _train(invented(300, firms=0, pawn=0))
    assert not set(KEYS) & {feature.name for feature in model.features}
