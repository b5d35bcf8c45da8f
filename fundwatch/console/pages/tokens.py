"""Access tokens: by which the machines of institutions hand files in; making one, shown once, and revoking one."""

from __future__ import annotations

from starlette.responses import Response

from fundwatch.console.routing import Routes
from fundwatch.console.visits import Visit
from fundwatch.domain.access import Permission
from fundwatch.domain.errors import InputError
from fundwatch.store.operations import access_tokens
from fundwatch.store.operations.database import reading, writing

ROUTES = Routes()


@ROUTES.get("/tokens", Permission.ADMINISTER_PEOPLE)
def listing(visit: Visit) -> Response:
    """List the tokens, with the form that makes one."""
    return _page(visit)


@ROUTES.post("/tokens", Permission.ADMINISTER_PEOPLE)
def issue(visit: Visit) -> Response:
    """Make a token; its text is shown this once."""
    institution, label = visit.form.get("institution", ""), visit.form.get("label", "").strip()
    try:
        if institution not in visit.office.registry.institutions:
            raise InputError("请选择机构。", "choose an institution.", code="U145")
        with writing(visit.office.engine) as connection:
            number, text = access_tokens.issue(
                connection, institution=institution, label=label, actor=visit.person.name, now=visit.office.clock()
            )
    except InputError as error:
        return _page(visit, error=error, institution=institution, label=label)
    return visit.show("token_issued.html", number=number, text=text, institution=institution)


@ROUTES.post("/tokens/revoke", Permission.ADMINISTER_PEOPLE)
def revoke(visit: Visit) -> Response:
    """Let a token hold no more."""
    number = visit.form.get("number", "")
    try:
        with writing(visit.office.engine) as connection:
            access_tokens.revoke(
                connection,
                int(number) if number.isdecimal() and len(number) < 10 else 0,
                actor=visit.person.name,
                now=visit.office.clock(),
            )
    except InputError as error:
        return _page(visit, error=error)
    return visit.go("/tokens")


def _page(visit: Visit, *, error: InputError | None = None, institution: str = "", label: str = "") -> Response:
    with reading(visit.office.engine) as connection:
        found = access_tokens.listed(connection)
    register = visit.office.registry
    return visit.show(
        "tokens.html",
        400 if error else 200,
        tokens=found,
        names={one.code: one.name for one in register},
        institution_options=[(one.code, one.name) for one in register],
        error=error,
        institution=institution,
        label=label,
    )
