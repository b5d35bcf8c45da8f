"""The score of every subject on a day, for notebooks and for comparing settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import polars as pl

from detectors import features, scoring
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.hits import Hit, Signal, Suppression
from fundwatch.domain.keys import day_number, record_text
from fundwatch.domain.scoring import score
from fundwatch.store.operations import history
from fundwatch.store.operations.database import reading
from fundwatch.store.warehouse import open_manifest
from pipelines import models
from pipelines.detection import explanations, hits_between, signals_on
from pipelines.installation import Installation
from pipelines.queries import rows

_TRAILING_DAYS = 30
_SCHEMA = pl.Schema(
    {
        "subject_kind": pl.String(),
        "subject_id": pl.String(),
        "score": pl.Float64(),
        "rule_score": pl.Float64(),
        "detector_percentile": pl.Float64(),
        "accounts": pl.List(pl.String()),
    }
)


def write_scores(installation: Installation, as_of: date, out: Path) -> int:
    """Write one row per control group to a Parquet file and return how many there are.

    Columns: subject_kind, subject_id, score (0–100, rules and detector after suppressors), rule_score (rules alone),
    detector_percentile (0–100 among peers, NULL where not ranked), accounts (list). A rule counts with its best hit of
    the 30 days up to ``as_of``. Raises ConfigurationError without a model or for another file ending.
    """
    if out.suffix != ".parquet":
        raise ConfigurationError("输出文件须以 .parquet 结尾。", "the output file must end in .parquet.", code="C210")
    day = day_number(as_of)
    model = models.load_in_force(installation.settings)
    if model is None:
        raise ConfigurationError(
            "尚无模型：请运行 fundwatch train。", "no model yet: run fundwatch train.", code="D003"
        )
    with reading(installation.operations) as operations:
        manifest = history.head(operations)
    connection = open_manifest(installation.settings, manifest)
    try:
        hits, _ = hits_between(installation, connection, day - _TRAILING_DAYS + 1, day)
        signals, _ = signals_on(connection, model, day, every=True)
        ranked = scoring.score(model, features.compute(connection, day))
        found: list[Hit | Signal] = [*hits, *signals]
        explained = explanations(installation, connection, day, {item.subject.key for item in found})
        accounts = {row["group_key"]: row["accounts"].split("|") for row in rows(connection, "reported_groups")}
    finally:
        connection.close()
    best = _best(found)
    percentiles = dict(zip(ranked["group_key"].to_list(), ranked["percentile"].to_list(), strict=True))
    written = [
        _row(group, best[group], explained, percentiles.get(group)) | {"accounts": accounts[group]}
        for group in sorted(accounts)
    ]
    pl.DataFrame(written, schema=_SCHEMA).write_parquet(out)
    return len(written)


def _best(found: Iterable[Hit | Signal]) -> dict[int, dict[str, Hit | Signal]]:
    """Return the strongest item of each rule and detector, by group."""
    best: dict[int, dict[str, Hit | Signal]] = defaultdict(dict)
    for item in found:
        held = best[item.subject.key].get(item.term)
        if held is None or item.strength > held.strength:
            best[item.subject.key][item.term] = item
    return best


def _row(
    group: int, items: Mapping[str, Hit | Signal], explained: Iterable[Suppression], percentile: float | None
) -> dict[str, object]:
    own = [one for one in explained if one.subject.key == group]
    return {
        "subject_kind": "group",
        "subject_id": record_text(group),
        "score": score(list(items.values()), own)[0],
        "rule_score": score([item for item in items.values() if isinstance(item, Hit)], own)[0],
        "detector_percentile": percentile,
    }
