"""Uploads rest sealed; acknowledged ones survive, others leave nothing."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from fundwatch.domain.errors import ConfigurationError, EngineError, InputError
from fundwatch.store import landing as landing_module
from fundwatch.store.landing import Landed, Landing
from fundwatch.store.operations import audit
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.tables import batch_keys
from fundwatch.store.settings import Settings

EARLIER = datetime(2000, 1, 1, tzinfo=UTC)
AFTERWARDS = datetime(9999, 1, 1, tzinfo=UTC)
CLEAR = "账号,户名\n6222020000000000001,张三\n".encode() * 100


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    path = tmp_path / "流水.csv"
    path.write_bytes(CLEAR)
    return path


def _files(settings: Settings) -> list[Path]:
    return sorted(path for path in settings.home.rglob("*") if path.is_file() and path.suffix in (".sealed", ".part"))


def test_what_was_landed_is_read_back_and_rests_unreadable(
    landing: Landing, upload: Path, settings: Settings, now: datetime
) -> None:
    landed = landing.land(upload, now=now)
    assert landed == Landed(hashlib.sha256(CLEAR).hexdigest(), len(CLEAR), is_new=True)
    with landing.open(landed.sha256) as clear:
        assert clear.read_bytes() == CLEAR
        assert clear.stat().st_mode & 0o077 == 0
    assert not clear.exists()
    (sealed,) = _files(settings)
    assert "张三".encode() not in sealed.read_bytes()
    assert sealed.stat().st_mode & 0o077 == 0


def test_the_same_bytes_are_the_same_upload(
    landing: Landing, upload: Path, tmp_path: Path, settings: Settings, now: datetime
) -> None:
    first = landing.land(upload, now=now)
    other = tmp_path / "renamed.txt"
    other.write_bytes(CLEAR)
    again = landing.land(other, now=now)
    assert (again.sha256, again.is_new) == (first.sha256, False)
    assert len(_files(settings)) == 1


def test_simultaneous_uploads_of_the_same_bytes_land_once(
    landing: Landing, upload: Path, settings: Settings, now: datetime
) -> None:
    landed: list[Landed] = []
    threads = [threading.Thread(target=lambda: landed.append(landing.land(upload, now=now))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.is_new for one in landed) == 1
    assert len(_files(settings)) == 1
    with landing.open(landed[0].sha256) as clear:
        assert clear.read_bytes() == CLEAR


def test_an_empty_file_lands(landing: Landing, tmp_path: Path, now: datetime) -> None:
    (tmp_path / "empty").touch()
    landed = landing.land(tmp_path / "empty", now=now)
    with landing.open(landed.sha256) as clear:
        assert clear.read_bytes() == b""


def test_a_purge_destroys_the_key(
    landing: Landing, upload: Path, settings: Settings, engine: Engine, now: datetime
) -> None:
    sha256 = landing.land(upload, now=now).sha256
    backup = _files(settings)[0].read_bytes()
    landing.purge(sha256, now=now, actor="admin", reason="留存期满")
    assert _files(settings) == []
    with reading(engine) as connection:
        row = connection.execute(select(batch_keys)).one()
        assert (row.wrapped_key, row.purged_at) == (None, now)
        assert [entry.action for entry in audit.entries(connection)] == ["purge"]
    (settings.landing / row.path).write_bytes(backup)
    with pytest.raises(InputError, match="purged"), landing.open(sha256):
        pass
    assert landing.land(upload, now=now).is_new


def test_what_is_kept_aside_is_sealed_replaced_and_goes_with_its_upload(
    landing: Landing, upload: Path, settings: Settings, now: datetime
) -> None:
    sha256 = landing.land(upload, now=now).sha256
    assert landing.read_aside(sha256) is None
    for rows in ("第一次 张三", "第二次 张三"):
        landing.keep_aside(sha256, rows.encode())
        assert landing.read_aside(sha256) == rows.encode()
    (aside,) = settings.landing.rglob("*.aside")
    assert "张三".encode() not in aside.read_bytes()
    assert aside.stat().st_mode & 0o077 == 0
    assert landing.sweep(AFTERWARDS) == ()
    stray = aside.with_name("stray.aside")
    stray.write_bytes(b"x")
    assert landing.sweep(AFTERWARDS) == (stray,)
    landing.purge(sha256, now=now, actor="admin", reason="留存期满")
    assert list(settings.landing.rglob("*.aside")) == []
    with pytest.raises(InputError, match="purged"):
        landing.read_aside(sha256)


def test_an_altered_file_is_noticed(landing: Landing, upload: Path, settings: Settings, now: datetime) -> None:
    sha256 = landing.land(upload, now=now).sha256
    (sealed,) = _files(settings)
    content = bytearray(sealed.read_bytes())
    content[-1] ^= 1
    sealed.write_bytes(content)
    with pytest.raises(EngineError, match="altered"), landing.open(sha256):
        pass
    assert _files(settings) == [sealed]


def test_a_crash_before_the_acknowledgement_is_swept_and_sent_again(
    landing: Landing, upload: Path, settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reliability 1 and 2."""

    def killed(*_: object) -> bool:
        raise RuntimeError("killed before the key was kept")

    with monkeypatch.context() as patch:
        patch.setattr(Landing, "_register", killed)
        with pytest.raises(RuntimeError):
            landing.land(upload, now=now)
    assert len(_files(settings)) == 1
    assert landing.sweep(AFTERWARDS) == tuple(settings.landing.rglob("*.sealed")) or _files(settings) == []
    assert landing.land(upload, now=now).is_new
    assert landing.sweep(AFTERWARDS) == ()


def test_what_an_upload_is_at_work_on_is_not_swept(
    landing: Landing, upload: Path, settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upload takes no lease: between the sealed file and its key a night's sweep may come."""
    register = Landing._register

    def swept_before(self: Landing, *given: Any) -> bool:
        assert self.sweep(EARLIER) == ()
        return register(self, *given)

    monkeypatch.setattr(Landing, "_register", swept_before)
    sha256 = landing.land(upload, now=now).sha256
    with landing.open(sha256) as clear:
        assert landing.sweep(EARLIER) == ()
        assert clear.read_bytes() == CLEAR


@pytest.mark.parametrize("name", ["upload-ab", "receipt-cd"])
def test_clear_files_of_a_counter_that_ended_are_swept(landing: Landing, settings: Settings, name: str) -> None:
    folder = settings.temporary / name
    folder.mkdir(parents=True)
    (folder / "流水.csv").write_bytes(CLEAR)
    assert landing.sweep(EARLIER) == ()
    assert landing.sweep(AFTERWARDS) == (folder,)
    assert not folder.exists()


def test_clear_copies_left_by_a_crash_are_swept(landing: Landing, settings: Settings) -> None:
    settings.temporary.mkdir(parents=True)
    left = settings.temporary / "clear-0123.abc.part"
    left.write_bytes(CLEAR)
    assert landing.sweep(AFTERWARDS) == (left,)


def test_a_lost_sealed_file_is_landed_again(landing: Landing, upload: Path, settings: Settings, now: datetime) -> None:
    sha256 = landing.land(upload, now=now).sha256
    _files(settings)[0].unlink()
    assert landing.land(upload, now=now).is_new
    with landing.open(sha256) as clear:
        assert clear.read_bytes() == CLEAR


def test_a_file_that_grows_while_it_is_read_is_refused(
    landing: Landing, upload: Path, settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reliability 11."""
    hashed = landing_module.file_hash

    def hash_then_grow(path: Path) -> str:
        digest = hashed(path)
        with path.open("ab") as stream:
            stream.write(b"more")
        return digest

    monkeypatch.setattr(landing_module, "file_hash", hash_then_grow)
    with pytest.raises(InputError, match="changed while it was read"):
        landing.land(upload, now=now)
    assert _files(settings) == []


def test_too_large_and_unreadable_files_are_the_sender_s(landing: Landing, tmp_path: Path, now: datetime) -> None:
    large = tmp_path / "large"
    with large.open("wb") as stream:
        stream.truncate((8 << 20) + 1)
    with pytest.raises(InputError, match="8 MiB"):
        landing.land(large, now=now)
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            landing.land(path, now=now)


def test_an_unknown_upload_is_an_input_error(landing: Landing) -> None:
    with pytest.raises(InputError), landing.open("0" * 64):
        pass


def test_rotating_the_master_key_keeps_every_upload(
    landing: Landing, upload: Path, engine: Engine, now: datetime
) -> None:
    sha256 = landing.land(upload, now=now).sha256
    with writing(engine) as connection:
        assert landing.custody.rotate_master(connection, now=now, actor="admin") == 1
    for path in sorted(landing.custody.folder.folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)[:-1]:
        path.unlink()
    with landing.open(sha256) as clear:
        assert clear.read_bytes() == CLEAR


def test_a_lost_master_key_is_not_made_anew(landing: Landing, upload: Path, tmp_path: Path, now: datetime) -> None:
    landing.land(upload, now=now)
    for path in landing.custody.folder.folder.iterdir():
        path.unlink()
    (tmp_path / "other").write_bytes(b"x")
    with pytest.raises(ConfigurationError, match="restore it"):
        landing.land(tmp_path / "other", now=now)
