"""The labels of an installation: settled decisions on alert versions and drawn controls, with what was known then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from fundwatch.domain.hits import Subject
from fundwatch.domain.keys import day_number
from fundwatch.domain.labels import Label, Version, labels_of, settled
from fundwatch.domain.review import CONFIRMED, DECIDED, RETURNED
from fundwatch.domain.snapshot import alert_from_json, item_from_json, suppression_from_json
from fundwatch.store.operations import controls, ordering
from fundwatch.store.operations.controls import Control
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.queue import AlertEvent
from fundwatch.store.operations.tables import alert_events, alert_versions
from pipelines.facts import Facts
from pipelines.installation import Installation


def labelled(installation: Installation) -> list[tuple[Label, Facts | None]]:
    """Return every settled decision as a label with the facts filed then; alerts first, then control samples."""
    with reading(installation.operations) as connection:
        return [*_of_alerts(connection), *_of_controls(connection)]


def alert_labels(connection: Connection) -> Iterator[tuple[Label, Mapping[str, Any]]]:
    """Yield the label of each alert version with a settled decision, and the version's stored content."""
    for alert_id, events in sorted(_histories(connection).items()):
        for number in sorted(settled(events)):
            row = connection.execute(
                select(alert_versions.c.as_of, alert_versions.c.content).where(
                    alert_versions.c.alert_id == alert_id, alert_versions.c.version == number
                )
            ).one()
            (label,) = labels_of(alert_id, events, [version_of(number, day_number(row.as_of), row.content)])
            yield label, row.content


def version_of(number: int, as_of_day: int, content: Mapping[str, Any]) -> Version:
    """Return an alert version as it is taught from."""
    alert = alert_from_json(content["alert"])
    items = tuple(standing.item for standing in alert.standings)
    suppressions = tuple(one.suppression for one in alert.explanations)
    return Version(number, as_of_day, alert.subject, items, suppressions)


def control_label(control: Control, events: list[controls.ControlEvent]) -> Label:
    """Return what a drawn control teaches; None as truth while nothing settled was said of it."""
    content = control.content
    items = tuple(item_from_json(one) for one in content["items"])
    suppressions = tuple(suppression_from_json(one) for one in content["suppressions"])
    subject = Subject("group", int(control.subject, 16))
    version = Version(1, day_number(control.as_of), subject, items, suppressions)
    (label,) = labels_of(control.sample_id, events, [version])
    return label


def control_histories(connection: Connection) -> dict[str, list[controls.ControlEvent]]:
    """Return the review of every drawn control that has been looked at, oldest event first."""
    found: dict[str, list[controls.ControlEvent]] = defaultdict(list)
    for event in controls.events(connection):
        found[event.sample_id].append(event)
    return found


def _of_alerts(connection: Connection) -> list[tuple[Label, Facts | None]]:
    labels = [label for label, _ in alert_labels(connection)]
    facts = ordering.facts_of(connection, sorted({label.case_id for label in labels}))
    return [(label, facts.get((label.case_id, label.version.number))) for label in labels]


def _of_controls(connection: Connection) -> list[tuple[Label, Facts | None]]:
    histories = control_histories(connection)
    return [
        (control_label(one, histories[one.sample_id]), one.content["facts"])
        for one in controls.drawn(connection)
        if one.sample_id in histories
    ]


def _histories(connection: Connection) -> dict[str, list[AlertEvent]]:
    kinds = (DECIDED, CONFIRMED, RETURNED)
    query = select(alert_events).where(alert_events.c.kind.in_(kinds)).order_by(alert_events.c.event)
    found: dict[str, list[AlertEvent]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.alert_id].append(AlertEvent(**row._mapping))
    return found
