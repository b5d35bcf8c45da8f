"""Bringing the derived relations of a draft up to its canonical rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

from fundwatch.domain.keys import day_number
from fundwatch.relations.building import build
from fundwatch.store.engines import TIME_ZONE
from fundwatch.store.manifests import Manifest
from fundwatch.store.operations import history
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.ledger import LOADED, Batch, declarations, list_batches
from fundwatch.store.schema import RELATIONS, Kind
from fundwatch.store.warehouse import sync
from pipelines.changes import note_changes
from pipelines.drafts import Draft
from pipelines.installation import Installation
from pipelines.partitions import LakeWriter
from pipelines.queries import query
from pipelines.references import WHOLE, write_references
from pipelines.tables import temporary_table

_EVERY_DAY_RESTS_ON = frozenset({"reference_lexicon", "reference_glyphs", "reference_fx", "reference_calendar"})


def relate(installation: Installation, draft: Draft) -> Draft:
    """Return the draft with the reference and derived relations that follow from its canonical rows.

    Only days that changed rows touch are built again; the warehouse then holds exactly the draft's manifest.
    """
    if draft.replay:
        return draft
    with reading(installation.operations) as operations:
        before = history.by_id(operations, draft.base)
    with installation.warehouse() as connection:
        sync(connection, draft.manifest, installation.lake)
        today = draft.as_of if draft.as_of is not None else _last_day(connection, draft)
        manifest = write_references(connection, installation, draft.manifest)
        sync(connection, manifest, installation.lake)
        renewed = {file.relation for file in set(manifest.files) - set(before.files)}
        is_whole = bool(renewed & _EVERY_DAY_RESTS_ON) or WHOLE not in before.partitions("sightings")
        changes = None if is_whole else note_changes(connection, installation.lake, before, manifest)
        _name_reports(installation, connection, draft)
        if changes is None:
            manifest = _without_derived(manifest)
            sync(connection, manifest, installation.lake)
        writer = LakeWriter(installation.lake, connection, manifest, _last_day(connection, draft))
        writer.settle()
        build(connection, writer, as_of_day=today, changes=changes)
        return replace(draft, files=writer.manifest.files)


def _without_derived(manifest: Manifest) -> Manifest:
    """Return a draft from which everything is built anew: days that have no entries any more leave nothing behind."""
    kept = (file for file in manifest.files if RELATIONS[file.relation].kind is not Kind.DERIVED)
    return replace(manifest, files=tuple(kept))


def _last_day(connection: DuckDBPyConnection, draft: Draft) -> int:
    ((last,),) = connection.execute("SELECT max(booked_day) FROM transactions").fetchall()
    return day_number(draft.started_at.date()) if last is None else int(last)


def _name_reports(installation: Installation, connection: DuckDBPyConnection, draft: Draft) -> None:
    """Create what coverage is computed from: the days that each batch covers, and zero reports."""
    with reading(installation.operations) as operations:
        batches = list_batches(operations)
        declared = [(code, day_number(day), _local_day(at)) for code, day, at in declarations(operations)]
    moves = {move.batch: move for move in draft.moves}
    named = {batch.batch: batch for batch in batches}
    periods = []
    for batch in batches:
        holder = moves.get(batch.batch, batch)
        if holder.state == LOADED and holder.first_day is not None and holder.last_day is not None:
            received = _local_day(_origin(batch, named).received_at)
            periods.append((batch.batch, batch.institution, holder.first_day, holder.last_day, received))
    columns = {"batch": "TEXT", "institution": "TEXT", "first_day": "INTEGER", "last_day": "INTEGER"}
    temporary_table(connection, "batch_periods", columns | {"received_day": "INTEGER"}, periods)
    days = {"institution": "TEXT", "day": "INTEGER", "declared_day": "INTEGER"}
    temporary_table(connection, "zero_reports", days, declared)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE received_days AS {query('received_days').query}")


def _origin(batch: Batch, named: Mapping[str, Batch]) -> Batch:
    """Return the batch that a chain of corrections began with: a report that is put right later had come in time."""
    while (former := named.get(batch.corrects or batch.completes or "")) is not None and former.number < batch.number:
        batch = former
    return batch


def _local_day(instant: datetime) -> int:
    return day_number(instant.astimezone(ZoneInfo(TIME_ZONE)).date())
