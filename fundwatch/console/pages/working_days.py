"""Working days: the notices by which due days are counted, and entering next year's."""

from __future__ import annotations

from starlette.responses import Response

from fundwatch.console.routing import Routes
from fundwatch.console.typed import typed_day
from fundwatch.console.visits import Visit
from fundwatch.domain.access import Permission
from fundwatch.domain.errors import ConfigurationError, InputError
from fundwatch.domain.keys import date_of, day_number
from rules.reference import Notice

ROUTES = Routes()
KINDS = ("holiday", "workday")
_TYPED = ("first_day", "last_day", "kind", "name", "source")
_LONGEST = 30
"""Days of one entry at most: a slip of a year is no holiday."""


@ROUTES.get("/working-days", Permission.ADMINISTER_SYSTEM)
def listing(visit: Visit) -> Response:
    """Show the notices of this year and the next, with the form that enters one."""
    return _page(visit, dict.fromkeys(_TYPED, ""))


@ROUTES.post("/working-days", Permission.ADMINISTER_SYSTEM)
def enter(visit: Visit) -> Response:
    """Enter days off, or working days made up for them."""
    typed = {name: visit.form.get(name, "").strip() for name in _TYPED}
    try:
        visit.office.administration.enter(_notice(typed), by=visit.person.name)
    except (InputError, ConfigurationError) as error:
        return _page(visit, typed, error)
    return visit.go("/working-days")


@ROUTES.post("/working-days/remove", Permission.ADMINISTER_SYSTEM)
def remove(visit: Visit) -> Response:
    """Remove what was entered here."""
    try:
        visit.office.administration.remove(_day(visit.form.get("first_day", "")), by=visit.person.name)
    except InputError as error:
        return _page(visit, dict.fromkeys(_TYPED, ""), error)
    return visit.go("/working-days")


def _notice(typed: dict[str, str]) -> Notice:
    first = _day(typed["first_day"])
    last = _day(typed["last_day"]) if typed["last_day"] else first
    if not first <= last < first + _LONGEST:
        raise InputError(
            f"结束日期须不早于开始日期，且一次不超过 {_LONGEST} 天。",
            f"the last day comes after the first, within {_LONGEST} days.",
            code="U150",
        )
    if typed["kind"] not in KINDS or not typed["name"] or not typed["source"]:
        raise InputError("请填写全部必填项。", "fill in everything that is required.", code="U151")
    return Notice(first, last, typed["kind"] == "workday", typed["name"], typed["source"])


def _day(text: str) -> int:
    return day_number(typed_day(text))


def _page(visit: Visit, typed: dict[str, str], error: InputError | ConfigurationError | None = None) -> Response:
    shipped, own = visit.office.administration.notices()
    year = visit.today.year
    listed = [(one, False) for one in shipped] + [(one, True) for one in own]
    covered = {date_of(one.first_day).year for one, _ in listed}
    return visit.show(
        "working_days.html",
        400 if error else 200,
        notices=sorted(
            ((one, is_own) for one, is_own in listed if date_of(one.last_day).year >= year),
            key=lambda item: item[0].first_day,
        ),
        lacking=[one for one in (year, year + 1) if one not in covered],
        year=year,
        typed=typed,
        error=error,
        kind_options=[(one, visit.say(f"notice.{one}")) for one in KINDS],
    )
