"""The roof's own queries: what an alert shows of its subject and of its records."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from fundwatch.sql.file import SqlFile, read_sql_file

_FOLDER = Path(__file__).parent / "sql"


@cache
def query(name: str) -> SqlFile:
    """Return one query of this folder by its name."""
    return read_sql_file(_FOLDER / f"{name}.sql")


def rows(connection: DuckDBPyConnection, name: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Run a query of this folder and return its rows by column name."""
    cursor = connection.execute(query(name).query, dict(values or {}))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
