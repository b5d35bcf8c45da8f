"""Engines, migrations and transactions of the operations database."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, delete, insert, select, text, update

from fundwatch.domain.errors import BusyError, ConfigurationError, EngineError
from fundwatch.store.operations import audit, database
from fundwatch.store.operations.database import open_operations, reading, upgrade, writing
from fundwatch.store.operations.tables import APPEND_ONLY, metadata, zero_reports


def test_migrations_make_exactly_the_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_a_database_of_a_newer_program_is_refused(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError):
        upgrade(engine)


def test_a_migration_that_breaks_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_operations(f"sqlite:///{tmp_path / 'new.sqlite'}")
    run = database.command.upgrade

    def broken(*arguments: object) -> None:
        run(*arguments)
        raise RuntimeError("killed before the commit")

    monkeypatch.setattr(database.command, "upgrade", broken)
    with pytest.raises(RuntimeError):
        upgrade(engine)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar() == 0
    monkeypatch.undo()
    upgrade(engine)
    engine.dispose()


def test_two_programs_may_start_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'both.sqlite'}"

    def start() -> None:
        engine = open_operations(url)
        upgrade(engine)
        engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(start) for _ in range(4)]:
            future.result()


def test_sqlite_is_durable_and_checks_foreign_keys(tmp_path: Path) -> None:
    engine = open_operations(f"sqlite:///{tmp_path / 'o.sqlite'}")
    with reading(engine) as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        }
    sound_wal = sqlite3.sqlite_version_info >= (3, 51, 3)
    assert found == {
        "journal_mode": "wal" if sound_wal else "delete",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 15_000,
        "secure_delete": 1,
    }
    engine.dispose()


@pytest.mark.parametrize("url", ["mysql://a@b/c", "", "nonsense", "duckdb:///x"])
def test_other_databases_are_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(ConfigurationError, match="FUNDWATCH_DATABASE_URL"):
        open_operations(url)


def test_a_transaction_is_all_or_nothing(engine: Engine, now: datetime) -> None:
    row = {"institution": "A", "day": now.date(), "declared_by": "x", "declared_at": now}
    with pytest.raises(RuntimeError), writing(engine) as connection:
        connection.execute(insert(zero_reports).values(**row))
        raise RuntimeError("killed")
    with reading(engine) as connection:
        assert connection.execute(select(zero_reports)).all() == []


def test_instants_come_back_aware_and_naive_ones_are_refused(engine: Engine, now: datetime) -> None:
    row = {"institution": "A", "day": now.date(), "declared_by": "x"}
    with writing(engine) as connection:
        connection.execute(insert(zero_reports).values(**row, declared_at=now))
    with reading(engine) as connection:
        assert connection.execute(select(zero_reports.c.declared_at)).scalar() == now
    with pytest.raises(Exception, match="time zone"), writing(engine) as connection:
        connection.execute(
            insert(zero_reports).values(**{**row, "institution": "B"}, declared_at=now.replace(tzinfo=None))
        )


@pytest.mark.parametrize("name", APPEND_ONLY)
def test_the_database_refuses_to_change_what_was_appended(engine: Engine, now: datetime, name: str) -> None:
    table = metadata.tables[name]
    with writing(engine) as connection:
        audit.append(connection, now=now, actor="a", action="b", subject="c", detail={})
        content = {"manifest_id": "m", "as_of": now.date(), "score": 1.0, "level": "blue", "content": {}}
        head = {
            "alert_id": "A1",
            "anchor": "p",
            "episode": 1,
            "state": "new",
            "first_seen": now.date(),
            "updated_at": now,
        }
        hashed = {"version": 1, "content_hash": "h"}
        shown = {key: content[key] for key in ("as_of", "score", "level")}
        connection.execute(insert(metadata.tables["alerts"]).values(**head, **shown, **hashed, revision=1))
        connection.execute(
            insert(metadata.tables["alert_versions"]).values(alert_id="A1", **content, **hashed, made_at=now)
        )
        event = {"kind": "raised", "to_state": "new", "actor": "a", "happened_at": now, "content": {}}
        connection.execute(insert(metadata.tables["alert_events"]).values(alert_id="A1", version=1, **event))
        connection.execute(insert(metadata.tables["alert_facts"]).values(alert_id="A1", version=1, content={}))
        drawn = {"sample_id": "C1", "as_of": now.date(), "manifest_id": "m", "subject": "s", "stratum": "near"}
        connection.execute(
            insert(metadata.tables["control_samples"]).values(**drawn, population=9, content={}, made_at=now)
        )
        reviewed = {"sample_id": "C1", "kind": "decided", "actor": "a", "happened_at": now, "content": {}}
        connection.execute(insert(metadata.tables["control_events"]).values(**reviewed))
    last = list(table.c)[-1]
    for statement in (update(table).values({last: last}), delete(table)):
        with pytest.raises(EngineError), writing(engine) as connection:
            connection.execute(statement)


def test_a_writer_that_waits_too_long_is_told_that_it_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0)
    engine = open_operations(f"sqlite:///{tmp_path / 'o.sqlite'}")
    upgrade(engine)
    with writing(engine), pytest.raises(BusyError), writing(engine):
        pass
    engine.dispose()


def test_a_writer_storm_loses_nothing(engine: Engine, now: datetime) -> None:
    """Reliability 48: every writer's entry is there and the audit chain never forks."""

    def write(name: str) -> None:
        for number in range(10):
            with writing(engine) as connection:
                audit.append(connection, now=now, actor=name, action="write", subject=str(number), detail={})

    threads = [threading.Thread(target=write, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert len(audit.entries(connection)) == 40
        assert audit.first_broken(connection) is None


def test_an_unreachable_database_says_so_without_the_password() -> None:
    engine = open_operations("postgresql://fundwatch:secret@127.0.0.1:1/none")
    with pytest.raises(EngineError) as caught, reading(engine):
        pass
    assert "secret" not in str(caught.value)
    engine.dispose()
