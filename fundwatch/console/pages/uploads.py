"""Handing in: a file is streamed to disk, acknowledged, and judged in the background; a zero report is one field."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from fundwatch.console.routing import Routes
from fundwatch.console.visits import Visit
from fundwatch.domain.access import Permission
from fundwatch.domain.errors import InputError
from fundwatch.store.durable import make_folder
from fundwatch.store.landing import UPLOADED
from fundwatch.store.operations import audit, batch_list, ledger
from fundwatch.store.operations.database import reading, writing

ROUTES = Routes()
_LONGEST_NAME = 200


@ROUTES.get("/uploads", Permission.UPLOAD)
def ask(visit: Visit) -> Response:
    """Show where to drop files, and what was handed in last."""
    return _page(visit)


@ROUTES.receiving("/uploads", Permission.UPLOAD)
async def receive(visit: Visit) -> Response:
    """Take one file in; it is acknowledged when it rests on disk, and judged after the answer."""
    headers = visit.request.headers
    institution = headers.get("x-institution", "")
    visit.theirs(institution)
    name = _name_of(unquote(headers.get("x-file-name", "")))
    await run_in_threadpool(make_folder, visit.office.temporary)
    folder = Path(await run_in_threadpool(tempfile.mkdtemp, prefix=UPLOADED, dir=visit.office.temporary))
    try:
        path = folder / name
        await _keep(visit.request.stream(), path, visit.office.max_upload_bytes)
        batch = await run_in_threadpool(
            visit.office.counter.receive,
            path,
            institution=institution,
            by=visit.person.name,
            legal_basis=unquote(headers.get("x-basis", "")).strip() or None,
            corrects=unquote(headers.get("x-corrects", "")).strip() or None,
            completes=unquote(headers.get("x-completes", "")).strip() or None,
        )
    finally:
        await run_in_threadpool(shutil.rmtree, folder, ignore_errors=True)
    answer = {"batch": batch.batch, "path": f"/batches/{batch.batch}"}
    return JSONResponse(answer, 201, background=BackgroundTask(visit.office.judging.run, batch.batch))


@ROUTES.post("/zero-reports", Permission.UPLOAD)
def declare_nothing(visit: Visit) -> Response:
    """Declare that there is nothing to report for a day."""
    institution = visit.form.get("institution", "")
    visit.theirs(institution)
    now = visit.office.clock()
    try:
        day = _day(visit.form.get("day", ""))
        if day > now.date():
            raise InputError("不能为将来的日期申报零报告。", "a day to come cannot be declared.", code="U110")
        with writing(visit.office.engine) as connection:
            ledger.declare_nothing(connection, institution=institution, day=day, declared_by=visit.person.name, now=now)
            subject = f"institution:{institution}"
            detail = {"day": day.isoformat()}
            audit.append(
                connection, now=now, actor=visit.person.name, action="zero_report", subject=subject, detail=detail
            )
    except InputError as error:
        return _page(visit, error=error)
    return _page(visit, declared=f"{institution} {day:%Y-%m-%d}")


def _page(visit: Visit, *, error: InputError | None = None, declared: str = "") -> Response:
    own = sorted(visit.person.scope.institutions)
    with reading(visit.office.engine) as connection:
        recent, _ = batch_list.listed(connection, own, most=8)
    institutions = [one for one in visit.office.registry if one.code in own]
    return visit.show(
        "uploads.html",
        400 if error else 200,
        institutions=institutions,
        options=[(one.code, f"{one.name}（{one.code}）") for one in institutions],
        recent=recent,
        error=error,
        declared=declared,
        completes=visit.asked("completes"),
        corrects=visit.asked("corrects"),
        typed_day=visit.form.get("day", ""),
        limit=visit.office.max_upload_bytes,
        today=visit.office.clock().date(),
    )


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


def _name_of(name: str) -> str:
    """Return the last part of a file's name, fit for a disk."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\x00", "").strip().lstrip(".")
    if not last:
        raise InputError("缺少文件名，请重新选择文件。", "the file has no name; choose it again.", code="F322")
    stem, dot, ending = last.rpartition(".")
    if len(last.encode()) <= _LONGEST_NAME:
        return last
    cut = (stem or last).encode()[: _LONGEST_NAME - 20].decode("utf-8", "ignore")
    return f"{cut}{dot}{ending[:10]}" if stem else cut


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError("日期应形如 2026-11-20。", "write the day as 2026-11-20.", code="U111") from error
