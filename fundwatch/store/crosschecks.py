"""What only several files together can show of a batch: unknown references, holders nobody names, broken seams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyConnection, DuckDBPyRelation

from fundwatch.store.lake import Lake
from fundwatch.store.manifests import ROWS, SHADOW, LakeFile, Manifest
from fundwatch.store.schema import relation
from fundwatch.store.shaping import empty, widen
from fundwatch.store.statements import first_row, statement

SEAM_DAYS = 40
"""Days before the first entry in which the last balance is looked for: the cost must not grow with the history."""
_LISTED = 5
_VIEWS = ("_own_values", "_known_values", "_own_entries", "_other_entries", "_accounts", "_parties")
_ENTRIES = "transactions"

Place = tuple[str, int]
"""Sheet and row."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Values of one column that no record they refer to has: how many, in how many rows, and the first places."""

    values: int
    rows: int
    places: tuple[Place, ...]
    is_target_empty: bool
    """Whether the institution has never reported what is referred to."""


@dataclass(frozen=True, slots=True)
class Seams:
    """Accounts whose balance goes on from an earlier batch, those where it does not, and the first places of these."""

    continuing: int
    broken: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Batchwise:
    """A settled draft as one of its batches sees it; files of other institutions are never looked at."""

    connection: DuckDBPyConnection
    lake: Lake
    manifest: Manifest
    batch: str
    institution: str

    def holds(self, table: str) -> bool:
        """Say whether the batch brought rows of the table that hold."""
        return any(file.role == ROWS and file.relation == table for file in self.manifest.of_batch(self.batch))

    def unmatched(self, table: str, column: str, targets: Sequence[tuple[str, str]]) -> Unmatched | None:
        """Return values of a column that none of the (table, column) targets has, None when there are none."""
        own = self._own(table).select(ColumnExpression(column).alias("value"), "sheet", ColumnExpression("row"))
        known = [self._all(to).select(ColumnExpression(name).alias("value")) for to, name in targets]
        together = known[0]
        for other in known[1:]:
            together = together.union(other)
        with self._views(_own_values=own, _known_values=together):
            missing = self.connection.execute(statement("unmatched")).fetchall()
        if not missing:
            return None
        is_empty = not any(file.relation == to for to, _ in targets for file in self._files(to))
        places = tuple((sheet or "", int(row)) for _, sheet, row in missing[:_LISTED])
        return Unmatched(len(missing), sum(int(entries) for entries, _, _ in missing), places, is_empty)

    def unidentified(self) -> tuple[int, int]:
        """Return entries of the batch, and those of them whose holder no file names."""
        own, accounts, parties = self._own(_ENTRIES), self._all("accounts"), self._all("parties")
        with self._views(_own_entries=own, _accounts=accounts, _parties=parties):
            found = first_row(self.connection, statement("unidentified"))
        return (int(found[0]), int(found[1])) if found else (0, 0)

    def seams(self, first_day: int, last_day: int) -> Seams:
        """Return how balances go on from earlier batches; ``first_day`` and ``last_day`` are those of the batch."""
        others = self._read(_ENTRIES, [file for file in self._files(_ENTRIES) if file.partition != self.batch])
        day = ColumnExpression("booked_day")
        near = others.filter((day >= ConstantExpression(first_day - SEAM_DAYS)) & (day <= ConstantExpression(last_day)))
        with self._views(_own_entries=self._own(_ENTRIES), _other_entries=near):
            found = self.connection.execute(statement("seams")).fetchall()
        broken = [(sheet or "", int(row)) for continues, sheet, row in found if not continues]
        return Seams(len(found) - len(broken), len(broken), tuple(broken[:_LISTED]))

    def _files(self, table: str) -> list[LakeFile]:
        return [file for file in self.manifest.of(table) if file.institution == self.institution]

    def _own(self, table: str) -> DuckDBPyRelation:
        """Return the batch's rows, those included that an earlier batch had brought as well."""
        files = [
            file
            for file in self.manifest.of_batch(self.batch)
            if file.relation == table and file.role in (ROWS, SHADOW)
        ]
        return self._read(table, files)

    def _all(self, table: str) -> DuckDBPyRelation:
        return self._read(table, self._files(table))

    def _read(self, table: str, files: Sequence[LakeFile]) -> DuckDBPyRelation:
        target = relation(table)
        if not files:
            return empty(self.connection, target)
        return widen(self.connection.read_parquet(self.lake.require(files), union_by_name=True), target)

    @contextmanager
    def _views(self, **relations: DuckDBPyRelation) -> Iterator[None]:
        try:
            for name, rows in relations.items():
                rows.create_view(name)
            yield
        finally:
            for name in _VIEWS:
                self.connection.execute(f"DROP VIEW IF EXISTS {name}")
