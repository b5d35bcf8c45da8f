"""Batches: the list, the report of one with its faults in place, its files, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.responses import Response

from data_contracts.wording import plain_words
from fundwatch.console.routing import Routes
from fundwatch.console.sending import send_written
from fundwatch.console.visits import NotFoundError, Visit
from fundwatch.domain.access import Permission
from fundwatch.domain.check_steps import steps_of
from fundwatch.domain.errors import InputError
from fundwatch.domain.fault_groups import FaultGroup, groups_of, receipt_strip
from fundwatch.domain.receipts import Fault, Level, Receipt, column_letter, column_number
from fundwatch.store.operations import audit, batch_list, ledger
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.ledger import CHECKED, LOADED, RECEIVED, REJECTED, Batch

ROUTES = Routes()
A_PAGE = 50
STATES = ("received", "checked", "loaded", "rejected", "retracted", "superseded")
_ROWS_SHOWN = 40
_STRIP_PARTS = 125
_FILES = {"annotated": ".回执.xlsx", "errors": ".错误清单.csv", "template": ".更正模板.xlsx"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the grid: its number in the file, cells, faults by column, and the rows left out before it."""

    number: int
    cells: tuple[str, ...]
    faults: dict[int, list[Fault]]
    gap: tuple[int, int] | None


@ROUTES.get("/batches", Permission.SEE_BATCHES)
def listing(visit: Visit) -> Response:
    """List the batches of whom the person may see, newest first."""
    state, institution = visit.asked("state"), visit.asked("institution")
    page = int(visit.asked("page")) if visit.asked("page").isdecimal() and len(visit.asked("page")) < 7 else 1
    with reading(visit.office.engine) as connection:
        found, total = batch_list.listed(
            connection,
            _scope(visit),
            text=visit.asked("q"),
            state=state if state in STATES else "",
            institution=institution,
            most=A_PAGE,
            offset=(max(page, 1) - 1) * A_PAGE,
        )
    institutions = [one for one in visit.office.registry if visit.person.scope.covers_institution(one.code)]
    return visit.show(
        "batches.html",
        batches=found,
        total=total,
        page=max(page, 1),
        pages=max(1, -(-total // A_PAGE)),
        state_options=[(one, visit.say(f"state.{one}")) for one in STATES],
        institution_options=[(one.code, one.name) for one in institutions],
        institutions=institutions,
        names={one.code: one.name for one in visit.office.registry},
        asked={"q": visit.asked("q"), "state": state, "institution": institution},
    )


@ROUTES.get("/batches/{batch}", Permission.SEE_BATCHES)
def report(visit: Visit) -> Response:
    """Show the verdict on a batch; cells as they were sent are for the sender's own liaisons alone."""
    return _page(visit, _batch(visit))


@ROUTES.get("/batches/{batch}/progress", Permission.SEE_BATCHES)
def progress(visit: Visit) -> Response:
    """Show how far the check is; the page reloads itself when it is done."""
    batch = _batch(visit)
    is_underway = visit.office.judging.is_underway(batch.batch)
    response = visit.show("batch_progress.html", batch=batch, **_waiting(visit, batch, is_underway))
    if batch.state != RECEIVED or not is_underway:
        response.headers["HX-Refresh"] = "true"
    return response


@ROUTES.post("/batches/{batch}/check", Permission.UPLOAD)
def check_again(visit: Visit) -> Response:
    """Check a batch that waits, here and now."""
    batch = _batch(visit)
    visit.office.judging.submit(batch.batch)
    return visit.go(f"/batches/{batch.batch}")


@ROUTES.get("/batches/{batch}/files/{kind}", Permission.UPLOAD)
def file(visit: Visit) -> Response:
    """Send one file of the receipt: the annotated workbook, the list of errors, or the template of faulty rows."""
    batch = _batch(visit)
    ending = _FILES.get(visit.param("kind"))
    if ending is None or visit.office.counter.receipt(batch.batch) is None:
        raise NotFoundError()

    def write(folder: Path) -> Path | None:
        written = visit.office.counter.files(batch.batch, folder, visit.lang, by=visit.person.name)
        return next((one for one in written if one.name.endswith(ending)), None)

    return send_written(visit.office, write)


@ROUTES.post("/batches/{batch}/withdraw", Permission.UPLOAD)
def withdraw(visit: Visit) -> Response:
    """Take a batch back that is not loaded yet."""
    batch = _batch(visit)
    reason = visit.form.get("reason", "").strip()
    try:
        if not reason:
            raise InputError("撤回批次须注明原因。", "withdrawing a batch needs a reason.", code="F306")
        visit.office.counter.withdraw(batch.batch, reason, by=visit.person.name)
    except InputError as error:
        return _page(visit, batch, 400, error=error, typed=reason)
    return visit.go(f"/batches/{batch.batch}")


def _scope(visit: Visit) -> frozenset[str] | None:
    return visit.person.scope.institutions or None


def _batch(visit: Visit) -> Batch:
    """Return the batch of the address; one that is not there and one that is not theirs look alike."""
    try:
        with reading(visit.office.engine) as connection:
            found = ledger.batch(connection, visit.param("batch"))
    except InputError as error:
        raise NotFoundError() from error
    visit.theirs(found.institution)
    return found


def _page(
    visit: Visit, batch: Batch, status: int = 200, *, error: InputError | None = None, typed: str = ""
) -> Response:
    # Asked before the receipt is: a check that ends in between is seen as under way, and the page asks again.
    is_underway = visit.office.judging.is_underway(batch.batch)
    receipt = visit.office.counter.receipt(batch.batch)
    shared = {
        "batch": batch,
        "may_withdraw": visit.may(Permission.UPLOAD) and batch.state in (RECEIVED, CHECKED, REJECTED),
        "error": error,
        "typed": typed,
    }
    if receipt is None:
        return visit.show("batch_waiting.html", status, **shared, **_waiting(visit, batch, is_underway))
    return visit.show("batch.html", status, **shared, **_report(visit, batch, receipt))


def _waiting(visit: Visit, batch: Batch, is_underway: bool) -> dict[str, Any]:
    return {
        "failure": visit.office.judging.failure(batch.batch),
        "is_underway": is_underway,
        "seconds": max(0, int((visit.office.clock() - batch.received_at).total_seconds())),
    }


def _report(visit: Visit, batch: Batch, receipt: Receipt) -> dict[str, Any]:
    is_sender = visit.may(Permission.UPLOAD)
    groups = groups_of(receipt) if is_sender else tuple(_without_values(one) for one in groups_of(receipt))
    asked = visit.asked("group")
    chosen = groups[int(asked)] if asked.isdecimal() and len(asked) < 6 and int(asked) < len(groups) else None
    chosen = chosen or next(iter(groups), None)
    with_context = visit.asked("context") == "1"
    header, lines = _grid(visit, batch, receipt, chosen, with_context) if is_sender and chosen else ((), [])
    if lines:
        _record_view(visit, batch, len(lines))
    counts = {level: sum(one.count for one in groups if one.level is level) for level in Level}
    in_batch = {level: sum(one.count for one in receipt.batch_faults if one.level is level) for level in Level}
    return {
        "receipt": receipt,
        "groups": groups,
        "levels": [
            (level, [(place, one) for place, one in enumerate(groups) if one.level is level]) for level in Level
        ],
        "chosen": chosen,
        "chosen_place": groups.index(chosen) if chosen else 0,
        "with_context": with_context,
        "counts": counts,
        "batch_counts": in_batch,
        "steps": steps_of(receipt, is_loaded=batch.state == LOADED),
        "strip": receipt_strip(receipt, _STRIP_PARTS),
        "header": header,
        "letters": [column_letter(place) for place in range(1, len(header) + 1)],
        "lines": lines,
        "by_column": _by_column(groups, chosen.sheet if chosen else ""),
        "is_sender": is_sender,
        "institution": visit.office.registry.institutions.get(batch.institution),
    }


def _without_values(group: FaultGroup) -> FaultGroup:
    """Return a group that says nothing of what a cell held."""
    words = plain_words(group.code)
    bare = replace(group, examples=(), hint="", hint_en="")
    if words is None:
        return bare
    return replace(bare, reason=words.reason, remedy=words.remedy, reason_en=words.reason_en, remedy_en=words.remedy_en)


def _record_view(visit: Visit, batch: Batch, rows: int) -> None:
    """Record that somebody saw cells as they were sent."""
    with writing(visit.office.engine) as connection:
        now, actor, subject = visit.office.clock(), visit.person.name, f"batch:{batch.batch}"
        audit.append(connection, now=now, actor=actor, action="view_cells", subject=subject, detail={"rows": rows})


def _grid(
    visit: Visit, batch: Batch, receipt: Receipt, group: FaultGroup, with_context: bool
) -> tuple[tuple[str, ...], list[Line]]:
    """Return header and rows of the chosen cause, as far as they were kept."""
    sheet = visit.office.counter.shown(batch).get(group.sheet)
    if sheet is None:
        return (), []
    kept = {int(number): tuple(cells) for number, cells in sheet["rows"]}
    rows = [row for row in group.rows if row in kept][:_ROWS_SHOWN]
    wanted = set(rows)
    if with_context:
        wanted |= {near for row in rows for near in (row - 1, row + 1) if near in kept}
    width = max([len(sheet["header"]), *(len(kept[row]) for row in wanted)], default=0)
    header = (*sheet["header"], *[""] * (width - len(sheet["header"])))
    marks: dict[int, list[Fault]] = {}
    for fault in receipt.faults:
        is_asked = fault.level is not Level.NORMALISED or (fault.code, fault.column) == (group.code, group.column)
        if fault.sheet == group.sheet and fault.row in wanted and is_asked:
            marks.setdefault(fault.row, []).append(fault)
    lines: list[Line] = []
    before: int | None = None
    for number in sorted(wanted):
        by_column: dict[int, list[Fault]] = {}
        for fault in marks.get(number, []):
            by_column.setdefault(column_number(fault.column), []).append(fault)
        gap = (before + 1, number - 1) if before is not None and number > before + 1 else None
        cells = (*kept[number], *[""] * (width - len(kept[number])))
        lines.append(Line(number, cells, by_column, gap))
        before = number
    return header, lines


def _by_column(groups: tuple[FaultGroup, ...], sheet: str) -> dict[str, tuple[int, bool]]:
    """Return by column letter how many faults it has and whether any is an error; repairs are not counted."""
    found: dict[str, tuple[int, bool]] = {}
    for group in groups:
        if group.column and group.sheet == sheet and group.level is not Level.NORMALISED:
            count, is_error = found.get(group.column, (0, False))
            found[group.column] = (count + group.count, is_error or group.level is Level.ERROR)
    return found
