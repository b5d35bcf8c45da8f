"""DuckDB connections are confined, and a warehouse file in trouble never stops a night."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from fundwatch.domain.errors import BusyError, EngineError
from fundwatch.store.engines import is_corrupt, open_memory, open_warehouse, set_aside
from fundwatch.store.settings import Settings


def test_a_connection_has_the_settings_of_the_installation(connection: DuckDBPyConnection, settings: Settings) -> None:
    names = (
        "threads",
        "memory_limit",
        "TimeZone",
        "autoinstall_known_extensions",
        "autoload_known_extensions",
        "enable_external_access",
        "lock_configuration",
    )
    found = [connection.execute("SELECT current_setting($name)", {"name": name}).fetchall()[0][0] for name in names]
    assert found == [2, "953.6 MiB", "Asia/Shanghai", False, False, False, True]
    assert str(settings.temporary) in str(connection.execute("SELECT current_setting('temp_directory')").fetchall())


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/fundwatch-escape.parquet'",
        "ATTACH '/tmp/fundwatch-escape.duckdb'",
        "INSTALL httpfs",
        "LOAD excel",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET threads = 64",
        "SELECT * FROM read_parquet('http://127.0.0.1:9/x.parquet')",
    ],
)
def test_nothing_outside_the_allowed_folders_is_reached(connection: DuckDBPyConnection, statement: str) -> None:
    with pytest.raises(duckdb.Error):
        connection.execute(statement)
    assert not Path("/tmp/fundwatch-escape.parquet").exists()


def test_allowed_folders_are_readable_and_writable(connection: DuckDBPyConnection, settings: Settings) -> None:
    target = settings.lake / "it's here.parquet"
    connection.execute("COPY (SELECT 42 AS answer) TO $path (FORMAT parquet)", {"path": str(target)})
    assert connection.execute("SELECT answer FROM read_parquet($path)", {"path": str(target)}).fetchall() == [(42,)]


def test_instants_do_not_depend_on_the_machine_s_zone(settings: Settings) -> None:
    """Reliability 20."""
    code = (
        "import os\nfrom fundwatch.store.engines import open_memory\nfrom fundwatch.store.settings import Settings\n"
        "c = open_memory(Settings.from_environment(os.environ))\n"
        "print(c.execute(\"SELECT CAST(TIMESTAMPTZ '2026-01-01 00:00:00+00' AS VARCHAR)\").fetchall()[0][0])\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "TZ": zone, "FUNDWATCH_HOME": str(settings.home)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone in ("UTC", "America/New_York")
    }
    assert printed == {"2026-01-01 08:00:00+08\n"}


def test_a_warehouse_held_by_another_process_is_busy(settings: Settings) -> None:
    """Reliability 41: the answer names the process that holds the file."""
    open_warehouse(settings).close()
    code = (
        "import sys, time, duckdb\n"
        f"c = duckdb.connect({str(settings.warehouse)!r})\nprint('held', flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=f"process {holder.pid}"):
            open_warehouse(settings)
        holder.kill()
        holder.wait()
    open_warehouse(settings).close()


@pytest.mark.parametrize("damage", ["junk", "empty", "header", "cut", "flipped"])
def test_a_damaged_warehouse_is_set_aside(settings: Settings, damage: str) -> None:
    """Reliability 42: whatever happened to the bytes, the next open gives a working, empty file."""
    with open_warehouse(settings) as connection:
        connection.execute("CREATE TABLE old AS SELECT range AS n FROM range(100000)")
    content = bytearray(settings.warehouse.read_bytes())
    match damage:
        case "junk":
            content[:] = b"this is no database"
        case "empty":
            content.clear()
        case "header":
            content[:4096] = os.urandom(4096)
        case "cut":
            del content[9000:]
        case "flipped":
            content[4096:12288] = bytes(byte ^ 0xFF for byte in content[4096:12288])
        case _:
            raise AssertionError(damage)
    settings.warehouse.write_bytes(content)
    with open_warehouse(settings) as connection:
        assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]
    assert settings.warehouse.with_name("warehouse.duckdb.corrupt-1").read_bytes() == content


def test_a_damaged_log_is_set_aside_with_its_file(settings: Settings) -> None:
    open_warehouse(settings).close()
    log = settings.warehouse.with_name("warehouse.duckdb.wal")
    log.write_bytes(b"\x00" * 100)
    aside = set_aside(settings.warehouse)
    assert aside.with_name("warehouse.duckdb.corrupt-1.wal").exists()
    assert not log.exists()
    open_warehouse(settings).close()
    assert set_aside(settings.warehouse).name == "warehouse.duckdb.corrupt-2"


def test_a_lock_is_not_taken_for_damage() -> None:
    assert not is_corrupt(duckdb.IOException('Could not set lock on file "x": Conflicting lock is held in y (PID 1)'))
    assert is_corrupt(duckdb.SerializationException("Serialization Error: Failed to deserialize"))


def test_a_home_that_is_a_file_is_an_engine_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    settings = Settings.from_environment({"FUNDWATCH_HOME": str(tmp_path / "home")})
    with pytest.raises(EngineError):
        open_memory(settings)
    with pytest.raises(EngineError):
        open_warehouse(settings)
