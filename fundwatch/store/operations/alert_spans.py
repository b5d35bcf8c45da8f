"""The days that open alerts speak of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select

from fundwatch.domain.gaps import AlertSpan
from fundwatch.domain.keys import day_number
from fundwatch.domain.review import OPEN_STATES
from fundwatch.store.operations.tables import alert_versions, alerts


def open_spans(
    connection: Connection, first: date, last: date, *, counties: Sequence[str] | None = None
) -> list[AlertSpan]:
    """Return the open alerts that speak of any day from ``first`` through ``last``, highest score first.

    ``counties`` limits what the reader may see (None: the whole city).
    """
    since, until = (alert_versions.c.content[("span", place)].as_string() for place in (0, 1))
    held = alert_versions.c.content[("subject", "institutions")]
    query = (
        select(alerts.c.alert_id, alert_versions.c.level, alert_versions.c.score, since, until, held)
        .join(
            alert_versions,
            (alert_versions.c.alert_id == alerts.c.alert_id) & (alert_versions.c.version == alerts.c.version),
        )
        .where(alerts.c.state.in_(sorted(OPEN_STATES)), since <= last.isoformat(), until >= first.isoformat())
    )
    if counties is not None:
        query = query.where(alerts.c.county.in_(counties))
    rows = connection.execute(query.order_by(alert_versions.c.score.desc(), alerts.c.alert_id))
    return [
        AlertSpan(
            alert_id,
            level,
            score,
            day_number(date.fromisoformat(begun)),
            day_number(date.fromisoformat(ended)),
            frozenset(institutions),
        )
        for alert_id, level, score, begun, ended, institutions in rows
    ]
