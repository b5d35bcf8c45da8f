"""Landing: uploaded bytes, named by their sha256, sealed with a key of their own, acknowledged when durable."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, insert, select, update

from fundwatch.domain.errors import EngineError, InputError
from fundwatch.store.custody import MASTER, Custody
from fundwatch.store.durable import disk, is_older, make_folder, partial, publish, sync_folder
from fundwatch.store.durable import sweep as sweep_partial
from fundwatch.store.lake import file_hash
from fundwatch.store.operations import audit
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.tables import batch_keys
from fundwatch.store.sealing import fingerprint, new_key, open_stream, seal, seal_stream, unseal

_ENDING = ".sealed"
_ASIDE = ".aside"
COUNTER_FOLDERS = UPLOADED, WRITTEN = "upload-", "receipt-"
"""How folders below the temporary one begin in which a file lies clear while it is handed in, or out."""


@dataclass(frozen=True, slots=True)
class Landed:
    """Bytes that rest durably in the landing."""

    sha256: str
    """Of the clear bytes: the identity of the upload."""
    size: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Landing:
    """The landing of one data home."""

    folder: Path
    temporary: Path
    """Where clear copies live while they are read."""
    engine: Engine
    custody: Custody
    max_bytes: int

    def land(self, source: Path, *, now: datetime) -> Landed:
        """Take the bytes of a file; return only when they and their key are durable.

        The same bytes twice are the same upload. Raises InputError when the file is too large, changes while it is
        read or cannot be read, EngineError when our disk or database refuses; then nothing is acknowledged.
        """
        digest, size = self._look_at(source)
        if self._lies_here(digest):
            return Landed(digest, size, is_new=False)
        key = new_key()
        target = make_folder(self.folder / digest[:2]) / f"{digest}-{secrets.token_hex(4)}{_ENDING}"
        with partial(target.parent, digest) as temporary:
            with disk(temporary), source.open("rb") as clear, temporary.open("xb") as sealed:
                os.fchmod(sealed.fileno(), 0o600)
                found = seal_stream(clear, sealed, key)
            if found != (digest, size):
                raise _still_written(source)
            publish(temporary, target)
        if not self._register(digest, size, target, key, now):
            target.unlink()
            return Landed(digest, size, is_new=False)
        return Landed(digest, size, is_new=True)

    @contextmanager
    def open(self, sha256: str) -> Iterator[Path]:
        """Yield the path of a clear copy, readable by the owner alone and gone when the block ends.

        Raises InputError when the upload is unknown or purged, EngineError when its bytes were altered.
        """
        path, key = self._find(sha256)
        make_folder(self.temporary)
        with partial(self.temporary, f"clear-{sha256[:12]}") as clear:
            with disk(path), path.open("rb") as sealed, clear.open("xb") as target:
                os.fchmod(target.fileno(), 0o600)
                for frame in open_stream(sealed, key):
                    target.write(frame)
            if file_hash(clear) != sha256:
                raise EngineError(
                    "落地文件与登记的摘要不符，请从备份恢复。",
                    "a landed file does not have its recorded hash; restore it from the backup.",
                    code="E210",
                    place=sha256[:16],
                )
            yield clear

    def keep_aside(self, sha256: str, content: bytes) -> None:
        """Keep a few rows of an upload beside it, sealed with its key, so that looking at them opens no file again."""
        path, key = self._find(sha256)
        target = path.with_suffix(_ASIDE)
        with partial(target.parent, f"aside-{sha256[:12]}") as temporary:
            with disk(temporary), temporary.open("xb") as sealed:
                os.fchmod(sealed.fileno(), 0o600)
                sealed.write(seal(content, key, sha256.encode()))
            publish(temporary, target)

    def read_aside(self, sha256: str) -> bytes | None:
        """Return what was kept beside an upload; None where nothing was."""
        path, key = self._find(sha256)
        try:
            sealed = path.with_suffix(_ASIDE).read_bytes()
        except FileNotFoundError:
            return None
        return unseal(sealed, key, sha256.encode())

    def purge(self, sha256: str, *, now: datetime, actor: str, reason: str) -> None:
        """Destroy the key of an upload and remove its bytes; what a backup still holds cannot be read any more."""
        path, _ = self._find(sha256)
        with writing(self.engine) as connection:
            own = batch_keys.c.sha256 == sha256
            connection.execute(update(batch_keys).where(own).values(wrapped_key=None, purged_at=now))
            detail = {"reason": reason}
            audit.append(connection, now=now, actor=actor, action="purge", subject=sha256, detail=detail)
        with disk(path):
            path.unlink(missing_ok=True)
            path.with_suffix(_ASIDE).unlink(missing_ok=True)
            sync_folder(path.parent)

    def received(self) -> list[tuple[datetime, int]]:
        """Return when each upload that is still here was landed, and its bytes in the clear, oldest first."""
        kept = select(batch_keys.c.landed_at, batch_keys.c.size).where(batch_keys.c.wrapped_key.is_not(None))
        with reading(self.engine) as connection:
            return [(at, size) for at, size in connection.execute(kept.order_by(batch_keys.c.landed_at))]

    def sweep(self, before: datetime) -> tuple[Path, ...]:
        """Remove what interrupted uploads left: partial files, clear copies and what is sealed without a key.

        None of them was acknowledged. An upload takes no lease, so what was touched since ``before`` may be at work.
        """
        with reading(self.engine) as connection:
            known = set(connection.scalars(select(batch_keys.c.path).where(batch_keys.c.wrapped_key.is_not(None))))
        swept = [*sweep_partial(self.folder, before), *sweep_partial(self.temporary, before)]
        with disk(self.folder):
            resting = [*self.folder.rglob(f"*{_ENDING}"), *self.folder.rglob(f"*{_ASIDE}")]
            for path in sorted(resting):
                if self._name(path.with_suffix(_ENDING)) not in known and is_older(path, before):
                    path.unlink()
                    swept.append(path)
        for name in COUNTER_FOLDERS:
            for folder in sorted(self.temporary.glob(f"{name}*")):
                if is_older(folder, before):
                    shutil.rmtree(folder)
                    swept.append(folder)
        return tuple(swept)

    def _look_at(self, source: Path) -> tuple[str, int]:
        try:
            size = source.stat().st_size
            if size > self.max_bytes:
                raise InputError(
                    f"文件超过 {self.max_bytes >> 20} MiB 上限，请拆分后报送。",
                    f"the file exceeds the limit of {self.max_bytes >> 20} MiB; split it.",
                    code="F307",
                    place=source.name,
                )
            with source.open("rb"):
                return file_hash(source), size
        except OSError as error:
            raise InputError(
                "文件无法读取，请检查路径与权限。",
                f"the file cannot be read ({error.strerror}); check its path and mode.",
                code="F308",
                place=source.name,
            ) from error

    def _lies_here(self, sha256: str) -> bool:
        with reading(self.engine) as connection:
            row = connection.execute(select(batch_keys).where(batch_keys.c.sha256 == sha256)).first()
        return row is not None and row.wrapped_key is not None and (self.folder / row.path).is_file()

    def _register(self, sha256: str, size: int, target: Path, key: bytes, now: datetime) -> bool:
        """Keep the wrapped key; return False when somebody landed the same bytes meanwhile."""
        with writing(self.engine) as connection:
            master = self.custody.file_key(connection, MASTER, now)
            own = batch_keys.c.sha256 == sha256
            former = connection.execute(select(batch_keys).where(own).with_for_update()).first()
            if former is not None and former.wrapped_key is not None and (self.folder / former.path).is_file():
                return False
            values = {
                "path": self._name(target),
                "size": size,
                "wrapped_key": seal(key, master, sha256.encode()),
                "master": fingerprint(master),
                "landed_at": now,
                "purged_at": None,
            }
            if former is None:
                connection.execute(insert(batch_keys).values(sha256=sha256, **values))
            else:
                connection.execute(update(batch_keys).where(own).values(**values))
        return True

    def _find(self, sha256: str) -> tuple[Path, bytes]:
        with reading(self.engine) as connection:
            row = connection.execute(select(batch_keys).where(batch_keys.c.sha256 == sha256)).first()
            if row is None or row.wrapped_key is None:
                raise InputError(
                    "没有这份上传文件，或已按留存规定清除。",
                    "there is no such upload, or it was purged as the retention rules ask.",
                    code="F309",
                    place=sha256[:16],
                )
            master = self.custody.folder.read(MASTER, row.master)
        return self.folder / row.path, unseal(row.wrapped_key, master, sha256.encode())

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.folder))


def _still_written(source: Path) -> InputError:
    return InputError(
        "文件在读取过程中发生变化，请等写入完成后再报送。",
        "the file changed while it was read; send it when it is complete.",
        code="F310",
        place=source.name,
    )
