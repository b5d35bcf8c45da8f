"""Layouts: the kinds of files that an institution may send, column by column, with a template of each."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from data_contracts.contract import Contract
from data_contracts.describing import containers_of, described, write_template
from fundwatch.console.routing import Routes
from fundwatch.console.sending import send_written
from fundwatch.console.visits import NotFoundError, Visit
from fundwatch.domain.access import Permission

ROUTES = Routes()


@ROUTES.get("/layouts", Permission.UPLOAD)
def listing(visit: Visit) -> Response:
    """List the layouts of the person's institutions, and show the columns of the one that is asked for."""
    feeds = _feeds(visit)
    asked = visit.asked("layout")
    chosen = feeds.get(asked) if asked else next(iter(feeds.values()), None)
    if asked and chosen is None:
        raise NotFoundError()
    return visit.show(
        "layouts.html",
        feeds=[(feed, containers_of(feed)) for feed in feeds.values()],
        chosen=chosen,
        columns=described(chosen) if chosen else (),
    )


@ROUTES.get("/layouts/{layout}/template", Permission.UPLOAD)
def template(visit: Visit) -> Response:
    """Send an empty workbook with the headers of a layout, each with a comment."""
    feed = _feeds(visit).get(visit.param("layout"))
    if feed is None:
        raise NotFoundError()

    def write(folder: Path) -> Path:
        path = folder / f"{feed.id}.xlsx"
        write_template(feed, path)
        return path

    return send_written(visit.office, write)


def _feeds(visit: Visit) -> dict[str, Contract]:
    """Return by id the layouts that the person's institutions may send and that are taken."""
    register = visit.office.registry.institutions
    sectors = {register[code].sector for code in visit.person.scope.institutions if code in register}
    found = {feed.id: feed for sector in sorted(sectors) for feed in visit.office.contracts.for_sector(sector)}
    return {name: feed for name, feed in found.items() if not feed.not_taken}
