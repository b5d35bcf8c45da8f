"""Bringing rows to the columns, types and order of the data model."""

from __future__ import annotations

import duckdb
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyConnection, DuckDBPyRelation, Expression

from fundwatch.domain.errors import ConfigurationError
from fundwatch.store.schema import Relation


def conform(rows: DuckDBPyRelation, target: Relation) -> DuckDBPyRelation:
    """Return ``rows`` with exactly the target's columns, in its order and types.

    Columns that begin with an underscore are internal and left behind; any other difference raises
    ConfigurationError, since a silently dropped or invented column would be a silent loss.
    """
    given = {name for name in rows.columns if not name.startswith("_")}
    missing, unknown = sorted(set(target.names) - given), sorted(given - set(target.names))
    if missing or unknown:
        raise ConfigurationError(
            f"关系 {target.name} 的列与数据模型不符（缺少：{missing}；多余：{unknown}），请修正生成它的查询。",
            f"relation {target.name} departs from the data model (missing: {missing}; unknown: {unknown}); "
            "mend the query that makes it.",
            code="E102",
        )
    return rows.select(*(_typed(ColumnExpression(name), name, kind) for name, kind in target.columns))


def widen(rows: DuckDBPyRelation, target: Relation, *internal: str) -> DuckDBPyRelation:
    """Return rows of stored files with the target's columns and the ``internal`` ones named.

    A column that the data model gained after a file was written is empty there: files are never rewritten.
    """
    given = set(rows.columns)
    columns = (
        _typed(ColumnExpression(name) if name in given else ConstantExpression(None), name, kind)
        for name, kind in target.columns
    )
    return rows.select(*columns, *(ColumnExpression(name) for name in internal))


def _typed(value: Expression, name: str, kind: str) -> Expression:
    return value.cast(duckdb.sqltype(kind)).alias(name)


def empty(connection: DuckDBPyConnection, target: Relation) -> DuckDBPyRelation:
    """Return the target's columns without rows, so that a relation exists before its first file."""
    typed = (_typed(ConstantExpression(None), name, kind) for name, kind in target.columns)
    return connection.sql("SELECT 1 WHERE false").select(*typed)


def by_columns(rows: DuckDBPyRelation, names: tuple[str, ...]) -> DuckDBPyRelation:
    """Return ``rows`` in ascending order of the columns, empty values last."""
    return rows.sort(*(ColumnExpression(name).asc().nulls_last() for name in names))


def nullable(connection: DuckDBPyConnection, rows: DuckDBPyRelation, target: Relation) -> DuckDBPyRelation:
    """Return the same rows, every column of which may be empty as far as the planner knows.

    DuckDB writes a Parquet column as REQUIRED where its statistics rule out NULL; so equal rows that came by
    different ways gave files that differed in their schema.
    """
    typed = (_typed(ConstantExpression(None), name, kind) for name, kind in target.columns)
    return rows.union(connection.sql("SELECT range FROM range(0)").select(*typed))
