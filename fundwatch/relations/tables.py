"""Partitions kept as tables of the connection itself: for tests, benchmarks and a warehouse in one process."""

from __future__ import annotations

import duckdb


class PartitionTables:
    """A ``PartitionWriter`` that keeps each partition as a temporary table and the relation as a view over them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._partitions: dict[str, set[str]] = {}

    def __call__(self, relation: str, partition: str, table: str) -> None:
        """Take over the table as the relation's partition."""
        kept = self._partitions.setdefault(relation, set())
        kept.add(partition)
        name = _name(relation, partition)
        self.connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
        self.connection.execute(f"ALTER TABLE temp.{table} RENAME TO {name}")
        union = " UNION ALL ".join(f"FROM temp.{_name(relation, each)}" for each in sorted(kept))
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {relation} AS {union}")


def _name(relation: str, partition: str) -> str:
    return f'"{relation}@{partition}"'
