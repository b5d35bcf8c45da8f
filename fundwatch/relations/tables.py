"""Relations kept as tables of the connection itself: for tests, benchmarks and a warehouse in one process."""

from __future__ import annotations

import duckdb

from fundwatch.relations.workbench import Span


class PartitionTables:
    """A ``PartitionWriter`` that keeps what it is given as temporary tables and each relation as a view over its own.

    Of a relation by day the rows of replaced days leave the tables that held them.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._kept: dict[str, dict[str, Span | None]] = {}
        self._count = 0

    def __call__(self, relation: str, span: Span | None, table: str) -> None:
        """Take over the table as the relation's rows of the span."""
        kept = self._kept.setdefault(relation, {})
        for name, held in list(kept.items()):
            if span is None or held is None or (span[0] <= held[0] and held[1] <= span[1]):
                del kept[name]
            elif held[0] <= span[1] and span[0] <= held[1]:
                self.connection.execute(
                    f"DELETE FROM temp.{name} WHERE day BETWEEN ? AND ?",  # noqa: S608 - our own name
                    list(span),
                )
                continue
            else:
                continue
            self.connection.execute(f"DROP TABLE temp.{name}")
        self._count += 1
        name = f'"{relation}@{self._count}"'
        kept[name] = span
        self.connection.execute(f"ALTER TABLE temp.{table} RENAME TO {name}")
        union = " UNION ALL ".join(f"FROM temp.{each}" for each in kept)
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {relation} AS {union}")
