"""The warehouse: a DuckDB projection of one manifest, rebuilt or brought forward from it at any time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
from duckdb import DuckDBPyConnection

from fundwatch.domain.errors import EngineError
from fundwatch.store.engines import open_memory
from fundwatch.store.lake import Lake
from fundwatch.store.manifests import GONE, ROWS, SHADOW, LakeFile, Manifest
from fundwatch.store.schema import RELATIONS, Kind, Relation
from fundwatch.store.settings import Settings
from fundwatch.store.shaping import empty, widen
from fundwatch.store.statements import first_row, quoted, statement
from fundwatch.store.striking import strike, uncovered, unstruck

_FILE = "_file"


def sync(connection: DuckDBPyConnection, manifest: Manifest, lake: Lake) -> None:
    """Bring an open warehouse to exactly the rows of ``manifest`` and record its id.

    Only the files in which the two differ are deleted or read, in one transaction; from any state, an empty file and
    one of another layout included, whose tables are made anew first. Raises EngineError when a file is missing or
    unreadable.
    """
    with _transaction(connection):
        if _layout_held(connection) != layout():
            _create(connection)
    # Not in one transaction with the tables: rows inserted by several threads into a table that the same
    # transaction created stay invisible in DuckDB 2.0.0 until the next checkpoint.
    with _transaction(connection):
        held = _held_files(connection)
        wanted = {_identity(file): file for file in manifest.files if file.role != SHADOW}
        kept = {_identity(file): number for number, file in held.items() if _identity(file) in wanted}
        removed = [file for file in held.values() if _identity(file) not in kept]
        again = uncovered(held.values(), removed)
        kept = {identity: number for identity, number in kept.items() if wanted[identity].relation not in again}
        new = [file for identity, file in sorted(wanted.items()) if identity not in kept]
        _remove(connection, sorted(set(held) - set(kept.values())))
        _insert(connection, lake, sorted(new))
        strike(connection, lake, wanted.values(), set(new))
        connection.execute("UPDATE _state SET manifest_id = $id", {"id": manifest.manifest_id})


@contextmanager
def _transaction(connection: DuckDBPyConnection) -> Iterator[None]:
    """All of the block or none of it."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
        connection.execute("COMMIT")
    except duckdb.Error as error:
        _roll_back(connection)
        raise EngineError(
            "数仓未能更新到清单的状态，已恢复原状；请检查磁盘空间，再运行 fundwatch rebuild。",
            f"the warehouse could not be brought to the manifest ({type(error).__name__}) and stays as it was; "
            "check disk space, then run fundwatch rebuild.",
            code="E205",
        ) from error
    except BaseException:
        _roll_back(connection)
        raise


def rebuild(connection: DuckDBPyConnection, manifest: Manifest, lake: Lake) -> None:
    """Empty the warehouse and read every file of ``manifest`` again."""
    _create(connection)
    sync(connection, manifest, lake)


def manifest_held(connection: DuckDBPyConnection) -> str | None:
    """Return the id of the manifest that the warehouse holds, None before the first ``sync``."""
    if _layout_held(connection) is None:
        return None
    found = first_row(connection, "SELECT manifest_id FROM _state")
    return str(found[0]) if found and found[0] else None


def open_manifest(settings: Settings, manifest: Manifest) -> DuckDBPyConnection:
    """Open an in-memory DuckDB in which every relation is a view over the Parquet files of ``manifest``.

    It needs no warehouse and no lease: verify, console and notebooks read this way.
    """
    lake = Lake(settings.lake)
    connection = open_memory(settings, (settings.lake,))
    expose(connection, manifest, lake)
    return connection


def expose(connection: DuckDBPyConnection, manifest: Manifest, lake: Lake) -> None:
    """Create in ``connection`` one view per relation of the data model over the files of ``manifest``."""
    connection.execute(statement("warehouse"))
    for target in RELATIONS.values():
        files, gone = manifest.of(target.name), manifest.of(target.name, GONE)
        both = sorted((*files, *gone))
        _register(connection, both, 1 + sum(1 for file in manifest.files if file < both[0]) if both else 1)
        rows = empty(connection, target)
        if files and target.kind is not Kind.STOCK and not gone:
            rows = widen(connection.read_parquet(lake.require(files), union_by_name=True), target)
        elif files:
            values = {"paths": lake.require(files), "folder": _prefix(lake)}
            stored = widen(connection.sql(statement("stored_rows"), params=values), target, _FILE)
            if gone:
                rows = unstruck(connection, stored, target, lake, gone)
            else:
                stored.create_view(_states(target))
                rows = connection.sql(statement("latest_states"), params={"states": _states(target)})
        rows.create_view(target.name)


def layout() -> str:
    """Return the fingerprint of the tables that this version of the program makes."""
    parts = [f"{target.name}|{target.kind}|{target.columns}" for target in RELATIONS.values()]
    return hashlib.sha256("\n".join([*parts, statement("warehouse"), statement("latest_states")]).encode()).hexdigest()


def _layout_held(connection: DuckDBPyConnection) -> str | None:
    if not first_row(connection, "SELECT 1 FROM duckdb_tables() WHERE table_name = '_state'"):
        return None
    found = first_row(connection, "SELECT layout FROM _state")
    return str(found[0]) if found else None


def _create(connection: DuckDBPyConnection) -> None:
    """Make all tables anew and empty."""
    for kind, name in connection.execute(statement("own_objects")).fetchall():
        connection.execute(f"DROP {'VIEW' if kind == 'view' else 'TABLE'} {quoted(str(name))}")
    connection.execute(statement("warehouse"))
    connection.execute("INSERT INTO _state VALUES ($layout, NULL)", {"layout": layout()})
    for target in RELATIONS.values():
        numbered = widen(
            empty(connection, target).select("*", duckdb.SQLExpression("CAST(NULL AS INTEGER) AS _file")), target, _FILE
        )
        numbered.create(_table(target))
        if target.kind is Kind.STOCK:
            latest = connection.sql(statement("latest_states"), params={"states": _states(target)})
            latest.create_view(target.name)


def _remove(connection: DuckDBPyConnection, numbers: Sequence[int]) -> None:
    if not numbers:
        return
    values = {"files": list(numbers)}
    touched = connection.execute(statement("relations_of_files"), values).fetchall()
    for (name,) in touched:
        table = quoted(_table(RELATIONS[str(name)]))
        connection.execute(f"DELETE FROM {table} WHERE list_contains($files, _file)", values)  # noqa: S608 - own name
    connection.execute("DELETE FROM _files WHERE list_contains($files, file)", values)


def _insert(connection: DuckDBPyConnection, lake: Lake, files: Sequence[LakeFile]) -> None:
    found = first_row(connection, "SELECT coalesce(max(file), 0) FROM _files")
    _register(connection, files, (int(found[0]) if found else 0) + 1)
    for name in sorted({file.relation for file in files if file.role == ROWS}):
        target = RELATIONS[name]
        own = [file for file in files if file.relation == name and file.role == ROWS]
        values = {"paths": lake.require(own), "folder": _prefix(lake)}
        rows = connection.sql(statement("stored_rows"), params=values)
        widen(rows, target, _FILE).insert_into(_table(target))


def _register(connection: DuckDBPyConnection, files: Sequence[LakeFile], first: int) -> None:
    if files:
        rows = [
            [number, f.relation, f.partition, f.role, f.path, f.sha256, f.rows, f.institution, f.number, f.state_day]
            for number, f in enumerate(files, start=first)
        ]
        connection.executemany("INSERT INTO _files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _held_files(connection: DuckDBPyConnection) -> dict[int, LakeFile]:
    rows = connection.execute(statement("held_files")).fetchall()
    return {int(number): LakeFile(*fields) for number, *fields in rows}


def _identity(file: LakeFile) -> str:
    return f"{file.relation}|{file.partition}|{file.role}|{file.sha256}|{file.number}|{file.state_day}"


def _prefix(lake: Lake) -> str:
    return f"{lake.folder}/"


def _states(target: Relation) -> str:
    return f"_states_{target.name}"


def _table(target: Relation) -> str:
    return _states(target) if target.kind is Kind.STOCK else target.name


def _roll_back(connection: DuckDBPyConnection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:
        # After a fatal error there is no transaction left, and the file is as it was before the first statement.
        return
