"""Building the derived relations: each partition is one pure SELECT, and an update replaces whole partitions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from fundwatch.domain.keys import month_bounds, month_of
from fundwatch.domain.parties import control_groups
from fundwatch.relations.catalogue import WHOLE, Relation, catalogue
from fundwatch.sql.binding import Value, bind
from fundwatch.sql.file import SqlFile, read_sql_file

_QUESTIONS = Path(__file__).parent / "questions"
_MONTH = 31
"""Relations that look back for less read the months beside theirs only, and say so by their days."""


class PartitionWriter(Protocol):
    """Where finished partitions go: the lake in production, tables of the connection in tests and benchmarks.

    ``table`` is a temporary table that lives until the call returns. After the call the connection must answer
    ``SELECT … FROM relation`` with the new partition in place of the old one.
    """

    def __call__(self, relation: str, partition: str, table: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Built:
    """One partition that a build wrote: month ``YYYY-MM``, or ``all`` for a relation kept whole."""

    relation: str
    partition: str
    rows: int


def build(
    connection: duckdb.DuckDBPyConnection,
    write: PartitionWriter,
    *,
    as_of_day: int,
    due_lag_days: int = 1,
    changed_days: Collection[int] | None = None,
) -> tuple[Built, ...]:
    """Build the derived relations and hand each partition to ``write``; return what was built, in order.

    The connection must offer the canonical tables, the reference relations, ``received_days(institution, day, rows,
    received_day)`` and ``zero_reports(institution, day, declared_day)``. ``changed_days`` are the days of transactions,
    loans and loan flows that were added or removed since the last build; with None everything is built. A change of the
    lexicon or of the FX table needs a build of everything. Incremental and whole builds give the same rows:
    a month is built again when a changed day lies in what its query reads, when a relation it reads is built again
    for that month, or when one of its accounts has changed its party.
    """
    run = _Run(connection, write, {"as_of_day": as_of_day, "due_lag_days": due_lag_days})
    months = run.months(as_of_day)
    if changed_days is not None:
        months |= {month_of(day) for day in changed_days}
    touched: dict[str, frozenset[str]] = {}
    for relation in catalogue():
        if relation.name == "control_links":
            group_parties(connection)
        if relation.by_month:
            own = months if changed_days is None else touched_months(relation, changed_days)
            read = (touched.get(name, own) for name in relation.file.relations)
            touched[relation.name] = own.union(*(_months_after(relation, each, months) for each in read)) & months
            for month in sorted(touched[relation.name]):
                run.build_partition(relation, month)
        elif relation.name == "entities" and changed_days is not None:
            touched[relation.name] = run.replace_entities(relation)
        else:
            run.build_partition(relation, WHOLE)
    return tuple(run.built)


def touched_months(relation: Relation, changed_days: Collection[int]) -> frozenset[str]:
    """Return the months whose partition of the relation reads any of the changed days."""
    candidates = frozenset(months_around(changed_days, relation.lookback_days))
    return frozenset(month for day in set(changed_days) for month in relation.months_reading(day, candidates))


def _months_after(relation: Relation, touched: frozenset[str], months: frozenset[str]) -> frozenset[str]:
    """Return the touched months and, of the given ones, those whose query looks back into any of them by months."""
    if relation.lookback_days < _MONTH:
        return touched
    last_days = [month_bounds(month)[1] for month in touched]
    return touched.union(*(relation.months_reading(day, months) for day in last_days))


def months_around(days: Collection[int], reach_days: int = 0) -> Iterator[str]:
    """Yield the months of the days, the month before each, and those after it that begin within the reach."""
    for month in {month_of(day) for day in days}:
        first, last = month_bounds(month)
        yield from (month_of(first - 1), month)
        following = last + 1
        while following <= last + 1 + reach_days:
            yield month_of(following)
            following = month_bounds(month_of(following))[1] + 1


def group_parties(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the temporary table ``control_groups(party_key, group_key)`` from the strong links."""
    links = connection.execute("SELECT party_key, via_party FROM strong_links").fetchall()
    groups = control_groups(links)
    connection.execute("CREATE OR REPLACE TEMP TABLE control_groups (party_key BIGINT, group_key BIGINT)")
    connection.execute(
        "INSERT INTO control_groups SELECT unnest(CAST(? AS BIGINT[])), unnest(CAST(? AS BIGINT[]))",
        [list(groups.keys()), list(groups.values())],
    )


class _Run:
    """One build: the connection, where partitions go, the values every query may name, and what is done so far."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, write: PartitionWriter, values: dict[str, Value]) -> None:
        self.connection = connection
        self.write = write
        self.values = values
        self.built: list[Built] = []

    def months(self, as_of_day: int) -> frozenset[str]:
        """Return the months that have entries; the month of the as-of day when there are none at all."""
        days = self._ask("days_with_entries")
        return frozenset(month_of(day) for day in days) or frozenset({month_of(as_of_day)})

    def build_partition(self, relation: Relation, partition: str) -> None:
        """Build one partition and pass it on; a step becomes a temporary table under its own name."""
        table = relation.name if relation.is_step else f"built_{relation.name}"
        self._create(table, relation.file, partition)
        if not relation.is_step:
            self._pass_on(relation, partition, table)

    def replace_entities(self, relation: Relation) -> frozenset[str]:
        """Build entities, and return the months of the accounts whose party changed."""
        self._create("built_entities", relation.file, WHOLE)
        moved = frozenset(month_of(day) for day in self._ask("days_of_changed_accounts"))
        self._pass_on(relation, WHOLE, "built_entities")
        return moved

    def _create(self, table: str, file: SqlFile, partition: str) -> None:
        values = dict(self.values)
        if partition != WHOLE:
            values["first_day"], values["last_day"] = month_bounds(partition)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {file.query}", bind(file, values))

    def _pass_on(self, relation: Relation, partition: str, table: str) -> None:
        # The table's name is the catalogue's own.
        counted = self.connection.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608
        self.built.append(Built(relation.name, partition, int(counted[0][0])))
        self.write(relation.name, partition, table)
        self.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")

    def _ask(self, question: str) -> list[int]:
        file = read_sql_file(_QUESTIONS / f"{question}.sql")
        return [int(row[0]) for row in self.connection.execute(file.query).fetchall()]
