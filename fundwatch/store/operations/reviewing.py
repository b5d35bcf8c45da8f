"""Claiming, deciding and signing alerts: each step one event that names the version it was made on.

What moves and reasons are allowed is decided in ``fundwatch.domain``; here they happen, in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from fundwatch.domain.causes import check_causes
from fundwatch.domain.errors import InputError
from fundwatch.domain.review import CONFIRMED, DECIDED, RETURNED, Disposition, ReviewState, confirm, move
from fundwatch.store.operations import audit, queue
from fundwatch.store.operations.queue import Alert

CLAIM_TTL = timedelta(hours=8)
"""A working day: what is claimed and not decided by then goes back to the queue."""


def claim(
    connection: Connection,
    alert_id: str,
    *,
    actor: str,
    now: datetime,
    ttl: timedelta = CLAIM_TTL,
    counties: Sequence[str] | None = None,
) -> Alert:
    """Claim one alert for one person; claiming one's own again changes nothing.

    Raises InputError when somebody else has it or its state forbids it, BusyError when it changed meanwhile.
    """
    seen = queue.get(connection, alert_id, counties=counties)
    state = ReviewState(seen.state)
    if state is ReviewState.CLAIMED:
        _own(seen, actor)
        return seen
    move(state, ReviewState.CLAIMED)
    if state is ReviewState.DECIDED:
        raise _refused("这条预警待复核，请由另一人复核或退回。", "the alert waits for a second signature.", "R113")
    return queue.move(
        connection,
        alert_id,
        revision=seen.revision,
        to_state=ReviewState.CLAIMED.value,
        kind=queue.CLAIMED,
        actor=actor,
        now=now,
        content={},
        claim_ttl=ttl,
        counties=counties,
    )


def decide(
    connection: Connection,
    alert_id: str,
    *,
    actor: str,
    disposition: Disposition,
    causes: Sequence[str],
    note: str,
    now: datetime,
    counties: Sequence[str] | None = None,
) -> Alert:
    """Record the first signature; an alert that nobody holds is claimed on the way.

    What needs no second person is snoozed at once. Raises InputError for a reason that does not fit, or for an alert
    that somebody else holds.
    """
    given = check_causes(disposition, causes, note)
    held = claim(connection, alert_id, actor=actor, now=now, counties=counties)
    to_state = ReviewState.DECIDED if disposition.needs_second_person else ReviewState.SNOOZED
    move(ReviewState(held.state), to_state)
    content = {"disposition": disposition.value, "causes": [cause.code for cause in given], "note": note}
    decided = queue.move(
        connection,
        alert_id,
        revision=held.revision,
        to_state=to_state.value,
        kind=DECIDED,
        actor=actor,
        now=now,
        content=content,
        counties=counties,
    )
    _audited(connection, now, actor, DECIDED, decided, {"disposition": disposition.value})
    return decided


def sign(
    connection: Connection,
    alert_id: str,
    *,
    actor: str,
    note: str,
    now: datetime,
    counties: Sequence[str] | None = None,
) -> Alert:
    """Record the second signature and close the alert; raise InputError when it is the first person's own.

    The event repeats what was decided, by whom and on which version, which may have grown since.
    """
    return _second(connection, alert_id, ReviewState.CLOSED, CONFIRMED, actor, note, now, counties)


def send_back(
    connection: Connection,
    alert_id: str,
    *,
    actor: str,
    note: str,
    now: datetime,
    counties: Sequence[str] | None = None,
) -> Alert:
    """Return a decision for another look: it no longer stands, and the second person holds the alert.

    Raises InputError without a note, and when it is the first person's own.
    """
    if not note.strip():
        raise _refused("退回须写明理由。", "say in the note why it is returned.", "R114")
    return _second(connection, alert_id, ReviewState.CLAIMED, RETURNED, actor, note, now, counties)


def _second(
    connection: Connection,
    alert_id: str,
    to_state: ReviewState,
    kind: str,
    actor: str,
    note: str,
    now: datetime,
    counties: Sequence[str] | None,
) -> Alert:
    seen = queue.get(connection, alert_id, counties=counties)
    state = ReviewState(seen.state)
    if state is not ReviewState.DECIDED:
        raise _refused(
            f"预警处于“{state.zh}”，没有待复核的结论。", f"the alert is {state.value}; no decision waits.", "R115"
        )
    first = [event for event in queue.events(connection, alert_id) if event.kind == DECIDED][-1]
    confirm(first.actor, actor)
    move(state, to_state)
    decision: Mapping[str, Any] = first.content
    content = {
        "disposition": decision["disposition"],
        "causes": decision["causes"],
        "decided_by": first.actor,
        "decided_version": first.version,
        "note": note,
    }
    moved = queue.move(
        connection,
        alert_id,
        revision=seen.revision,
        to_state=to_state.value,
        kind=kind,
        actor=actor,
        now=now,
        content=content,
        claim_ttl=CLAIM_TTL if to_state is ReviewState.CLAIMED else None,
        counties=counties,
    )
    _audited(connection, now, actor, kind, moved, {"disposition": decision["disposition"]})
    return moved


def _own(alert: Alert, actor: str) -> None:
    if alert.claimed_by != actor:
        raise _refused("这条预警正由他人初审，请另选一条。", "somebody else holds this alert; take another.", "R116")


def _audited(
    connection: Connection, now: datetime, actor: str, action: str, alert: Alert, detail: Mapping[str, Any]
) -> None:
    content = {"version": alert.version, "state": alert.state, **detail}
    audit.append(connection, now=now, actor=actor, action=action, subject=f"alert:{alert.alert_id}", detail=content)


def _refused(zh: str, en: str, code: str) -> InputError:
    return InputError(zh, en, code=code)
