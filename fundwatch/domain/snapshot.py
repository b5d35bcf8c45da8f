"""Alerts as plain data and back: what the queue stores and ``verify`` compares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fundwatch.domain.alerts import Alert, Explanation, Standing
from fundwatch.domain.hits import Hit, Measure, Reason, RecordRef, Severity, Signal, Subject, Suppression
from fundwatch.domain.keys import record_text
from fundwatch.domain.scoring import Term

Json = dict[str, Any]


def alert_to_json(alert: Alert) -> Json:
    """Return an alert as plain data; keys and record ids as 15 hexadecimal digits."""
    return {
        "alert_id": alert.alert_id,
        "version": alert.version,
        "anchor": record_text(alert.anchor),
        "episode_day": alert.episode_day,
        "first_seen_day": alert.first_seen_day,
        "subject": _subject(alert.subject),
        "standings": [{"manifest_id": one.manifest_id, **item_to_json(one.item)} for one in alert.standings],
        "explanations": [
            {"manifest_id": one.manifest_id, **suppression_to_json(one.suppression)} for one in alert.explanations
        ],
        "score": alert.score,
        "terms": [
            {
                "name": term.name,
                "code": term.code,
                "weight": term.weight,
                "raw_strength": term.raw_strength,
                "strength": term.strength,
                "points": term.points,
                "suppressors": list(term.suppressors),
            }
            for term in alert.terms
        ],
    }


def alert_from_json(data: Mapping[str, Any]) -> Alert:
    """Return the alert that ``alert_to_json`` wrote."""
    return Alert(
        alert_id=data["alert_id"],
        version=data["version"],
        anchor=int(data["anchor"], 16),
        episode_day=data["episode_day"],
        first_seen_day=data["first_seen_day"],
        subject=_subject_from(data["subject"]),
        standings=tuple(Standing(item_from_json(one), one["manifest_id"]) for one in data["standings"]),
        explanations=tuple(Explanation(suppression_from_json(one), one["manifest_id"]) for one in data["explanations"]),
        score=data["score"],
        terms=tuple(Term(**{**term, "suppressors": tuple(term["suppressors"])}) for term in data["terms"]),
    )


def item_to_json(item: Hit | Signal) -> Json:
    """Return a hit or signal as plain data."""
    common: Json = {
        "code": item.code,
        "version": item.version,
        "subject": _subject(item.subject),
        "window_from": item.window_from,
        "window_to": item.window_to,
        "strength": item.strength,
    }
    if isinstance(item, Hit):
        return common | {
            "rule_id": item.rule_id,
            "severity": item.severity.value,
            "measures": [_measure(measure) for measure in item.measures],
            "records": [_record(record) for record in item.records],
            "parameters": dict(item.parameters),
            "opens_alert": item.opens_alert,
        }
    return common | {
        "detector_id": item.detector_id,
        "peer_group": item.peer_group,
        "percentile": item.percentile,
        "reasons": [
            {
                "feature": reason.feature,
                "zh": reason.zh,
                "en": reason.en,
                "value": reason.value,
                "peer_median": reason.peer_median,
                "robust_z": reason.robust_z,
                "contribution": reason.contribution,
            }
            for reason in item.reasons
        ],
    }


def item_from_json(data: Mapping[str, Any]) -> Hit | Signal:
    """Return the hit or signal that ``item_to_json`` wrote."""
    subject = _subject_from(data["subject"])
    if "rule_id" in data:
        return Hit(
            rule_id=data["rule_id"],
            code=data["code"],
            version=data["version"],
            subject=subject,
            window_from=data["window_from"],
            window_to=data["window_to"],
            severity=Severity(data["severity"]),
            strength=data["strength"],
            measures=tuple(Measure(**measure) for measure in data["measures"]),
            records=tuple(_record_from(record) for record in data["records"]),
            parameters=dict(data["parameters"]),
            opens_alert=data["opens_alert"],
        )
    return Signal(
        detector_id=data["detector_id"],
        code=data["code"],
        version=data["version"],
        subject=subject,
        window_from=data["window_from"],
        window_to=data["window_to"],
        peer_group=data["peer_group"],
        percentile=data["percentile"],
        strength=data["strength"],
        reasons=tuple(Reason(**reason) for reason in data["reasons"]),
    )


def suppression_to_json(one: Suppression) -> Json:
    """Return a suppression as plain data."""
    return {
        "suppressor_id": one.suppressor_id,
        "code": one.code,
        "version": one.version,
        "subject": _subject(one.subject),
        "window_from": one.window_from,
        "window_to": one.window_to,
        "factor": one.factor,
        "expires_day": one.expires_day,
        "applies_to": sorted(one.applies_to),
        "measures": [_measure(measure) for measure in one.measures],
        "records": [_record(record) for record in one.records],
    }


def suppression_from_json(data: Mapping[str, Any]) -> Suppression:
    """Return the suppression that ``suppression_to_json`` wrote."""
    return Suppression(
        suppressor_id=data["suppressor_id"],
        code=data["code"],
        version=data["version"],
        subject=_subject_from(data["subject"]),
        window_from=data["window_from"],
        window_to=data["window_to"],
        factor=data["factor"],
        expires_day=data["expires_day"],
        applies_to=frozenset(data["applies_to"]),
        measures=tuple(Measure(**measure) for measure in data["measures"]),
        records=tuple(_record_from(record) for record in data["records"]),
    )


def _subject(subject: Subject) -> Json:
    return {"kind": subject.kind, "key": record_text(subject.key)}


def _subject_from(data: Mapping[str, Any]) -> Subject:
    return Subject(data["kind"], int(data["key"], 16))


def _measure(measure: Measure) -> Json:
    return {
        "name": measure.name,
        "value": measure.value,
        "unit": measure.unit,
        "threshold": measure.threshold,
        "full": measure.full,
    }


def _record(record: RecordRef) -> list[str]:
    return [record.kind, record_text(record.record_id), record.role]


def _record_from(data: list[str]) -> RecordRef:
    return RecordRef(data[0], int(data[1], 16), data[2])
