"""The alert queue: the ranked list, one alert with its history, claims, and moves with a revision check.

What moves are allowed is decided in ``fundwatch.domain``; here a move happens if the alert is still as it was seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from fundwatch.domain.errors import BusyError, InputError
from fundwatch.store.operations.commit import NEW
from fundwatch.store.operations.tables import alert_events, alert_orders, alert_versions, alerts

CLAIMED = "claimed"


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert with the version that is shown."""

    alert_id: str
    anchor: str
    episode: int
    state: str
    score: float
    level: str
    county: str | None
    first_seen: date
    as_of: date
    """Night of the version shown."""
    version: int
    revision: int
    """Grows with every change of the head; a decision names the one it was made on."""
    claimed_by: str | None
    updated_at: datetime
    manifest_id: str
    content: Mapping[str, Any]
    order_value: float | None = None
    """What the ranker that orders the list gave this version; None in a list by score."""


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One entry of an alert's history."""

    event: int
    alert_id: str
    version: int
    kind: str
    from_state: str | None
    to_state: str
    actor: str
    happened_at: datetime
    content: Mapping[str, Any]


def ranked(
    connection: Connection,
    *,
    as_of: date | None = None,
    states: Sequence[str] | None = None,
    counties: Sequence[str] | None = None,
    limit: int | None = None,
    offset: int = 0,
    ranker: str | None = None,
) -> list[Alert]:
    """Return the list in order of score; as it stood after the night ``as_of``, if one is named.

    ``counties`` limits what the reader may see (None: the whole city). States are always today's. A ``ranker``
    orders the list by its values, then by score; the list stays whole, what it has not ordered comes last.
    """
    query = _shown(as_of)
    first = []
    if ranker is not None:
        query = query.add_columns(alert_orders.c.value.label("order_value")).outerjoin(
            alert_orders,
            (alert_orders.c.alert_id == alert_versions.c.alert_id)
            & (alert_orders.c.version == alert_versions.c.version)
            & (alert_orders.c.ranker_id == ranker),
        )
        first = [alert_orders.c.value.is_(None), alert_orders.c.value.desc()]
    if states is not None:
        query = query.where(alerts.c.state.in_(states))
    if counties is not None:
        query = query.where(alert_versions.c.county.in_(counties))
    query = query.order_by(*first, alert_versions.c.score.desc(), alerts.c.alert_id).offset(offset)
    return [_alert(row) for row in connection.execute(query if limit is None else query.limit(limit))]


def get(connection: Connection, alert_id: str, *, counties: Sequence[str] | None = None) -> Alert:
    """Return one alert; raise InputError when there is none, or none that the reader may see: the same answer."""
    query = _shown(None).where(alerts.c.alert_id == alert_id)
    if counties is not None:
        query = query.where(alerts.c.county.in_(counties))
    row = connection.execute(query).first()
    if row is None:
        raise InputError(
            "没有这条预警，请核对编号。", "there is no such alert; check its id.", code="R404", place=alert_id
        )
    return _alert(row)


def versions(connection: Connection, alert_id: str) -> list[dict[str, Any]]:
    """Return every version of an alert, oldest first, as plain values (``version``, ``as_of``, ``content``, …)."""
    query = select(alert_versions).where(alert_versions.c.alert_id == alert_id).order_by(alert_versions.c.version)
    return [dict(row._mapping) for row in connection.execute(query)]


def events(connection: Connection, alert_id: str) -> list[AlertEvent]:
    """Return the history of an alert, oldest first."""
    query = select(alert_events).where(alert_events.c.alert_id == alert_id).order_by(alert_events.c.event)
    return [AlertEvent(**row._mapping) for row in connection.execute(query)]


def anchors(connection: Connection, wanted: Sequence[str]) -> list[Alert]:
    """Return the alerts of these anchors, all episodes: what ``assemble`` reconciles a night with."""
    query = _shown(None).where(alerts.c.anchor.in_(wanted)).order_by(alerts.c.anchor, alerts.c.episode)
    return [_alert(row) for row in connection.execute(query)]


def claim_next(
    connection: Connection, *, actor: str, now: datetime, ttl: timedelta, counties: Sequence[str] | None = None
) -> Alert | None:
    """Claim the highest new alert for one person, None when there is none; two people never get the same.

    The subquery walks an index of (state, score). Claims that ran out come back by ``sweep_claims`` alone: an OR
    here would defeat the index. It is compared by ``=``: after ``IN`` PostgreSQL may run it once per row, lock
    another row each time and claim several.
    """
    best = select(alerts.c.alert_id).where(alerts.c.state == NEW)
    if counties is not None:
        best = best.where(alerts.c.county.in_(counties))
    best = best.order_by(alerts.c.score.desc(), alerts.c.alert_id).limit(1).with_for_update(skip_locked=True)
    claimed = connection.execute(
        update(alerts)
        .where(alerts.c.alert_id == best.scalar_subquery(), alerts.c.state == NEW)
        .values(
            state=CLAIMED,
            claimed_by=actor,
            claim_expires_at=now + ttl,
            revision=alerts.c.revision + 1,
            updated_at=now,
        )
        .returning(alerts.c.alert_id, alerts.c.version)
    ).first()
    if claimed is None:
        return None
    _record(connection, claimed.alert_id, claimed.version, CLAIMED, NEW, CLAIMED, actor, now, {})
    return get(connection, claimed.alert_id)


def move(
    connection: Connection,
    alert_id: str,
    *,
    revision: int,
    to_state: str,
    kind: str,
    actor: str,
    now: datetime,
    content: Mapping[str, Any],
    claim_ttl: timedelta | None = None,
    counties: Sequence[str] | None = None,
) -> Alert:
    """Move an alert that is still at ``revision`` and append the event.

    Raises BusyError when somebody changed it meanwhile, InputError when the reader has no such alert.
    ``claim_ttl`` is given when the move is a claim.
    """
    seen = get(connection, alert_id, counties=counties)
    is_claim = claim_ttl is not None
    changed = connection.execute(
        update(alerts)
        .where(alerts.c.alert_id == alert_id, alerts.c.revision == revision)
        .values(
            state=to_state,
            claimed_by=actor if is_claim else None,
            claim_expires_at=now + claim_ttl if claim_ttl is not None else None,
            revision=revision + 1,
            updated_at=now,
        )
    )
    if seen.revision != revision or changed.rowcount != 1:
        raise BusyError(
            "这条预警刚被他人更新，请刷新后再处理。",
            "this alert was changed by somebody else meanwhile; reload it first.",
            code="B201",
            place=alert_id,
        )
    _record(connection, alert_id, seen.version, kind, seen.state, to_state, actor, now, content)
    return get(connection, alert_id)


def sweep_claims(connection: Connection, now: datetime) -> int:
    """Return claims that ran out to the queue; say how many."""
    back = connection.execute(
        update(alerts)
        .where(alerts.c.state == CLAIMED, alerts.c.claim_expires_at <= now)
        .values(state=NEW, claimed_by=None, claim_expires_at=None, revision=alerts.c.revision + 1, updated_at=now)
        .returning(alerts.c.alert_id, alerts.c.version)
    ).all()
    for row in back:
        _record(connection, row.alert_id, row.version, "claim_expired", CLAIMED, NEW, "system", now, {})
    return len(back)


def _shown(as_of: date | None) -> Select[Any]:
    """Heads joined to the version that is shown: the current one, or the last up to a night."""
    query = select(
        alerts.c.alert_id,
        alerts.c.anchor,
        alerts.c.episode,
        alerts.c.state,
        alert_versions.c.score,
        alert_versions.c.level,
        alert_versions.c.county,
        alerts.c.first_seen,
        alert_versions.c.as_of,
        alert_versions.c.version,
        alerts.c.revision,
        alerts.c.claimed_by,
        alerts.c.updated_at,
        alert_versions.c.manifest_id,
        alert_versions.c.content,
    ).join(alert_versions, alert_versions.c.alert_id == alerts.c.alert_id)
    if as_of is None:
        return query.where(alert_versions.c.version == alerts.c.version)
    inner = alert_versions.alias("until")
    last = (
        select(func.max(inner.c.version))
        .where(inner.c.alert_id == alerts.c.alert_id, inner.c.as_of <= as_of)
        .scalar_subquery()
    )
    return query.where(alerts.c.first_seen <= as_of, alert_versions.c.version == last)


def _alert(row: Row[Any]) -> Alert:
    return Alert(**row._mapping)


def _record(
    connection: Connection,
    alert_id: str,
    version: int,
    kind: str,
    from_state: str,
    to_state: str,
    actor: str,
    now: datetime,
    content: Mapping[str, Any],
) -> None:
    connection.execute(
        insert(alert_events).values(
            alert_id=alert_id,
            version=version,
            kind=kind,
            from_state=from_state,
            to_state=to_state,
            actor=actor,
            happened_at=now,
            content=dict(content),
        )
    )
