"""The application: routes behind their doors, errors as one plain sentence, headers that keep pages to themselves."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from fundwatch.console import api
from fundwatch.console.office import Office
from fundwatch.console.pages import (
    audit,
    batches,
    calendar,
    institutions,
    layouts,
    people,
    runs,
    sign_in,
    system,
    tokens,
    uploads,
    working_days,
)
from fundwatch.console.routing import FORGED, PasswordDueError, SignInNeededError, mount, require_declared
from fundwatch.console.visits import NotFoundError, Visit, enter, new_request_id, page_before
from fundwatch.domain.errors import BusyError, EngineError, FundwatchError, InputError

_LOG = logging.getLogger(__name__)
_PAGES = (
    sign_in,
    uploads,
    layouts,
    batches,
    calendar,
    runs,
    system,
    institutions,
    working_days,
    people,
    tokens,
    audit,
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create(office: Office) -> FastAPI:
    """Return the application over an installation; a route that does not say who may come raises."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(office.judging.close)

    app = FastAPI(
        title="资金哨 Fundwatch", version="1", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    for pages in _PAGES:
        mount(app, office, pages.ROUTES)
    api.mount(app, office)
    app.mount("/static", StaticFiles(directory=str(files("fundwatch.console") / "static")), name="static")
    require_declared(list(app.routes))
    _answer_errors(app, office)
    _seal(app)
    return app


def _seal(app: FastAPI) -> None:
    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        request.state.request_id = new_request_id()
        response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        is_asset = request.url.path.startswith("/static/")
        response.headers.setdefault("Cache-Control", "max-age=3600" if is_asset else "no-store")
        response.headers["X-Request-Id"] = request.state.request_id
        return response


def _answer_errors(app: FastAPI, office: Office) -> None:
    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, FundwatchError), "registered for this family"
        if isinstance(error, EngineError):
            _LOG.error("request %s failed: %s", request.state.request_id, error.code)
        if isinstance(error, SignInNeededError) and not _wants_data(request):
            asked = request.url.path if request.method == "GET" else page_before(request)
            return Visit(request, office, request.state.request_id, None).go(f"/sign-in?next={quote(asked)}")
        if isinstance(error, PasswordDueError) and not _wants_data(request):
            return Visit(request, office, request.state.request_id, None).go("/account")
        return await run_in_threadpool(_told, request, office, error, _status_of(error))

    async def unknown(request: Request, error: Exception) -> Response:
        _LOG.error("request %s failed: %s", request.state.request_id, type(error).__name__)
        told = EngineError("系统出错，请稍后重试。", "something of ours failed; try again later.", code="E500")
        return await run_in_threadpool(_told, request, office, told, 500)

    async def plain(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException), "registered for this family"
        if error.status_code in (404, 405):
            return await run_in_threadpool(_told, request, office, NotFoundError(), 404)
        refused = InputError(
            "请求无法处理，请从页面上重新操作。", "this cannot be read; start from the page.", code="U400"
        )
        told = refused if error.status_code < 500 else EngineError("系统出错。", "our fault.", code="E500")
        return await run_in_threadpool(_told, request, office, told, error.status_code)

    async def incomplete(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError), "registered for this family"
        lacking = "、".join(str(one["loc"][-1]) for one in error.errors())
        told = InputError(
            f"请求不完整，请补上：{lacking}。", f"the request lacks or misstates: {lacking}.", code="U422"
        )
        return await run_in_threadpool(_told, request, office, told, 422)

    app.add_exception_handler(FundwatchError, known)
    app.add_exception_handler(RequestValidationError, incomplete)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(Exception, unknown)


def _told(request: Request, office: Office, error: FundwatchError, status: int) -> Response:
    if _wants_data(request):
        content = {"zh": error.zh, "en": error.en, "code": error.code, "request": request.state.request_id}
        return JSONResponse(content, status)
    # A path that no route answers has met no door yet; whoever is signed in keeps the navigation.
    visit = getattr(request.state, "visit", None)
    if visit is None and not isinstance(error, EngineError):
        visit = enter(request, office, request.state.request_id)
    visit = visit or Visit(request, office, request.state.request_id, None)
    back = page_before(request) if error.code == FORGED else "/"
    return visit.show("error.html", status, error=error, back=back)


def _status_of(error: FundwatchError) -> int:
    if isinstance(error, NotFoundError):
        return 404
    if isinstance(error, SignInNeededError):
        return 401
    if isinstance(error, BusyError):
        return 503
    if isinstance(error, EngineError):
        return 500
    return 403 if error.code == FORGED else 400


def _wants_data(request: Request) -> bool:
    return request.url.path.startswith(api.PREFIX) or "application/json" in request.headers.get("accept", "")
