"""Runs: the timetable of the flows, what runs now, what came of it, and running a flow or a night again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.responses import Response

from fundwatch.console.routing import Routes
from fundwatch.console.typed import typed_day
from fundwatch.console.visits import Visit
from fundwatch.domain.access import Permission
from fundwatch.domain.errors import InputError
from fundwatch.domain.report_days import overdue_in_words
from fundwatch.store.operations import audit, night_records
from fundwatch.store.operations.database import reading, writing

ROUTES = Routes()
NIGHTLY = "nightly"
KNOWN_FLOWS = (NIGHTLY, "ingest", "train")
"""Flows that the pages name in words; others go by their own name."""
_NIGHTS, _RUNS = 30, 20


@ROUTES.get("/runs", Permission.SEE_RUNS)
def listing(visit: Visit) -> Response:
    """Show timetable, runs and nights."""
    oversight = visit.office.overseer.look()
    with reading(visit.office.engine) as connection:
        nights = night_records.newest(connection, _NIGHTS)
    return visit.show(
        "runs.html",
        oversight=oversight,
        past=oversight.past[:_RUNS] if oversight else [],
        nights=[night | {"remarks": _remarks(night["counts"])} for night in nights],
        known_flows=KNOWN_FLOWS,
        started=visit.asked("started"),
    )


@ROUTES.post("/runs", Permission.RUN)
def start(visit: Visit) -> Response:
    """Ask the scheduler for a run now: a flow by its timetable's name, or one night again."""
    flow, night = visit.form.get("flow", ""), _day(visit)
    if night is not None and flow != NIGHTLY:
        raise InputError("只有夜间批次可以指定日期。", "only the nightly flow takes a day.", code="U131")
    run_id = visit.office.overseer.start(flow, night)
    detail = {"run": run_id} | ({} if night is None else {"as_of": night.isoformat()})
    with writing(visit.office.engine) as connection:
        now, actor = visit.office.clock(), visit.person.name
        audit.append(connection, now=now, actor=actor, action="run_started", subject=f"flow:{flow}", detail=detail)
    return visit.go(f"/runs?started={run_id}")


def _day(visit: Visit) -> date | None:
    asked = visit.form.get("as_of", "")
    if not asked:
        return None
    day = typed_day(asked)
    if day >= visit.today:
        raise InputError("只能运行已经结束的日期，请选昨天或更早。", "only days that are over can be run.", code="U132")
    return day


def _remarks(counts: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """Return what a night asks to be looked at, failures first, each in both languages."""
    told = [overdue_in_words(one) for one in counts.get("overdue", ())]
    return [*counts.get("failures", ()), *told, *counts.get("notes", ())]
