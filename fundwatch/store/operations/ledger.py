"""The ledger: every batch from its upload to its end, its receipts, and the zero reports."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from fundwatch.domain.errors import InputError
from fundwatch.store.operations.tables import batches, receipts, zero_reports
from fundwatch.store.operations.writing import content_hash, insert_absent

RECEIVED, CHECKED, LOADED = "received", "checked", "loaded"
RETRACTED, SUPERSEDED, REJECTED = "retracted", "superseded", "rejected"
_MOVES: Mapping[str, frozenset[str]] = {
    RECEIVED: frozenset({CHECKED, LOADED, REJECTED, RETRACTED}),
    CHECKED: frozenset({LOADED, REJECTED, RETRACTED}),
    LOADED: frozenset({RETRACTED, SUPERSEDED}),
    # A refused file may pass later, under a mended contract.
    REJECTED: frozenset({CHECKED, LOADED, RETRACTED}),
    RETRACTED: frozenset(),
    SUPERSEDED: frozenset(),
}
_ENDED = (RETRACTED, SUPERSEDED)
_INSTANTS = {CHECKED: "checked_at", REJECTED: "checked_at", LOADED: "loaded_at"}


@dataclass(frozen=True, slots=True)
class Batch:
    """One delivery of one institution."""

    number: int
    """Order of arrival, from 1."""
    batch: str
    state: str
    sha256: str
    generation: int
    size: int
    file_name: str
    institution: str
    legal_basis: str
    received_at: datetime
    received_by: str
    contract: str | None = None
    contract_version: str | None = None
    """Of the contract, or of each of several joined by ``+``, when the batch was judged; None where it was not kept."""
    corrects: str | None = None
    """Batch that this one replaces."""
    completes: str | None = None
    """Batch of which this file holds only rows put right; together with it, it replaces that batch."""
    quality: int | None = None
    """Quality score in tenths, 0 to 1000."""
    rows_read: int | None = None
    rows_accepted: int | None = None
    rows_quarantined: int | None = None
    first_day: int | None = None
    last_day: int | None = None
    checked_at: datetime | None = None
    loaded_at: datetime | None = None
    ended_at: datetime | None = None
    ended_reason: str | None = None


@dataclass(frozen=True, slots=True)
class BatchMove:
    """What a run did to a batch: its new state and, after a check, its receipt and figures."""

    batch: str
    state: str
    reason: str | None = None
    """Why it ended; required for ``retracted``."""
    contract: str | None = None
    contract_version: str | None = None
    completes: str | None = None
    quality: int | None = None
    rows_read: int | None = None
    rows_accepted: int | None = None
    rows_quarantined: int | None = None
    first_day: int | None = None
    last_day: int | None = None
    verdict: str | None = None
    receipt: Mapping[str, Any] | None = field(default=None, compare=False)
    """The receipt as plain JSON; kept beside earlier ones, never in their place."""


_FIGURES = (
    "contract",
    "contract_version",
    "completes",
    "quality",
    "rows_read",
    "rows_accepted",
    "rows_quarantined",
    "first_day",
    "last_day",
)
_COLUMNS = tuple(batches.c[entry.name] for entry in fields(Batch))


def receive(
    connection: Connection,
    *,
    sha256: str,
    size: int,
    file_name: str,
    institution: str,
    legal_basis: str,
    received_by: str,
    now: datetime,
    corrects: str | None = None,
    completes: str | None = None,
) -> Batch:
    """Enter an upload; the same file of the same institution is the same batch, unless that one has ended.

    What it corrects or completes is entered with it, so that a batch which has to wait keeps its meaning; said of a
    batch that was not loaded yet, it replaces what was said before. An upload without a legal basis raises InputError.
    """
    if not legal_basis.strip():
        raise InputError(
            "缺少调取依据，不能接收；请登记长期依据或随批次注明。",
            "there is no legal basis for this upload; register a standing one or state it with the batch.",
            code="F304",
        )
    former = _former(connection, institution, sha256)
    if former is not None and former.state not in _ENDED:
        if former.state != LOADED and (corrects or completes):
            meaning = {"corrects": corrects, "completes": completes}
            connection.execute(update(batches).where(batches.c.batch == former.batch).values(**meaning))
        return batch(connection, former.batch)
    generation = 1 if former is None else int(former.generation) + 1
    name = batch_name(institution, sha256, generation)
    row = {
        "batch": name,
        "state": RECEIVED,
        "sha256": sha256,
        "generation": generation,
        "size": size,
        "file_name": file_name,
        "institution": institution,
        "legal_basis": legal_basis.strip(),
        "received_at": now,
        "received_by": received_by,
        "corrects": corrects,
        "completes": completes,
    }
    insert_absent(connection, batches, [row])
    return batch(connection, name)


def batch_name(institution: str, sha256: str, generation: int) -> str:
    """Return the id of a batch: made of what it is, so that it does not depend on when it came."""
    return "B" + hashlib.sha256(f"{institution}|{sha256}|{generation}".encode()).hexdigest()[:12]


def coming_name(connection: Connection, institution: str, sha256: str) -> str:
    """Return the id that a file has as a batch, or will have once it is received."""
    former = _former(connection, institution, sha256)
    if former is None:
        return batch_name(institution, sha256, 1)
    return str(former.batch) if former.state not in _ENDED else batch_name(institution, sha256, former.generation + 1)


def _former(connection: Connection, institution: str, sha256: str) -> Row[Any] | None:
    query = select(*_COLUMNS).where(batches.c.institution == institution, batches.c.sha256 == sha256)
    return connection.execute(query.order_by(batches.c.generation.desc()).limit(1)).first()


def batch(connection: Connection, name: str) -> Batch:
    """Return one batch; raise InputError when there is none of that id."""
    row = connection.execute(select(*_COLUMNS).where(batches.c.batch == name)).first()
    if row is None:
        raise InputError(f"没有批次 {name}，请核对批次号。", f"there is no batch {name}; check its id.", code="F305")
    return Batch(**row._mapping)


def list_batches(
    connection: Connection, *, institution: str | None = None, states: Sequence[str] | None = None
) -> list[Batch]:
    """Return batches in order of arrival, of one institution and in certain states if they are named."""
    query = select(*_COLUMNS).order_by(batches.c.number)
    if institution is not None:
        query = query.where(batches.c.institution == institution)
    if states is not None:
        query = query.where(batches.c.state.in_(states))
    return [Batch(**row._mapping) for row in connection.execute(query)]


def apply(connection: Connection, move: BatchMove, now: datetime) -> bool:
    """Bring a batch to a new state and keep its receipt; return whether anything changed.

    A batch that is already there stays as it is. A move that the ledger does not know raises InputError.
    """
    current = batch(connection, move.batch)
    is_filed = move.receipt is not None and _file_receipt(connection, move, now)
    if current.state == move.state:
        return is_filed
    if move.state not in _MOVES[current.state] or (move.state == RETRACTED and not (move.reason or "").strip()):
        raise InputError(
            f"批次 {move.batch} 当前为 {current.state}，不能转为 {move.state}（撤回须注明原因）。",
            f"batch {move.batch} is {current.state} and cannot become {move.state} (a withdrawal needs a reason).",
            code="F306",
        )
    values: dict[str, Any] = {name: getattr(move, name) for name in _FIGURES if getattr(move, name) is not None}
    if move.state in _INSTANTS:
        values[_INSTANTS[move.state]] = now
    if move.state in _ENDED:
        values |= {"ended_at": now, "ended_reason": move.reason}
    connection.execute(update(batches).where(batches.c.batch == move.batch).values(state=move.state, **values))
    return True


def list_receipts(connection: Connection, name: str) -> list[dict[str, Any]]:
    """Return the receipts of a batch as plain JSON, oldest first."""
    query = select(receipts.c.content).where(receipts.c.batch == name).order_by(receipts.c.receipt)
    return [dict(content) for content in connection.scalars(query)]


def declare_nothing(connection: Connection, *, institution: str, day: date, declared_by: str, now: datetime) -> None:
    """Record a zero report; declaring it again changes nothing."""
    row = {"institution": institution, "day": day, "declared_by": declared_by, "declared_at": now}
    insert_absent(connection, zero_reports, [row])


def zero_report_days(connection: Connection) -> list[tuple[str, date]]:
    """Return institution and day of every zero report, in order."""
    return [(institution, day) for institution, day, _ in declarations(connection)]


def declarations(connection: Connection) -> list[tuple[str, date, datetime]]:
    """Return institution, day and instant of every zero report, in order of institution and day."""
    query = select(zero_reports.c.institution, zero_reports.c.day, zero_reports.c.declared_at)
    ordered = query.order_by(zero_reports.c.institution, zero_reports.c.day)
    return [(row.institution, row.day, row.declared_at) for row in connection.execute(ordered)]


def _file_receipt(connection: Connection, move: BatchMove, now: datetime) -> bool:
    content = dict(move.receipt or {})
    mark = content_hash(content)
    found = select(receipts.c.receipt).where(receipts.c.batch == move.batch, receipts.c.content_hash == mark)
    if connection.execute(found).first() is not None:
        return False
    verdict = move.verdict or str(content.get("verdict", ""))
    row = {"batch": move.batch, "verdict": verdict, "content_hash": mark, "content": content, "made_at": now}
    connection.execute(insert(receipts).values(row))
    return True
