"""Bringing the derived relations of a draft up to its canonical rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

from fundwatch.domain.keys import day_number
from fundwatch.relations.building import build
from fundwatch.store.engines import TIME_ZONE
from fundwatch.store.lake import Lake
from fundwatch.store.manifests import Manifest, with_partitions
from fundwatch.store.operations import history
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.ledger import LOADED, Batch, declarations, list_batches
from fundwatch.store.schema import relation as relation_of
from fundwatch.store.warehouse import sync
from pipelines.drafts import Draft
from pipelines.installation import Installation
from pipelines.queries import query
from pipelines.references import write_references
from pipelines.tables import temporary_table

_EVERY_MONTH_RESTS_ON = frozenset({"reference_lexicon", "reference_glyphs", "reference_fx", "reference_calendar"})
_DAY_COLUMNS = ("booked_day", "disbursed_day", "flow_day")


def relate(installation: Installation, draft: Draft) -> Draft:
    """Return the draft with the reference and derived relations that follow from its canonical rows.

    Only months that changed days touch are built again; the warehouse then holds exactly the draft's manifest.
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
        is_whole = bool(renewed & _EVERY_MONTH_RESTS_ON) or not before.of("entities")
        changed = None if is_whole else changed_days(connection, installation.lake, before, manifest)
        _name_reports(installation, connection, draft)
        writer = _Writer(installation.lake, connection, manifest)
        build(connection, writer, as_of_day=today, changed_days=changed)
        return replace(draft, files=writer.manifest.files)


class _Writer:
    """Writes finished partitions to the lake and brings the warehouse along."""

    def __init__(self, lake: Lake, connection: DuckDBPyConnection, manifest: Manifest) -> None:
        self.lake = lake
        self.connection = connection
        self.manifest = manifest

    def __call__(self, relation: str, partition: str, table: str) -> None:
        file = self.lake.write(self.connection, self.connection.table(table), relation, partition)
        self.manifest = with_partitions(self.manifest, [file])
        sync(self.connection, self.manifest, self.lake)


def changed_days(connection: DuckDBPyConnection, lake: Lake, before: Manifest, after: Manifest) -> Collection[int]:
    """Return the days of the canonical flow rows by which two manifests differ."""
    days: set[int] = set()
    for file in set(before.files) ^ set(after.files):
        names = relation_of(file.relation).names if relation_of(file.relation).is_canonical else ()
        column = next((name for name in _DAY_COLUMNS if name in names), None)
        if column is not None:
            found = connection.read_parquet(str(lake.path(file))).select(column).distinct().fetchall()
            days |= {int(row[0]) for row in found if row[0] is not None}
    return days


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
