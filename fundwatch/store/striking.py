"""Rows struck out: a night that changes few rows of many files says which, and writes none of those files anew.

A file of the role ``gone`` names rows by the key of their relation; they hold no more where they come from a file with
a lower number. Rows that took their place lie in a file with the same number, or one higher.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from fundwatch.store.lake import Lake
from fundwatch.store.manifests import GONE, ROWS, LakeFile
from fundwatch.store.schema import RELATIONS, Relation
from fundwatch.store.statements import quoted


def uncovered(held: Iterable[LakeFile], removed: Collection[LakeFile]) -> set[str]:
    """Return the relations of which rows hold again: what struck them out goes, and their own file stays."""
    staying = [file for file in held if file.role == ROWS and file not in removed]
    struck = {
        name: max(file.number for file in removed if file.relation == name and file.role == GONE)
        for name in {file.relation for file in removed if file.role == GONE}
    }
    return {file.relation for file in staying if file.number < struck.get(file.relation, -1)}


def strike(connection: DuckDBPyConnection, lake: Lake, wanted: Iterable[LakeFile], new: Collection[LakeFile]) -> None:
    """Delete from the tables of a warehouse what files of the role ``gone`` strike out of files inserted before."""
    oldest = {
        name: min(file.number for file in new if file.relation == name and file.role == ROWS)
        for name in {file.relation for file in new if file.role == ROWS}
    }
    for file in wanted:
        if file.role != GONE or not (file in new or oldest.get(file.relation, file.number) < file.number):
            continue
        same = _same("struck", "held", RELATIONS[file.relation])
        connection.execute(
            f"DELETE FROM {quoted(file.relation)} AS held "  # noqa: S608 - names of the data model
            f"USING read_parquet($path) AS struck, _files WHERE {same} "
            "AND held._file = _files.file AND _files.number < $number",
            {"path": lake.require([file])[0], "number": file.number},
        )


def unstruck(
    connection: DuckDBPyConnection, stored: DuckDBPyRelation, target: Relation, lake: Lake, gone: Sequence[LakeFile]
) -> DuckDBPyRelation:
    """Return the stored rows (with ``_file``) of a relation but for those that are struck out."""
    stored.create_view(f"_stored_{target.name}")
    struck = connection.sql(
        "SELECT p.*, f.number AS _number FROM read_parquet($paths, filename = true, union_by_name = true) AS p "
        "JOIN _files AS f ON $folder || f.path = p.filename",
        params={"paths": lake.require(gone), "folder": f"{lake.folder}/"},
    )
    struck.create_view(f"_struck_{target.name}")
    columns = ", ".join(f"stored.{quoted(name)}" for name in target.names)
    return connection.sql(
        f"SELECT {columns} FROM _stored_{target.name} AS stored "  # noqa: S608 - names of the data model
        f"JOIN _files ON _files.file = stored._file WHERE NOT EXISTS (SELECT 1 FROM _struck_{target.name} AS struck "
        f"WHERE {_same('struck', 'stored', target)} AND struck._number > _files.number)"
    )


def _same(one: str, other: str, target: Relation) -> str:
    return " AND ".join(f"{one}.{quoted(name)} = {other}.{quoted(name)}" for name in target.key)
