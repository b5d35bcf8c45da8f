"""The installation: what is wrong with it, its disk, its keys, and what is past its time."""

from __future__ import annotations

from starlette.responses import Response

from fundwatch.console.routing import Routes
from fundwatch.console.visits import Visit
from fundwatch.domain.access import Permission

ROUTES = Routes()
SOON_FULL = 30
"""Days of disk left below which the page warns."""


@ROUTES.get("/system", Permission.ADMINISTER_SYSTEM)
def overview(visit: Visit) -> Response:
    """Show disk, keys and retention; the checks take a moment and come after."""
    administration = visit.office.administration
    return visit.show(
        "system.html",
        disk=administration.disk(),
        keys=administration.keys(),
        retention=administration.retention(),
        soon_full=SOON_FULL,
    )


@ROUTES.get("/system/checks", Permission.ADMINISTER_SYSTEM)
def checks(visit: Visit) -> Response:
    """Show a remark on each thing that a night depends on."""
    return visit.show("system_checks.html", remarks=visit.office.administration.remarks())
