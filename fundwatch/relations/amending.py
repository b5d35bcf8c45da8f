"""Bringing rows of untouched days up to accounts that moved: those rows alone, not the days they lie on.

An account that is identified after years is another party on every day of its history. Building all those days again
would cost as much as building everything; so the queries of the relations run over the few rows that the account has
to do with, and what they give takes the place of what they gave before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fundwatch.domain.keys import month_bounds, month_of
from fundwatch.relations.catalogue import Amended, Relation
from fundwatch.relations.workbench import Span, Workbench, reading
from fundwatch.sql.binding import Value

_SHARE = 10
"""Where more than one entry in this many is of a moved account, its days are built: narrowing would cost more."""


class Amendments:
    """What moved accounts change on untouched days, relation by relation."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._is_needed = False
        self._known = {"moved_entries", "amended_own_days"}

    def begin(self) -> bool:
        """Look up the entries of ``moved_accounts``; return False where they are so many that days are to be built."""
        self._is_needed = self._bench.count("moved_accounts") > 0
        if not self._is_needed:
            return True
        self._bench.table("moved_records", self._bench.question("moved_records"))
        self._is_needed = self._bench.count("moved_records") * _SHARE <= self._bench.count("transactions")
        if self._is_needed:
            for question in ("moved_entries", "amended_own_days"):
                self._bench.table(question, self._bench.question(question))
        return self._is_needed

    def amend(self, relation: Relation, built: Collection[Span]) -> None:
        """Replace what moved accounts change of a relation on other days than those just built."""
        amended, bench, name = relation.amended, self._bench, relation.name
        if amended is None or not self._is_needed:
            return
        bench.connection.execute("CREATE OR REPLACE TEMP TABLE built_days (first_day INTEGER, last_day INTEGER)")
        if built:
            bench.connection.executemany("INSERT INTO built_days VALUES (?, ?)", [list(span) for span in built])
        for question in (amended.keys, *amended.reads.values()):
            if question not in self._known:
                bench.table(question, bench.question(question))
                self._known.add(question)
        self._run(relation, amended)
        same = " AND ".join(f"wanted.{column} = held.{column}" for column in amended.by)
        other = (
            "NOT EXISTS (SELECT 1 FROM built_days WHERE held.day BETWEEN built_days.first_day AND built_days.last_day)"
        )
        wanted = f"EXISTS (SELECT 1 FROM {amended.keys} AS wanted WHERE {same}) AND {other}"  # noqa: S608 - own names
        columns = ", ".join(f"held.{column}" for column in bench.columns(f"found_{name}"))
        found = other if amended.is_exact else wanted
        # The first key alone says the same less exactly, but a scan skips by it alone: it halves the cost.
        first = amended.by[0]
        near = f"SELECT {columns} FROM {name} AS held WHERE held.{first} IN (SELECT {first} FROM {amended.keys})"  # noqa: S608
        bench.select("near", near)
        bench.select("before", f"SELECT * FROM near AS held WHERE {wanted}")  # noqa: S608 - own names
        bench.select("after", f"SELECT {columns} FROM found_{name} AS held WHERE {found}")  # noqa: S608 - own names
        bench.drop("near")
        bench.amend(relation.name, amended.by)
        self._known |= {f"gone_{name}", f"new_{name}"}
        bench.drop(f"found_{name}")

    def _run(self, relation: Relation, amended: Amended) -> None:
        """Create ``found_…`` with what the query gives when it reads the narrowed tables."""
        file, table = reading(relation.file, amended.reads), f"found_{relation.name}"
        for place, (first, last) in enumerate(self._spans(relation, amended)):
            month_first, month_last = month_bounds(month_of(first))
            days: dict[str, Value] = {"first_day": first, "last_day": last}
            days |= {"month_first_day": month_first, "month_last_day": month_last}
            if place == 0:
                self._bench.table(table, file, days)
            else:
                self._bench.add(table, file, days)

    def _spans(self, relation: Relation, amended: Amended) -> Iterator[Span]:
        """Yield the days to run over: month by month where the query asks for the month of a row."""
        days = self._bench.asked(f"SELECT DISTINCT {amended.day} FROM {amended.narrowest}") or {0}  # noqa: S608
        if not {"month_first_day", "month_last_day"} & relation.file.placeholders:
            # One day more on both sides: a leg before midnight gives its day to one after it, or takes it from it.
            yield min(days) - 1, max(days) + 1
            return
        for month in sorted({month_of(day) for day in days}):
            yield month_bounds(month)
