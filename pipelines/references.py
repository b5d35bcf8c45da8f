"""Reference relations of a manifest: institutions, exchange rates, limits, calendar, lexicon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from duckdb import DuckDBPyConnection

from fundwatch.domain.keys import day_number
from fundwatch.store.manifests import Manifest, with_partitions
from fundwatch.store.schema import RELATIONS
from pipelines.installation import Installation
from pipelines.tables import temporary_table
from rules import reference

WHOLE = "all"
# A fixed range, so that the calendar's file changes only when a notice is entered.
_CALENDAR = (day_number(date(1990, 1, 1)), day_number(date(2035, 12, 31)))


def write_references(connection: DuckDBPyConnection, installation: Installation, manifest: Manifest) -> Manifest:
    """Return the manifest with today's reference relations; unchanged ones keep their files."""
    files = []
    for name, rows in _relations(installation):
        table = f"renewed_{name}"
        temporary_table(connection, table, dict(RELATIONS[name].columns), rows)
        files.append(installation.lake.write(connection, connection.table(table), name, WHOLE))
        connection.execute(f"DROP TABLE temp.{table}")
    return with_partitions(manifest, files)


def _relations(installation: Installation) -> Iterator[tuple[str, Sequence[tuple[Any, ...]]]]:
    yield (
        "institutions",
        [(one.code, one.name, one.sector, one.region, one.reports, one.due_days) for one in installation.registry],
    )
    yield "reference_fx", installation.contracts.fx_rows()
    for name, table in reference.tables(*_CALENDAR, added=installation.notices).items():
        if name in RELATIONS:
            yield name, table.rows
