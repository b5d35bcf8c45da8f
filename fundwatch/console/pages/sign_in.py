"""Signing in with two factors, the own password, the language, and signing out."""

from __future__ import annotations

from starlette.responses import Response

from fundwatch.console.rendering import home_of
from fundwatch.console.routing import Access, Routes
from fundwatch.console.texts import LANGUAGES
from fundwatch.console.visits import COOKIE, LANGUAGE_COOKIE, Visit, own_path
from fundwatch.domain.errors import InputError
from fundwatch.store.operations import people, signed_in
from fundwatch.store.operations.database import writing

ROUTES = Routes()
_YEAR = 365 * 24 * 3600


@ROUTES.get("/", Access.SIGNED_IN)
def home(visit: Visit) -> Response:
    """Send everybody to the first page of the role."""
    return visit.go("/account" if visit.person.must_change_password else home_of(visit))


@ROUTES.get("/sign-in", Access.EVERYBODY)
def ask(visit: Visit) -> Response:
    """Ask for name and password; whom the office's single sign-on vouches for is asked for the code alone."""
    following = own_path(visit.asked("next"))
    vouching = visit.office.vouching
    name = "" if vouching is None else vouching.name_of(visit.request)
    if not name:
        return visit.show("sign_in.html", next=following, name="", refused=False)
    now = visit.office.clock()
    with writing(visit.office.engine) as connection:
        person = people.vouched_for(connection, name, now=now)
        if person is not None:
            session_id = signed_in.start(connection, person, second_factor=False, now=now)
            return visit.with_session(visit.go(f"/sign-in/code?next={following}"), session_id)
    return visit.show("sign_in.html", 401, next=following, name="", refused=True)


@ROUTES.post("/sign-in", Access.EVERYBODY)
def first_factor(visit: Visit) -> Response:
    """Take name and password; whatever is wrong, the answer is the same."""
    name, following = visit.form.get("name", "").strip(), own_path(visit.form.get("next", ""))
    now = visit.office.clock()
    with writing(visit.office.engine) as connection:
        person = people.authenticate(connection, name, visit.form.get("password", ""), now=now)
        if person is not None and person.has_second_factor:
            session_id = signed_in.start(connection, person, second_factor=False, now=now)
            return visit.with_session(visit.go(f"/sign-in/code?next={following}"), session_id)
    return visit.show("sign_in.html", 401, next=following, name=name, refused=True)


@ROUTES.get("/sign-in/code", Access.FIRST_FACTOR)
def ask_code(visit: Visit) -> Response:
    """Ask for the one-time code."""
    return visit.show("sign_in_code.html", next=own_path(visit.asked("next")), refused=False)


@ROUTES.post("/sign-in/code", Access.FIRST_FACTOR)
def second_factor(visit: Visit) -> Response:
    """Take the one-time code and begin another session, so that an id seen before is worth nothing."""
    following = own_path(visit.form.get("next", ""))
    now, key = visit.office.clock(), visit.office.second_factor_key()
    code = visit.form.get("code", "").replace(" ", "")
    with writing(visit.office.engine) as connection:
        is_right = people.verify_second_factor(connection, visit.person, code, key, now=now)
        if is_right:
            signed_in.drop(connection, visit.request.cookies[COOKIE], now=now)
            session_id = signed_in.start(connection, visit.person, second_factor=True, now=now)
    if not is_right:
        return visit.show("sign_in_code.html", 401, next=following, refused=True)
    target = "/account" if visit.person.must_change_password else following
    return visit.with_session(visit.go(target), session_id)


@ROUTES.get("/account", Access.SIGNED_IN)
def account(visit: Visit) -> Response:
    """Show the own account, and ask for another password where one is due."""
    return visit.show("account.html", error=None)


@ROUTES.post("/account", Access.SIGNED_IN)
def change_password(visit: Visit) -> Response:
    """Take another password; all sessions end and this one begins anew."""
    now, person = visit.office.clock(), visit.person
    wanted = visit.form.get("password", "")
    try:
        if wanted != visit.form.get("again", ""):
            raise InputError("两次输入的口令不一致。", "the two passwords differ.", code="U107")
        with writing(visit.office.engine) as connection:
            people.change_password(connection, person, wanted, now=now)
            session_id = signed_in.start(connection, person, second_factor=True, now=now)
    except InputError as error:
        return visit.show("account.html", 400, error=error)
    return visit.with_session(visit.go("/"), session_id)


@ROUTES.post("/sign-out", Access.FIRST_FACTOR)
def sign_out(visit: Visit) -> Response:
    """End the session."""
    with writing(visit.office.engine) as connection:
        signed_in.end(connection, visit.request.cookies[COOKIE], now=visit.office.clock())
    response = visit.go("/sign-in")
    response.delete_cookie(COOKIE, path="/")
    return response


@ROUTES.get("/language/{lang}", Access.EVERYBODY)
def language(visit: Visit) -> Response:
    """Remember the language and return to the page."""
    response = visit.go(own_path(visit.asked("next")))
    if visit.param("lang") in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, visit.param("lang"), max_age=_YEAR, samesite="lax", secure=visit.office.is_secure
        )
    return response
