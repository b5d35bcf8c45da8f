"""The audit trail: append-only entries, each sealed to the one before it by a hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from fundwatch.store.operations.tables import audit, audit_head
from fundwatch.store.operations.writing import content_hash


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what, and when."""

    entry: int
    happened_at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    previous: str
    digest: str


def append(
    connection: Connection, *, now: datetime, actor: str, action: str, subject: str, detail: Mapping[str, Any]
) -> int:
    """Append one entry within the caller's transaction and return its number.

    The head row serialises writers on both engines, so the chain never forks. ``detail`` is plain JSON without
    names, identity numbers, account numbers or amounts.
    """
    head = connection.execute(
        update(audit_head)
        .where(audit_head.c.one == 1)
        .values(entry=audit_head.c.entry + 1)
        .returning(audit_head.c.entry, audit_head.c.digest)
    ).one()
    content = dict(detail)
    digest = _digest(head.entry, now, actor, action, subject, content, head.digest)
    connection.execute(
        insert(audit).values(
            entry=head.entry,
            happened_at=now,
            actor=actor,
            action=action,
            subject=subject,
            detail=content,
            previous=head.digest,
            digest=digest,
        )
    )
    connection.execute(update(audit_head).where(audit_head.c.one == 1).values(digest=digest))
    return int(head.entry)


def entries(connection: Connection, *, subject: str | None = None) -> list[AuditEntry]:
    """Return the entries in order, of one subject if it is named."""
    query = select(audit).order_by(audit.c.entry)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    return [AuditEntry(**row._mapping) for row in connection.execute(query)]


def newest(
    connection: Connection,
    *,
    actor: str = "",
    action: str = "",
    subject: str = "",
    before: int | None = None,
    most: int | None = 100,
) -> list[AuditEntry]:
    """Return the newest entries first, of one actor, action or subject where named, older than ``before``."""
    query = select(audit).order_by(audit.c.entry.desc())
    for column, value in ((audit.c.actor, actor), (audit.c.action, action), (audit.c.subject, subject)):
        if value:
            query = query.where(column == value)
    if before is not None:
        query = query.where(audit.c.entry < before)
    return [AuditEntry(**row._mapping) for row in connection.execute(query if most is None else query.limit(most))]


def actions(connection: Connection) -> list[str]:
    """Return every kind of action that was ever recorded, in order."""
    return list(connection.scalars(select(audit.c.action).distinct().order_by(audit.c.action)))


def first_broken(connection: Connection) -> int | None:
    """Return the number of the first entry that was changed, removed, moved or cut off; None when all is sound."""
    expected, previous = 1, ""
    for row in connection.execute(select(audit).order_by(audit.c.entry)):
        digest = _digest(row.entry, row.happened_at, row.actor, row.action, row.subject, row.detail, previous)
        if row.entry != expected or row.previous != previous or row.digest != digest:
            return expected
        expected, previous = expected + 1, row.digest
    head = connection.execute(select(audit_head)).one()
    return None if (head.entry, head.digest) == (expected - 1, previous) else expected


def _digest(
    entry: int, now: datetime, actor: str, action: str, subject: str, detail: Mapping[str, Any], previous: str
) -> str:
    instant = now.astimezone(UTC).isoformat(timespec="microseconds")
    return content_hash([entry, instant, actor, action, subject, detail, previous])
