"""Engines, migrations and transactions of the operations database: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError, OperationalError

from fundwatch.domain.errors import BusyError, ConfigurationError, EngineError
from fundwatch.store.durable import make_folder

WAIT_SECONDS = 15
"""How long a transaction waits for another one before it gives up."""
WAL_SINCE = (3, 51, 3)
"""First SQLite without the WAL-reset corruption (3.7.0 to 3.51.2)."""
_READING = "fundwatch_reading"


def open_operations(url: str) -> Engine:
    """Return an engine for the operations database; nothing is read or created before its first use.

    Raises ConfigurationError for a URL that is neither SQLite nor PostgreSQL.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        make_folder(Path(parsed.database).absolute().parent)
    engine = create_engine(parsed.set(drivername="sqlite+pysqlite"), connect_args={"timeout": WAIT_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def upgrade(engine: Engine) -> None:
    """Bring the schema to this version of the program in one transaction; nothing happens when it is there."""
    with as_file(files("fundwatch.store.operations") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        script = ScriptDirectory.from_config(config)
        with writing(engine) as connection:
            if connection.dialect.name == "postgresql":
                # Two programs starting at once must not both create the tables.
                connection.execute(text("SELECT pg_advisory_xact_lock(7205501)"))
            present = MigrationContext.configure(connection).get_current_heads()
            if set(present) == set(script.get_heads()):
                return
            if unknown := [
                head for head in present if head not in {revision.revision for revision in script.walk_revisions()}
            ]:
                raise ConfigurationError(
                    "业务库由更新版本的程序建立，请先升级程序。",
                    f"the operations database was made by a newer program ({unknown[0]}); upgrade this one.",
                    code="C302",
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write: all of it or none; SQLite takes its write lock at once.

    A database that is busy beyond the wait raises BusyError, any other trouble of its EngineError.
    """
    with _translated(engine), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent read that waits for no writer."""
    with _translated(engine), engine.connect().execution_options(**{_READING: True}) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        yield connection


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError) as error:
        raise _bad_url() from error
    if backend not in ("sqlite", "postgresql"):
        raise _bad_url()
    return parsed


def _bad_url() -> ConfigurationError:
    return ConfigurationError(
        "FUNDWATCH_DATABASE_URL 无效，请写成 sqlite:///路径 或 postgresql://用户@主机/库名。",
        "FUNDWATCH_DATABASE_URL is not valid; write sqlite:///path or postgresql://user@host/database.",
        code="C303",
    )


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transactions begin too late; ours begin in _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
    mode = "wal" if sqlite3.sqlite_version_info >= WAL_SINCE else "delete"
    cursor.execute(f"PRAGMA journal_mode = {mode}")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # A destroyed key must not linger in free pages.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    is_reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if _is_busy(error):
            raise BusyError(
                "业务库正忙，请稍后重试。", "the operations database is busy; try again in a moment.", code="B102"
            ) from error
        raise _engine_error(engine, error) from error
    except DatabaseError as error:
        raise _engine_error(engine, error) from error


def _is_busy(error: DBAPIError) -> bool:
    words = str(error.orig).lower()
    return any(sign in words for sign in ("database is locked", "deadlock detected", "could not serialize"))


def _engine_error(engine: Engine, error: DBAPIError) -> EngineError:
    # The statement and its values stay out of the message: they may carry what nobody should read.
    kind = type(error.orig).__name__
    return EngineError(
        "业务库操作失败，请检查数据库是否可达、磁盘是否已满。",
        f"the operations database refused ({kind}); check that it can be reached and that its disk is not full.",
        code="E207",
        place=engine.url.render_as_string(hide_password=True),
    )
