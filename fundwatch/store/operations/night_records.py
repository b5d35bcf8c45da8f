"""Records of the nights that were published or replayed, and the summaries that go beside the queue."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from fundwatch.store.operations.tables import findings, nights


def every_night(connection: Connection) -> list[dict[str, Any]]:
    """Return the records of all nights, by day and time, as plain values."""
    query = select(nights).order_by(nights.c.as_of, nights.c.finished_at)
    return [dict(row._mapping) for row in connection.execute(query)]


def newest(connection: Connection, most: int) -> list[dict[str, Any]]:
    """Return the records of the nights finished last, newest first, as plain values."""
    query = select(nights).order_by(nights.c.finished_at.desc(), nights.c.as_of.desc()).limit(most)
    return [dict(row._mapping) for row in connection.execute(query)]


def last_published(connection: Connection) -> dict[str, Any] | None:
    """Return the record of the latest published night, None before the first."""
    query = select(nights).where(nights.c.status == "published")
    row = connection.execute(query.order_by(nights.c.as_of.desc(), nights.c.finished_at.desc()).limit(1)).first()
    return None if row is None else dict(row._mapping)


def every_finding(connection: Connection) -> list[dict[str, Any]]:
    """Return the summaries of replays and backfills, newest first, as plain values."""
    query = select(findings).order_by(findings.c.made_at.desc(), findings.c.finding_id)
    return [dict(row._mapping) for row in connection.execute(query)]
