"""How the rows of derived relations lie in the lake: recent days in a file each, older months in one.

A night replaces the few days that new rows touch, so those of the newest two months are files of their own. Older
months rest in one file each: five years of eight relations are then some nine hundred files and not fifteen thousand.
Where a row belongs depends on the newest day of entries alone, so equal rows lie in equal files however they came.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyConnection, DuckDBPyRelation

from fundwatch.domain.keys import date_of, month_bounds, month_of
from fundwatch.relations.catalogue import Partition, catalogue
from fundwatch.relations.workbench import Span
from fundwatch.store.lake import Lake
from fundwatch.store.manifests import ROWS, LakeFile, Manifest, with_partitions
from fundwatch.store.warehouse import sync

_WHOLE = "all"
_MONTH_NAME = len("2026-01")


class LakeWriter:
    """A ``PartitionWriter`` that writes finished rows to the lake and brings the warehouse along."""

    def __init__(self, lake: Lake, connection: DuckDBPyConnection, manifest: Manifest, newest_day: int) -> None:
        self.manifest = manifest
        self._lake = lake
        self._connection = connection
        self._newest_day = newest_day
        self._kinds = {each.name: each.partition for each in catalogue()}

    def __call__(self, relation: str, span: Span | None, table: str) -> None:
        """Write the rows of the span, or of the whole relation, in the place of those held."""
        rows = self._connection.table(table)
        if span is None:
            self._replace([self._lake.write(self._connection, rows, relation, _WHOLE)])
        elif self._kinds[relation] is Partition.MONTH:
            self._replace([self._lake.write(self._connection, rows, relation, month_of(span[0]))])
        else:
            self._replace(list(self._by_partition(relation, span, rows)))

    def settle(self) -> None:
        """Lay the months of every relation by day as the newest day asks: a month grown old becomes one file."""
        for relation, kind in self._kinds.items():
            if kind is not Partition.DAY:
                continue
            held = sorted(self.manifest.partitions(relation))
            for month, names in groupby(held, key=lambda name: name[:_MONTH_NAME]):
                if any((len(name) == _MONTH_NAME) is self._is_open(month) for name in names):
                    self._lay_anew(relation, month)

    def _lay_anew(self, relation: str, month: str) -> None:
        span = month_bounds(month)
        rows = _between(self._connection.table(relation), span)
        held = {name for name in self.manifest.partitions(relation) if name.startswith(month)}
        files = list(self._by_partition(relation, span, rows))
        gone = held - {file.partition for file in files}
        self._replace([*files, *(LakeFile(relation, name, ROWS, "", "", 0) for name in gone)])

    def _by_partition(self, relation: str, span: Span, rows: DuckDBPyRelation) -> Iterator[LakeFile]:
        """Yield the files of one month that take the rows; a file for a month keeps its rows of other days."""
        month = month_of(span[0])
        if self._is_open(month):
            for day in range(span[0], span[1] + 1):
                yield self._lake.write(self._connection, _between(rows, (day, day)), relation, date_of(day).isoformat())
            return
        first, last = month_bounds(month)
        held = self._connection.table(relation)
        for rest in ((first, span[0] - 1), (span[1] + 1, last)):
            if rest[0] <= rest[1]:
                rows = rows.union(_between(held, rest).select(*rows.columns))
        yield self._lake.write(self._connection, rows, relation, month)

    def _is_open(self, month: str) -> bool:
        """Return whether the month is the newest one, the one before it, or later still."""
        newest, _ = month_bounds(month_of(self._newest_day))
        return month >= month_of(newest - 1)

    def _replace(self, files: list[LakeFile]) -> None:
        self.manifest = with_partitions(self.manifest, files)
        sync(self._connection, self.manifest, self._lake)


def _between(rows: DuckDBPyRelation, span: Span) -> DuckDBPyRelation:
    return rows.filter(ColumnExpression("day").between(ConstantExpression(span[0]), ConstantExpression(span[1])))
