"""Fixtures of the store's tests: a data home, a lake, connections, and both operations databases."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from duckdb import ColumnExpression, DuckDBPyConnection, DuckDBPyRelation
from sqlalchemy import Engine

from fundwatch.store.custody import Custody
from fundwatch.store.engines import open_memory
from fundwatch.store.lake import Lake
from fundwatch.store.landing import Landing
from fundwatch.store.operations.database import open_operations, upgrade
from fundwatch.store.schema import relation
from fundwatch.store.sealing import KeyFolder
from fundwatch.store.settings import Settings
from fundwatch.store.shaping import empty
from fundwatch.store.vault import Vault

Rows = Callable[[DuckDBPyConnection, str, Sequence[Mapping[str, Any]]], DuckDBPyRelation]


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 1, 2, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"FUNDWATCH_HOME": str(tmp_path / "home"), "FUNDWATCH_MEMORY_LIMIT": "1GB"})


@pytest.fixture
def lake(settings: Settings) -> Lake:
    return Lake(settings.lake)


@pytest.fixture
def connection(settings: Settings) -> Iterator[DuckDBPyConnection]:
    with open_memory(settings, (settings.lake,)) as opened:
        yield opened


@pytest.fixture(scope="session")
def rows_of() -> Rows:
    """Make rows of a relation of the data model from a few named values each; the other columns are empty."""

    def make(connection: DuckDBPyConnection, name: str, rows: Sequence[Mapping[str, Any]]) -> DuckDBPyRelation:
        target = relation(name)
        none = empty(connection, target)
        if not rows:
            return none
        # Two columns of the data model must never hide each other: every row is given by position.
        holder = f"made_{os.urandom(6).hex()}"
        none.create(holder)
        marks = ", ".join(["(" + ", ".join("?" for _ in target.names) + ")"] * len(rows))
        connection.execute(
            f"INSERT INTO {holder} VALUES {marks}", [row.get(column) for row in rows for column in target.names]
        )
        return connection.table(holder).select(*(ColumnExpression(column) for column in target.names))

    return make


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("operations") / "template.sqlite"
    engine = open_operations(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Start a PostgreSQL of our own on a socket in a temporary folder; yield the address without a database."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")) if Path("/usr/lib/postgresql").is_dir() else []
    pg_ctl = shutil.which("pg_ctl") or (str(found[-1]) if found else None)
    if pg_ctl is None:
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="fwpg-", dir="/tmp"))
    # PostgreSQL refuses to run as root.
    as_server = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_server:
        shutil.chown(folder, "postgres")
    data, log = folder / "data", folder / "log"
    binaries = Path(pg_ctl).parent

    def run(*command: str | Path) -> None:
        subprocess.run([*as_server, *command], check=True, capture_output=True, cwd=folder, timeout=120)

    try:
        run(binaries / "initdb", "-D", data, "-U", "fundwatch", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        run(pg_ctl, "-D", data, "-l", log, "-o", options, "-w", "start")
        yield f"user=fundwatch host={folder}"
    finally:
        stop = [*as_server, pg_ctl, "-D", data, "-m", "immediate", "stop"]
        subprocess.run(stop, capture_output=True, check=False, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """Make a migrated database to copy; return the address of the server."""
    _run_sql(postgresql_server, "CREATE DATABASE template_fundwatch")
    engine = open_operations(_url(postgresql_server, "template_fundwatch"))
    upgrade(engine)
    engine.dispose()
    return postgresql_server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a fresh, migrated operations database: every test runs on both engines."""
    if request.param == "sqlite":
        path = tmp_path / "operations.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_template")
    name = f"t_{os.urandom(6).hex()}"
    _run_sql(server, f"CREATE DATABASE {name} TEMPLATE template_fundwatch")
    yield _url(server, name)
    _run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_operations(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def custody(settings: Settings) -> Custody:
    return Custody(KeyFolder(settings.keys))


@pytest.fixture
def landing(settings: Settings, engine: Engine, custody: Custody) -> Landing:
    return Landing(settings.landing, settings.temporary, engine, custody, max_bytes=8 << 20)


@pytest.fixture
def vault(engine: Engine, custody: Custody) -> Vault:
    return Vault(engine, custody)


def _run_sql(server: str, text: str) -> None:
    with psycopg.connect(f"{server} dbname=postgres", autocommit=True) as connection:
        connection.execute(text.encode())


def _url(server: str, database: str) -> str:
    folder = server.rpartition("host=")[2]
    return f"postgresql://fundwatch@/{database}?host={folder}"
