"""The one transaction that moves manifest, ledger and alerts together, under the fencing token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from fundwatch.domain.errors import BusyError
from fundwatch.store.manifests import Manifest
from fundwatch.store.operations import audit, controls, history, ledger, ordering
from fundwatch.store.operations.controls import ControlRow
from fundwatch.store.operations.database import writing
from fundwatch.store.operations.lease import Lease, check
from fundwatch.store.operations.ledger import BatchMove
from fundwatch.store.operations.tables import alert_events, alert_versions, alerts, findings, nights
from fundwatch.store.operations.writing import content_hash, insert_absent, slices

NEW = "new"


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as a night sees it: the head's figures and the whole of it as plain JSON.

    ``content`` is the snapshot: claim, evidence, parameters, versions. It holds neither clock nor run nor manifest,
    so that the same truth has the same content; whatever differs in it makes a new version.
    """

    alert_id: str
    anchor: str
    episode: int
    score: float
    level: str
    first_seen: date
    """Night that raised it first; ignored for an alert that is known."""
    as_of: date
    manifest_id: str
    content: Mapping[str, Any]
    county: str | None = None
    """Scope (GB/T 2260); None is the city's own."""
    move: tuple[str, str] | None = None
    """From which state to which the night moves a known alert (a recurrence); None leaves it where people put it."""
    event: Mapping[str, Any] = field(default_factory=dict)
    """What the event says beside the version: the reason of a recurrence, terms gained."""
    facts: Mapping[str, Any] | None = None
    """What was measured of the subject that night, filed beside a new version and no part of it."""
    order: tuple[str, float] | None = None
    """The ranker in force and the order value it gives this content, filed beside a new version."""

    @property
    def content_hash(self) -> str:
        """Return the hash that decides whether anything changed."""
        return content_hash([self.score, self.level, self.county, dict(self.content)])


@dataclass(frozen=True, slots=True)
class NightRow:
    """The record of one night over one manifest."""

    as_of: date
    manifest_id: str
    status: str
    counts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What a replayed night or a backfill found, as one summary for the analyst instead of a flood."""

    kind: str
    as_of: date
    manifest_id: str
    content: Mapping[str, Any]

    @property
    def finding_id(self) -> str:
        """Return the id, made of what it says."""
        return content_hash([self.kind, self.as_of.isoformat(), self.manifest_id, dict(self.content)])[:24]


@dataclass(frozen=True, slots=True)
class Change:
    """All that one run changes; every part may be empty."""

    base: str = ""
    """Id of the head manifest that ``manifest`` was drafted from."""
    manifest: Manifest | None = None
    as_of: int | None = None
    """Day of the night (days since 1970-01-01), None for an ingest."""
    batches: tuple[BatchMove, ...] = ()
    alerts: tuple[AlertRow, ...] = ()
    findings: tuple[FindingRow, ...] = ()
    night: NightRow | None = None
    controls: tuple[ControlRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit did; all empty when the same change had been committed before."""

    manifest: Manifest
    batches: tuple[str, ...] = ()
    raised: tuple[str, ...] = ()
    grown: tuple[str, ...] = ()
    recurred: tuple[str, ...] = ()


def commit(engine: Engine, lease: Lease, change: Change, *, now: datetime, actor: str) -> Committed:
    """Commit a change whole or not at all; committing it again changes nothing.

    Raises BusyError when the lease has passed on, when the head manifest is no longer ``change.base``, or when a
    person moved an alert that the night wanted to move; then nothing is written and the run may start again.
    """
    with writing(engine) as connection:
        check(connection, lease)
        before = history.head(connection)
        after = before
        if change.manifest is not None:
            after = history.append(connection, change.manifest, base=change.base, as_of=change.as_of, now=now)
        moved = tuple(move.batch for move in change.batches if ledger.apply(connection, move, now))
        raised, grown, recurred = _file_alerts(connection, change.alerts, now, actor)
        _file_findings(connection, change.findings, now)
        controls.file(connection, change.controls, now)
        is_new_night = change.night is not None and _file_night(connection, change.night, now)
        if after.number != before.number or moved or raised or grown or recurred or is_new_night:
            detail = {
                "manifest": after.manifest_id,
                "number": after.number,
                "batches": len(moved),
                "raised": len(raised),
                "grown": len(grown),
                "recurred": len(recurred),
            }
            subject = "ingest" if change.as_of is None else f"night:{change.as_of}"
            audit.append(connection, now=now, actor=actor, action="commit", subject=subject, detail=detail)
    return Committed(after, moved, raised, grown, recurred)


def _file_alerts(
    connection: Connection, rows: Sequence[AlertRow], now: datetime, actor: str
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the ids of the alerts that are new, that grew and that recurred."""
    outcome: dict[str, list[str]] = {"raised": [], "grew": [], "recurred": []}
    for part in slices(sorted(rows, key=lambda row: row.alert_id)):
        query = select(alerts).where(alerts.c.alert_id.in_([row.alert_id for row in part])).with_for_update()
        known = {row.alert_id: row for row in connection.execute(query)}
        events: list[dict[str, Any]] = []
        versions: list[dict[str, Any]] = []
        heads: list[dict[str, Any]] = []
        made: dict[tuple[str, int], AlertRow] = {}
        for row in part:
            head = known.get(row.alert_id)
            if head is None:
                heads.append(_new_head(row, now))
                kind, version, former, state = "raised", 1, None, NEW
            else:
                if row.move is None and head.content_hash == row.content_hash:
                    continue
                if row.move is not None and _has_moved(head, row):
                    continue
                version = int(head.version) + (head.content_hash != row.content_hash)
                kind, former = ("grew" if row.move is None else "recurred"), head.state
                state = former if row.move is None else row.move[1]
                _grow(connection, head, row, version, state, now)
            if head is None or version != head.version:
                versions.append(_version(row, version, now))
                made[row.alert_id, version] = row
            events.append(_event(row, version, kind, former, state, now, actor))
            outcome[kind].append(row.alert_id)
        for table, filed in ((alerts, heads), (alert_versions, versions), (alert_events, events)):
            if filed:
                connection.execute(insert(table), filed)
        _file_beside(connection, made)
    return tuple(outcome["raised"]), tuple(outcome["grew"]), tuple(outcome["recurred"])


def _file_beside(connection: Connection, made: Mapping[tuple[str, int], AlertRow]) -> None:
    ordering.file_facts(connection, {key: row.facts for key, row in made.items() if row.facts is not None})
    for key, row in made.items():
        if row.order is not None:
            ordering.file_orders(connection, row.order[0], {key: row.order[1]})


def _has_moved(head: Row[Any], row: AlertRow) -> bool:
    """Return whether this very move was committed before; raise BusyError when a person moved the alert instead."""
    former, state = row.move or ("", "")
    if head.state == former:
        return False
    if head.content_hash == row.content_hash:
        return True
    raise BusyError(
        "预警在本次运行期间被人工处理，未写入任何内容；请重新运行。",
        f"an alert was {head.state}, not {former}, when it was to become {state}; nothing was written; run again.",
        code="B106",
        place=row.alert_id,
    )


def _new_head(row: AlertRow, now: datetime) -> dict[str, Any]:
    return {
        "alert_id": row.alert_id,
        "anchor": row.anchor,
        "episode": row.episode,
        "state": NEW,
        "score": row.score,
        "level": row.level,
        "county": row.county,
        "first_seen": row.first_seen,
        "as_of": row.as_of,
        "version": 1,
        "content_hash": row.content_hash,
        "revision": 1,
        "updated_at": now,
    }


def _grow(connection: Connection, head: Row[Any], row: AlertRow, version: int, state: str, now: datetime) -> None:
    values: dict[str, Any] = {"state": state, "revision": int(head.revision) + 1, "updated_at": now}
    if state != head.state:
        values |= {"claimed_by": None, "claim_expires_at": None}
    if version != head.version:
        values |= {
            "score": row.score,
            "level": row.level,
            "county": row.county,
            "as_of": row.as_of,
            "version": version,
            "content_hash": row.content_hash,
        }
    connection.execute(update(alerts).where(alerts.c.alert_id == row.alert_id).values(values))


def _version(row: AlertRow, version: int, now: datetime) -> dict[str, Any]:
    return {
        "alert_id": row.alert_id,
        "version": version,
        "manifest_id": row.manifest_id,
        "as_of": row.as_of,
        "score": row.score,
        "level": row.level,
        "county": row.county,
        "content_hash": row.content_hash,
        "content": dict(row.content),
        "made_at": now,
    }


def _event(
    row: AlertRow, version: int, kind: str, former: str | None, state: str, now: datetime, actor: str
) -> dict[str, Any]:
    return {
        "alert_id": row.alert_id,
        "version": version,
        "kind": kind,
        "from_state": former,
        "to_state": state,
        "actor": actor,
        "happened_at": now,
        "content": dict(row.event),
    }


def _file_findings(connection: Connection, rows: Sequence[FindingRow], now: datetime) -> None:
    filed = [
        {
            "finding_id": row.finding_id,
            "kind": row.kind,
            "as_of": row.as_of,
            "manifest_id": row.manifest_id,
            "content": dict(row.content),
            "made_at": now,
        }
        for row in rows
    ]
    insert_absent(connection, findings, filed)


def _file_night(connection: Connection, row: NightRow, now: datetime) -> bool:
    """Record a night; the same night over the same manifest stays as it was, unless its status changed."""
    own = (nights.c.as_of == row.as_of) & (nights.c.manifest_id == row.manifest_id)
    former = connection.execute(select(nights).where(own)).first()
    if former is not None and former.status == row.status:
        return False
    values = {"status": row.status, "counts": dict(row.counts), "finished_at": now}
    if former is None:
        connection.execute(insert(nights).values(as_of=row.as_of, manifest_id=row.manifest_id, **values))
    else:
        connection.execute(update(nights).where(own).values(**values))
    return True
