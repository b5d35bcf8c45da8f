"""Sessions: who is signed in. The database knows only the SHA-256 of a session's id."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from fundwatch.domain.sign_in import SignInRules, is_over
from fundwatch.store.operations import audit, people
from fundwatch.store.operations.people import Person
from fundwatch.store.operations.people_tables import people as table
from fundwatch.store.operations.people_tables import sessions

_BYTES = 32
SEEN_STEP = timedelta(seconds=30)
"""Within this time of use nothing is written, so that looking at pages is reading; idle times are exact to it."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds: whose, with which token against forged forms, and whether both factors were shown."""

    person: Person
    csrf: str
    second_factor: bool
    seen_at: datetime


def start(connection: Connection, person: Person, *, second_factor: bool, now: datetime) -> str:
    """Begin a session and return its id, which is kept nowhere else; the next step of a sign-in begins another."""
    session_id = secrets.token_urlsafe(_BYTES)
    values = {
        "digest": _digest(session_id),
        "person": person.person,
        "csrf": secrets.token_urlsafe(_BYTES),
        "second_factor": second_factor,
        "made_at": now,
        "seen_at": now,
    }
    connection.execute(insert(sessions).values(**values))
    if second_factor or not person.has_second_factor:
        connection.execute(update(table).where(table.c.person == person.person).values(signed_in_at=now))
        _record(connection, person, "sign_in", now)
    return session_id


def find(connection: Connection, session_id: str, *, now: datetime, rules: SignInRules | None = None) -> Session | None:
    """Return the session of an id; None when there is none, it is over, or the person is disabled."""
    row = connection.execute(select(sessions).where(sessions.c.digest == _digest(session_id))).first()
    if row is None or row.ended_at is not None or is_over(row.made_at, row.seen_at, now, rules or SignInRules()):
        return None
    person = people.get(connection, row.person)
    if person is None or not person.is_active:
        return None
    return Session(person, row.csrf, row.second_factor, row.seen_at)


def mark_seen(connection: Connection, session_id: str, *, now: datetime) -> None:
    """Let the time without use begin anew; callers need not do so more often than every ``SEEN_STEP``."""
    connection.execute(update(sessions).where(sessions.c.digest == _digest(session_id)).values(seen_at=now))


def drop(connection: Connection, session_id: str, *, now: datetime) -> None:
    """End a session that another one follows, which is no sign-out."""
    open_ = (sessions.c.digest == _digest(session_id)) & sessions.c.ended_at.is_(None)
    connection.execute(update(sessions).where(open_).values(ended_at=now))


def end(connection: Connection, session_id: str, *, now: datetime) -> None:
    """End a session; nothing happens when it is over already."""
    digest = _digest(session_id)
    open_ = (sessions.c.digest == digest) & sessions.c.ended_at.is_(None)
    number = connection.execute(
        update(sessions).where(open_).values(ended_at=now).returning(sessions.c.person)
    ).scalar()
    person = None if number is None else people.get(connection, number)
    if person is not None:
        _record(connection, person, "sign_out", now)


def _record(connection: Connection, person: Person, action: str, now: datetime) -> None:
    audit.append(connection, now=now, actor=person.name, action=action, subject=f"person:{person.person}", detail={})


def _digest(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()
