"""The one place where DuckDB connections are opened."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from fundwatch.domain.errors import BusyError, EngineError
from fundwatch.store.durable import disk, make_folder, sync_folder
from fundwatch.store.settings import Settings

TIME_ZONE = "Asia/Shanghai"
_LOCKED = ("Could not set lock", "Conflicting lock", "already attached")
_SYSTEM = (
    "Permission denied",
    "No space left",
    "Read-only file system",
    "Disk quota",
    "Too many open files",
    "Input/output error",
    "No such file",
    "Is a directory",
)
"""What the system says when the trouble is not in the bytes of the file."""


def open_memory(settings: Settings, allowed: Sequence[Path] = ()) -> DuckDBPyConnection:
    """Open an in-memory DuckDB that may touch the folders ``allowed`` and its own scratch folder, nothing else."""
    return _confine(duckdb.connect(":memory:", config=_limits(settings)), settings, allowed)


def open_warehouse(settings: Settings, allowed: Sequence[Path] = ()) -> DuckDBPyConnection:
    """Open the warehouse file for this process alone, with the lake and ``allowed`` readable beside it.

    A file that another process holds raises BusyError; a file that is not a sound database is set aside and a
    new, empty one opened, which the next ``warehouse.sync`` fills from the manifest.
    """
    make_folder(settings.home)
    try:
        connection = _open_file(settings)
    except duckdb.Error as error:
        if not is_corrupt(error):
            raise _engine_error(error, settings.warehouse) from error
        set_aside(settings.warehouse)
        connection = _open_file(settings)
    return _confine(connection, settings, (settings.lake, *allowed))


def is_corrupt(error: duckdb.Error) -> bool:
    """Return whether an error on opening lies in the bytes of the file: neither a lock nor the system's refusal.

    DuckDB words damage in many ways; since the file is disposable, whatever is not known to be another trouble
    counts as damage.
    """
    text = str(error)
    return not _is_locked(text) and not any(sign.lower() in text.lower() for sign in _SYSTEM)


def set_aside(warehouse: Path) -> Path:
    """Rename a damaged warehouse file and its log, so that they can be looked at; return the new path."""
    number = 1
    while (aside := warehouse.with_name(f"{warehouse.name}.corrupt-{number}")).exists():
        number += 1
    with disk(warehouse):
        log = warehouse.with_name(f"{warehouse.name}.wal")
        if log.exists():
            log.rename(aside.with_name(f"{aside.name}.wal"))
        warehouse.rename(aside)
        sync_folder(warehouse.parent)
    return aside


def _open_file(settings: Settings) -> DuckDBPyConnection:
    path = settings.warehouse
    # An empty file is what a crash before the first page leaves behind.
    if path.exists() and path.stat().st_size == 0:
        set_aside(path)
    try:
        # Everything that is written from the warehouse is sorted by name, so rows need not keep the order they came in.
        connection = duckdb.connect(str(path), config=_limits(settings) | {"preserve_insertion_order": False})
        # The file is read lazily: ask for something that lies in it.
        connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall()
    except duckdb.Error as error:
        if _is_locked(str(error)):
            raise _locked(error, path) from error
        raise
    return connection


def _limits(settings: Settings) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "threads": settings.threads,
        "memory_limit": settings.memory_limit,
        "temp_directory": str(make_folder(settings.temporary)),
    }


def _confine(connection: DuckDBPyConnection, settings: Settings, allowed: Sequence[Path]) -> DuckDBPyConnection:
    """Shut the outside off: the order of the statements matters, each is refused after the next."""
    folders = [str(make_folder(folder)) for folder in (settings.temporary, *allowed)]
    connection.execute("SET TimeZone = $zone", {"zone": TIME_ZONE})
    # In a notebook's kernel setting it, even to off, asks for a package that draws it; there it is off already.
    if connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() != [(False,)]:
        connection.execute("SET enable_progress_bar = false")
    connection.execute("SET allowed_directories = $folders", {"folders": folders})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _is_locked(text: str) -> bool:
    return any(sign in text for sign in _LOCKED)


def _locked(error: duckdb.Error, path: Path) -> BusyError:
    found = re.search(r"PID (\d+)", str(error))
    holder = f"进程 {found[1]}" if found else "另一个进程"
    process = f"process {found[1]}" if found else "another process"
    return BusyError(
        f"数仓文件正被{holder}占用，请等它结束或关闭它后重试。",
        f"the warehouse file is held by {process}; wait for it or close it, then try again.",
        code="B101",
        place=str(path),
    )


def _engine_error(error: duckdb.Error, path: Path) -> EngineError:
    return EngineError(
        "数仓文件无法打开，请检查磁盘空间与目录权限。",
        f"the warehouse file cannot be opened ({type(error).__name__}); check disk space and the folder's mode.",
        code="E202",
        place=str(path),
    )
