"""Disks that refuse: one sentence, nothing half-done, and the same call succeeds once there is room."""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from fundwatch.domain.errors import EngineError
from fundwatch.store import durable, warehouse
from fundwatch.store.batches import Arrival, add_batch
from fundwatch.store.custody import Custody
from fundwatch.store.durable import disk, make_folder, partial, publish, sweep, write_secret
from fundwatch.store.engines import open_memory, open_warehouse
from fundwatch.store.lake import Lake
from fundwatch.store.landing import Landing
from fundwatch.store.manifests import Manifest
from fundwatch.store.operations.database import open_operations, reading, upgrade
from fundwatch.store.operations.tables import batch_keys
from fundwatch.store.sealing import KeyFolder
from fundwatch.store.settings import Settings

SENTENCES = {
    errno.ENOSPC: "disk is full",
    errno.EIO: "I/O error",
    errno.EROFS: "read-only",
    errno.EACCES: "permission denied",
    errno.EDQUOT: "quota",
    errno.EMFILE: "Too many open files",
}


@pytest.mark.parametrize("number", sorted(SENTENCES))
def test_every_refusal_says_what_to_do(number: int) -> None:
    with pytest.raises(EngineError, match=SENTENCES[number]) as caught, disk(Path("/data/lake")):
        raise OSError(number, os.strerror(number))
    assert caught.value.zh.endswith("。")
    assert caught.value.place == "/data/lake"


def test_a_failed_write_leaves_no_partial_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), partial(tmp_path / "new", "x") as path:
        path.write_bytes(b"half")
        raise RuntimeError("killed")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_key_file_is_never_replaced(tmp_path: Path) -> None:
    write_secret(tmp_path / "k", b"first")
    with pytest.raises(EngineError, match="in the way"):
        write_secret(tmp_path / "k", b"second")
    assert (tmp_path / "k").read_bytes() == b"first"
    assert sweep(tmp_path) == ()


def test_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(EngineError):
            make_folder(folder)


def _refuse_nth(monkeypatch: pytest.MonkeyPatch, name: str, nth: int, number: int) -> list[int]:
    """Let the nth call of an ``os`` function fail; return a list that grows with every call."""
    real, calls = getattr(os, name), []

    def sometimes(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == nth:
            raise OSError(number, os.strerror(number))
        return real(*arguments, **named)

    monkeypatch.setattr(durable.os, name, sometimes)
    return calls


@pytest.fixture
def local_landing(settings: Settings) -> Iterator[Landing]:
    engine = open_operations(settings.database_url)
    upgrade(engine)
    yield Landing(settings.landing, settings.temporary, engine, Custody(KeyFolder(settings.keys)), max_bytes=1 << 24)
    engine.dispose()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_whichever_fsync_fails_an_upload_is_whole_or_absent(
    local_landing: Landing, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Reliability 8 and 9: fail the nth fsync until none fails; a failed one is never success."""
    source = tmp_path / "upload"
    source.write_bytes(b"rows" * 1000)
    failures = 0
    for nth in range(1, 50):
        with monkeypatch.context() as patch:
            calls = _refuse_nth(patch, "fsync", nth, number)
            try:
                local_landing.land(source, now=now)
            except EngineError:
                failures += 1
                with reading(local_landing.engine) as connection:
                    assert connection.execute(select(batch_keys)).all() == []
                continue
        assert len(calls) < nth
        break
    assert failures >= 4
    local_landing.sweep(datetime(9999, 1, 1, tzinfo=UTC))
    assert len(list(local_landing.folder.rglob("*.*"))) == 1
    with local_landing.open(local_landing.land(source, now=now).sha256) as clear:
        assert clear.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_whichever_fsync_fails_a_lake_file_is_whole_or_absent(
    lake: Lake,
    connection: Any,
    rows_of: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    rows = rows_of(connection, "firms", [{"institution": f"P{n}", "party_key": n} for n in range(50)])
    whole = lake.write(connection, rows, "firms", "all")
    path = lake.path(whole)
    path.unlink()
    for nth in (1, 2):
        with monkeypatch.context() as patch:
            _refuse_nth(patch, "fsync", nth, number)
            with pytest.raises(EngineError):
                lake.write(connection, rows, "firms", "all")
        assert not list(path.parent.glob("*.part"))
    assert lake.write(connection, rows, "firms", "all") == whole
    assert lake.damaged([whole]) == ()


def test_publishing_over_another_disk_or_into_nothing_is_an_engine_error(tmp_path: Path) -> None:
    (tmp_path / "x.part").write_bytes(b"x")
    with pytest.raises(EngineError):
        publish(tmp_path / "x.part", tmp_path / "absent" / "x")


@pytest.fixture
def small_disk() -> Iterator[Callable[[str], Path]]:
    """Mount real file systems of a few megabytes; only root may, and some machines forbid it even to root."""
    mounted: list[Path] = []

    def mount(options: str) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="fwdisk-"))
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
            folder.rmdir()
            pytest.skip("a real small disk needs root and the right to mount")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def test_a_really_full_disk_stops_with_one_sentence_and_resumes(
    small_disk: Callable[[str], Path], tmp_path: Path, now: datetime, rows_of: Callable[..., Any]
) -> None:
    home = small_disk("size=6m")
    settings = Settings.from_environment({"FUNDWATCH_HOME": str(home), "FUNDWATCH_MEMORY_LIMIT": "1GB"})
    engine = open_operations(settings.database_url)
    upgrade(engine)
    landing = Landing(settings.landing, settings.temporary, engine, Custody(KeyFolder(settings.keys)), 1 << 24)
    lake = Lake(settings.lake)
    source = tmp_path / "upload"
    source.write_bytes(os.urandom(2 << 20))
    filler = home / "filler"
    with filler.open("wb") as stream, pytest.raises(OSError, match="No space"):
        while True:
            stream.write(bytes(1 << 16))
            stream.flush()
    with pytest.raises(EngineError):
        landing.land(source, now=now)
    made = [
        {"record_id": n, "row": n, "institution": "I", "file": "f", "keeper": os.urandom(400).hex()} for n in range(900)
    ]
    arrival = Arrival("b1", "I", 1)
    with open_memory(settings, (settings.lake,)) as connection:
        rows = rows_of(connection, "pawn_items", made)
        with pytest.raises(EngineError):
            add_batch(connection, lake, Manifest(), arrival, {"pawn_items": rows})
        assert not list(home.rglob("*.part"))
        filler.unlink()
        settled = add_batch(connection, lake, Manifest(), arrival, {"pawn_items": rows})
    assert lake.damaged(settled.manifest.files) == ()
    assert landing.land(source, now=now).is_new
    with open_warehouse(settings) as opened:
        warehouse.sync(opened, settled.manifest, lake)
        assert opened.execute("SELECT count(*) FROM pawn_items").fetchall() == [(900,)]
    engine.dispose()


def test_a_really_read_only_home_is_named(small_disk: Callable[[str], Path], tmp_path: Path, now: datetime) -> None:
    home = small_disk("size=1m,ro")
    settings = Settings.from_environment({"FUNDWATCH_HOME": str(home)})
    with pytest.raises(EngineError, match="read-only"):
        open_memory(settings)
    with pytest.raises(EngineError, match="read-only"):
        open_warehouse(settings)
    engine = open_operations(settings.database_url)
    with pytest.raises(EngineError):
        upgrade(engine)
    engine.dispose()
