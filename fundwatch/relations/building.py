"""Building the derived relations: each is one pure SELECT, and an update replaces the days that a change touches."""

from __future__ import annotations

import duckdb

from fundwatch.domain.keys import month_bounds, month_of
from fundwatch.relations.accounts import hold_known_numbers, renew_entities, renew_sightings
from fundwatch.relations.amending import Amendments
from fundwatch.relations.catalogue import Partition, Relation, catalogue
from fundwatch.relations.touching import Touched
from fundwatch.relations.workbench import Built, Changes, PartitionWriter, Workbench


def build(
    connection: duckdb.DuckDBPyConnection,
    write: PartitionWriter,
    *,
    as_of_day: int,
    due_lag_days: int = 1,
    changes: Changes | None = None,
) -> tuple[Built, ...]:
    """Build the derived relations and hand each part to ``write``; return what was built, in order.

    The connection must offer the canonical tables, the reference relations, ``received_days(institution, day, rows,
    received_day)`` and ``zero_reports(institution, day, declared_day)``. With ``changes`` it must also offer what has
    changed since the last build, as that class says; without, everything is built. A change of the lexicon, of the
    calendar or of the FX table needs a build of everything. Both ways give the same rows.
    """
    bench = Workbench(connection, write, {"as_of_day": as_of_day, "due_lag_days": due_lag_days})
    bench.hold_registers()
    try:
        if changes is None:
            _build_everything(bench, as_of_day)
        else:
            _build_touched(bench, changes)
    finally:
        bench.release_registers()
    return tuple(bench.built)


def _build_everything(bench: Workbench, as_of_day: int) -> None:
    days = bench.days("days_with_entries")
    months = sorted({month_of(day) for day in days} or {month_of(as_of_day)})
    bench.connection.execute("CREATE OR REPLACE TEMP VIEW sighted_entries AS FROM transactions")
    bench.table("kept_sightings", bench.question("no_sightings"))
    for relation in catalogue():
        _before(bench, relation)
        if relation.partition is Partition.WHOLE:
            bench.build_whole(relation)
            if relation.name == "sightings":
                bench.connection.execute("DROP VIEW temp.sighted_entries")
        else:
            bench.build_spans(relation, [month_bounds(month) for month in months])


def _build_touched(bench: Workbench, changes: Changes) -> None:
    touched, amendments = Touched(bench), Amendments(bench)
    for relation in catalogue():
        _before(bench, relation)
        if relation.name == "account_numbers" and not changes.registers and hold_known_numbers(bench, relation):
            continue
        if relation.name == "sightings":
            renew_sightings(bench, relation)
        elif relation.name == "entities":
            renew_entities(bench, relation, registers=changes.registers)
            touched.note_shaken_accounts()
            if not amendments.begin():
                touched.note_moved_accounts()
        elif relation.partition is Partition.WHOLE:
            bench.build_whole(relation)
        else:
            spans = touched.spans(relation)
            touched.before(relation, spans)
            bench.build_spans(relation, spans, narrowed=True)
            touched.after(relation, spans)
            amendments.amend(relation, spans)


def _before(bench: Workbench, relation: Relation) -> None:
    if relation.name == "control_links":
        bench.group_parties()
