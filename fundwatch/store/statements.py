"""The store's own SQL files, and quoting of the names of its own tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from duckdb import DuckDBPyConnection


@cache
def statement(name: str) -> str:
    """Return the text of ``fundwatch/store/sql/<name>.sql``; values are bound by the caller."""
    return (files("fundwatch.store") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def quoted(identifier: str) -> str:
    """Return an identifier in double quotes; identifiers cannot be bound and come from ``schema`` alone."""
    return '"' + identifier.replace('"', '""') + '"'


def first_row(
    connection: DuckDBPyConnection, query: str, values: Mapping[str, Any] | None = None
) -> tuple[Any, ...] | None:
    """Run a query of at most a few rows and return its first one.

    All of them are fetched: a result that is not read to its end keeps the connection busy.
    """
    rows = connection.execute(query, values).fetchall()
    return tuple(rows[0]) if rows else None
