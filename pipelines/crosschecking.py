"""Cross-file checks: what the files taken in by a run show together and beside what earlier batches brought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from duckdb import DuckDBPyConnection

from fundwatch.domain import cross_faults
from fundwatch.domain.file_receipts import receipt_from_json, refused
from fundwatch.domain.keys import day_number
from fundwatch.domain.receipts import BatchFault
from fundwatch.store.crosschecks import Batchwise
from fundwatch.store.engines import open_memory
from fundwatch.store.operations import ledger
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.ledger import LOADED, Batch, BatchMove
from pipelines.drafts import Draft
from pipelines.installation import Installation

_ENTRIES = "transactions"
Span = tuple[int | None, int | None]


def cross_check(installation: Installation, draft: Draft) -> Draft:
    """Return the draft with the receipts of its loaded batches completed by what all files together show.

    It runs after the last file of a delivery, so that a companion file that comes behind its statement counts.
    """
    loaded = [move for move in draft.moves if move.state == LOADED and move.receipt is not None]
    if not loaded:
        return draft
    settings = installation.settings
    connection = open_memory(settings, (settings.temporary, settings.lake))
    try:
        found = {move.batch: tuple(_faults(installation, connection, draft, move)) for move in loaded}
    finally:
        connection.close()
    moves = tuple(replace(move, receipt=_completed(move.receipt, found.get(move.batch))) for move in draft.moves)
    outcomes = tuple(
        one if one["is_repeated"] else _completed(one, found.get(one["batch"])) or one for one in draft.outcomes
    )
    return replace(draft, moves=moves, outcomes=outcomes)


def calendar_faults(
    installation: Installation, institution: str, contract: str, span: Span, pending: Sequence[BatchMove] = ()
) -> tuple[BatchFault, ...]:
    """Return the days missing between a batch of entries and those before it, and zero reports that it contradicts.

    ``pending`` are moves of the same delivery, which count as reported.
    """
    first, last = span
    if first is None or last is None or not _brings_entries(installation, contract):
        return ()
    with reading(installation.operations) as connection:
        stood = ledger.list_batches(connection, institution=institution, states=[LOADED])
        zeros = {day_number(day) for code, day in ledger.zero_report_days(connection) if code == institution}
        mine = {move.batch for move in pending if ledger.batch(connection, move.batch).institution == institution}
    known: list[Batch | BatchMove] = [*stood, *(one for one in pending if one.batch in mine and one.state == LOADED)]
    spans = [
        (one.first_day, one.last_day)
        for one in known
        if one.first_day is not None and one.last_day is not None and _brings_entries(installation, one.contract or "")
    ]
    missing = cross_faults.missing_days(first, spans, zeros)
    return cross_faults.unreported_days(missing) + cross_faults.contradicted_zero_reports(
        [day for day in zeros if first <= day <= last]
    )


def _brings_entries(installation: Installation, contract: str) -> bool:
    feeds = installation.contracts.feeds
    return any(
        name in feeds and feeds[name].not_taken is None and feeds[name].table.id == _ENTRIES
        for name in contract.split("+")
    )


def _completed(content: Any, faults: Sequence[BatchFault] | None) -> dict[str, Any] | None:
    if content is None or not faults:
        return content  # type: ignore[no-any-return]  # None or the receipt as it was
    # What the receipt itself does not hold (batch, quality) stays as it is.
    return dict(content) | refused(receipt_from_json(content), faults).to_json()


def _faults(
    installation: Installation, connection: DuckDBPyConnection, draft: Draft, move: BatchMove
) -> Iterator[BatchFault]:
    with reading(installation.operations) as operations:
        batch = ledger.batch(operations, move.batch)
    view = Batchwise(connection, installation.lake, draft.manifest, batch.batch, batch.institution)
    others = [one for one in draft.moves if one.batch != move.batch]
    span = (move.first_day, move.last_day)
    yield from calendar_faults(installation, batch.institution, move.contract or "", span, others)
    if view.holds(_ENTRIES):
        if move.first_day is not None and move.last_day is not None:
            seams = view.seams(move.first_day, move.last_day)
            yield from cross_faults.broken_seams(seams.broken, seams.continuing, seams.places)
        entries, unknown = view.unidentified()
        yield from cross_faults.unknown_holders(unknown, entries)
    for table in installation.contracts.tables.values():
        if not view.holds(table.id):
            continue
        for column in table.columns:
            if not column.references:
                continue
            found = view.unmatched(table.id, column.name, column.references)
            if found is not None:
                target = installation.contracts.tables[column.references[0][0]]
                yield cross_faults.unknown_references(
                    column.label,
                    f"“{target.name}”",
                    values=found.values,
                    rows=found.rows,
                    places=found.places,
                    is_target_empty=found.is_target_empty,
                )
