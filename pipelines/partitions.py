"""How the rows of derived relations lie in the lake: recent days in a file each, older months in one, and amendments.

A night replaces the few days that new rows touch, so those of the newest two months are files of their own. Older
months rest in one file each: five years of eight relations are then some nine hundred files and not fifteen thousand.
Few rows on many days are amended: one file strikes them out wherever they lie, one more holds what took their place;
when a relation has gathered many such rows or files, all of it is laid anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyConnection, DuckDBPyRelation

from fundwatch.domain.keys import date_of, month_bounds, month_of
from fundwatch.relations.catalogue import Partition, catalogue
from fundwatch.relations.workbench import Span
from fundwatch.store.lake import Lake, Origin
from fundwatch.store.manifests import GONE, ROWS, LakeFile, Manifest, with_partitions
from fundwatch.store.schema import RELATIONS
from fundwatch.store.warehouse import sync

_WHOLE = "all"
_AMENDED = "amended-"
_MONTH_NAME = len("2026-01")
_MOST_AMENDMENTS = 64
_MOST_STRUCK = 8
"""A relation is laid anew when more than one row in this many has been struck out."""


class LakeWriter:
    """A ``PartitionWriter`` that writes finished rows to the lake and brings the warehouse along."""

    def __init__(self, lake: Lake, connection: DuckDBPyConnection, manifest: Manifest, newest_day: int) -> None:
        self.manifest = manifest
        self._lake = lake
        self._connection = connection
        self._newest_day = newest_day
        self._kinds = {each.name: each.partition for each in catalogue() if not each.is_step}

    def __call__(self, relation: str, span: Span | None, table: str) -> None:
        """Write the rows of the span, or of the whole relation, in the place of those held."""
        rows = self._connection.table(table)
        if span is None:
            self._replace([*self._no_amendments(relation), self._write(relation, _WHOLE, rows, 0)])
        else:
            self._replace(self._laid(relation, span, rows))

    def amend(self, relation: str, gone: str, table: str) -> None:
        """Strike out rows wherever they lie and add those that take their place."""
        number = self._next(relation)
        name = f"{_AMENDED}{number:06d}"
        struck = self._write(relation, name, self._connection.table(gone), number, role=GONE)
        self._replace([struck, self._write(relation, name, self._connection.table(table), number)])

    def settle(self) -> None:
        """Lay relations as the newest day asks: a month grown old in one file, and what was amended much anew."""
        for relation, kind in self._kinds.items():
            if self._is_worn(relation):
                self._lay_all_anew(relation)
            elif kind is Partition.DAY:
                for month in self._misplaced_months(relation):
                    span = month_bounds(month)
                    rows = _between(self._held(relation), span)
                    files = self._laid(relation, span, rows)
                    self._replace([*files, *self._emptied(relation, files, month)])

    def _is_worn(self, relation: str) -> bool:
        struck = self.manifest.of(relation, GONE)
        rows = sum(file.rows for file in self.manifest.of(relation))
        return len(struck) > _MOST_AMENDMENTS or sum(file.rows for file in struck) * _MOST_STRUCK > rows

    def _misplaced_months(self, relation: str) -> list[str]:
        days = [name for name in self.manifest.partitions(relation) if not name.startswith(_AMENDED)]
        return sorted(
            {name[:_MONTH_NAME] for name in days if (len(name) == _MONTH_NAME) is self._is_open(name[:_MONTH_NAME])}
        )

    def _lay_all_anew(self, relation: str) -> None:
        held = self._held(relation)
        files: list[LakeFile] = []
        if self._kinds[relation] is not Partition.WHOLE:
            for month in sorted({month_of(int(day)) for (day,) in held.select("day").distinct().fetchall()}):
                span = month_bounds(month)
                files += self._by_partition(relation, span, _between(held, span), 0)
        else:
            files = [self._write(relation, _WHOLE, held, 0)]
        self._replace([*self._no_amendments(relation), *self._emptied(relation, files, ""), *files])

    def _laid(self, relation: str, span: Span, rows: DuckDBPyRelation) -> list[LakeFile]:
        """Return the files of one month that take the rows, and strike out the amended rows of their days."""
        if not self.manifest.of(relation, GONE):
            return list(self._by_partition(relation, span, rows, 0))
        number = self._next(relation)
        # A file for a month takes up its other days too, with what was amended of them.
        month = month_of(span[0])
        days = span if self._lies_by_day(relation, month) else month_bounds(month)
        columns = ", ".join(f'held."{name}"' for name in RELATIONS[relation].names)
        amended = self._connection.sql(
            f"SELECT {columns} FROM {relation} AS held JOIN _files ON _files.file = held._file "  # noqa: S608 - own names
            "WHERE starts_with(_files.partition, $amended) AND held.day BETWEEN $first AND $last",
            params={"amended": _AMENDED, "first": days[0], "last": days[1]},
        )
        struck = self._write(relation, f"{_AMENDED}{number:06d}", amended, number, role=GONE)
        return [struck, *self._by_partition(relation, span, rows, number)]

    def _by_partition(self, relation: str, span: Span, rows: DuckDBPyRelation, number: int) -> Iterator[LakeFile]:
        """Yield the files of one month that take the rows; a file for a month keeps its rows of other days."""
        month = month_of(span[0])
        if self._lies_by_day(relation, month):
            for day in range(span[0], span[1] + 1):
                yield self._write(relation, date_of(day).isoformat(), _between(rows, (day, day)), number)
            return
        first, last = month_bounds(month)
        for rest in ((first, span[0] - 1), (span[1] + 1, last)):
            if rest[0] <= rest[1]:
                rows = rows.union(_between(self._held(relation), rest).select(*rows.columns))
        yield self._write(relation, month, rows, number)

    def _write(
        self, relation: str, partition: str, rows: DuckDBPyRelation, number: int, *, role: str = ROWS
    ) -> LakeFile:
        return self._lake.write(self._connection, rows, relation, partition, role=role, origin=Origin(number=number))

    def _held(self, relation: str) -> DuckDBPyRelation:
        return self._connection.table(relation)

    def _next(self, relation: str) -> int:
        return 1 + max((file.number for file in self.manifest.files if file.relation == relation), default=0)

    def _no_amendments(self, relation: str) -> list[LakeFile]:
        """Return the entries that remove what has been amended."""
        held = (*self.manifest.of(relation), *self.manifest.of(relation, GONE))
        return [_nothing(file) for file in held if file.partition.startswith(_AMENDED)]

    def _emptied(self, relation: str, files: Iterable[LakeFile], prefix: str) -> list[LakeFile]:
        """Return the entries that remove what is held under other names than the files'."""
        named = {file.partition for file in files}
        return [
            _nothing(file)
            for file in self.manifest.of(relation)
            if file.partition.startswith(prefix)
            and file.partition not in named
            and not file.partition.startswith(_AMENDED)
        ]

    def _lies_by_day(self, relation: str, month: str) -> bool:
        return self._kinds[relation] is Partition.DAY and self._is_open(month)

    def _is_open(self, month: str) -> bool:
        """Return whether the month is the newest one, the one before it, or later still."""
        newest, _ = month_bounds(month_of(self._newest_day))
        return month >= month_of(newest - 1)

    def _replace(self, files: Collection[LakeFile]) -> None:
        self.manifest = with_partitions(self.manifest, files)
        sync(self._connection, self.manifest, self._lake)


def _nothing(file: LakeFile) -> LakeFile:
    return LakeFile(file.relation, file.partition, file.role, "", "", 0)


def _between(rows: DuckDBPyRelation, span: Span) -> DuckDBPyRelation:
    return rows.filter(ColumnExpression("day").between(ConstantExpression(span[0]), ConstantExpression(span[1])))
