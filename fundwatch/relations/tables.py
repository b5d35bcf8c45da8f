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
        self._take_over(relation, table, span)

    def amend(self, relation: str, gone: str, table: str) -> None:
        """Put the rows of a table in the place of those of another."""
        kept = self._kept[relation]
        columns = [str(row[0]) for row in self.connection.execute(f"DESCRIBE {gone}").fetchall()]
        same = " AND ".join(f"held.{column} IS NOT DISTINCT FROM gone.{column}" for column in columns)
        for name in kept:
            self.connection.execute(
                f"DELETE FROM temp.{name} AS held WHERE EXISTS (SELECT 1 FROM {gone} AS gone WHERE {same})"  # noqa: S608
            )
        span: Span | None = None
        if "day" in columns:
            # A relation by day: the new rows must leave with their days.
            ((first, last),) = self.connection.execute(
                f"SELECT coalesce(min(day), 0), coalesce(max(day), -1) FROM {table}"  # noqa: S608 - our own name
            ).fetchall()
            span = (int(first), int(last))
        self._take_over(relation, table, span)

    def _take_over(self, relation: str, table: str, span: Span | None) -> None:
        kept = self._kept[relation]
        self._count += 1
        name = f'"{relation}@{self._count}"'
        kept[name] = span
        self.connection.execute(f"ALTER TABLE temp.{table} RENAME TO {name}")
        union = " UNION ALL ".join(f"FROM temp.{each}" for each in kept)
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {relation} AS {union}")
