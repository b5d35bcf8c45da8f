"""The parts of a judging statement: cleaned cells, and the bits of what fails and of what was repaired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from data_contracts.cleaning import cleaned, spellings_of, tidied
from data_contracts.conditions import condition_of
from data_contracts.contract import Contract
from data_contracts.expectations import Expectation
from data_contracts.expressions import Expression, added, bitmask, cast, column, fails, lookup, number, when
from data_contracts.plainness import Plain, plain
from data_contracts.recognition import Matched

WORD = 60
"""Bits used of one BIGINT mask."""

Numbered = Sequence[tuple[int, Expectation]]
"""Expectations with their numbers among all of the table."""


@dataclass(frozen=True, slots=True)
class Usual:
    """A column whose usual spelling tells enough, and the condition of it."""

    matched: Matched
    plain: Plain

    @property
    def flag(self) -> Expression:
        """The column of the statement that says whether the cell is plain; NULL for an empty one."""
        return column(f"_plain{self.matched.place}")

    @property
    def passes(self) -> Expression:
        """Whether the cell is plain or empty."""
        return exp.Coalesce(this=self.flag, expressions=[exp.true()])


def cell_of(matched: Matched) -> Expression:
    """Return the column of the cell as sent."""
    return column(f"c{matched.place}")


def usual_of(columns: Iterable[Matched], contract: Contract, form: str) -> dict[str, Usual]:
    """Return the columns that have a usual spelling, by key."""
    found = ((matched, plain(cell_of(matched), matched.column, contract, form)) for matched in columns)
    return {matched.column.key: Usual(matched, known) for matched, known in found if known is not None}


def gated(condition: Expression, known: Plain, matched: Matched, full: Expression) -> Expression:
    """Return the cleaned cell: at once where it is plain."""
    itself = cell_of(matched) if known.is_itself else lookup(cell_of(matched), spellings_of(matched.column), None)
    return when((condition, itself), otherwise=full)


def cleaned_cell(matched: Matched, contract: Contract, form: str, usual: Mapping[str, Usual]) -> Expression:
    """Return the cleaned cell of a column, asking its flag where it has one."""
    full = cleaned(cell_of(matched), matched.column, contract, form)
    known = usual.get(matched.column.key)
    return full if known is None else gated(known.flag, known.plain, matched, full)


def _sum_of_bits(items: Numbered) -> Expression:
    return bitmask((place % WORD, fails(condition_of(item))) for place, item in items)


def fault_parts(
    numbered: Numbered, word: int, usual: Mapping[str, Usual], gate: Expression | None = None
) -> list[Expression]:
    """Return the terms of a fault mask: of a plain cell only the expectations that its form does not settle are asked.

    Of the expectations given those of the ``word`` are told. ``gate`` says that all cells concerned are plain or empty.
    """
    here = [(bit, item) for bit, item in numbered if bit // WORD == word]
    settled: dict[str, list[tuple[int, Expectation]]] = {}
    always = []
    for bit, item in here:
        if item.column in usual and usual[item.column].plain.implies(item):
            settled.setdefault(item.column, []).append((bit, item))
        else:
            always.append((bit, item))
    asked = [when((usual[key].passes, _nothing()), otherwise=_sum_of_bits(own)) for key, own in settled.items()]
    return [_sum_of_bits(always), *gated_terms(gate, asked)]


def gated_terms(gate: Expression | None, terms: list[Expression]) -> list[Expression]:
    """Return the terms of a mask as one that is 0 at once where the gate is open."""
    return terms if gate is None or not terms else [when((gate.copy(), _nothing()), otherwise=added(terms))]


def _nothing() -> Expression:
    return cast(number(0), "BIGINT")


def repair_of(matched: Matched, form: str, usual: Mapping[str, Usual]) -> Expression:
    """Return whether a cell was repaired in a way to be listed; a plain one was not."""
    told = tidied(cell_of(matched), column(matched.column.key), matched.column, form)
    known = usual.get(matched.column.key)
    return told if known is None else when((known.passes, exp.false()), otherwise=told)
