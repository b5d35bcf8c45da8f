"""People: who may sign in, adding one with a second factor shown once, beginning anew, and letting one go."""

from __future__ import annotations

import secrets

import segno
from markupsafe import Markup
from starlette.responses import Response

from fundwatch.console.routing import Routes
from fundwatch.console.visits import Visit
from fundwatch.domain.access import Permission, Role
from fundwatch.domain.errors import InputError
from fundwatch.store.operations import people
from fundwatch.store.operations.database import reading, writing

ROUTES = Routes()
_TYPED = ("name", "display_name", "role", "institutions", "region")
_BYTES = 9


@ROUTES.get("/people", Permission.ADMINISTER_PEOPLE)
def listing(visit: Visit) -> Response:
    """List everybody, with the form that adds somebody."""
    return _page(visit)


@ROUTES.post("/people", Permission.ADMINISTER_PEOPLE)
def add(visit: Visit) -> Response:
    """Add a person with a first password of our making; it and the second factor are shown this once."""
    typed = {name: visit.form.get(name, "").strip() for name in _TYPED}
    password, now = secrets.token_urlsafe(_BYTES), visit.office.clock()
    try:
        if typed["role"] not in {one.value for one in Role}:
            raise InputError("请选择角色。", "choose a role.", code="U112")
        codes = [code for code in typed["institutions"].replace("，", ",").replace(" ", ",").split(",") if code]
        for code in codes:
            _require_registered(visit, code)
        key = visit.office.second_factor_key()
        with writing(visit.office.engine) as connection:
            number = people.add(
                connection,
                name=typed["name"],
                display_name=typed["display_name"],
                role=Role(typed["role"]),
                institutions=codes,
                region=typed["region"] or None,
                password=password,
                actor=visit.person.name,
                now=now,
            )
            person = people.get(connection, number)
            assert person is not None, "it was just added"
            address = people.enrol_second_factor(connection, person, key, actor=visit.person.name, now=now)
    except InputError as error:
        return _page(visit, error=error, typed=typed)
    return _shown_once(visit, "people.added", person, password, address)


@ROUTES.post("/people/reset", Permission.ADMINISTER_PEOPLE)
def reset(visit: Visit) -> Response:
    """Let a person begin anew: another first password and second factor, shown this once."""
    password, now, actor = secrets.token_urlsafe(_BYTES), visit.office.clock(), visit.person.name
    try:
        name = _another(visit)
        key = visit.office.second_factor_key()
        with writing(visit.office.engine) as connection:
            person = people.reset(connection, name, password, actor=actor, now=now)
            address = people.enrol_second_factor(connection, person, key, actor=actor, now=now)
    except InputError as error:
        return _page(visit, error=error)
    return _shown_once(visit, "people.was_reset", person, password, address)


@ROUTES.post("/people/disable", Permission.ADMINISTER_PEOPLE)
def disable(visit: Visit) -> Response:
    """Let a person sign in no more."""
    try:
        name = _another(visit)
        with writing(visit.office.engine) as connection:
            people.disable(connection, name, actor=visit.person.name, now=visit.office.clock())
    except InputError as error:
        return _page(visit, error=error)
    return visit.go("/people")


def _another(visit: Visit) -> str:
    """Return whom a form names; nobody shuts the door on themselves."""
    name = visit.form.get("name", "")
    if name == visit.person.name:
        raise InputError(
            "不能停用或重置自己的账号，请由另一位安全管理员办理。",
            "you cannot disable or reset your own account; another security administrator does.",
            code="U113",
        )
    return name


def _shown_once(visit: Visit, title: str, person: people.Person, password: str, address: str) -> Response:
    picture = segno.make(address, error="m").svg_inline(scale=4, border=2)
    return visit.show(
        "person_added.html",
        title=visit.say(title),
        person=person,
        password=password,
        address=address,
        picture=Markup(picture),  # noqa: S704
    )


def _require_registered(visit: Visit, code: str) -> None:
    if code not in visit.office.registry.institutions:
        raise InputError(
            f"机构代码 {code[:64]} 未登记，请核对。", f"institution {code[:64]} is not registered.", code="U114"
        )


def _page(visit: Visit, *, error: InputError | None = None, typed: dict[str, str] | None = None) -> Response:
    with reading(visit.office.engine) as connection:
        found = people.listed(connection)
    return visit.show(
        "people.html",
        400 if error else 200,
        people=found,
        role_options=[(one.value, visit.say(f"role.{one.value}")) for one in Role],
        error=error,
        typed=typed or dict.fromkeys(_TYPED, ""),
    )
