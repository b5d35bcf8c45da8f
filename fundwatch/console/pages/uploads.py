"""Handing in: a file is streamed to disk, acknowledged, and judged in the background; a zero report is one field."""

from __future__ import annotations

from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

from fundwatch.console import receiving
from fundwatch.console.receiving import Parcel
from fundwatch.console.routing import Routes
from fundwatch.console.typed import typed_day
from fundwatch.console.visits import Visit
from fundwatch.domain.access import Permission
from fundwatch.domain.errors import InputError
from fundwatch.store.operations import audit, batch_list, ledger
from fundwatch.store.operations.database import reading, writing

ROUTES = Routes()


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
    parcel = Parcel(
        name=unquote(headers.get("x-file-name", "")),
        institution=institution,
        by=visit.person.name,
        legal_basis=_said(headers, "x-basis"),
        corrects=_said(headers, "x-corrects"),
        completes=_said(headers, "x-completes"),
    )
    batch = await receiving.receive(visit.office, visit.request.stream(), parcel)
    visit.office.judging.submit(batch.batch)
    return JSONResponse({"batch": batch.batch, "path": f"/batches/{batch.batch}"}, 201)


@ROUTES.post("/zero-reports", Permission.UPLOAD)
def declare_nothing(visit: Visit) -> Response:
    """Declare that there is nothing to report for a day."""
    institution = visit.form.get("institution", "")
    visit.theirs(institution)
    now = visit.office.clock()
    try:
        day = typed_day(visit.form.get("day", ""))
        if day > visit.today:
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
        today=visit.today,
    )


def _said(headers: Headers, name: str) -> str | None:
    return unquote(headers.get(name, "")).strip() or None
