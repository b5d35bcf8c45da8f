"""The audit trail: the newest entries, a search, the proof of its chain, and an export that is itself recorded."""

from __future__ import annotations

import json

from starlette.responses import Response

from fundwatch.console.routing import Routes
from fundwatch.console.visits import Visit
from fundwatch.domain.access import Permission
from fundwatch.store.operations import audit
from fundwatch.store.operations.database import reading, writing

ROUTES = Routes()
_A_PAGE = 100


@ROUTES.get("/audit", Permission.READ_AUDIT)
def listing(visit: Visit) -> Response:
    """Show the newest entries, of one actor, action or subject where asked."""
    asked = _asked(visit)
    before = visit.asked("before")
    with reading(visit.office.engine) as connection:
        found = audit.newest(
            connection,
            actor=asked["actor"],
            action=asked["action"],
            subject=asked["subject"],
            before=int(before) if before.isdecimal() and len(before) < 16 else None,
            most=_A_PAGE + 1,
        )
        actions = audit.actions(connection)
        broken = audit.first_broken(connection) if visit.asked("check") else None
    return visit.show(
        "audit.html",
        entries=found[:_A_PAGE],
        more=found[_A_PAGE - 1].entry if len(found) > _A_PAGE else None,
        action_options=[(one, one) for one in actions],
        asked=asked,
        is_checked=bool(visit.asked("check")),
        broken=broken,
    )


@ROUTES.post("/audit/export", Permission.READ_AUDIT)
def export(visit: Visit) -> Response:
    """Send the entries that the search finds as JSON lines, oldest first; the export is an entry too."""
    asked = {name: visit.form.get(name, "").strip() for name in ("actor", "action", "subject")}
    with writing(visit.office.engine) as connection:
        found = audit.newest(
            connection, actor=asked["actor"], action=asked["action"], subject=asked["subject"], most=None
        )
        now, detail = visit.office.clock(), {"entries": len(found)}
        audit.append(
            connection, now=now, actor=visit.person.name, action="audit_export", subject="audit", detail=detail
        )
    lines = [
        json.dumps(
            {
                "entry": one.entry,
                "at": one.happened_at.isoformat(),
                "actor": one.actor,
                "action": one.action,
                "subject": one.subject,
                "detail": dict(one.detail),
                "previous": one.previous,
                "digest": one.digest,
            },
            ensure_ascii=False,
        )
        for one in reversed(found)
    ]
    headers = {"Content-Disposition": f'attachment; filename="audit-{now:%Y%m%d-%H%M}.jsonl"'}
    return Response("".join(f"{line}\n" for line in lines), media_type="application/x-ndjson", headers=headers)


def _asked(visit: Visit) -> dict[str, str]:
    return {name: visit.asked(name) for name in ("actor", "action", "subject")}
