"""Small tables handed to DuckDB by the roof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from duckdb import DuckDBPyConnection


def temporary_table(
    connection: DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Create a temporary table from rows; ``columns`` maps names to DuckDB types, all of them ours."""
    declared = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({declared})")
    selected = ", ".join(f"unnest(CAST(? AS {kind}[]))" for kind in columns.values())
    values = [[row[place] for row in rows] for place in range(len(columns))]
    connection.execute(f"INSERT INTO {name} SELECT {selected}", values)
