"""Training the detector from the head manifest."""

from __future__ import annotations

from datetime import date

from detectors.cards import render
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import day_number
from fundwatch.store.operations import history
from fundwatch.store.operations.database import reading
from fundwatch.store.warehouse import open_manifest
from pipelines import models
from pipelines import shadow as shadowing
from pipelines.installation import Installation
from pipelines.night import last_night


def train_now(
    installation: Installation, as_of: str | None, *, seed: int = models.SEED, shadow: bool = False
) -> tuple[str, str]:
    """Fit a model on the head manifest up to ``as_of`` (default: the last night); put it in force, or in ``shadow``.

    Returns its id and its card as Markdown. Raises ConfigurationError when there is no night and no day named.
    """
    last = last_night(installation)
    if as_of is None and last is None:
        raise ConfigurationError(
            "尚无夜间批次，请用 --as-of 指定训练截止日。",
            "there has been no night yet; name the last day of training with --as-of.",
            code="D021",
        )
    day = day_number(date.fromisoformat(as_of)) if as_of else last.as_of if last else 0
    with reading(installation.operations) as operations:
        manifest = history.head(operations)
    connection = open_manifest(installation.settings, manifest)
    try:
        model = models.train_on(
            connection,
            installation.settings,
            as_of=day,
            manifest_id=manifest.manifest_id,
            clock=installation.clock,
            seed=seed,
        )
    finally:
        connection.close()
    (shadowing.put_in_shadow if shadow else models.put_in_force)(installation.settings, model)
    return model.model_id, render(model.card, model.model_id)
