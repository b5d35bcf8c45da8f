"""Receiving: a body that is streamed to disk, handed to the counter, and gone from disk again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from fundwatch.console.office import Office
from fundwatch.domain.errors import InputError
from fundwatch.store.durable import make_folder
from fundwatch.store.landing import UPLOADED
from fundwatch.store.operations.ledger import Batch

_LONGEST_NAME = 200
_ENDING = 10


@dataclass(frozen=True, slots=True)
class Parcel:
    """What comes with a file: its name, whose it is, who hands it in, and what it means."""

    name: str
    institution: str
    by: str
    legal_basis: str | None = None
    corrects: str | None = None
    completes: str | None = None


async def receive(office: Office, stream: AsyncIterator[bytes], parcel: Parcel) -> Batch:
    """Take a file in and return its batch; it is acknowledged when it rests on disk, whatever comes after.

    Raises InputError for a file that is empty, too large or without a name, and for what the counter refuses.
    """
    name = name_of(parcel.name)
    await run_in_threadpool(make_folder, office.temporary)
    folder = Path(await run_in_threadpool(tempfile.mkdtemp, prefix=UPLOADED, dir=office.temporary))
    try:
        path = folder / name
        await _keep(stream, path, office.max_upload_bytes)
        return await run_in_threadpool(
            office.counter.receive,
            path,
            institution=parcel.institution,
            by=parcel.by,
            legal_basis=parcel.legal_basis,
            corrects=parcel.corrects,
            completes=parcel.completes,
        )
    finally:
        await run_in_threadpool(shutil.rmtree, folder, ignore_errors=True)


def name_of(name: str) -> str:
    """Return the last part of a file's name, fit for a disk; raise InputError where there is none."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\x00", "").strip().lstrip(".")
    if not last:
        raise InputError("缺少文件名，请重新选择文件。", "the file has no name; choose it again.", code="F322")
    if len(last.encode()) <= _LONGEST_NAME:
        return last
    stem, dot, ending = last.rpartition(".")
    ending = f"{dot}{ending}" if stem and len(ending) <= _ENDING else ""
    return last.encode()[: _LONGEST_NAME - len(ending.encode())].decode("utf-8", "ignore") + ending


async def _keep(stream: AsyncIterator[bytes], path: Path, most: int) -> None:
    """Write a body to a file that only this program may read; a larger one than allowed is refused as it comes."""
    size = 0
    path.touch(mode=0o600)
    with path.open("wb") as target:
        async for chunk in stream:
            size += len(chunk)
            if size > most:
                raise InputError(
                    f"文件超过 {most >> 20} MiB 上限，请拆分后报送。",
                    f"the file exceeds the limit of {most >> 20} MiB; split it.",
                    code="F307",
                )
            await run_in_threadpool(target.write, chunk)
    if size == 0:
        raise InputError("文件为空，请重新导出后报送。", "the file is empty; export it again.", code="F321")
