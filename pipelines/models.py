"""The detector in force: which stored model nights use, and training the next one."""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from detectors import features, storing, training
from detectors.features import WINDOW_DAYS
from detectors.training import Model
from fundwatch.domain.errors import ConfigurationError
from fundwatch.store.durable import make_folder
from fundwatch.store.settings import Settings
from pipelines.drifting import note_reference
from pipelines.installation import Clock

SEED = 20260301
"""Fixed for all trainings, so that equal data give an equal model."""
STALE_DAYS = 28
"""A night that finds an older model in force trains the next one first."""
_TRAINING_WEEKS = 4
_POINTER = "in_force"


def in_force(settings: Settings) -> str | None:
    """Return the id of the model that nights use, None before the first training."""
    pointer = settings.models / _POINTER
    return pointer.read_text(encoding="ascii").strip() if pointer.is_file() else None


def load_in_force(settings: Settings) -> Model | None:
    """Return the model that nights use, None before the first training; raise ConfigurationError when it is gone."""
    model_id = in_force(settings)
    return storing.load(settings.models, model_id) if model_id else None


def put_in_force(settings: Settings, model: Model) -> None:
    """Make a stored model the one that nights use."""
    make_folder(settings.models)
    draft = settings.models / f"{_POINTER}.part"
    draft.write_text(model.model_id, encoding="ascii")
    draft.replace(settings.models / _POINTER)


def train_on(
    connection: DuckDBPyConnection, settings: Settings, *, as_of: int, manifest_id: str, clock: Clock, seed: int = SEED
) -> Model:
    """Fit a model on the windows that end on ``as_of`` and on the three weeks before, and store it.

    Raises ConfigurationError when there is not yet a whole window of entries before ``as_of``.
    """
    days = training_days(connection, as_of)
    if not days:
        raise ConfigurationError(
            f"截止日前不足 {WINDOW_DAYS} 天流水，暂不能训练模型，请补报后再试。",
            f"fewer than {WINDOW_DAYS} days of entries lie before the as-of day; train when more have come.",
            code="D020",
        )
    frames = [features.compute(connection, day) for day in days]
    model = training.train(frames, seed=seed, manifest_id=manifest_id, as_of=as_of, now=clock())
    stored = storing.save(model, make_folder(settings.models))
    note_reference(settings, stored, frames)
    return stored


def training_days(connection: DuckDBPyConnection, as_of: int) -> Sequence[int]:
    """Return the as-of days to train on: weekly, each with a whole window of entries before it."""
    ((first,),) = connection.execute("SELECT min(day) FROM transfers WHERE day <= $as_of", {"as_of": as_of}).fetchall()
    if first is None:
        return ()
    weekly = range(as_of, as_of - 7 * _TRAINING_WEEKS, -7)
    return [day for day in weekly if day - WINDOW_DAYS + 1 >= first]


def is_stale(model: Model, as_of: int) -> bool:
    """Say whether a model was fitted so long before a day that it no longer knows what is usual."""
    return as_of - model.card.as_of > STALE_DAYS
