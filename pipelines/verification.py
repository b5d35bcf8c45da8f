"""Rebuilding an alert from the manifests it rests on, and comparing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from duckdb import DuckDBPyConnection

from detectors import storing
from fundwatch.domain.alerts import Alert, Explanation, Standing
from fundwatch.domain.errors import ConfigurationError, EngineError, InputError
from fundwatch.domain.hits import Hit, Signal, Suppression
from fundwatch.domain.scoring import score
from fundwatch.domain.snapshot import alert_from_json, item_to_json, suppression_to_json
from fundwatch.store.operations import history, queue
from fundwatch.store.operations.database import reading
from fundwatch.store.warehouse import open_manifest
from pipelines import evidence
from pipelines.claiming import claims_of, headline_of
from pipelines.detection import signals_on
from pipelines.installation import Installation
from rules.rule import Entry
from rules.running import run_rule, run_suppressors

_PLACES = 9


class Agreement(StrEnum):
    """How a rebuilt alert compares with the stored one."""

    EQUAL = "equal"
    DIFFERENT = "different"
    PURGED = "purged"

    @property
    def zh(self) -> str:
        """Return the word the office uses."""
        return {"equal": "一致", "different": "不一致", "purged": "原始数据已清除"}[self.value]


@dataclass(frozen=True, slots=True)
class Verified:
    """The outcome for one alert; ``differences`` are sentences in Chinese and English."""

    alert_id: str
    version: int
    agreement: Agreement
    differences: tuple[Mapping[str, str], ...] = ()


class Verifier:
    """Rebuilds alerts; one for many, since alerts share manifests and runs of rules."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._open = ExitStack()
        self._connections: dict[str, DuckDBPyConnection] = {}
        self._runs: dict[tuple[Any, ...], Sequence[Hit | Signal | Suppression]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def verify(self, alert_id: str) -> Verified:
        """Rebuild the current version of an alert; raise InputError when there is no such alert."""
        with reading(self.installation.operations) as connection:
            stored = queue.get(connection, alert_id)
        alert = alert_from_json(stored.content["alert"])
        try:
            differences = [
                *(one for standing in alert.standings for one in self._standing(standing)),
                *(one for explanation in alert.explanations for one in self._explanation(explanation)),
                *self._told(alert, stored.content),
                *self._evidence(alert, stored.content),
            ]
        except (EngineError, InputError, ConfigurationError) as error:
            # A lake file, a manifest or a model that is no longer there; anything else is a fault of ours.
            if error.code not in ("E203", "F303", "D003"):
                raise
            return Verified(alert_id, alert.version, Agreement.PURGED, ({"zh": error.zh, "en": error.en},))
        agreement = Agreement.DIFFERENT if differences else Agreement.EQUAL
        return Verified(alert_id, alert.version, agreement, tuple(differences))

    def _standing(self, standing: Standing) -> list[Mapping[str, str]]:
        item = standing.item
        if isinstance(item, Hit):
            rule = self.installation.rules.rule(item.rule_id)
            if rule.version != item.version:
                return [_changed(rule, item.version)]
            found: Sequence[Hit | Signal] = self._hits(item, standing.manifest_id)
        else:
            found = self._signals(item, standing.manifest_id)
        return _compare(item.term, _rounded(item_to_json(item)), [_rounded(item_to_json(one)) for one in found])

    def _explanation(self, explanation: Explanation) -> list[Mapping[str, str]]:
        one = explanation.suppression
        entry = self.installation.rules.entry(one.suppressor_id)
        if entry.version != one.version:
            return [_changed(entry, one.version)]
        connection = self._connection(explanation.manifest_id)
        suppressors = [each for each in self.installation.rules.active_suppressors() if each.id == one.suppressor_id]
        found = run_suppressors(
            suppressors, connection, one.window_to, one.window_to, self.installation.tuning, {one.subject.key}
        )
        return _compare(
            one.suppressor_id,
            _rounded(suppression_to_json(one)),
            [_rounded(suppression_to_json(each)) for each in found],
        )

    def _hits(self, hit: Hit, manifest_id: str) -> list[Hit]:
        rule = self.installation.rules.rule(hit.rule_id)
        key = (manifest_id, hit.rule_id, hit.window_to, tuple(sorted(hit.parameters.items())))
        if key not in self._runs:
            values = {name: value for name, value in hit.parameters.items() if not isinstance(value, bool)}
            tuning = self.installation.tuning.overriding(rule, values)
            outcome = run_rule(rule, self._connection(manifest_id), hit.window_to, hit.window_to, tuning)
            self._runs[key] = outcome.hits
        return [one for one in self._runs[key] if isinstance(one, Hit) and one.subject == hit.subject]

    def _signals(self, signal: Signal, manifest_id: str) -> list[Signal]:
        key = (manifest_id, signal.detector_id, signal.version, signal.window_to)
        if key not in self._runs:
            folder = self.installation.settings.models
            full = next((name for name in storing.stored(folder) if name.startswith(signal.version)), signal.version)
            model = storing.load(folder, full)
            found, _ = signals_on(self._connection(manifest_id), model, signal.window_to, every=True)
            self._runs[key] = tuple(found)
        return [one for one in self._runs[key] if isinstance(one, Signal) and one.subject == signal.subject]

    def _told(self, alert: Alert, content: Mapping[str, Any]) -> list[Mapping[str, str]]:
        differences: list[Mapping[str, str]] = []
        total, terms = score([one.item for one in alert.standings], [one.suppression for one in alert.explanations])
        if total != alert.score or terms != alert.terms:
            differences.append({"zh": f"评分重算为 {total}", "en": f"the score comes out as {total}"})
        claims = claims_of(alert, self.installation.rules)
        span = evidence.span_of(alert.window, content["evidence"])
        if claims != content["claims"] or headline_of(span, claims) != content["headline"]:
            differences.append({"zh": "疑点陈述的措辞已更新", "en": "the wording of the claim has changed"})
        return differences

    def _evidence(self, alert: Alert, content: Mapping[str, Any]) -> list[Mapping[str, str]]:
        """Compare the evidence rows with what the manifests of the standings hold."""
        fetched: dict[tuple[str, int], dict[str, Any]] = {}
        sources = {one.manifest_id for one in alert.standings} | {one.manifest_id for one in alert.explanations}
        for manifest_id in sorted(sources):
            fetched |= evidence.fetch(self._connection(manifest_id), evidence.records_of([alert]))
        rebuilt = evidence.evidence_of(alert, fetched)
        if rebuilt == content["evidence"]:
            return []
        count = sum(one not in content["evidence"] for one in rebuilt)
        return [{"zh": f"{count} 条证据与原始记录不符", "en": f"{count} evidence rows differ from their records"}]

    def _connection(self, manifest_id: str) -> DuckDBPyConnection:
        if manifest_id not in self._connections:
            with reading(self.installation.operations) as operations:
                manifest = history.by_id(operations, manifest_id)
            connection = open_manifest(self.installation.settings, manifest)
            self._open.callback(connection.close)
            self._connections[manifest_id] = connection
        return self._connections[manifest_id]


def _compare(name: str, stored: object, found: Sequence[object]) -> list[Mapping[str, str]]:
    if stored in found:
        return []
    if not found:
        return [{"zh": f"{name} 重跑后未命中", "en": f"{name} does not fire again"}]
    return [{"zh": f"{name} 重跑后指标或证据不同", "en": f"{name} fires with other figures or records"}]


def _changed(entry: Entry, version: int) -> Mapping[str, str]:
    return {
        "zh": f"规则 {entry.id} 已由第 {version} 版改为第 {entry.version} 版，无法按原版重算",
        "en": f"rule {entry.id} has moved from version {version} to {entry.version} and cannot be run as it was",
    }


def _rounded(value: Any) -> Any:
    """Return plain data with floats rounded: sums over several threads differ in the last bits."""
    if isinstance(value, float):
        return round(value, _PLACES)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value
