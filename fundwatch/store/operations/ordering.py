"""What a ranker says of alert versions: the facts it reads and the order values it gave.

Neither is part of an alert's content: a new ranker makes no new version, and a score, a level or a claim never moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from fundwatch.store.operations.tables import alert_facts, alert_orders, alerts
from fundwatch.store.operations.writing import insert_absent, slices

Versions = Iterable[tuple[str, int]]


def file_facts(connection: Connection, facts: Mapping[tuple[str, int], Mapping[str, Any]]) -> None:
    """File what was measured of alert versions (alert id, version); what is filed already stays."""
    rows = [{"alert_id": key[0], "version": key[1], "content": dict(one)} for key, one in sorted(facts.items())]
    insert_absent(connection, alert_facts, rows)


def file_orders(connection: Connection, ranker_id: str, values: Mapping[tuple[str, int], float]) -> None:
    """File the order values that a ranker gave to alert versions; what is filed already stays."""
    rows = [
        {"ranker_id": ranker_id, "alert_id": key[0], "version": key[1], "value": value}
        for key, value in sorted(values.items())
    ]
    insert_absent(connection, alert_orders, rows)


def facts_of(connection: Connection, alert_ids: Sequence[str]) -> dict[tuple[str, int], Mapping[str, Any]]:
    """Return the filed facts of every version of some alerts."""
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    for part in slices(sorted(alert_ids)):
        query = select(alert_facts).where(alert_facts.c.alert_id.in_(part))
        found |= {(row.alert_id, row.version): row.content for row in connection.execute(query)}
    return found


def is_complete(connection: Connection, ranker_id: str) -> bool:
    """Say whether a ranker has ordered the current version of every alert; else none is listed by it."""
    ordered = (
        (alert_orders.c.alert_id == alerts.c.alert_id)
        & (alert_orders.c.version == alerts.c.version)
        & (alert_orders.c.ranker_id == ranker_id)
    )
    query = select(func.count()).select_from(alerts.outerjoin(alert_orders, ordered))
    return connection.execute(query.where(alert_orders.c.value.is_(None))).scalar_one() == 0
