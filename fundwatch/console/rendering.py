"""Pages from templates: the shell, the navigation of a role, and what every page says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from fundwatch.console import formats
from fundwatch.console.standing import standing_of
from fundwatch.domain.access import Permission
from fundwatch.domain.visible import visible

if TYPE_CHECKING:
    from fundwatch.console.visits import Visit


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation and the permission that shows it."""

    key: str
    path: str
    permission: Permission
    letter: str
    """After ``g``, this key goes there; no two places that a role sees share one."""


NAVIGATION = (
    (
        "nav.group_reports",
        (
            Place("nav.upload", "/uploads", Permission.UPLOAD, "u"),
            Place("nav.layouts", "/layouts", Permission.UPLOAD, "l"),
            Place("nav.batches", "/batches", Permission.SEE_BATCHES, "b"),
            Place("nav.calendar", "/calendar", Permission.SEE_BATCHES, "d"),
        ),
    ),
    ("nav.group_runs", (Place("nav.runs", "/runs", Permission.SEE_RUNS, "r"),)),
    (
        "nav.group_administration",
        (
            Place("nav.system", "/system", Permission.ADMINISTER_SYSTEM, "s"),
            Place("nav.institutions", "/institutions", Permission.ADMINISTER_SYSTEM, "i"),
            Place("nav.working_days", "/working-days", Permission.ADMINISTER_SYSTEM, "w"),
            Place("nav.people", "/people", Permission.ADMINISTER_PEOPLE, "p"),
            Place("nav.tokens", "/tokens", Permission.ADMINISTER_PEOPLE, "t"),
            Place("nav.audit", "/audit", Permission.READ_AUDIT, "a"),
        ),
    ),
)


@cache
def environment() -> Environment:
    """Return the environment of all templates: everything is escaped, nothing undefined is passed over."""
    made = Environment(
        loader=PackageLoader("fundwatch.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in ("count", "percent", "instant", "day", "span", "size", "score", "lasting"):
        made.filters[name] = getattr(formats, name)
    made.filters["visible"] = visible
    return made


def page(visit: Visit, template: str, values: Mapping[str, Any]) -> str:
    """Return a template filled for a visit."""
    now = visit.office.clock()
    given = {
        "visit": visit,
        "t": visit.say,
        "lang": visit.lang,
        "places": places_of(visit),
        "now": now,
        "standing": standing_of(visit),
        "watermark": f"{visit.person.display_name} {formats.instant(now)}" if visit.is_signed_in else "",
    }
    return environment().get_template(template).render(given | dict(values))


def places_of(visit: Visit) -> list[tuple[str, list[Place]]]:
    """Return the navigation of a person's role by group; groups with nothing in them are left out."""
    groups: dict[str, list[Place]] = {}
    for group, places in NAVIGATION:
        for place in places:
            if visit.may(place.permission):
                groups.setdefault(group, []).append(place)
    return list(groups.items())


def home_of(visit: Visit) -> str:
    """Return the first page of a person's navigation."""
    return next((places[0].path for _, places in places_of(visit)), "/account")
