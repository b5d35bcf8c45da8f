"""Intake: a file is landed and acknowledged, checked against its contract, and settled into the draft's lake files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from data_contracts.checking import Checked, Sender, check, release
from fundwatch.domain.errors import BusyError, EngineError, InputError
from fundwatch.domain.file_receipts import conflict_fault, forgotten_rows, merged, quarantining, refused
from fundwatch.domain.keys import month_bounds
from fundwatch.domain.receipts import Fault, Receipt, Verdict
from fundwatch.store.batches import Arrival, Conflict, add_batch
from fundwatch.store.engines import open_memory
from fundwatch.store.operations import ledger
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.ledger import CHECKED, LOADED, RECEIVED, REJECTED, SUPERSEDED, Batch, BatchMove
from fundwatch.store.registry import Institution
from pipelines.drafts import Draft
from pipelines.installation import Installation
from pipelines.witnessing import witness

_LIAISON = "liaison"
_MONTHLY = "firm_snapshots"
Period = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Source:
    """One file to take in and the institution that sends it."""

    path: Path
    institution: str


def sender_of(institution: Institution) -> Sender:
    """Return how the contract check knows an institution."""
    overrides = {name: value for name, value in asdict(institution.feeds).items() if value is not None}
    return Sender(institution.code, institution.sector, overrides)


def check_only(installation: Installation, source: Source) -> Receipt:
    """Return the receipt of a file; nothing is stored, and identity numbers are forgotten."""
    institution = installation.registry.institution(source.institution)
    _require_readable(source.path)
    connection = open_memory(installation.settings, (installation.settings.temporary, source.path.parent))
    try:
        results = check(
            source.path,
            institution=sender_of(institution),
            catalogue=installation.contracts,
            connection=connection,
            workdir=installation.settings.temporary,
        )
        return merged([result.receipt for result in results])
    finally:
        connection.close()


def receive(
    installation: Installation,
    draft: Draft,
    sources: Sequence[Source],
    *,
    corrects: str | None = None,
    legal_basis: str | None = None,
) -> Draft:
    """Take in files one by one, after those that were landed before and wait; return the draft with their receipts.

    A file that was loaded before gives its first receipt again. Each file is acknowledged before any is judged, so
    an engine that fails loses nothing: what waits is tried again by the next run.
    """
    for source in sources:
        _require_readable(source.path)
    if corrects:
        _require_correctable(installation, corrects)
    arrived = [acknowledge(installation, source, legal_basis) for source in sources]
    with reading(installation.operations) as connection:
        waiting = ledger.list_batches(connection, states=[RECEIVED, CHECKED])
    wanted = {batch.batch for batch in arrived}
    for batch in [*(one for one in waiting if one.batch not in wanted), *arrived]:
        move = next((one for one in draft.moves if one.batch == batch.batch), None)
        if batch.state == LOADED or move is not None:
            draft = replace(draft, outcomes=(*draft.outcomes, _repeated(installation, batch, move)))
        else:
            # A correction is declared for the files sent now, never for others that happen to wait.
            draft = _attempt(installation, draft, batch, corrects if batch.batch in wanted else None)
    return draft


def _require_correctable(installation: Installation, corrects: str) -> None:
    """Refuse a correction of a batch that never held, before anything is landed under that wrong name."""
    with reading(installation.operations) as connection:
        state = ledger.batch(connection, corrects).state
    if state not in (LOADED, SUPERSEDED):
        raise InputError(
            f"批次 {corrects} 不在库中，无法更正，请核对批次号或不带 --corrects 重报。",
            f"batch {corrects} does not stand and cannot be corrected; check its id or send without --corrects.",
            code="F301",
        )


def _attempt(installation: Installation, draft: Draft, batch: Batch, corrects: str | None) -> Draft:
    """Take one batch in; when our engine fails on it the batch waits, and the others go on."""
    try:
        return _take_in(installation, draft, batch, corrects)
    except BusyError:
        raise
    except EngineError as error:
        failure = {"batch": batch.batch, "file": batch.file_name, "zh": error.zh, "en": error.en, "code": error.code}
        return replace(draft, failures=(*draft.failures, failure))


def acknowledge(installation: Installation, source: Source, legal_basis: str | None = None) -> Batch:
    """Land a file and enter it in the ledger; from here on it cannot be lost.

    Raises ConfigurationError for an unknown institution, InputError without a valid legal basis.
    """
    institution = installation.registry.institution(source.institution)
    now = installation.clock()
    if legal_basis is None and not institution.basis_holds_on(now.date()):
        raise InputError(
            f"机构 {institution.code} 的长期调取依据已过期，请更新登记或随批次注明依据。",
            f"the standing legal basis of {institution.code} has expired; renew it or state one with the batch.",
            code="F311",
        )
    _require_readable(source.path)
    landed = installation.landing.land(source.path, now=now)
    with writing(installation.operations) as connection:
        return ledger.receive(
            connection,
            sha256=landed.sha256,
            size=landed.size,
            file_name=source.path.name,
            institution=institution.code,
            legal_basis=legal_basis or f"{institution.legal_basis}（{institution.approval_no}）",
            received_by=_LIAISON,
            now=now,
        )


def _take_in(installation: Installation, draft: Draft, batch: Batch, corrects: str | None) -> Draft:
    settings = installation.settings
    connection = open_memory(settings, (settings.temporary, settings.lake))
    try:
        with installation.landing.open(batch.sha256) as clear:
            results = check(
                clear,
                institution=sender_of(installation.registry.institution(batch.institution)),
                catalogue=installation.contracts,
                connection=connection,
                batch=batch.batch,
                tokenise=installation.tokens,
                workdir=settings.temporary,
                file=batch.file_name,
            )
        breaches = witness(installation, connection, draft, batch, results)
        receipt = refused(merged([result.receipt for result in results]), breaches)
        period = _period(connection, results)
        if receipt.verdict is Verdict.REJECTED:
            return _filed(draft, batch, receipt, REJECTED, period, corrects)
        settlement = add_batch(
            connection,
            installation.lake,
            draft.manifest,
            _arrival(batch, period, corrects),
            _tables(connection, results),
        )
        receipt = refused(receipt, forgotten_rows(settlement.withdrawn or {}) if corrects else ())
        receipt = quarantining(receipt, _conflict_faults(settlement.conflicts, batch.batch))
        release(connection, results)
        draft = replace(draft, files=settlement.manifest.files)
        return _filed(draft, batch, receipt, LOADED, period, corrects)
    finally:
        connection.close()


def _tables(connection: DuckDBPyConnection, results: Iterable[Checked]) -> dict[str, DuckDBPyRelation]:
    """Return the typed rows by canonical table; two sheets of one table are one."""
    tables: dict[str, DuckDBPyRelation] = {}
    for result in results:
        if result.rows is not None:
            rows = connection.table(result.rows)
            tables[result.table] = tables[result.table].union(rows) if result.table in tables else rows
    return tables


def _period(connection: DuckDBPyConnection, results: Iterable[Checked]) -> Period:
    """Return first and last day that a batch speaks of: those of its rows, whole months for a month-end state."""
    first = [result.first_day for result in results if result.first_day is not None]
    last = [result.last_day for result in results if result.last_day is not None]
    for result in results:
        if result.table == _MONTHLY and result.rows is not None:
            months = connection.table(result.rows).select("month").distinct().fetchall()
            bounds = [month_bounds(str(month)) for (month,) in months if month is not None]
            first += [start for start, _ in bounds]
            last += [end for _, end in bounds]
    return min(first, default=None), max(last, default=None)


def _arrival(batch: Batch, period: Period, corrects: str | None) -> Arrival:
    return Arrival(
        batch=batch.batch,
        institution=batch.institution,
        number=batch.number,
        state_day=period[1] or 0,
        corrects=(corrects,) if corrects else (),
    )


def _conflict_faults(conflicts: Iterable[Conflict], batch: str) -> list[Fault]:
    return [conflict_fault(one.row, one.sheet or "") for one in conflicts if one.is_new and one.batch == batch]


def _filed(draft: Draft, batch: Batch, receipt: Receipt, state: str, period: Period, corrects: str | None) -> Draft:
    """Return the draft with the batch's move, and a superseded batch's, for the commit to apply."""
    content = receipt.to_json() | {"batch": batch.batch, "is_repeated": False}
    move = BatchMove(
        batch=batch.batch,
        state=state,
        contract=receipt.contract,
        corrects=corrects,
        rows_read=receipt.rows_read,
        rows_accepted=receipt.rows_accepted,
        rows_quarantined=receipt.rows_quarantined,
        first_day=period[0],
        last_day=period[1],
        verdict=str(receipt.verdict),
        receipt=content,
    )
    moves = [*draft.moves, move]
    if state == LOADED and corrects:
        moves.append(BatchMove(batch=corrects, state=SUPERSEDED, reason=f"corrected by {batch.batch}"))
    days = [day for day in (draft.touched_from, move.first_day if state == LOADED else None) if day is not None]
    return replace(
        draft,
        moves=tuple(moves),
        outcomes=(*draft.outcomes, content),
        touched_from=min(days, default=None),
    )


def _repeated(installation: Installation, batch: Batch, move: BatchMove | None) -> Mapping[str, Any]:
    """Return the receipt that a file had when it was taken in first."""
    if move is not None and move.receipt is not None:
        return {**move.receipt, "is_repeated": True}
    with reading(installation.operations) as connection:
        receipts = ledger.list_receipts(connection, batch.batch)
    if not receipts:
        raise EngineError(
            f"批次 {batch.batch} 已入库但缺少回执，请运行 fundwatch doctor。",
            f"batch {batch.batch} is loaded but has no receipt; run fundwatch doctor.",
            code="E302",
        )
    return {**receipts[-1], "is_repeated": True}


def _require_readable(path: Path) -> None:
    if not path.is_file():
        raise InputError(
            "找不到这个文件，请核对路径。", "there is no such file; check the path.", code="F312", place=path.name
        )
