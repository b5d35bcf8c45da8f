"""What two manifests differ in, as the tables from which a build finds what it has to do."""

from __future__ import annotations

from collections.abc import Iterable

from duckdb import DuckDBPyConnection

from fundwatch.relations.workbench import Changes
from fundwatch.store.lake import Lake
from fundwatch.store.manifests import ROWS, LakeFile, Manifest
from fundwatch.store.schema import LINEAGE, RELATIONS
from fundwatch.store.shaping import empty, widen
from pipelines.queries import query
from pipelines.tables import temporary_table

_REGISTERS = frozenset({"accounts", "parties", "relationships", "firm_snapshots", "institutions"})


def note_changes(connection: DuckDBPyConnection, lake: Lake, before: Manifest, after: Manifest) -> Changes:
    """Create in ``connection`` the tables of the entries and declared loans by which two manifests differ.

    A correction repeats most of what it corrects: entries that came and went alike have not changed.
    """
    went, came = _differing(before, after), _differing(after, before)
    _load(connection, lake, "changed_from", "transactions", _of(went, "transactions"))
    _load(connection, lake, "changed_to", "transactions", _of(came, "transactions"))
    columns = ", ".join(
        f'"{name}"'
        for name in RELATIONS["transactions"].names
        if name not in set(LINEAGE) - {"record_id", "institution"}
    )
    here = f"SELECT {columns} FROM temp.changed_to"  # noqa: S608 - columns of the data model
    there = f"SELECT {columns} FROM temp.changed_from"  # noqa: S608 - columns of the data model
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE changed_entries AS "  # noqa: S608 - columns of the data model
        f"SELECT *, FALSE AS is_removed FROM ({_less(here, there, went)}) AS came UNION ALL "
        f"SELECT *, TRUE AS is_removed FROM ({_less(there, here, came)}) AS gone"
    )
    both = (*went, *came)
    _load(connection, lake, "changed_loans", "loans", _of(both, "loans"))
    # A state that comes or goes uncovers or hides an older one, which lies in a file that both manifests hold.
    every = [*before.of("loans"), *after.of("loans")] if _of(both, "loans") else []
    _load(connection, lake, "every_loan", "loans", every)
    _load(connection, lake, "changed_loan_flows", "loan_flows", _of(both, "loan_flows"))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE changed_loan_moves AS {query('changed_loan_moves').query}")
    for table in ("changed_from", "changed_to", "changed_loans", "every_loan", "changed_loan_flows"):
        connection.execute(f"DROP TABLE temp.{table}")
    return Changes(registers=any(file.relation in _REGISTERS for file in both))


def _less(rows: str, others: str, files: Iterable[LakeFile]) -> str:
    return f"{rows} EXCEPT ALL {others}" if _of(files, "transactions") else rows


def _differing(one: Manifest, other: Manifest) -> tuple[LakeFile, ...]:
    known = set(other.files)
    return tuple(file for file in one.files if file.role == ROWS and file not in known)


def _of(files: Iterable[LakeFile], relation: str) -> list[LakeFile]:
    return [file for file in files if file.relation == relation]


def _load(connection: DuckDBPyConnection, lake: Lake, table: str, relation: str, files: Iterable[LakeFile]) -> None:
    """Create a temporary table with the rows of files of one relation, each file read once."""
    target = RELATIONS[relation]
    temporary_table(connection, table, dict(target.columns), [])
    paths = sorted(set(lake.require(files)))
    rows = widen(connection.read_parquet(paths, union_by_name=True), target) if paths else empty(connection, target)
    rows.insert_into(f"temp.{table}")
