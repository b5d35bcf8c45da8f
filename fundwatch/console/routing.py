"""Routes: each declares who may come; the door checks session, permission and the token against forged forms."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount

from fundwatch.console.office import Office
from fundwatch.console.visits import NotFoundError, Visit, enter
from fundwatch.domain.access import Permission
from fundwatch.domain.errors import ConfigurationError, InputError


class Access(Enum):
    """Who may come where no permission is asked for."""

    EVERYBODY = "everybody"
    FIRST_FACTOR = "first_factor"
    SIGNED_IN = "signed_in"
    MACHINE = "machine"
    """An institution's machine; only the interface for machines asks for it."""


Handler = Callable[[Visit], Response]
Streaming = Callable[[Visit], Awaitable[Response]]
FORGED = "U403"
"""Code of a form that is out of date, or not from a page of ours."""
_FIELDS = 50
"""Fields of one form at most."""


class SignInNeededError(InputError):
    """The session is over, or there was none."""

    def __init__(
        self,
        zh: str = "登录已超时，请重新登录；已提交的内容不受影响。",
        en: str = "your session is over; sign in again. What was sent is kept.",
    ) -> None:
        super().__init__(zh, en, code="U401")


class PasswordDueError(InputError):
    """The first password is still in use: nothing else is done before it was changed."""

    def __init__(self) -> None:
        super().__init__("首次登录请先设置自己的口令。", "set a password of your own first.", code="U405")


@dataclass(frozen=True, slots=True)
class Route:
    """A path, a method, who may come, and what answers."""

    method: str
    path: str
    access: Access | Permission
    handler: Handler | None = None
    streaming: Streaming | None = None


class Routes:
    """The routes of some pages, gathered by decorators."""

    def __init__(self) -> None:
        self.found: list[Route] = []

    def get(self, path: str, access: Access | Permission) -> Callable[[Handler], Handler]:
        """Declare a page."""
        return self._adding("GET", path, access)

    def post(self, path: str, access: Access | Permission) -> Callable[[Handler], Handler]:
        """Declare what a form is sent to; the form's token is checked first."""
        return self._adding("POST", path, access)

    def receiving(self, path: str, access: Access | Permission) -> Callable[[Streaming], Streaming]:
        """Declare where a body is streamed to; the token comes in a header."""

        def add(streaming: Streaming) -> Streaming:
            self.found.append(Route("POST", path, access, streaming=streaming))
            return streaming

        return add

    def _adding(self, method: str, path: str, access: Access | Permission) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.found.append(Route(method, path, access, handler))
            return handler

        return add


def mount(app: FastAPI, office: Office, routes: Routes) -> None:
    """Add the routes to the application, each behind the door."""
    for route in routes.found:
        app.add_api_route(route.path, _door(office, route), methods=[route.method], include_in_schema=False)


def require_declared(routes: list[BaseRoute]) -> None:
    """Raise ConfigurationError for a route that does not say who may come."""
    for route in routes:
        if isinstance(route, Mount):
            continue
        endpoint: Any = getattr(route, "endpoint", None)
        if not hasattr(endpoint, "access"):
            path = getattr(route, "path", "?")
            raise ConfigurationError(
                f"路由 {path} 未声明谁可访问，请用 Routes 登记。",
                f"route {path} does not declare who may come; add it by Routes.",
                code="C401",
            )


def _door(office: Office, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        visit = await run_in_threadpool(enter, request, office, request.state.request_id)
        request.state.visit = visit
        _require_access(visit, route.access)
        if route.streaming is not None:
            _require_own_page(request)
            _require_token(visit, request.headers.get("x-csrf", ""))
            return await route.streaming(visit)
        assert route.handler is not None, "a route streams or handles"
        if route.method == "POST":
            _require_own_page(request)
            visit = replace(visit, form=await _form(request))
            _require_token(visit, visit.form.get("csrf", ""))
        return await run_in_threadpool(route.handler, visit)

    endpoint.access = route.access  # type: ignore[attr-defined]  # read by require_declared
    return endpoint


def _require_access(visit: Visit, access: Access | Permission) -> None:
    if access is Access.EVERYBODY:
        return
    if visit.session is None or (access is not Access.FIRST_FACTOR and not visit.session.second_factor):
        raise SignInNeededError()
    if isinstance(access, Permission):
        if not visit.may(access):
            raise NotFoundError()
        if visit.person.must_change_password:
            raise PasswordDueError()


def _require_own_page(request: Request) -> None:
    """Refuse what another site's page sends; browsers of the floor name where a request comes from."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none"):
        raise _forged()


def _require_token(visit: Visit, token: str) -> None:
    if visit.session is not None and not secrets.compare_digest(token.encode(), visit.session.csrf.encode()):
        raise _forged()


async def _form(request: Request) -> Mapping[str, str]:
    async with request.form(max_files=0, max_fields=_FIELDS) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _forged() -> InputError:
    return InputError(
        "页面已过期，请回到刚才的页面再提交一次。",
        "this page was out of date; go back to it and send once more.",
        code=FORGED,
    )
