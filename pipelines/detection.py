"""What a night finds: hits of rules, innocent readings, and signals of the detector."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from duckdb import DuckDBPyConnection

from detectors import features, scoring
from detectors.training import Model
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.hits import Hit, NoData, Signal, Suppression
from fundwatch.domain.keys import date_of, record_text
from fundwatch.domain.snapshot import item_from_json, item_to_json, suppression_to_json
from pipelines import models
from pipelines.drafts import Draft, relations_of
from pipelines.drifting import drift_of
from pipelines.due_list import overdue_reports
from pipelines.frames import frame_of
from pipelines.installation import Installation
from pipelines.queries import rows
from rules.running import run_rule, run_suppressors


def run_rules(installation: Installation, draft: Draft) -> Draft:
    """Return the draft with the hits of every active rule over the night's days, its pairing, and what is overdue."""
    as_of, from_day = _days(draft)
    with relations_of(installation, draft) as connection:
        hits, no_data = hits_between(installation, connection, from_day, as_of)
        (pairing,) = rows(connection, "pairing", {"from_day": from_day, "to_day": as_of})
        overdue = overdue_reports(installation, connection, as_of)
    return replace(
        draft,
        items=tuple(item_to_json(hit) for hit in hits),
        no_data=tuple(_no_data(one) for one in no_data),
        pairing=pairing,
        overdue=overdue,
    )


def explain(installation: Installation, draft: Draft) -> Draft:
    """Return the draft with the innocent readings of every subject that was hit or signalled."""
    as_of, _ = _days(draft)
    suspects = {item_from_json(item).subject.key for item in draft.items}
    with relations_of(installation, draft) as connection:
        explained = explanations(installation, connection, as_of, suspects)
    return replace(draft, suppressions=tuple(suppression_to_json(one) for one in explained))


def run_detector(installation: Installation, draft: Draft) -> Draft:
    """Return the draft with the detector's signals; without a model the night goes on and says so."""
    as_of, _ = _days(draft)
    with relations_of(installation, draft) as connection:
        try:
            model = models.load_in_force(installation.settings)
            if model is not None:
                model.ensure_current(features.catalogue())
        except ConfigurationError as error:
            return draft.noting(f"检测器未运行：{error.zh}", f"the detector did not run: {error.en}")
        if model is None or models.is_stale(model, as_of):
            if model is None and not models.training_days(connection, as_of):
                return draft.noting(
                    "流水不足一个窗口期，检测器暂未训练。", "too few days of entries: the detector is not trained yet."
                )
            model = models.train_on(
                connection,
                installation.settings,
                as_of=as_of,
                manifest_id=draft.manifest.manifest_id,
                clock=installation.clock,
            )
            models.put_in_force(installation.settings, model)
        frame = frame_of(installation, connection, draft)
    night = scoring.signals(model, frame)
    signals, no_data = night.signals, night.no_data
    return replace(
        draft,
        model_id=model.model_id,
        drift=drift_of(installation.settings, model, frame),
        items=(*draft.items, *(item_to_json(signal) for signal in signals)),
        no_data=(*draft.no_data, *(_no_data(one) for one in no_data)),
    )


def hits_between(
    installation: Installation, connection: DuckDBPyConnection, from_day: int, as_of: int
) -> tuple[list[Hit], list[NoData]]:
    """Return the hits and missing answers of all active rules for windows ending in [from_day, as_of]."""
    hits: list[Hit] = []
    no_data: list[NoData] = []
    for rule in installation.rules.active_rules():
        outcome = run_rule(rule, connection, from_day, as_of, installation.tuning)
        hits += outcome.hits
        no_data += outcome.no_data
    return hits, no_data


def explanations(
    installation: Installation, connection: DuckDBPyConnection, as_of: int, suspects: Collection[int]
) -> tuple[Suppression, ...]:
    """Return the innocent readings, as of one day, of subjects (group keys)."""
    suppressors = installation.rules.active_suppressors()
    return run_suppressors(suppressors, connection, as_of, as_of, installation.tuning, suspects)


def signals_on(
    connection: DuckDBPyConnection, model: Model, as_of: int, *, every: bool = False
) -> tuple[Sequence[Signal], Sequence[NoData]]:
    """Return the signals of one day; ``every`` lifts the limit on their number."""
    night = scoring.signals(
        model, features.compute(connection, as_of), scoring.FireRule(budget=None) if every else None
    )
    return night.signals, night.no_data


def _days(draft: Draft) -> tuple[int, int]:
    assert draft.as_of is not None and draft.from_day is not None, "only a nightly run detects"
    return draft.as_of, draft.from_day


def _no_data(one: NoData) -> Mapping[str, Any]:
    return {
        "rule_id": one.rule_id,
        "code": one.code,
        "subject": record_text(one.subject.key) if one.subject else None,
        "zh": one.reason_zh,
        "en": one.reason_en,
        "waits_for": list(one.waits_for),
        "day": date_of(one.day).isoformat() if one.day is not None else None,
    }
