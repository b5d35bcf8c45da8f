"""Drawing the control sample of a night, and estimating from the reviewed ones what the alerts miss."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from duckdb import DuckDBPyConnection
from sqlalchemy import select

from fundwatch.domain.alerts import Assembly
from fundwatch.domain.keys import date_of, record_text
from fundwatch.domain.labels import Label
from fundwatch.domain.recall import Missed, Reviewed, estimate
from fundwatch.domain.sampling import Stratum, draw, stratify
from fundwatch.store.operations import controls
from fundwatch.store.operations.controls import ControlRow
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.tables import alerts
from pipelines import subjects
from pipelines.drafts import Draft
from pipelines.facts import Facts
from pipelines.installation import Installation
from pipelines.labelling import alert_labels, control_histories, control_label
from pipelines.queries import rows


def drawn_for(
    installation: Installation,
    connection: DuckDBPyConnection,
    draft: Draft,
    assembly: Assembly,
    facts: Mapping[int, Facts],
) -> tuple[ControlRow, ...]:
    """Return the control sample of a night: subjects with a reported account and without any alert, by stratum."""
    assert draft.as_of is not None
    population = {row["group_key"] for row in rows(connection, "reported_groups")}
    group_of = subjects.groups_of_parties(connection, population)
    with reading(installation.operations) as operations:
        anchors = {int(anchor, 16) for anchor in operations.scalars(select(alerts.c.anchor))}
    alerted = {group_of.get(anchor) for anchor in anchors} | {one.alert.subject.key for one in assembly.changes}
    items: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for item in draft.items:
        items[int(item["subject"]["key"], 16)].append(item)
    ranks = {key: one["percentile"] for key, one in facts.items() if one["percentile"] is not None}
    strata = stratify(population, alerted=[key for key in alerted if key], spoken_of=items.keys(), ranks=ranks)
    chosen = draw(strata, as_of_day=draft.as_of)
    keys = {one.key for one in chosen}
    cards = subjects.cards_of(connection, keys, subjects.anchors_of(connection, keys))
    return tuple(
        ControlRow(
            as_of=date_of(draft.as_of),
            manifest_id=draft.manifest.manifest_id,
            subject=record_text(one.key),
            stratum=one.stratum.value,
            population=one.population,
            content={
                "subject": cards[one.key].to_json(),
                "items": items[one.key],
                "suppressions": [each for each in draft.suppressions if each["subject"]["key"] == record_text(one.key)],
                "facts": facts.get(one.key),
            },
        )
        for one in chosen
    )


def listed(installation: Installation, as_of: date) -> list[dict[str, Any]]:
    """Return a night's sample as its reviewers may see it: no stratum, no hit, no score."""
    with reading(installation.operations) as connection:
        histories = control_histories(connection)
        return [
            {
                "sample_id": one.sample_id,
                "as_of": one.as_of.isoformat(),
                "subject_kind": one.content["subject"]["kind"],
                "accounts": one.content["subject"]["accounts"],
                "region": one.content["subject"]["region"],
                "state": controls.state_of(histories.get(one.sample_id, [])).value,
                "features": dict((one.content["facts"] or {}).get("values", {})),
            }
            for one in controls.drawn(connection, as_of)
        ]


def recall(installation: Installation, since: date | None = None, until: date | None = None) -> dict[str, Any]:
    """Return the estimate of missed cases over the samples of some nights, with what it rests on."""
    with reading(installation.operations) as connection:
        histories = control_histories(connection)
        samples = [
            (one, control_label(one, histories.get(one.sample_id, [])))
            for one in controls.drawn(connection)
            if (since is None or one.as_of >= since) and (until is None or one.as_of <= until)
        ]
        found = {
            label.subject
            for label, _ in alert_labels(connection)
            if label.truth
            and (since is None or date_of(label.version.as_of_day) >= since)
            and (until is None or date_of(label.version.as_of_day) <= until)
        }
        unreviewed = connection.execute(
            select(alerts.c.alert_id).where(alerts.c.state.notin_(["closed", "snoozed", "merged"]))
        ).all()
    strata = [_reviewed(stratum, samples) for stratum in Stratum]
    return {
        "strata": strata,
        "nights": len({one.as_of for one, _ in samples}),
        "open_alerts": len(unreviewed),
        "estimate": estimate([one for one in strata if one.population], len(found)),
    }


def _reviewed(stratum: Stratum, samples: Sequence[tuple[controls.Control, Label]]) -> Reviewed:
    own = [(one, label) for one, label in samples if one.stratum == stratum.value]
    sizes = {one.as_of: one.population for one, _ in own}
    truths = Counter(label.truth for _, label in own)
    mean = sum(sizes.values()) / len(sizes) if sizes else 0.0
    return Reviewed(stratum.value, mean, len(own), truths[True], truths[False])


def told(outcome: Missed) -> dict[str, Any]:
    """Return an estimate as plain data."""
    return {
        "missed": outcome.count,
        "missed_between": [outcome.bounds.low, outcome.bounds.high],
        "missed_share": outcome.share,
        "missed_share_between": [outcome.share_bounds.low, outcome.share_bounds.high],
        "found": outcome.found,
        "recall": outcome.recall,
        "recall_between": [outcome.recall_bounds.low, outcome.recall_bounds.high],
        "too_few_reviewed": list(outcome.thin),
    }
