"""People as the operations database keeps them: adding, signing in with two factors, disabling.

Passwords rest as Argon2id hashes (RFC 9106, second recommended option: 64 MiB, three passes). Whoever asks for a name
that does not exist, a wrong password or a locked account waits as long and gets the same answer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from fundwatch.domain.access import Role, Scope, scope_of
from fundwatch.domain.errors import InputError
from fundwatch.domain.sign_in import STEP_SECONDS, SignInRules, check_password, locked_until, steps_to_try
from fundwatch.store.operations import audit
from fundwatch.store.operations.people_tables import people, sessions
from fundwatch.store.sealing import seal, unseal

USE = "people"
"""The key that seals the secrets of second factors, by its name in the register of keys."""
ISSUER = "资金哨 Fundwatch"
_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in; ``has_second_factor`` says whether one is enrolled."""

    person: int
    name: str
    display_name: str
    role: Role
    scope: Scope
    is_active: bool
    must_change_password: bool
    has_second_factor: bool
    signed_in_at: datetime | None
    made_at: datetime


def add(
    connection: Connection,
    *,
    name: str,
    display_name: str,
    role: Role,
    password: str,
    actor: str,
    now: datetime,
    institutions: Collection[str] = (),
    region: str | None = None,
    rules: SignInRules | None = None,
) -> int:
    """Add a person and return the number; the password must be changed at the first sign-in.

    Raises InputError for a name that is taken or empty, a scope the role cannot have, or a weak password.
    """
    scope = scope_of(role, institutions, region)
    if not name or name != name.strip() or any(character.isspace() for character in name):
        raise InputError("用户名不得为空或含空格。", "a user name is not empty and has no spaces.", code="U103")
    check_password(password, name, rules or SignInRules())
    values = {
        "name": name,
        "display_name": display_name or name,
        "role": role.value,
        "institutions": sorted(scope.institutions),
        "region": scope.region,
        "password_hash": _HASHER.hash(password),
        "must_change_password": True,
        "state": "active",
        "failures": 0,
        "made_at": now,
    }
    try:
        number = int(connection.execute(insert(people).values(**values).returning(people.c.person)).scalar_one())
    except IntegrityError as error:
        raise InputError(
            "用户名已被使用，请换一个。", "this user name is taken; choose another.", code="U104"
        ) from error
    _record(connection, now, actor, "user_added", number, role=role.value)
    return number


def listed(connection: Connection) -> list[Person]:
    """Return everybody, by name."""
    return [_person(row) for row in connection.execute(select(people).order_by(people.c.name))]


def get(connection: Connection, number: int) -> Person | None:
    """Return one person, None when there is none of this number."""
    row = connection.execute(select(people).where(people.c.person == number)).first()
    return None if row is None else _person(row)


def vouched_for(connection: Connection, name: str, *, now: datetime, rules: SignInRules | None = None) -> Person | None:
    """Return whom another system of the office vouches for in place of a password; None where that is nobody here.

    Someone locked, disabled or without a second factor is nobody: the second factor is never vouched for.
    """
    row = connection.execute(select(people).where(people.c.name == name)).first()
    person = None if row is None else _person(row)
    until = None if row is None else locked_until(row.failures, row.failed_at, rules or SignInRules())
    is_locked = until is not None and now < until
    if person is None or not person.is_active or not person.has_second_factor or is_locked:
        number = 0 if person is None else person.person
        actor = "unknown" if person is None else person.name
        detail = {"vouched": True}
        audit.append(
            connection, now=now, actor=actor, action="sign_in_refused", subject=f"person:{number}", detail=detail
        )
        return None
    return person


def authenticate(
    connection: Connection, name: str, password: str, *, now: datetime, rules: SignInRules | None = None
) -> Person | None:
    """Return who it is, or None: unknown, wrong, locked and disabled look alike. The caller commits either way.

    A person with a second factor has not signed in before ``verify_second_factor``.
    """
    row = connection.execute(select(people).where(people.c.name == name).with_for_update()).first()
    is_right = _matches(row.password_hash if row is not None else _nobody(), password)
    if row is None:
        audit.append(connection, now=now, actor="unknown", action="sign_in_refused", subject="person:0", detail={})
        return None
    until = locked_until(row.failures, row.failed_at, rules or SignInRules())
    is_locked = until is not None and now < until
    if is_right and not is_locked and row.state == "active":
        _set(connection, row.person, failures=0, failed_at=None)
        if _HASHER.check_needs_rehash(row.password_hash):
            _set(connection, row.person, password_hash=_HASHER.hash(password))
        return _person(row)
    if not is_locked:
        _failed(connection, row, now)
    _record(connection, now, row.name, "sign_in_refused", row.person, locked=is_locked)
    return None


def enrol_second_factor(connection: Connection, person: Person, key: bytes, *, actor: str, now: datetime) -> str:
    """Give a person a new second factor and return the ``otpauth`` address, which is shown once."""
    secret = pyotp.random_base32()
    sealed = seal(secret.encode(), key, _about(person.person))
    _set(connection, person.person, totp_secret=sealed, totp_step=None)
    _record(connection, now, actor, "second_factor_enrolled", person.person)
    return pyotp.TOTP(secret).provisioning_uri(name=person.name, issuer_name=ISSUER)


def verify_second_factor(
    connection: Connection,
    person: Person,
    code: str,
    key: bytes,
    *,
    now: datetime,
    rules: SignInRules | None = None,
) -> bool:
    """Return whether a one-time code is right, not used before and heard; a wrong one counts as a failure."""
    row = connection.execute(select(people).where(people.c.person == person.person).with_for_update()).one()
    until = locked_until(row.failures, row.failed_at, rules or SignInRules())
    if row.totp_secret is None or row.state != "active" or (until is not None and now < until):
        return False
    codes = pyotp.TOTP(unseal(row.totp_secret, key, _about(person.person)).decode(), interval=STEP_SECONDS)
    for step in steps_to_try(now, row.totp_step):
        if pyotp.utils.strings_equal(codes.at(step * STEP_SECONDS), code):
            _set(connection, row.person, totp_step=step, failures=0, failed_at=None)
            return True
    _failed(connection, row, now)
    _record(connection, now, row.name, "sign_in_refused", row.person, second_factor=True)
    return False


def change_password(
    connection: Connection, person: Person, password: str, *, now: datetime, rules: SignInRules | None = None
) -> None:
    """Give a person another password and end all sessions; raise InputError for a weak one or the one in use."""
    check_password(password, person.name, rules or SignInRules())
    former = connection.execute(select(people.c.password_hash).where(people.c.person == person.person)).scalar_one()
    if _matches(former, password):
        raise InputError("新口令不得与现用口令相同。", "choose a password other than the one in use.", code="U105")
    _set(connection, person.person, password_hash=_HASHER.hash(password), must_change_password=False)
    _end_sessions(connection, person.person, now)
    _record(connection, now, person.name, "password_changed", person.person)


def reset(
    connection: Connection, name: str, password: str, *, actor: str, now: datetime, rules: SignInRules | None = None
) -> Person:
    """Let a person begin anew with a first password: whoever forgot it, was locked out, or was disabled.

    All sessions end and the second factor goes, which the caller enrols anew. Raises InputError when nobody has this
    name, or for a weak password.
    """
    check_password(password, name, rules or SignInRules())
    number = connection.execute(select(people.c.person).where(people.c.name == name)).scalar()
    if number is None:
        raise _nobody_named()
    values = {"password_hash": _HASHER.hash(password), "must_change_password": True, "state": "active"}
    _set(connection, number, failures=0, failed_at=None, totp_secret=None, totp_step=None, **values)
    _end_sessions(connection, number, now)
    _record(connection, now, actor, "user_reset", number)
    found = get(connection, number)
    assert found is not None, "it was just changed"
    return found


def disable(connection: Connection, name: str, *, actor: str, now: datetime) -> None:
    """Let a person sign in no more, and end all sessions; raise InputError when nobody has this name."""
    number = connection.execute(
        update(people).where(people.c.name == name).values(state="disabled").returning(people.c.person)
    ).scalar()
    if number is None:
        raise _nobody_named()
    _end_sessions(connection, number, now)
    _record(connection, now, actor, "user_disabled", number)


def _nobody_named() -> InputError:
    return InputError(
        "没有这个用户，请用 fundwatch user list 核对。", "nobody has this name; see fundwatch user list.", code="U106"
    )


def _failed(connection: Connection, row: Row[Any], now: datetime) -> None:
    _set(connection, row.person, failures=row.failures + 1, failed_at=now)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """Return a hash that no password is compared with in earnest: asking for nobody takes as long."""
    return _HASHER.hash(pyotp.random_base32())


def _person(row: Row[Any]) -> Person:
    return Person(
        person=row.person,
        name=row.name,
        display_name=row.display_name,
        role=Role(row.role),
        scope=Scope(frozenset(row.institutions), row.region),
        is_active=row.state == "active",
        must_change_password=row.must_change_password,
        has_second_factor=row.totp_secret is not None,
        signed_in_at=row.signed_in_at,
        made_at=row.made_at,
    )


def _set(connection: Connection, number: int, **values: Any) -> None:
    connection.execute(update(people).where(people.c.person == number).values(**values))


def _end_sessions(connection: Connection, number: int, now: datetime) -> None:
    open_ = (sessions.c.person == number) & sessions.c.ended_at.is_(None)
    connection.execute(update(sessions).where(open_).values(ended_at=now))


def _record(connection: Connection, now: datetime, actor: str, action: str, number: int, **detail: Any) -> None:
    audit.append(connection, now=now, actor=actor, action=action, subject=f"person:{number}", detail=detail)


def _about(number: int) -> bytes:
    return f"person:{number}".encode()
