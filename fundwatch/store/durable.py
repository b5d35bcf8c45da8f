"""Writing that survives a power cut: temporary file, fsync, rename, fsync of the folder."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from fundwatch.domain.errors import EngineError

PARTIAL = ".part"
"""Ending of a file that is still being written; ``sweep`` removes those that a crash left behind."""
_REMEDIES = {
    errno.ENOSPC: ("磁盘已满，请腾出空间后重试", "the disk is full; free some space and try again"),
    errno.EDQUOT: ("磁盘配额已满，请腾出空间后重试", "the disk quota is used up; free some space and try again"),
    errno.EROFS: (
        "数据目录为只读，请以可写方式挂载后重试",
        "the data home is read-only; mount it writable and try again",
    ),
    errno.EACCES: (
        "没有写入权限，请检查数据目录的属主和权限",
        "permission denied; check owner and mode of the data home",
    ),
    errno.EPERM: (
        "没有写入权限，请检查数据目录的属主和权限",
        "permission denied; check owner and mode of the data home",
    ),
    errno.EIO: ("磁盘读写出错，请检查硬件后重试", "the disk reports an I/O error; check the hardware and try again"),
    errno.ENOTDIR: ("路径中有一段不是文件夹，请检查数据目录", "part of the path is not a folder; check the data home"),
    errno.EEXIST: ("该位置已有同名文件，请检查数据目录", "a file of that name is in the way; check the data home"),
    errno.ENOENT: ("文件不存在，请检查数据目录", "the file is not there; check the data home"),
}


def disk_error(error: OSError, place: Path) -> EngineError:
    """Return the engine error that says what to do about a failed disk operation."""
    other = (
        f"磁盘操作失败（{error.strerror}），请检查后重试",
        f"a disk operation failed ({error.strerror}); check and retry",
    )
    zh, en = _REMEDIES.get(error.errno or 0, other)
    return EngineError(f"{zh}。", f"{en}.", code="E201", place=str(place))


@contextmanager
def disk(place: Path) -> Iterator[None]:
    """Turn any OSError of the block into an EngineError that names the place and the remedy."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, place) from error


def make_folder(folder: Path, mode: int = 0o750) -> Path:
    """Create a folder and its parents if they are absent, each entered durably in its parent."""
    with disk(folder):
        for part in reversed((folder, *folder.parents)):
            if not part.exists():
                part.mkdir(mode=mode, exist_ok=True)
                sync_folder(part.parent)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    return folder


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the bytes of a closed file survive a power cut; a failed fsync is never retried as success."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish(temporary: Path, final: Path) -> None:
    """Give a finished temporary file its final name, durably; both lie on the same disk."""
    with disk(final):
        sync_file(temporary)
        temporary.replace(final)
        sync_folder(final.parent)


@contextmanager
def partial(folder: Path, stem: str) -> Iterator[Path]:
    """Yield the path of a temporary file in ``folder``; whatever is left of it afterwards is removed."""
    make_folder(folder)
    path = folder / f"{stem}.{secrets.token_hex(6)}{PARTIAL}"
    try:
        yield path
    finally:
        with disk(path):
            path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file durably; a reader sees the old or the new one, never half of one. The mode stays as it was."""
    make_folder(path.parent)
    with partial(path.parent, path.name) as temporary:
        with disk(temporary):
            temporary.write_text(text, encoding="utf-8")
            temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o640)
        publish(temporary, path)


def write_secret(path: Path, content: bytes) -> None:
    """Write a small file that only its owner may read, durably and without replacing an existing one."""
    make_folder(path.parent, mode=0o700)
    with partial(path.parent, path.name) as temporary, disk(path):
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.link(temporary, path)
        sync_folder(path.parent)


def sweep(folder: Path, before: datetime | None = None) -> tuple[Path, ...]:
    """Remove what interrupted writers left in ``folder``, if they touched it last before an instant.

    Without an instant the caller knows that no writer is at work there.
    """
    with disk(folder):
        found = sorted(folder.rglob(f"*{PARTIAL}")) if folder.is_dir() else []
        left = tuple(path for path in found if before is None or is_older(path, before))
        for path in left:
            path.unlink(missing_ok=True)
    return left


def is_older(path: Path, than: datetime) -> bool:
    """Return whether a file or folder was touched last before an instant; one that has gone meanwhile was not."""
    try:
        return path.stat().st_mtime < than.timestamp()
    except FileNotFoundError:
        return False
