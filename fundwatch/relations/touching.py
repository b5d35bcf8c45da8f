"""Which days a change touches, relation by relation."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fundwatch.domain.keys import month_bounds, month_of
from fundwatch.relations.catalogue import Partition, Relation
from fundwatch.relations.workbench import Span, Workbench
from fundwatch.sql.binding import Value

_NEAR = 2
"""Days between two touched ones that are built with them: a query more costs more than a day more."""
_PAIRS = "changed_pairs"


class Touched:
    """The touched days of what has been built so far; a relation's own follow from those of what it reads."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        entries = bench.days("days_of_changed_entries")
        first, last = min(entries, default=0), max(entries, default=-1)
        self._values: dict[str, Value] = {"first_changed_day": first, "last_changed_day": last}
        self._days: dict[str, set[int]] = {"transactions": entries}
        bench.table(_PAIRS, bench.question("pairs_of_days"), {"first_day": 0, "last_day": -1})

    def note_shaken_accounts(self) -> None:
        """Add to ``moved_accounts`` those of which changed entries and loans reach transfers of other days."""
        for question in ("touched_entries", "midnight_accounts", "loan_accounts", "shaken_accounts"):
            self._bench.table(question, self._bench.question(question), self._values)
        self._bench.drop("moved_accounts")
        self._bench.rename("shaken_accounts", "moved_accounts")

    def note_moved_accounts(self) -> None:
        """Take in all days of the accounts in the table ``moved_accounts``, which are too many to be amended."""
        self._days["entities"] = self._bench.days("moved_days")

    def spans(self, relation: Relation) -> list[Span]:
        """Return what of a relation is to be built again, and remember it for those that read the relation."""
        days = set[int]().union(*(self._days.get(name, ()) for name in relation.file.relations))
        for question in relation.also_touched:
            days |= self._bench.days(question, self._values)
        spans = list(spans_of(days, relation))
        self._days[relation.name] = {day for first, last in spans for day in range(first, last + 1)}
        return spans

    def before(self, relation: Relation, spans: Collection[Span]) -> None:
        """Remember which pairs moved money on the days that are about to be replaced."""
        if relation.name == "pair_day":
            self._note_pairs(spans)

    def after(self, relation: Relation, spans: Collection[Span]) -> None:
        """Remember which pairs move money on the replaced days now."""
        if relation.name == "pair_day":
            self._note_pairs(spans)
            self._values["first_pair_day"] = min((first for first, _ in spans), default=0)

    def _note_pairs(self, spans: Collection[Span]) -> None:
        for first, last in spans:
            self._bench.add(_PAIRS, self._bench.question("pairs_of_days"), {"first_day": first, "last_day": last})


def spans_of(days: Collection[int], relation: Relation) -> Iterator[Span]:
    """Yield what of a relation the days lie in: whole months, or runs of days within a month, near ones joined."""
    months: dict[str, list[int]] = {}
    for day in sorted(days):
        months.setdefault(month_of(day), []).append(day)
    for month, touched in months.items():
        if relation.partition is Partition.MONTH:
            yield month_bounds(month)
        else:
            yield from _runs(touched, relation.joins_days or _NEAR)


def _runs(days: list[int], near: int) -> Iterator[Span]:
    first = last = days[0]
    for day in days[1:]:
        if day - last > near + 1:
            yield first, last
            first = day
        last = day
    yield first, last
