"""Tokens stay for ever; originals are seen only on the record."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from fundwatch.domain.errors import ConfigurationError, InputError
from fundwatch.store.custody import LOOKUP, MASTER, Custody, registered
from fundwatch.store.operations import audit
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.settings import Settings
from fundwatch.store.vault import Vault

# Invented: region, birth date and order number of nobody; check digits as GB 11643 asks.
PEOPLE = ["11010519491231002X", "610902199001010019", "610902198505050025"]


def _key_file(vault: Vault, use: str) -> Path:
    with reading(vault.engine) as connection:
        mark = registered(connection, use)
    assert mark is not None
    return vault.custody.folder.path(use, mark)


def test_a_token_is_the_documented_digest(vault: Vault, now: datetime) -> None:
    tokens = vault.tokens(PEOPLE, now=now)
    key = bytes.fromhex(_key_file(vault, LOOKUP).read_text().strip().removeprefix("fundwatch-key:"))
    for value, token in tokens.items():
        assert token == "T" + hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:32]
        assert re.fullmatch(r"T[0-9a-f]{32}", token)


@given(values=st.lists(st.text(min_size=1).filter(lambda text: bool(text.strip()) and "\x00" not in text), max_size=6))
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_equal_values_have_equal_tokens_and_others_differ(vault: Vault, now: datetime, values: list[str]) -> None:
    values = [value for value in values if value.isprintable()]
    first = vault.tokens(values, now=now)
    assert vault.tokens(values[::-1] * 2, now=now) == first
    assert len(set(first.values())) == len(set(values))
    for value, token in first.items():
        assert vault.reveal(token, actor="a", reason="test", now=now) == value


def test_the_database_never_holds_an_original(vault: Vault, settings: Settings, engine: Engine, now: datetime) -> None:
    vault.tokens(PEOPLE, now=now)
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT token, lookup, sealed FROM vault_entries")).all()
    assert len(rows) == 3
    for row in rows:
        for value in PEOPLE:
            assert value.encode() not in bytes(row.sealed) + bytes(row.lookup) + row.token.encode()


def test_a_lost_lookup_key_loses_no_join(vault: Vault, now: datetime) -> None:
    before = vault.tokens(PEOPLE, now=now)
    _key_file(vault, LOOKUP).unlink()
    with pytest.raises(ConfigurationError, match="re-key"):
        vault.tokens(PEOPLE, now=now)
    assert vault.rekey(now=now, actor="admin") == 3
    assert vault.tokens(PEOPLE, now=now) == before
    newcomer = vault.tokens([*PEOPLE, "610902197001010011"], now=now)
    assert {value: newcomer[value] for value in PEOPLE} == before
    assert len(set(newcomer.values())) == 4


def test_rotation_keeps_tokens_and_is_on_the_record(vault: Vault, engine: Engine, now: datetime) -> None:
    before = vault.tokens(PEOPLE, now=now)
    old = _key_file(vault, LOOKUP)
    vault.rekey(now=now, actor="admin")
    old.unlink()
    assert vault.tokens(PEOPLE, now=now) == before
    with writing(engine) as connection:
        vault.custody.rotate_master(connection, now=now, actor="admin")
    assert vault.reveal(before[PEOPLE[0]], actor="a", reason="r", now=now) == PEOPLE[0]
    with reading(engine) as connection:
        assert [(entry.action, entry.subject) for entry in audit.entries(connection)] == [
            ("rotate_key", LOOKUP),
            ("rotate_key", MASTER),
            ("reveal", before[PEOPLE[0]]),
        ]


def test_without_the_master_key_joins_stay_and_originals_do_not_show(vault: Vault, now: datetime) -> None:
    before = vault.tokens(PEOPLE, now=now)
    _key_file(vault, MASTER).unlink()
    assert vault.tokens(PEOPLE, now=now) == before
    with pytest.raises(ConfigurationError):
        vault.reveal(before[PEOPLE[0]], actor="a", reason="r", now=now)


def test_seeing_an_original_is_recorded_also_when_there_is_none(vault: Vault, engine: Engine, now: datetime) -> None:
    token = vault.tokens(PEOPLE[:1], now=now)[PEOPLE[0]]
    assert vault.reveal(token, actor="officer", reason="核实身份", now=now) == PEOPLE[0]
    with pytest.raises(InputError):
        vault.reveal("T" + "0" * 32, actor="officer", reason="核实身份", now=now)
    with pytest.raises(InputError, match="reason"):
        vault.reveal(token, actor="officer", reason=" ", now=now)
    with reading(engine) as connection:
        entries = audit.entries(connection)
        assert [(entry.subject, entry.detail["found"]) for entry in entries] == [(token, True), ("T" + "0" * 32, False)]
        assert PEOPLE[0] not in str(entries)


def test_an_empty_value_has_no_token(vault: Vault, now: datetime) -> None:
    assert vault.tokens([], now=now) == {}
    for value in ("", "  "):
        with pytest.raises(InputError):
            vault.tokens([value, *PEOPLE], now=now)


def test_simultaneous_writers_give_one_token(engine: Engine, custody: Custody, now: datetime) -> None:
    values = [f"P{number:04}" for number in range(1500)]
    seen: list[dict[str, str]] = []
    vault = Vault(engine, custody)
    threads = [threading.Thread(target=lambda: seen.append(dict(vault.tokens(values, now=now)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 3
    assert seen[0] == seen[1] == seen[2]
    assert len(list(custody.folder.folder.glob("*.key"))) == 2
