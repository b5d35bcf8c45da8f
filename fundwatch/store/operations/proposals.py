"""Proposed tunings as the operations database keeps them; approving one writes the tuning in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from fundwatch.domain.errors import BusyError, InputError
from fundwatch.domain.proposals import ProposalState
from fundwatch.store.operations import audit
from fundwatch.store.operations.tables import tuning, tuning_proposals


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposed tuning: ``wanted`` and ``former`` values of a rule's parameters, in their declared units."""

    proposal: int
    rule_id: str
    rule_version: int
    former: Mapping[str, Any]
    wanted: Mapping[str, Any]
    from_day: date
    author: str
    reason: str
    proposed_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str | None


def propose(connection: Connection, *, now: datetime, **told: Any) -> int:
    """File a proposal and return its number; ``told`` are the fields of ``Proposal`` from rule_id to reason."""
    values = told | {"proposed_at": now, "state": ProposalState.PROPOSED.value}
    number = int(
        connection.execute(
            insert(tuning_proposals).values(**values).returning(tuning_proposals.c.proposal)
        ).scalar_one()
    )
    detail = {"rule": told["rule_id"], "wanted": dict(told["wanted"]), "from": told["from_day"].isoformat()}
    _record(connection, now, told["author"], "tuning_proposed", number, detail)
    return number


def get(connection: Connection, number: int) -> Proposal:
    """Return one proposal; raise InputError when there is none of this number."""
    row = connection.execute(select(tuning_proposals).where(tuning_proposals.c.proposal == number)).first()
    if row is None:
        raise InputError(
            f"没有第 {number} 号调参，请用 fundwatch rules proposals 核对。",
            f"there is no proposal {number}; see fundwatch rules proposals.",
            code="K204",
        )
    return Proposal(**row._mapping)


def listed(connection: Connection) -> list[Proposal]:
    """Return every proposal, the latest first."""
    query = select(tuning_proposals).order_by(tuning_proposals.c.proposal.desc())
    return [Proposal(**row._mapping) for row in connection.execute(query)]


def decide(
    connection: Connection, seen: Proposal, state: ProposalState, *, person: str, note: str | None, now: datetime
) -> None:
    """Move a proposal that is still undecided; raise BusyError when somebody else decided it meanwhile."""
    changed = connection.execute(
        update(tuning_proposals)
        .where(tuning_proposals.c.proposal == seen.proposal, tuning_proposals.c.state == ProposalState.PROPOSED.value)
        .values(state=state.value, decided_by=person, decided_at=now, decision_note=note)
    )
    if changed.rowcount != 1:
        raise BusyError(
            "这条调参刚被他人处理，请刷新后再看。",
            "somebody else decided this proposal meanwhile; look again.",
            code="K205",
        )
    _record(connection, now, person, f"tuning_{state.value}", seen.proposal, {"rule": seen.rule_id})


def put_in_force(connection: Connection, seen: Proposal, *, from_day: date, approver: str, now: datetime) -> None:
    """Write the approved values as tuning that holds from a day on."""
    rows = [
        {
            "rule_id": seen.rule_id,
            "parameter": name,
            "value": value,
            "from_day": from_day,
            "author": seen.author,
            "approver": approver,
            "reason": seen.reason,
            "approved_at": now,
        }
        for name, value in sorted(seen.wanted.items())
    ]
    connection.execute(insert(tuning), rows)


def _record(
    connection: Connection, now: datetime, actor: str, action: str, number: int, detail: Mapping[str, Any]
) -> None:
    audit.append(connection, now=now, actor=actor, action=action, subject=f"tuning:{number}", detail=detail)
