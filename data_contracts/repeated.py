"""Columns of which cells repeat: each distinct cell is judged once, and rows only look up the few that are odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
from sqlglot import exp

from data_contracts.cleaning import SHOWS_REPAIRS
from data_contracts.conditions import OF_SEVERAL_CELLS
from data_contracts.expectations import Expectation
from data_contracts.expressions import Expression, added, call, cast, column, is_null, named, number, sql, when
from data_contracts.masks import WORD, Numbered, Usual, cell_of, cleaned_cell, fault_parts, repair_of, usual_of
from data_contracts.reading.staged import RawTable
from data_contracts.recognition import Match, Matched
from data_contracts.statements import statement
from data_contracts.vocabulary import Kind

FEWEST_ROWS = 50_000
"""Below, looking for cells that repeat costs more than it spares."""
_SAMPLED, _STRETCHES = 5_000, 10
"""Rows of a sample, and stretches of the table that they come from: single rows would cost a scan of all."""
_DEAR = frozenset({Kind.ACCOUNT, Kind.TOKEN, Kind.USCC})
"""Kinds whose check digits make a row dearer than finding distinct cells does."""

_WORDED = frozenset({Kind.ENUM, Kind.BOOLEAN, Kind.CURRENCY})
"""Kinds of which all distinct cells are kept, since they are a handful."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """What the distinct cells of one column are, see ``judge_repeated``.

    ``faults`` are per word the joined bits of the filled cells that fail; ``tidied``: some are repaired; ``is_plain``,
    ``is_itself``: all are plain, all are their own cleaned text. ``empty_faults`` and ``empty_tidied`` tell of an
    empty cell.
    """

    faults: tuple[int, ...]
    tidied: bool
    is_plain: bool
    is_itself: bool
    empty_faults: tuple[int, ...]
    empty_tidied: bool
    seen: frozenset[str] = frozenset()
    """Plain cells of an enumeration."""

    @property
    def is_odd(self) -> bool:
        """Whether rows must look a cell up."""
        return any(self.faults) or self.tidied or not self.is_plain


@dataclass(frozen=True, slots=True)
class RepeatedCells:
    """The columns judged so, by key, and the table that holds their odd cells."""

    table: str = ""
    columns: Mapping[str, Repeated] = field(default_factory=dict)

    def flag(self, known: Usual) -> Expression | None:
        """Return whether a cell is plain, NULL for an empty one; None where only a look at the odd cells tells."""
        told = self.columns.get(known.matched.column.key)
        if told is None:
            return known.plain.holds
        return None if told.is_odd else when((exp.not_(is_null(cell_of(known.matched))), exp.true()))

    def joined(self, rows: exp.Select, read: Sequence[Matched]) -> exp.Select:
        """Return the staged rows with what is odd of each cell beside it, where a column has odd cells."""
        odd = [matched for matched in read if (told := self.columns.get(matched.column.key)) and told.is_odd]
        if not odd:
            return rows
        query = exp.select(exp.Star(), *(self._looked_up(matched) for matched in odd)).from_(
            rows.subquery("flagged", copy=False), copy=False
        )
        for matched in odd:
            place = matched.place
            words = range(len(self.columns[matched.column.key].faults))
            cells = exp.select(
                named(column("cell"), f"_odd_cell{place}"),
                *(named(column(f"_faults{word}"), f"_odd_faults{word}_{place}") for word in words),
                named(column("is_tidied"), f"_odd_tidied{place}"),
                named(column("is_plain"), f"_odd_plain{place}"),
            ).from_(exp.to_table(self.table))
            cells = cells.where(exp.EQ(this=column("place"), expression=number(place)))
            same = exp.EQ(this=cell_of(matched), expression=column(f"_odd_cell{place}"))
            query = query.join(cells.subquery(f"odd{place}", copy=False), on=same, join_type="left", copy=False)
        return query

    def _looked_up(self, matched: Matched) -> Expression:
        found = call("coalesce", column(f"_odd_plain{matched.place}"), exp.true())
        return named(when((exp.not_(is_null(cell_of(matched))), found)), f"_plain{matched.place}")

    def faults_of(self, matched: Matched, word: int) -> list[Expression]:
        """Return the terms that a column judged before adds to a fault mask."""
        told = self.columns[matched.column.key]
        parts: list[Expression] = []
        if told.empty_faults[word]:
            mask = cast(number(told.empty_faults[word]), "BIGINT")
            parts.append(when((is_null(cell_of(matched)), mask), otherwise=cast(number(0), "BIGINT")))
        if told.faults[word]:
            parts.append(call("coalesce", column(f"_odd_faults{word}_{matched.place}"), cast(number(0), "BIGINT")))
        return parts

    def repair_of(self, matched: Matched) -> Expression | None:
        """Return whether a cell of a column judged before was repaired; None where none was."""
        told = self.columns[matched.column.key]
        either = [is_null(cell_of(matched))] if told.empty_tidied else []
        if told.tidied:
            either.append(call("coalesce", column(f"_odd_tidied{matched.place}"), exp.false()))
        return exp.or_(*either) if either else None


def _repeating(connection: duckdb.DuckDBPyConnection, raw: RawTable, match: Match) -> list[Matched]:
    """Return the columns of which a sample says that cells repeat enough."""
    ((rows,),) = connection.execute(sql(exp.select(exp.Count(this=exp.Star())).from_(raw.name))).fetchall()
    if rows < FEWEST_ROWS:
        return []
    said: list[Expression] = []
    for matched in match.read:
        said.append(exp.Count(this=cell_of(matched)))
        said.append(exp.Count(this=exp.Distinct(expressions=[cell_of(matched)])))
    stretches = [
        exp.Between(this=column("_row"), low=number(first), high=number(first + _SAMPLED // _STRETCHES - 1))
        for first in range(1, rows, rows // _STRETCHES)
    ]
    sample = exp.select(*said).from_(raw.name).where(exp.or_(*stretches))
    found = connection.execute(sql(sample)).fetchall()[0]
    kept = []
    for place, matched in enumerate(match.read):
        filled, distinct = found[2 * place], found[2 * place + 1]
        # As with birthdays: of n cells drawn from d that are equally frequent, n² / 2d repeat.
        expected = filled * filled / max(2 * (filled - distinct), 1)
        share = 2 if matched.column.kind in _DEAR else 5
        if expected * share <= filled * (rows // _SAMPLED) or filled == 0:
            kept.append(matched)
    return kept


def _of_one_cell(items: Sequence[Expectation], key: str) -> Numbered:
    return [(bit, item) for bit, item in enumerate(items) if item.column == key and item.kind not in OF_SEVERAL_CELLS]


def _odd_cells(raw: RawTable, match: Match, matched: Matched, numbered: Numbered, words: int) -> exp.Select:
    """Return the distinct cells of a column that are odd: place, cell, fault masks, whether repaired, plain, same."""
    key = matched.column.key
    cell, clean = cell_of(matched), column(key)
    usual = usual_of([matched], match.contract, raw.form)
    distinct = exp.select(cell).distinct().from_(raw.name)
    distinct = distinct.where(exp.GT(this=column("_row"), expression=number(match.header_row)))
    flags = [named(known.plain.holds, f"_plain{matched.place}") for known in usual.values()]
    marked = exp.select(exp.Star(), *flags).from_(distinct.subquery("distinct_cells", copy=False))
    shown = exp.select(exp.Star(), named(cleaned_cell(matched, match.contract, raw.form, usual), key))
    masks = [named(added(fault_parts(numbered, word, usual)), f"_faults{word}") for word in range(words)]
    judged = exp.select(
        named(number(matched.place), "place"),
        named(cell, "cell"),
        *masks,
        named(repair_of(matched, raw.form, usual), "is_tidied"),
        named(usual[key].passes if key in usual else exp.true(), "is_plain"),
        named(exp.NullSafeEQ(this=cell, expression=clean) if _may_be_itself(matched) else exp.true(), "is_same"),
    ).from_(shown.from_(marked.subquery("marked", copy=False), copy=False).subquery("shown", copy=False))
    odd: list[Expression] = [exp.NEQ(this=column(f"_faults{word}"), expression=number(0)) for word in range(words)]
    if matched.column.kind in _WORDED:
        odd.append(exp.true())
    odd += [column("is_tidied"), exp.not_(column("is_plain")), exp.not_(column("is_same"))]
    return exp.select(exp.Star()).from_(judged.subquery("judged", copy=False), copy=False).where(exp.or_(*odd))


def _may_be_itself(matched: Matched) -> bool:
    return matched.column.kind in SHOWS_REPAIRS or matched.column.kind in (Kind.DAY, Kind.TIMESTAMP)


def judge_repeated(
    connection: duckdb.DuckDBPyConnection,
    raw: RawTable,
    match: Match,
    items: Sequence[Expectation],
    target: str,
    *,
    columns: Sequence[Matched] | None = None,
) -> RepeatedCells:
    """Create the table ``target`` of odd cells and return what is known of the columns of which cells repeat.

    Odd is a distinct cell that fails, is repaired, is not plain or is not its own cleaned text. A sample tells which
    columns are worth it, unless ``columns`` says so.
    """
    chosen = _repeating(connection, raw, match) if columns is None else columns
    if not chosen:
        return RepeatedCells()
    words = max(1, -(-len(items) // WORD))
    masks = ", ".join(f"_faults{word} BIGINT" for word in range(words))
    connection.execute(statement("odd_cells").replace("odd_cells", target).replace("_faults0 BIGINT", masks))
    for matched in chosen:
        odd = _odd_cells(raw, match, matched, _of_one_cell(items, matched.column.key), words)
        connection.execute(sql(exp.Insert(this=exp.to_table(target), expression=odd)))
    return RepeatedCells(target, _known(connection, chosen, target, words))


def _known(
    connection: duckdb.DuckDBPyConnection, chosen: Sequence[Matched], target: str, words: int
) -> dict[str, Repeated]:
    joined = ", ".join(f"bit_or(_faults{word})" for word in range(words))
    told = statement("odd_columns").replace("odd_cells", target).replace("bit_or(_faults0)", joined)
    found = {(place, filled): rest for place, filled, *rest in connection.execute(told).fetchall()}
    worded = {"places": [matched.place for matched in chosen if matched.column.kind in _WORDED]}
    seen = dict(connection.execute(statement("plain_words").replace("odd_cells", target), worded).fetchall())
    sound = [True, True, False, *[0] * words]
    known = {}
    for matched in chosen:
        plain, same, tidied, *faults = found.get((matched.place, True), sound)
        _, _, empty_tidied, *empty_faults = found.get((matched.place, False), sound)
        known[matched.column.key] = Repeated(
            tuple(faults),
            tidied,
            plain,
            same and _may_be_itself(matched),
            tuple(empty_faults),
            empty_tidied,
            frozenset(seen.get(matched.place, ())),
        )
    return known
