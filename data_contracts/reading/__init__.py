"""From a file of any accepted form to staged text tables: ``_row``, ``_sheet``, ``_cells`` and c1 … cn, all as sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from data_contracts.reading.raw_tables import load_staged
from data_contracts.reading.staged import CellFlag, Note, RawTable, Stage, StagedFile, StagedTable
from data_contracts.reading.staging import stage_file

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "CellFlag",
    "Note",
    "RawTable",
    "Stage",
    "StagedFile",
    "StagedTable",
    "load_staged",
    "read_tables",
    "stage_file",
]


def read_tables(
    path: Path, connection: duckdb.DuckDBPyConnection, known_headers: frozenset[str], prefix: str, workdir: Path
) -> tuple[RawTable, ...]:
    """Stage and load every table of a file in this process; raises InputError for a file that cannot be read."""
    return load_staged(connection, stage_file(path, known_headers, workdir), prefix)
