"""Institutions: who may report and on which legal basis; registering one, and changing one."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from fundwatch.console.routing import Routes
from fundwatch.console.typed import typed_day
from fundwatch.console.visits import NotFoundError, Visit
from fundwatch.domain.access import Permission
from fundwatch.domain.errors import ConfigurationError, InputError
from fundwatch.store.registry import DAILY, MONTHLY, SECTORS, Institution

ROUTES = Routes()
_TEXTS = ("code", "name", "sector", "region", "legal_basis", "approval_no")
_TYPED = (*_TEXTS, "expires_on", "reports", "due_days")
_EXPIRES_SOON = 30


@ROUTES.get("/institutions", Permission.ADMINISTER_SYSTEM)
def listing(visit: Visit) -> Response:
    """List the register, with a form for a new institution or for the one that is asked for."""
    code = visit.asked("code")
    if not code:
        return _page(visit, None, dict.fromkeys(_TYPED, ""))
    found = visit.office.registry.institutions.get(code)
    if found is None:
        raise NotFoundError()
    return _page(visit, code, _as_typed(found))


@ROUTES.post("/institutions", Permission.ADMINISTER_SYSTEM)
def save(visit: Visit) -> Response:
    """Register an institution, or change the one that the form was filled with."""
    code = visit.form.get("changes") or None
    typed = {name: visit.form.get(name, "").strip() for name in _TYPED}
    if code is not None:
        typed["code"] = code
    try:
        visit.office.administration.register(_values(typed), code=code, by=visit.person.name)
    except (InputError, ConfigurationError) as error:
        return _page(visit, code, typed, error)
    return visit.go(f"/institutions?saved={typed['code']}")


def _values(typed: dict[str, str]) -> dict[str, Any]:
    """Return what was typed as the register keeps it; raise InputError for a day or a number that is none."""
    values: dict[str, Any] = {name: typed[name] for name in _TEXTS}
    values["reports"] = typed["reports"] or None
    for name in _TEXTS:
        if not typed[name]:
            raise InputError("请填写全部必填项。", "fill in everything that is required.", code="U140", place=name)
    if typed["due_days"] and not (typed["due_days"].isascii() and typed["due_days"].isdigit()):
        raise InputError("期限天数应为整数。", "the days until due must be a whole number.", code="U141")
    values["due_days"] = int(typed["due_days"]) if typed["due_days"] else None
    values["expires_on"] = typed_day(typed["expires_on"]) if typed["expires_on"] else None
    return values


def _as_typed(one: Institution) -> dict[str, str]:
    expires_on = "" if one.expires_on is None else one.expires_on.isoformat()
    texts = {name: str(getattr(one, name)) for name in (*_TEXTS, "reports", "due_days")}
    return texts | {"expires_on": expires_on}


def _page(
    visit: Visit, code: str | None, typed: dict[str, str], error: InputError | ConfigurationError | None = None
) -> Response:
    return visit.show(
        "institutions.html",
        400 if error else 200,
        institutions=list(visit.office.registry),
        code=code,
        typed=typed,
        error=error,
        saved=visit.asked("saved") if visit.asked("saved") in visit.office.registry.institutions else "",
        today=visit.today,
        expires_soon=_EXPIRES_SOON,
        sector_options=[(one, visit.say(f"sector.{one}")) for one in SECTORS],
        reports_options=[(one, visit.say(f"reports.{one}")) for one in (DAILY, MONTHLY)],
    )
