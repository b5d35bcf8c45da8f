"""What every build works with: the connection, where finished rows go, and the values that queries name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
from sqlglot import exp

from fundwatch.domain.keys import month_bounds, month_of
from fundwatch.domain.parties import control_groups
from fundwatch.relations.catalogue import Relation
from fundwatch.sql.binding import Value, bind
from fundwatch.sql.file import SqlFile, read_sql_file

_QUESTIONS = Path(__file__).parent / "questions"
_REGISTERS = ("accounts", "parties", "relationships", "firm_snapshots")
Span = tuple[int, int]
"""First and last day of consecutive days of one month."""


class PartitionWriter(Protocol):
    """Where finished rows go: the lake in production, tables of the connection in tests and benchmarks.

    ``table`` is a temporary table that lives until the call returns; its rows are all rows of the relation in the
    span, or all there are where there is none. After the call the connection must answer ``SELECT … FROM relation``
    with them in place of the old ones.
    """

    def __call__(self, relation: str, span: Span | None, table: str) -> None: ...

    def amend(self, relation: str, gone: str, table: str) -> None:
        """Put the rows of a table in the place of those of the table ``gone``, wherever they lie."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed since the last build.

    The connection offers it as ``changed_entries`` (the transactions that came or went, with ``is_removed``) and
    ``changed_loan_moves(customer_key, amount, day)`` (declared disbursements and repayments, old and new states).
    """

    registers: bool
    """Whether accounts, parties, relationships, snapshots of firms or institutions have changed."""


@dataclass(frozen=True, slots=True)
class Built:
    """Rows that a build wrote: of a span of days, or a whole relation."""

    relation: str
    span: Span | None
    rows: int


class Workbench:
    """One build: what every query may name, and what has been written so far."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, write: PartitionWriter, values: dict[str, Value]) -> None:
        self.connection = connection
        self.write = write
        self.values = values
        self.built: list[Built] = []

    def hold_registers(self) -> None:
        """Read each register once: many queries ask for its latest states, which are found among all there are."""
        for name in _REGISTERS:
            self.select(f"held_{name}", f"FROM {name}")
        for name in _REGISTERS:
            self.rename(f"held_{name}", name)

    def release_registers(self) -> None:
        """Let go of what was held, so that the registers are seen as they come to be."""
        for name in _REGISTERS:
            self.drop(name)

    def build_whole(self, relation: Relation) -> None:
        """Build a relation and pass it on; a step becomes a temporary table under its own name."""
        if relation.is_step:
            self.table(relation.name, relation.file)
        else:
            self.table(f"built_{relation.name}", relation.file)
            self.pass_on(relation, None)

    def build_spans(self, relation: Relation, spans: Iterable[Span], *, narrowed: bool = False) -> None:
        """Build the rows of each span of days and pass them on; ``narrowed`` reads no more than a few days need."""
        for span in spans:
            first, last = month_bounds(month_of(span[0]))
            days: dict[str, Value] = {"first_day": span[0], "last_day": span[1]}
            days |= {"month_first_day": first, "month_last_day": last}
            others = relation.narrowed if narrowed else {}
            for question in others.values():
                self.table(question, self.question(question), days)
            self.table(f"built_{relation.name}", reading(relation.file, others), days)
            self.pass_on(relation, span)

    def pass_on(self, relation: Relation, span: Span | None) -> None:
        """Hand the table ``built_…`` to the writer."""
        table = f"built_{relation.name}"
        self.built.append(Built(relation.name, span, self.count(table)))
        self.write(relation.name, span, table)
        self.drop(table)

    def table(self, name: str, query: SqlFile, values: dict[str, Value] | None = None) -> None:
        """Create a temporary table from a query of ours."""
        bound = bind(query, self.values | (values or {}))
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query.query}", bound)

    def add(self, name: str, query: SqlFile, values: dict[str, Value]) -> None:
        """Add the rows of a query to a temporary table."""
        self.connection.execute(f"INSERT INTO temp.{name} {query.query}", bind(query, self.values | values))

    def drop(self, name: str) -> None:
        """Remove a temporary table if it is still there."""
        self.connection.execute(f"DROP TABLE IF EXISTS temp.{name}")

    def rename(self, name: str, to: str) -> None:
        """Give a temporary table another name."""
        self.connection.execute(f"ALTER TABLE temp.{name} RENAME TO {to}")

    def columns(self, table: str) -> list[str]:
        """Return the columns of a table."""
        return [str(row[0]) for row in self.connection.execute(f"DESCRIBE {table}").fetchall()]

    def select(self, name: str, query: str) -> None:
        """Create a temporary table from a statement made of our own names."""
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    def asked(self, query: str) -> set[int]:
        """Return the numbers that a statement made of our own names gives."""
        return {int(row[0]) for row in self.connection.execute(query).fetchall() if row[0] is not None}

    def amend(self, relation: str, by: Iterable[str]) -> None:
        """Replace the rows ``before`` by the rows ``after`` where they differ.

        Rows that share the columns ``by`` stay or go together. They are kept as ``gone_…`` and ``new_…`` for the
        relations that follow.
        """
        named = ", ".join(by)
        self.select(
            "differing",
            f"SELECT DISTINCT {named} FROM "  # noqa: S608 - own names
            "((FROM before EXCEPT FROM after) UNION ALL (FROM after EXCEPT FROM before))",
        )
        same = " AND ".join(f"differing.{column} = held.{column}" for column in by)
        for name, table in ((f"gone_{relation}", "before"), (f"new_{relation}", "after")):
            query = f"SELECT * FROM {table} AS held WHERE EXISTS (SELECT 1 FROM differing WHERE {same})"  # noqa: S608
            self.select(name, query)
        changed = self.count("differing")
        self.built.append(Built(relation, None, changed))
        if changed:
            self.select("amended", f"FROM new_{relation}")
            self.write.amend(relation, f"gone_{relation}", "amended")
            self.drop("amended")

    def count(self, table: str) -> int:
        """Return the number of rows of a table; its name is our own."""
        return int(self.connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])  # noqa: S608

    def days(self, question: str, values: dict[str, Value] | None = None) -> set[int]:
        """Return the days that a question answers with."""
        file = self.question(question)
        found = self.connection.execute(file.query, bind(file, self.values | (values or {}))).fetchall()
        return {int(row[0]) for row in found if row[0] is not None}

    def question(self, name: str) -> SqlFile:
        """Return the file of a question."""
        return read_sql_file(_QUESTIONS / f"{name}.sql")

    def group_parties(self) -> None:
        """Create the temporary table ``control_groups(party_key, group_key)`` from the strong links."""
        links = self.connection.execute("SELECT party_key, via_party FROM strong_links").fetchall()
        groups = control_groups(links)
        self.connection.execute("CREATE OR REPLACE TEMP TABLE control_groups (party_key BIGINT, group_key BIGINT)")
        self.connection.execute(
            "INSERT INTO control_groups SELECT unnest(CAST(? AS BIGINT[])), unnest(CAST(? AS BIGINT[]))",
            [list(groups.keys()), list(groups.values())],
        )


def reading(file: SqlFile, others: dict[str, str]) -> SqlFile:
    """Return the file with a query that reads other tables in the place of some, under the same names."""
    if not others:
        return file
    tree = file.tree.copy()
    for table in tree.find_all(exp.Table):
        if table.name in others:
            alias = table.alias_or_name
            table.set("this", exp.to_identifier(others[table.name]))
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    return SqlFile(file.path, file.front_matter, tree.sql(dialect="duckdb", comments=False))
