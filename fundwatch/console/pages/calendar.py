"""The calendar of reports: who has reported for which day, who is late, what that weakens, and the letter."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from fundwatch.console.formats import local_day
from fundwatch.console.routing import Routes
from fundwatch.console.visits import NotFoundError, Visit
from fundwatch.domain.access import Permission
from fundwatch.domain.gaps import Weakened, weakened_by
from fundwatch.domain.keys import date_of, day_number
from fundwatch.domain.report_days import DayState, Delivered, ReportDay, due_day, due_soon, overdue, report_days
from fundwatch.store.operations import alert_spans, audit, batch_list, ledger
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.ledger import CHECKED, LOADED, RECEIVED, REJECTED, Batch
from fundwatch.store.registry import MONTHLY, Institution

ROUTES = Routes()
DAYS_SHOWN = 31
_REMEMBERED_DAYS = 62
_ALERTS = 100
_LONGEST_REST = 30
"""More days than any holiday has."""
_STATES = {
    LOADED: DayState.COMPLETE,
    CHECKED: DayState.WAITING,
    RECEIVED: DayState.WAITING,
    REJECTED: DayState.REJECTED,
}


@ROUTES.get("/calendar", Permission.SEE_BATCHES)
def calendar(visit: Visit) -> Response:
    """Show institutions by days, ending today or on the day asked for, and who is overdue."""
    today = _today(visit)
    back = int(visit.asked("back")) if visit.asked("back").isdecimal() and len(visit.asked("back")) < 4 else 0
    last = today - DAYS_SHOWN * back
    days = range(last - DAYS_SHOWN + 1, last + 1)
    cells = _cells(visit, min(days[0], today - _REMEMBERED_DAYS), today)
    shown = {code: [one for one in row if days[0] <= one.day <= last] for code, row in cells.items()}
    recent = _recent(cells, today)
    late = overdue(recent)
    return visit.show(
        "calendar.html",
        days=[date_of(day) for day in days],
        is_workday=[visit.office.is_workday(day) for day in days],
        rows=[(one, shown[one.code]) for one in _institutions(visit)],
        overdue=[(visit.office.registry.institutions[code], row) for code, row in late],
        weakened={code: len(found) for code, found in _weakened(visit, late).items()},
        soon=[
            (visit.office.registry.institutions[code], due, lacking)
            for code, due, lacking in due_soon(recent, today, _next_workday(visit, today))
        ],
        back=back,
        today=date_of(today),
        states=list(DayState),
    )


@ROUTES.get("/calendar/{institution}", Permission.SEE_ALERTS)
def gap(visit: Visit) -> Response:
    """Show which open alerts the days that an institution did not report weaken."""
    institution, lacking = _overdue_one(visit)
    found = _weakened(visit, [(institution.code, lacking)])[institution.code]
    return visit.show("gap.html", institution=institution, lacking=lacking, found=found[:_ALERTS], total=len(found))


@ROUTES.get("/calendar/{institution}/letter", Permission.SEE_ALERTS)
def letter(visit: Visit) -> Response:
    """Show the letter that reminds an institution of what it has not reported, to be printed."""
    institution, lacking = _overdue_one(visit)
    with writing(visit.office.engine) as connection:
        now, subject = visit.office.clock(), f"institution:{institution.code}"
        detail = {"days": len(lacking)}
        audit.append(
            connection, now=now, actor=visit.person.name, action="reminder_letter", subject=subject, detail=detail
        )
    return visit.show("letter.html", institution=institution, lacking=lacking, today=date_of(_today(visit)))


def _overdue_one(visit: Visit) -> tuple[Institution, list[ReportDay]]:
    """Return the institution of the address with its overdue days; one that owes nothing has no such page."""
    institution = visit.office.registry.institutions.get(visit.param("institution"))
    if institution is None:
        raise NotFoundError()
    visit.theirs(institution.code)
    today = _today(visit)
    late = overdue(_cells(visit, today - _REMEMBERED_DAYS, today))
    lacking = next((row for code, row in late if code == institution.code), [])
    if not lacking:
        raise NotFoundError()
    return institution, lacking


def _weakened(visit: Visit, late: Sequence[tuple[str, Sequence[ReportDay]]]) -> dict[str, list[Weakened]]:
    """Return by institution the open alerts that its overdue days weaken; nothing for whoever sees no alerts."""
    if not late or not visit.may(Permission.SEE_ALERTS):
        return {}
    days = [one.day for _, row in late for one in row]
    region = visit.person.scope.region
    with reading(visit.office.engine) as connection:
        spans = alert_spans.open_spans(
            connection, date_of(min(days)), date_of(max(days)), counties=None if region is None else [region]
        )
    return {code: weakened_by(code, [one.day for one in row], spans) for code, row in late}


def _next_workday(visit: Visit, today: int) -> int:
    return next(day for day in range(today + 1, today + _LONGEST_REST) if visit.office.is_workday(day))


def _today(visit: Visit) -> int:
    return day_number(visit.today)


def _institutions(visit: Visit) -> list[Institution]:
    return [one for one in visit.office.registry if visit.person.scope.covers_institution(one.code)]


def _recent(cells: dict[str, list[ReportDay]], today: int) -> dict[str, list[ReportDay]]:
    return {code: [one for one in row if one.day >= today - _REMEMBERED_DAYS] for code, row in cells.items()}


def _cells(visit: Visit, first: int, last: int) -> dict[str, list[ReportDay]]:
    """Return the calendar of every institution in the person's scope over some days."""
    institutions = _institutions(visit)
    with reading(visit.office.engine) as connection:
        scope = visit.person.scope.institutions or None
        batches = batch_list.that_speak_of(connection, scope, 0, last)
        zeros = ledger.zero_report_days(connection)
    by_code: dict[str, list[Delivered]] = {}
    for batch in batches:
        by_code.setdefault(batch.institution, []).append(_delivered(batch))
    found = {}
    for one in institutions:
        due = {
            day: due_day(
                day, is_monthly=one.reports == MONTHLY, due_days=one.due_days, is_workday=visit.office.is_workday
            )
            for day in range(first, last + 1)
        }
        declared = [day_number(day) for code, day in zeros if code == one.code]
        found[one.code] = report_days(
            by_code.get(one.code, []), declared, range(first, last + 1), due_of=due.__getitem__, today=last
        )
    return found


def _delivered(batch: Batch) -> Delivered:
    assert batch.first_day is not None and batch.last_day is not None, "the query asks for batches that speak of days"
    received = day_number(local_day(batch.received_at))
    state = _STATES[batch.state]
    if state is DayState.COMPLETE and batch.rows_quarantined:
        state = DayState.PARTIAL
    return Delivered(batch.batch, batch.first_day, batch.last_day, received, state)
