"""Alerts as the command line shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fundwatch.store.operations.queue import Alert
from pipelines.evidence import record_numbers


def alert_json(alert: Alert) -> dict[str, Any]:
    """Return an alert under the keys of the interface; identity numbers of people stay tokens."""
    content = alert.content
    subject = content["subject"]
    stored = content["alert"]
    numbers = record_numbers(content["evidence"])
    return {
        "alert_id": alert.alert_id,
        "subject_kind": subject["kind"],
        "subject_ids": [*subject["accounts"], *subject["usccs"], *subject["holder_tokens"], *numbers],
        "typologies": codes_of(stored),
        "score": alert.score,
        "level": alert.level,
        "priority": alert.order_value,
        "state": alert.state,
        "first_seen": alert.first_seen.isoformat(),
        "window": content["span"],
        "claim": content["headline"]["zh"],
        "claim_en": content["headline"]["en"],
        "evidence": [evidence_json(one) for one in content["evidence"]],
        "version": alert.version,
        "as_of": alert.as_of.isoformat(),
        "region": alert.county,
        "terms": stored["terms"],
        "suppressors": content["suppressors"],
        "coverage": content["coverage"],
        "manifest": alert.manifest_id,
    }


def evidence_json(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return one evidence row with the keys of the interface first."""
    known = {name: one.get(name) for name in ("record_id", "institution", "serial_no", "file", "row")}
    return known | {name: value for name, value in one.items() if name not in known}


def codes_of(stored: Mapping[str, Any]) -> list[str]:
    """Return the typology codes that stand in a stored alert, in order."""
    return sorted({standing["code"] for standing in stored["standings"]})


def paired(pairing: Mapping[str, int]) -> str:
    """Return one sentence on the transfers that two statements should tell alike."""
    possible = pairing["possible"]
    share = f"{100 * pairing['paired'] / possible:.1f}%" if possible else "--"
    return f"双方账户均在报送范围的转账 {possible:,} 笔，其中双边配对 {share}（paired by both sides' statements）"
