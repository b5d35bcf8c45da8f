"""Intake: a file is landed and acknowledged, checked against its contract, and settled into the draft's lake files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from data_contracts.checking import Checked
from fundwatch.domain.cross_faults import reported_before
from fundwatch.domain.errors import BusyError, EngineError, InputError
from fundwatch.domain.file_receipts import conflict_fault, forgotten_rows, quarantining, refused
from fundwatch.domain.quality import Quality
from fundwatch.domain.receipts import BatchFault, Fault, Receipt, Verdict
from fundwatch.domain.visible import file_name
from fundwatch.store.batches import Arrival, Settlement, add_batch
from fundwatch.store.operations import ledger
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.ledger import CHECKED, LOADED, RECEIVED, REJECTED, SUPERSEDED, Batch, BatchMove
from pipelines.crosschecking import cross_check
from pipelines.deliveries import quality_of
from pipelines.drafts import Draft
from pipelines.examining import Period, Source, file_receipt, opened_again, period_of, require_readable
from pipelines.filing import Fate, move_of
from pipelines.installation import Installation
from pipelines.witnessing import witness

_LIAISON = "liaison"


def receive(
    installation: Installation,
    draft: Draft,
    sources: Sequence[Source],
    *,
    corrects: str | None = None,
    completes: str | None = None,
    legal_basis: str | None = None,
) -> Draft:
    """Take in files one by one, after those that were landed before and wait; return the draft with their receipts.

    A file that was loaded before gives its first receipt again. Each file is acknowledged before any is judged, so
    an engine that fails loses nothing: what waits is tried again by the next run.
    """
    for source in sources:
        require_readable(source.path)
    for named in (corrects, completes):
        if named:
            _require_correctable(installation, named)
    arrived = [
        acknowledge(installation, source, legal_basis, corrects=corrects, completes=completes) for source in sources
    ]
    with reading(installation.operations) as connection:
        waiting = ledger.list_batches(connection, states=[RECEIVED, CHECKED])
    wanted = {batch.batch for batch in arrived}
    for batch in [*(one for one in waiting if one.batch not in wanted), *arrived]:
        move = next((one for one in draft.moves if one.batch == batch.batch), None)
        if batch.state == LOADED or move is not None:
            draft = replace(draft, outcomes=(*draft.outcomes, _repeated(installation, batch, move)))
        else:
            draft = _attempt(installation, draft, batch)
    return cross_check(installation, draft)


def _require_correctable(installation: Installation, corrects: str) -> None:
    """Refuse a correction of a batch that never held, before anything is landed under that wrong name."""
    with reading(installation.operations) as connection:
        state = ledger.batch(connection, corrects).state
    if state not in (LOADED, SUPERSEDED):
        raise InputError(
            f"批次 {corrects} 不在库中，无法更正或补正，请核对批次号，或直接重报。",
            f"batch {corrects} does not stand and cannot be corrected or completed; check its id, or send anew.",
            code="F301",
        )


def _attempt(installation: Installation, draft: Draft, batch: Batch) -> Draft:
    """Take one batch in; when our engine fails on it the batch waits, and the others go on."""
    try:
        return _take_in(installation, draft, batch)
    except BusyError:
        raise
    except EngineError as error:
        failure = {"batch": batch.batch, "file": batch.file_name, "zh": error.zh, "en": error.en, "code": error.code}
        return replace(draft, failures=(*draft.failures, failure))


def acknowledge(
    installation: Installation,
    source: Source,
    legal_basis: str | None = None,
    *,
    corrects: str | None = None,
    completes: str | None = None,
    received_by: str = _LIAISON,
) -> Batch:
    """Land a file and enter it in the ledger with what it replaces; from here on it cannot be lost.

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
    require_readable(source.path)
    landed = installation.landing.land(source.path, now=now)
    with writing(installation.operations) as connection:
        return ledger.receive(
            connection,
            sha256=landed.sha256,
            size=landed.size,
            file_name=file_name(source.path.name),
            institution=institution.code,
            legal_basis=legal_basis or f"{institution.legal_basis}（{institution.approval_no}）",
            received_by=received_by,
            now=now,
            corrects=corrects,
            completes=completes,
        )


def _take_in(installation: Installation, draft: Draft, batch: Batch) -> Draft:
    with opened_again(installation, batch, installation.tokens) as (connection, results):
        breaches = witness(installation, connection, draft, batch, results)
        receipt = refused(file_receipt(results), breaches)
        period = period_of(connection, results)
        completed = results[0].completes or None
        replaced = batch.corrects or completed
        if receipt.verdict is Verdict.REJECTED:
            quality = quality_of(installation, batch, receipt, results, period[1])
            return _filed(installation, draft, batch, receipt, quality, Fate(REJECTED, period, completed))
        settlement = add_batch(
            connection,
            installation.lake,
            draft.manifest,
            _arrival(batch, period, replaced),
            _tables(connection, results),
        )
        receipt = quarantining(refused(receipt, _notes(batch, settlement)), _conflict_faults(settlement, batch.batch))
        draft = replace(draft, files=settlement.manifest.files)
        quality = quality_of(installation, batch, receipt, results, period[1])
        return _filed(installation, draft, batch, receipt, quality, Fate(LOADED, period, completed))


def _notes(batch: Batch, settlement: Settlement) -> list[BatchFault]:
    """Return what settling a batch beside earlier ones shows of it as a whole."""
    notes = list(forgotten_rows(settlement.withdrawn or {}) if batch.corrects else ())
    duplicates = sum((settlement.duplicates or {}).values())
    return [*notes, reported_before(duplicates)] if duplicates else notes


def _tables(connection: DuckDBPyConnection, results: Iterable[Checked]) -> dict[str, DuckDBPyRelation]:
    """Return the typed rows by canonical table; two sheets of one table are one."""
    tables: dict[str, DuckDBPyRelation] = {}
    for result in results:
        if result.rows is not None:
            rows = connection.table(result.rows)
            tables[result.table] = tables[result.table].union(rows) if result.table in tables else rows
    return tables


def _arrival(batch: Batch, period: Period, corrects: str | None) -> Arrival:
    return Arrival(
        batch=batch.batch,
        institution=batch.institution,
        number=batch.number,
        state_day=period[1] or 0,
        corrects=(corrects,) if corrects else (),
    )


def _conflict_faults(settlement: Settlement, batch: str) -> list[Fault]:
    return [
        conflict_fault(one.row, one.sheet or "") for one in settlement.conflicts if one.is_new and one.batch == batch
    ]


def _filed(
    installation: Installation, draft: Draft, batch: Batch, receipt: Receipt, quality: Quality, fate: Fate
) -> Draft:
    """Return the draft with the batch's move, and a superseded batch's, for the commit to apply."""
    replaced = batch.corrects or fate.completes
    move = move_of(installation.contracts, batch, receipt, quality, fate)
    moves = [*draft.moves, move]
    if fate.state == LOADED and replaced:
        reason = f"{'completed' if fate.completes else 'corrected'} by {batch.batch}"
        moves.append(BatchMove(batch=replaced, state=SUPERSEDED, reason=reason))
    days = [day for day in (draft.touched_from, move.first_day if fate.state == LOADED else None) if day is not None]
    return replace(
        draft,
        moves=tuple(moves),
        outcomes=(*draft.outcomes, *([move.receipt] if move.receipt is not None else [])),
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
