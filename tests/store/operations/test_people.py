"""People and sessions, on both engines: two factors, locks, one answer for every refusal, nothing kept in the clear."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import Connection, Engine, select

from fundwatch.domain.access import Role
from fundwatch.domain.errors import InputError
from fundwatch.domain.sign_in import SignInRules
from fundwatch.store.operations import audit, people, signed_in
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.people import Person
from fundwatch.store.operations.people_tables import people as table
from fundwatch.store.operations.people_tables import sessions
from fundwatch.store.sealing import new_key

PASSWORD = "四面荷花三面柳,一城山色"
KEY = new_key()
RULES = SignInRules()


def added(connection: Connection, now: datetime, name: str = "liaison-1") -> Person:
    number = people.add(
        connection,
        name=name,
        display_name="联络员甲",
        role=Role.LIAISON,
        institutions=["610900-B01"],
        password=PASSWORD,
        actor="root",
        now=now,
    )
    found = people.get(connection, number)
    assert found is not None
    return found


def secret_of(address: str) -> pyotp.TOTP:
    return pyotp.TOTP(parse_qs(urlsplit(address).query)["secret"][0])


def test_the_right_password_signs_in_and_every_refusal_is_the_same(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        person = added(connection, now)
        assert people.authenticate(connection, person.name, PASSWORD, now=now) == person
        assert people.authenticate(connection, person.name, "wrong", now=now) is None
        assert people.authenticate(connection, "nobody", PASSWORD, now=now) is None
        people.disable(connection, person.name, actor="root", now=now)
        assert people.authenticate(connection, person.name, PASSWORD, now=now) is None
    with reading(engine) as connection:
        actions = [one.action for one in audit.entries(connection)]
        assert actions == ["user_added", *["sign_in_refused"] * 2, "user_disabled", "sign_in_refused"]
        assert audit.first_broken(connection) is None
        row = connection.execute(select(table)).one()
        assert row.password_hash.startswith("$argon2id$")


def test_failures_lock_and_the_lock_ends(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        person = added(connection, now)
        for _ in range(RULES.attempts):
            assert people.authenticate(connection, person.name, "wrong", now=now) is None
        assert people.authenticate(connection, person.name, PASSWORD, now=now + timedelta(seconds=59)) is None
        assert people.authenticate(connection, person.name, PASSWORD, now=now + timedelta(seconds=60)) is not None
        assert connection.execute(select(table.c.failures)).scalar() == 0


def test_a_one_time_code_serves_once_and_its_secret_rests_sealed(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        person = added(connection, now)
        codes = secret_of(people.enrol_second_factor(connection, person, KEY, actor="test", now=now))
        sealed = connection.execute(select(table.c.totp_secret)).scalar_one()
        assert codes.secret.encode() not in sealed
        code = codes.at(int(now.timestamp()))
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        assert not people.verify_second_factor(connection, person, wrong, KEY, now=now - timedelta(minutes=5))
        assert people.verify_second_factor(connection, person, code, KEY, now=now)
        assert not people.verify_second_factor(connection, person, code, KEY, now=now)
        later = now + timedelta(seconds=30)
        assert people.verify_second_factor(connection, person, codes.at(int(later.timestamp())), KEY, now=later)


def test_a_session_is_found_by_its_id_until_it_ends(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        person = added(connection, now)
        first = signed_in.start(connection, person, second_factor=False, now=now)
        second = signed_in.start(connection, person, second_factor=False, now=now)
        assert first != second
        found = signed_in.find(connection, first, now=now)
        assert found is not None and found.person.person == person.person
        kept = connection.execute(select(sessions.c.digest)).scalars().all()
        assert first not in kept and len(kept) == 2
        assert signed_in.find(connection, "made-up", now=now) is None
        assert signed_in.find(connection, second, now=now + RULES.idle) is None
        later = now + RULES.idle - signed_in.SEEN_STEP
        signed_in.mark_seen(connection, second, now=later)
        assert signed_in.find(connection, second, now=now + RULES.idle) is not None
        assert signed_in.find(connection, second, now=later + RULES.idle) is None
        signed_in.end(connection, first, now=now)
        assert signed_in.find(connection, first, now=now) is None
        seen = [one.action for one in audit.entries(connection)]
        assert seen == ["user_added", "sign_in", "sign_in", "sign_out"]


def test_another_password_ends_every_session(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        person = added(connection, now)
        assert person.must_change_password
        session = signed_in.start(connection, person, second_factor=False, now=now)
        with pytest.raises(InputError, match="相同"):
            people.change_password(connection, person, PASSWORD, now=now)
        people.change_password(connection, person, PASSWORD[::-1], now=now)
        assert signed_in.find(connection, session, now=now) is None
        signed = people.authenticate(connection, person.name, PASSWORD[::-1], now=now)
        assert signed is not None and not signed.must_change_password


def test_names_are_taken_once_and_somebody_unknown_cannot_be_disabled(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        added(connection, now)
    with pytest.raises(InputError, match="已被使用"), writing(engine) as connection:
        added(connection, now)
    with pytest.raises(InputError, match="没有这个用户"), writing(engine) as connection:
        people.disable(connection, "nobody", actor="root", now=now)
    with reading(engine) as connection:
        assert [one.name for one in people.listed(connection)] == ["liaison-1"]
