"""Assembling what a night found with the alerts already known, and committing it all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from duckdb import DuckDBPyConnection

from fundwatch.domain.alerts import Alert, Assembly, Change, KnownAlert, Night, assemble
from fundwatch.domain.hits import Suppression
from fundwatch.domain.keys import date_of, record_text
from fundwatch.domain.review import ReviewState
from fundwatch.domain.snapshot import alert_from_json, alert_to_json, item_from_json, suppression_from_json
from fundwatch.store.operations import commit, queue
from fundwatch.store.operations.controls import ControlRow
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.writing import slices
from pipelines import evidence, models, ranking, shadow, subjects
from pipelines.claiming import claims_of, explanation_of, headline_of
from pipelines.drafts import Draft, relations_of
from pipelines.facts import Facts, facts_of
from pipelines.frames import frame_of
from pipelines.installation import Installation
from pipelines.queries import rows
from pipelines.sampling import drawn_for

ACTOR = "fundwatch"


def publish(installation: Installation, draft: Draft) -> Draft:
    """Commit manifest, ledger and alerts of a run in one transaction; return the draft with its outcome.

    A run that was committed before changes nothing. Raises BusyError when the lease has passed on.
    """
    night = draft.as_of is not None
    assembly, alert_rows, controls = _assembled(installation, draft) if night else (Assembly((), (), 0), (), ())
    counts = _counts(draft, assembly)
    as_of = date_of(draft.as_of) if draft.as_of is not None else None
    change = commit.Change(
        base=draft.base,
        manifest=None if draft.replay else draft.manifest,
        as_of=draft.as_of,
        batches=draft.moves,
        alerts=tuple(alert_rows),
        findings=_findings(draft, assembly, as_of),
        night=_night_row(draft, counts, as_of) if as_of is not None else None,
        controls=tuple(controls),
    )
    done = commit.commit(installation.operations, draft.lease, change, now=installation.clock(), actor=ACTOR)
    if night:
        ranking.complete(installation)
    outcome = counts | {
        "manifest_id": draft.manifest.manifest_id,
        "committed": {"raised": done.raised, "grown": done.grown, "recurred": done.recurred},
    }
    return replace(draft, outcome=outcome)


def _assembled(
    installation: Installation, draft: Draft
) -> tuple[Assembly, Sequence[commit.AlertRow], Sequence[ControlRow]]:
    assert draft.as_of is not None
    items = [item_from_json(item) for item in draft.items]
    suppressions = [suppression_from_json(one) for one in draft.suppressions]
    with relations_of(installation, draft) as connection:
        groups = {item.subject.key for item in items}
        group_of = subjects.groups_of_parties(connection, groups)
        known = known_alerts(installation, group_of.keys())
        anchor_of = subjects.anchors_of(connection, groups)
        night = Night(
            draft.as_of,
            draft.manifest.manifest_id,
            replay=draft.replay,
            backfill_before_day=draft.backfill_before,
        )
        assembly = assemble(items, suppressions, known, group_of=group_of, anchor_of=anchor_of, night=night)
        alert_rows = _alert_rows(installation, connection, draft, assembly.changes)
        if draft.replay:
            return assembly, alert_rows, ()
        # Before a whole window of entries there is nothing to measure.
        measured = models.training_days(connection, draft.as_of)
        facts = facts_of(installation, frame_of(installation, connection, draft)) if measured else {}
        controls = drawn_for(installation, connection, draft, assembly, facts)
    return assembly, _ordered(installation, alert_rows, assembly.changes, facts), controls


def _ordered(
    installation: Installation,
    alert_rows: Sequence[commit.AlertRow],
    changes: Sequence[Change],
    facts: Mapping[int, Facts],
) -> list[commit.AlertRow]:
    """Return the rows with the facts of their subjects and the place that the ranker in force gives them."""
    ranker = ranking.usable(installation.settings)
    found = []
    for row, change in zip(alert_rows, changes, strict=True):
        own = facts.get(change.alert.subject.key)
        order = (ranker.ranker_id, ranking.value_of(ranker, change.alert, own)) if ranker is not None else None
        found.append(replace(row, facts=own, order=order))
    return found


def known_alerts(installation: Installation, anchors: Collection[int]) -> list[KnownAlert]:
    """Return the alerts of these anchor parties, as the next night has to reconcile with them."""
    wanted = sorted(record_text(anchor) for anchor in anchors)
    with reading(installation.operations) as connection:
        heads = [head for part in slices(wanted) for head in queue.anchors(connection, part)]
    return [KnownAlert(alert_from_json(head.content["alert"]), ReviewState(head.state)) for head in heads]


def _alert_rows(
    installation: Installation, connection: DuckDBPyConnection, draft: Draft, changes: Sequence[Change]
) -> list[commit.AlertRow]:
    alerts = [change.alert for change in changes]
    anchors = {alert.subject.key: alert.anchor for alert in alerts}
    cards = subjects.cards_of(connection, anchors.keys(), anchors)
    fetched = evidence.fetch(connection, evidence.records_of(alerts))
    found = []
    for change in changes:
        alert = change.alert
        card = cards[alert.subject.key]
        proof = evidence.evidence_of(alert, fetched)
        span = evidence.span_of(alert.window, proof)
        content = {
            "alert": alert_to_json(alert),
            "level": alert.level.value,
            "subject": card.to_json(),
            "span": list(span),
            **_told(installation, alert, span),
            "evidence": proof,
            "coverage": coverage(connection, alert),
        }
        recurs = change.kind == "recurred" and change.previous_state is not None
        found.append(
            commit.AlertRow(
                alert_id=alert.alert_id,
                anchor=record_text(alert.anchor),
                episode=alert.episode_day,
                score=alert.score,
                level=alert.level.value,
                first_seen=date_of(alert.first_seen_day),
                as_of=date_of(draft.as_of or 0),
                manifest_id=draft.manifest.manifest_id,
                content=content,
                county=card.region,
                move=(str(change.previous_state), ReviewState.RECURRED.value) if recurs else None,
                event={"kind": change.kind, "codes": sorted(alert.codes), "score": alert.score},
            )
        )
    return found


def _told(installation: Installation, alert: Alert, span: tuple[str, str]) -> Mapping[str, Any]:
    """Return what an alert says in words: headline, claims, and the innocent readings that were tried."""
    claims = claims_of(alert, installation.rules)
    held: dict[str, Suppression] = {one.suppression.suppressor_id: one.suppression for one in alert.explanations}
    tried = []
    for suppressor in installation.rules.active_suppressors():
        one = held.get(suppressor.id)
        entry: dict[str, Any] = {
            "id": suppressor.id,
            "code": suppressor.code,
            "zh": suppressor.name.zh,
            "en": suppressor.name.en,
            "holds": one is not None,
        }
        if one is not None:
            entry |= {
                "explains": sorted({term.code for term in alert.terms if suppressor.id in term.suppressors}),
                "factor": one.factor,
                "expires_on": date_of(one.expires_day).isoformat(),
                "claim": explanation_of(one, installation.rules),
            }
        tried.append(entry)
    return {"headline": headline_of(span, claims), "claims": claims, "suppressors": tried}


def coverage(connection: DuckDBPyConnection, alert: Alert) -> list[dict[str, Any]]:
    """Return how many days of the alert's window each institution has reported, reported late or not at all."""
    first, last = alert.window
    found = rows(connection, "coverage_gaps", {"from_day": first, "to_day": last})
    by_institution: dict[str, dict[str, Any]] = {}
    for row in found:
        entry = by_institution.setdefault(row["institution"], {"institution": row["institution"]})
        entry[row["status"]] = row["days"]
    return list(by_institution.values())


def _findings(draft: Draft, assembly: Assembly, as_of: date | None) -> tuple[commit.FindingRow, ...]:
    if as_of is None:
        return ()
    beside = shadow.finding_of(draft, as_of)
    if not assembly.summarised:
        return beside
    content = {
        "subjects": [
            {
                "subject": record_text(alert.subject.key),
                "codes": sorted(alert.codes),
                "score": alert.score,
                "window": [date_of(day).isoformat() for day in alert.window],
            }
            for alert in sorted(assembly.summarised, key=lambda alert: (-alert.score, alert.alert_id))
        ]
    }
    kind = "replay" if draft.replay else "backfill"
    return (commit.FindingRow(kind, as_of, draft.manifest.manifest_id, content), *beside)


def _night_row(draft: Draft, counts: Mapping[str, Any], as_of: date) -> commit.NightRow:
    status = "replayed" if draft.replay else "published"
    return commit.NightRow(as_of, draft.manifest.manifest_id, status, counts)


def _counts(draft: Draft, assembly: Assembly) -> dict[str, Any]:
    levels = Counter(change.alert.level.value for change in assembly.changes)
    kinds = Counter(change.kind for change in assembly.changes)
    return {
        "as_of": date_of(draft.as_of).isoformat() if draft.as_of is not None else None,
        "from_day": draft.from_day,
        "replay": draft.replay,
        "received": len(draft.received),
        "rejected": sum(1 for receipt in draft.received if receipt["verdict"] == "rejected"),
        "hits": sum(1 for item in draft.items if "rule_id" in item),
        "signals": sum(1 for item in draft.items if "detector_id" in item),
        "by_level": dict(sorted(levels.items())),
        "new": kinds["new"],
        "grown": kinds["grown"],
        "recurred": kinds["recurred"],
        "unchanged": assembly.unchanged,
        "summarised": len(assembly.summarised),
        "no_data": len(draft.no_data),
        "shadow": shadow.counts_of(draft.shadow),
        "overdue": [dict(one) for one in draft.overdue],
        "pairing": dict(draft.pairing),
        "model_id": draft.model_id,
        "drift": dict(draft.drift),
        "notes": list(draft.notes),
        "failures": list(draft.failures),
    }
