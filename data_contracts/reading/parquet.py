"""Parquet: columns by name, values turned into text, so that the same contract judges them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from data_contracts.reading.staged import RawTable, input_error
from data_contracts.statements import statement


def read_parquet(path: Path, connection: duckdb.DuckDBPyConnection, prefix: str) -> RawTable:
    """Stage a Parquet file; the header counts as record 0, so the first value row is record 1.

    Raises InputError for a file that is truncated or no Parquet.
    """
    name = f"{prefix}_raw"
    try:
        connection.execute(statement("stage_parquet").replace("staged_records", name), {"path": str(path)})
    except duckdb.Error as error:
        raise input_error(
            "R005", "Parquet 文件损坏或不完整", "the Parquet file is damaged or incomplete", path.name
        ) from error
    described = connection.table(name).columns
    headers = tuple(described[3:])
    relation = connection.table(name)
    renamed = [
        f'"{header}" AS c{place}' for place, header in enumerate((header.replace('"', '""') for header in headers), 1)
    ]
    relation.project(", ".join(["_row", "_cells", "_sheet", *renamed])).to_table(f"{name}_c")
    return RawTable(f"{name}_c", "", "parquet", len(headers), ((0, headers),))
