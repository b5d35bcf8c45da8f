"""What the office concluded on alerts, as their events tell it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from fundwatch.store.operations.tables import alert_events
from fundwatch.store.operations.writing import slices

CLOSED = "closed"


def last_conclusions(connection: Connection, alert_ids: Collection[str]) -> dict[str, str]:
    """Return the disposition with which each of the alerts was last closed; alerts never closed are left out.

    The disposition is the latest one that an event named up to the closing; later events do not take it back, since a
    recurrence reopens the alert and not the conclusion.
    """
    concluded: dict[str, str] = {}
    named: dict[str, str] = {}
    for part in slices(sorted(alert_ids)):
        query = (
            select(alert_events.c.alert_id, alert_events.c.to_state, alert_events.c.content)
            .where(alert_events.c.alert_id.in_(part), alert_events.c.kind.not_in(("raised", "grew")))
            .order_by(alert_events.c.event)
        )
        for alert_id, to_state, content in connection.execute(query):
            disposition = content.get("disposition")
            if disposition is not None:
                named[alert_id] = str(disposition)
            if to_state == CLOSED and alert_id in named:
                concluded[alert_id] = named[alert_id]
    return concluded
