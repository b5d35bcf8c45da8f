"""A visit: one request, who makes it, in which language, and how it is answered."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fundwatch.console.formats import local_day
from fundwatch.console.office import Office
from fundwatch.console.rendering import page
from fundwatch.console.texts import LANGUAGES, Say, saying
from fundwatch.domain.access import Permission, may
from fundwatch.domain.errors import InputError
from fundwatch.store.operations import signed_in
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.people import Person
from fundwatch.store.operations.signed_in import Session

COOKIE = "fundwatch"
LANGUAGE_COOKIE = "fundwatch_language"


@dataclass(frozen=True)
class Visit:
    """One request; ``session`` is None for whoever has not signed in, with both factors or with the first alone."""

    request: Request
    office: Office
    request_id: str
    session: Session | None
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def lang(self) -> str:
        """Return the language of the page; Chinese unless asked otherwise."""
        chosen = self.request.cookies.get(LANGUAGE_COOKIE, "")
        return chosen if chosen in LANGUAGES else LANGUAGES[0]

    @property
    def say(self) -> Say:
        """Return how a key reads in the language of the page."""
        return saying(self.lang)

    @property
    def person(self) -> Person:
        """Return who is signed in; only routes that ask for a session may want it."""
        if self.session is None:
            raise LookupError("the route asks for nobody's session")
        return self.session.person

    @property
    def today(self) -> date:
        """Return the day it is where the banks are."""
        return local_day(self.office.clock())

    @property
    def is_signed_in(self) -> bool:
        """Return whether both factors were shown."""
        return self.session is not None and self.session.second_factor

    def may(self, permission: Permission) -> bool:
        """Return whether the person holds a permission."""
        return self.is_signed_in and may(self.person.role, permission)

    def theirs(self, institution: str) -> None:
        """Raise NotFoundError where an institution is outside the person's scope: what is not yours is not there."""
        if not self.person.scope.covers_institution(institution):
            raise NotFoundError()

    def param(self, name: str) -> str:
        """Return a part of the address."""
        return str(self.request.path_params[name])

    def asked(self, name: str) -> str:
        """Return a question of the address, empty where it was not asked."""
        return self.request.query_params.get(name, "").strip()

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page."""
        return HTMLResponse(page(self, template, values), status)

    def go(self, path: str) -> Response:
        """Send the browser on to a page of ours."""
        return RedirectResponse(path, 303)

    def with_session(self, response: Response, session_id: str) -> Response:
        """Give the browser its session; scripts cannot read it, other sites cannot send it."""
        response.set_cookie(
            COOKIE, session_id, httponly=True, samesite="strict", secure=self.office.is_secure, path="/"
        )
        return response


class NotFoundError(InputError):
    """There is no such page for this person."""

    def __init__(self) -> None:
        super().__init__(
            "没有这个页面，或不在您的权限范围内，请从导航进入。",
            "there is no such page, or it is outside your scope; start from the navigation.",
            code="U404",
        )


def enter(request: Request, office: Office, request_id: str) -> Visit:
    """Return the visit of a request with the session that its cookie names."""
    session = None
    session_id = request.cookies.get(COOKIE)
    if session_id:
        now = office.clock()
        with reading(office.engine) as connection:
            session = signed_in.find(connection, session_id, now=now)
        # What a page asks for by itself is no use of it: a page left open would never sign anybody out.
        is_asked = "hx-request" not in request.headers
        if session is not None and is_asked and now - session.seen_at >= signed_in.SEEN_STEP:
            with writing(office.engine) as connection:
                signed_in.mark_seen(connection, session_id, now=now)
    return Visit(request, office, request_id, session)


def page_before(request: Request) -> str:
    """Return the path of our own page that a request was sent from, the first page where that is not told."""
    told = urlsplit(request.headers.get("referer", ""))
    return own_path(told.path) if told.netloc == request.url.netloc else "/"


def own_path(path: str) -> str:
    """Return a path of this site; anything that would lead elsewhere becomes the first page."""
    is_own = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if is_own else "/"


def new_request_id() -> str:
    """Return what a person reads to us when something failed."""
    return secrets.token_hex(6)
