"""Shadow: rules, suppressors and a model that run every night and reach its report, never the queue and no score."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from duckdb import DuckDBPyConnection

from detectors import features, storing
from detectors.training import Model
from fundwatch.domain.errors import ConfigurationError, EngineError
from fundwatch.domain.hits import Hit, NoData, Signal, Suppression
from fundwatch.domain.keys import date_of, record_text
from fundwatch.domain.snapshot import item_from_json
from fundwatch.store.durable import make_folder
from fundwatch.store.operations.commit import FindingRow
from fundwatch.store.settings import Settings
from pipelines import models
from pipelines.detection import signals_on
from pipelines.drafts import Draft, relations_of
from pipelines.installation import Installation
from rules.rule import Rule, Suppressor
from rules.running import run_rule, run_suppressors

FINDING = "shadow"
"""Kind under which the operations database files a night's shadow report."""
LISTED = 50
"""Subjects listed of one entry, the strongest first; the counts are of all."""
_POINTER = "in_shadow"


def observe(installation: Installation, draft: Draft) -> Draft:
    """Return the draft with what everything in shadow found; an entry that fails is said and stops nothing.

    It runs after the hits, signals and innocent readings of the night are known and changes none of them.
    """
    rules = [rule for rule in installation.rules.rules if rule.status == "shadow"]
    suppressors = [one for one in installation.rules.suppressors if one.status == "shadow"]
    model_id = in_shadow(installation.settings)
    if not (rules or suppressors or model_id) or draft.as_of is None or draft.from_day is None:
        return draft
    night = [item_from_json(item) for item in draft.items]
    with relations_of(installation, draft) as connection:
        watch = _Watch(installation, connection, (draft.from_day, draft.as_of), night)
        report = [watch.rule(rule) for rule in rules]
        report += [watch.suppressor(one) for one in suppressors]
        report += [watch.model(model_id)] if model_id else []
    return replace(draft, shadow=tuple(report))


def in_shadow(settings: Settings) -> str | None:
    """Return the id of the model that runs in shadow, None when there is none."""
    pointer = settings.models / _POINTER
    return pointer.read_text(encoding="ascii").strip() if pointer.is_file() else None


def put_in_shadow(settings: Settings, model: Model) -> None:
    """Let a stored model run beside the one in force, for the report only."""
    make_folder(settings.models)
    draft = settings.models / f"{_POINTER}.part"
    draft.write_text(model.model_id, encoding="ascii")
    draft.replace(settings.models / _POINTER)


def adopt(settings: Settings) -> str:
    """Put the shadow model in force and end its shadow; return its id, raise ConfigurationError without one."""
    model_id = in_shadow(settings)
    if model_id is None:
        raise ConfigurationError(
            "没有影子模型，请先运行 fundwatch train --shadow。",
            "no model is in shadow; run fundwatch train --shadow first.",
            code="K001",
        )
    models.put_in_force(settings, storing.load(settings.models, model_id))
    (settings.models / _POINTER).unlink()
    return model_id


def finding_of(draft: Draft, as_of: date) -> tuple[FindingRow, ...]:
    """Return the night's shadow report as it is filed; none when nothing is in shadow."""
    if not draft.shadow:
        return ()
    content = {"entries": [dict(one) for one in draft.shadow]}
    return (FindingRow(FINDING, as_of, draft.manifest.manifest_id, content),)


def counts_of(report: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the figures of a shadow report without its subjects."""
    kept = ("kind", "id", "code", "version", "found", "subjects", "unseen", "no_data", "failure")
    return [{name: one[name] for name in kept} for one in report]


def sentence(one: Mapping[str, Any]) -> str:
    """Return one entry of a shadow report in words."""
    head = f"影子 {one['code']} {one['id']}"
    if one["failure"]:
        return f"{head}：未能运行，{one['failure']['zh']} {one['failure']['en']}"
    return (
        f"{head}：发现 {one['found']} 次，涉及 {one['subjects']} 个主体，其中 {one['unseen']} 个当夜未被其他规则提示，"
        f"数据不足 {one['no_data']}；不进入预警、不计分（shadow: reported only）"
    )


class _Watch:
    """One night's look at what is in shadow; ``days`` are the first and last evaluated day."""

    def __init__(
        self,
        installation: Installation,
        connection: DuckDBPyConnection,
        days: tuple[int, int],
        night: Sequence[Hit | Signal],
    ) -> None:
        self.installation = installation
        self.connection = connection
        self.days = days
        self.seen: dict[int, set[str]] = {}
        for item in night:
            self.seen.setdefault(item.subject.key, set()).add(item.code)

    def rule(self, rule: Rule) -> dict[str, Any]:
        """Return what a shadow rule found over the night's days."""
        head = {"kind": "rule", "id": rule.id, "code": rule.code, "version": str(rule.version)}
        try:
            outcome = run_rule(rule, self.connection, *self.days, self.installation.tuning, evidence=False)
        except EngineError as error:
            return head | _failed(error)
        return head | self._found(outcome.hits, outcome.no_data)

    def suppressor(self, one: Suppressor) -> dict[str, Any]:
        """Return whom of the night's subjects a shadow suppressor would explain."""
        head = {"kind": "suppressor", "id": one.id, "code": one.code, "version": str(one.version)}
        as_of = self.days[1]
        try:
            found = run_suppressors([one], self.connection, as_of, as_of, self.installation.tuning, self.seen.keys())
        except EngineError as error:
            return head | _failed(error)
        return head | self._found(found, ())

    def model(self, model_id: str) -> dict[str, Any]:
        """Return what the shadow model signals on the night."""
        head = {"kind": "model", "id": model_id[:12], "code": "", "version": model_id[:12]}
        try:
            model = storing.load(self.installation.settings.models, model_id)
            model.ensure_current(features.catalogue())
        except ConfigurationError as error:
            return head | _failed(error)
        signals, no_data = signals_on(self.connection, model, self.days[1])
        named = {"id": model.card.detector_id, "code": model.card.code}
        return head | named | self._found(signals, no_data)

    def _found(
        self, items: Sequence[Hit | Signal | Suppression], no_data: Collection[NoData] | tuple[()]
    ) -> dict[str, Any]:
        subjects = {item.subject.key for item in items}
        ordered = sorted(items, key=lambda item: (-_strength(item), -item.window_to, item.subject.key))
        strongest = {item.subject.key: item for item in reversed(ordered)}
        first = sorted(strongest.values(), key=lambda item: (-_strength(item), item.subject.key))[:LISTED]
        return {
            "found": len(items),
            "subjects": len(subjects),
            "unseen": len(subjects - self.seen.keys()),
            "no_data": len(no_data),
            "failure": None,
            "strongest": [
                {
                    "subject": record_text(item.subject.key),
                    "strength": round(_strength(item), 4),
                    "window": [date_of(day).isoformat() for day in (item.window_from, item.window_to)],
                    "beside": sorted(self.seen.get(item.subject.key, ())),
                }
                for item in first
            ],
        }


def _strength(item: Hit | Signal | Suppression) -> float:
    """Return the strength of a hit or signal; of a suppression, how much it would take away."""
    return 1.0 - item.factor if isinstance(item, Suppression) else item.strength


def _failed(error: ConfigurationError | EngineError) -> dict[str, Any]:
    return {
        "found": 0,
        "subjects": 0,
        "unseen": 0,
        "no_data": 0,
        "failure": {"zh": error.zh, "en": error.en},
        "strongest": [],
    }
