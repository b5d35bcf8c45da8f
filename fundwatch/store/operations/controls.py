"""Control samples: subjects drawn for blind review, and what was decided of them; nothing is ever changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from fundwatch.domain.causes import check_causes
from fundwatch.domain.errors import InputError
from fundwatch.domain.review import CONFIRMED, DECIDED, RETURNED, Disposition, ReviewState, confirm
from fundwatch.store.operations import audit
from fundwatch.store.operations.tables import control_events, control_samples
from fundwatch.store.operations.writing import content_hash

PREFIX = "CS-"


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One subject drawn on a night; ``stratum`` and its ``population`` stay hidden from the reviewer."""

    as_of: date
    manifest_id: str
    subject: str
    stratum: str
    population: int
    content: Mapping[str, Any]

    @property
    def sample_id(self) -> str:
        """Return the id, which tells nothing of the stratum."""
        return PREFIX + content_hash([self.as_of.isoformat(), self.subject])[:12].upper()


@dataclass(frozen=True, slots=True)
class Control:
    """One drawn subject as stored."""

    sample_id: str
    as_of: date
    manifest_id: str
    subject: str
    stratum: str
    population: int
    content: Mapping[str, Any]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ControlEvent:
    """One step of the review of a drawn subject; a drawn subject never changes, so its version is always 1."""

    event: int
    sample_id: str
    kind: str
    actor: str
    happened_at: datetime
    content: Mapping[str, Any]
    version: int = 1


def file(connection: Connection, rows: Sequence[ControlRow], now: datetime) -> None:
    """File a night's sample; a night that has one keeps it, whatever a rerun would draw."""
    days = {row.as_of for row in rows}
    known = set(connection.scalars(select(control_samples.c.as_of).where(control_samples.c.as_of.in_(days))))
    filed = [
        {
            "sample_id": row.sample_id,
            "as_of": row.as_of,
            "manifest_id": row.manifest_id,
            "subject": row.subject,
            "stratum": row.stratum,
            "population": row.population,
            "content": dict(row.content),
            "made_at": now,
        }
        for row in rows
        if row.as_of not in known
    ]
    if filed:
        connection.execute(insert(control_samples), filed)


def drawn(connection: Connection, as_of: date | None = None) -> list[Control]:
    """Return the samples of one night, or of all, in an order that tells nothing of the stratum."""
    query = select(control_samples).order_by(control_samples.c.as_of, control_samples.c.sample_id)
    if as_of is not None:
        query = query.where(control_samples.c.as_of == as_of)
    return [Control(**row._mapping) for row in connection.execute(query)]


def get(connection: Connection, sample_id: str) -> Control:
    """Return one drawn subject; raise InputError when there is none."""
    row = connection.execute(select(control_samples).where(control_samples.c.sample_id == sample_id)).first()
    if row is None:
        raise InputError(
            "没有这份对照样本，请核对编号。",
            "there is no such control sample; check its id.",
            code="R120",
            place=sample_id,
        )
    return Control(**row._mapping)


def events(connection: Connection, sample_id: str | None = None) -> list[ControlEvent]:
    """Return the history of one drawn subject, or of all, oldest first."""
    query = select(control_events).order_by(control_events.c.event)
    if sample_id is not None:
        query = query.where(control_events.c.sample_id == sample_id)
    return [ControlEvent(**row._mapping) for row in connection.execute(query)]


def state_of(found: Sequence[ControlEvent]) -> ReviewState:
    """Return where the review of a drawn subject stands: new, decided or closed."""
    if not found or found[-1].kind == RETURNED:
        return ReviewState.NEW
    if found[-1].kind == CONFIRMED or not Disposition(found[-1].content["disposition"]).needs_second_person:
        return ReviewState.CLOSED
    return ReviewState.DECIDED


def decide(
    connection: Connection,
    sample_id: str,
    *,
    actor: str,
    disposition: Disposition,
    causes: Sequence[str],
    note: str,
    now: datetime,
) -> ReviewState:
    """Record the first signature, under the same reasons as for an alert; raise InputError where it is not due."""
    given = check_causes(disposition, causes, note)
    if _state(connection, sample_id) is not ReviewState.NEW:
        raise InputError("这份样本已有结论。", "this sample has been decided on already.", code="R121", place=sample_id)
    content = {"disposition": disposition.value, "causes": [cause.code for cause in given], "note": note}
    return _record(connection, sample_id, DECIDED, actor, now, content)


def sign(
    connection: Connection, sample_id: str, *, actor: str, note: str, now: datetime, returned: bool = False
) -> ReviewState:
    """Record the second signature, or send the decision back; raise InputError where none waits or it is one's own."""
    if _state(connection, sample_id) is not ReviewState.DECIDED:
        raise InputError("没有待复核的结论。", "no decision waits for a signature.", code="R122", place=sample_id)
    first = events(connection, sample_id)[-1]
    confirm(first.actor, actor)
    kept = {name: first.content[name] for name in ("disposition", "causes")}
    content = {**kept, "decided_by": first.actor, "note": note}
    return _record(connection, sample_id, RETURNED if returned else CONFIRMED, actor, now, content)


def _state(connection: Connection, sample_id: str) -> ReviewState:
    # The row is locked where the engine can, so that two people do not both decide.
    found = select(control_samples.c.sample_id).where(control_samples.c.sample_id == sample_id).with_for_update()
    if connection.execute(found).first() is None:
        get(connection, sample_id)
    return state_of(events(connection, sample_id))


def _record(
    connection: Connection, sample_id: str, kind: str, actor: str, now: datetime, content: Mapping[str, Any]
) -> ReviewState:
    connection.execute(
        insert(control_events).values(
            sample_id=sample_id, kind=kind, actor=actor, happened_at=now, content=dict(content)
        )
    )
    detail = {"disposition": content["disposition"]}
    audit.append(connection, now=now, actor=actor, action=kind, subject=f"control:{sample_id}", detail=detail)
    return state_of(events(connection, sample_id))
