"""Models on disk without pickle: arrays in one ``.npz``, the card as JSON, in a folder named by their content."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.cards import Card, canonical, render
from detectors.peers import PeerStatistics
from detectors.ranking import PeerRanking
from detectors.training import KINDS, Model
from fundwatch.domain.errors import ConfigurationError

_ARRAYS, _CARD, _PAGE = "model.npz", "card.json", "card.md"


def save(model: Model, root: Path) -> Model:
    """Store a model under ``root/<model_id>`` and return it with its id; storing it twice changes nothing.

    The folder is written beside its place, synced and renamed, so that a reader sees all of a model or none.
    """
    arrays = _npz(model.estimator)
    model_id = _identity(model.card, arrays)
    place = root / model_id
    if not place.exists():
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".model-", dir=root) as draft:
            folder = Path(draft) / model_id
            folder.mkdir()
            _write(folder / _ARRAYS, arrays)
            _write(folder / _CARD, model.card.to_json().encode("utf-8"))
            _write(folder / _PAGE, render(model.card, model_id).encode("utf-8"))
            _sync(folder)
            _into_place(folder, place)
        _sync(root)
    return dataclasses.replace(model, model_id=model_id)


def load(root: Path, model_id: str) -> Model:
    """Load a model and verify that it is what its id says; raise ConfigurationError when it is missing or altered."""
    place = root / model_id
    if not model_id or Path(model_id).name != model_id or not (place / _CARD).is_file():
        raise ConfigurationError(
            f"缺少模型 {model_id[:12] or '（未指定）'}：请运行 fundwatch train。",
            f"missing model {model_id[:12] or '(none named)'}: run fundwatch train.",
            code="D003",
        )
    try:
        arrays = (place / _ARRAYS).read_bytes()
        card = Card.from_mapping(json.loads((place / _CARD).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise _damaged(model_id) from error
    if _identity(card, arrays) != model_id:
        raise _damaged(model_id)
    try:
        with np.load(io.BytesIO(arrays), allow_pickle=False) as stored:
            parts = {name: stored[name] for name in stored.files}
        return Model(_estimator(card, parts), card, model_id)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise _damaged(model_id) from error


def stored(root: Path) -> tuple[str, ...]:
    """Return the ids of the models under ``root``, in alphabetical order."""
    if not root.is_dir():
        return ()
    return tuple(sorted(path.parent.name for path in root.glob(f"[!.]*/{_CARD}")))


def _identity(card: Card, arrays: bytes) -> str:
    """The sha256 of what the model is: its arrays and its card, the clock left out."""
    arrays_hash = hashlib.sha256(arrays).hexdigest()
    return hashlib.sha256(canonical({"arrays": arrays_hash, "card": card.identity()})).hexdigest()


def _npz(estimator: PeerRanking) -> bytes:
    parts: dict[str, NDArray[Any]] = {}
    for number, group in enumerate(estimator.groups_):
        learned, usual = estimator.learned_[group], estimator.statistics_[group]
        parts |= {f"{number}/learned/{name}": array for name, array in learned.to_arrays().items()}
        parts |= {f"{number}/peers/{name}": array for name, array in usual.to_arrays().items()}
        parts[f"{number}/reference"] = estimator.reference_[group]
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **parts)
    return buffer.getvalue()


def _estimator(card: Card, parts: dict[str, NDArray[Any]]) -> PeerRanking:
    names = [str(feature["name"]) for feature in card.features]
    log1p = tuple(str(feature["name"]) for feature in card.features if feature["log1p"])
    parents = {str(peer["name"]): str(peer["parent"]) for peer in card.peers if peer["parent"] is not None}
    kind = KINDS[card.detector_id]
    given: dict[str, Any] = {name: card.parameters[name] for name in kind.least}
    if "sides" in kind().get_params():
        given["sides"] = {str(feature["name"]): int(feature["risk_direction"]) for feature in card.features}
    estimator = kind(random_state=card.seed, log1p=log1p, parents=parents, **given)
    estimator.feature_names_in_ = np.array(names, dtype=object)
    estimator.n_features_in_ = len(names)
    estimator.log1p_ = np.isin(np.array(names), log1p)
    estimator.groups_ = tuple(card.rows)
    estimator.learned_, estimator.statistics_, estimator.reference_ = {}, {}, {}
    for number, group in enumerate(estimator.groups_):
        estimator.learned_[group] = estimator.restore(_under(parts, f"{number}/learned/"))
        estimator.statistics_[group] = PeerStatistics.from_arrays(_under(parts, f"{number}/peers/"))
        estimator.reference_[group] = parts[f"{number}/reference"].astype(np.float64)
    return estimator


def _under(parts: dict[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in parts.items() if name.startswith(prefix)}


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _into_place(folder: Path, place: Path) -> None:
    """Rename a finished folder; another process that stored the same content first has done the work."""
    try:
        folder.rename(place)
    except OSError:
        if not place.is_dir():
            raise


def _damaged(model_id: str) -> ConfigurationError:
    return ConfigurationError(
        f"模型 {model_id[:12]} 已损坏或被改动：请重新运行 fundwatch train。",
        f"model {model_id[:12]} is damaged or was altered: run fundwatch train again.",
        code="D003",
    )
