"""From expectations to one query: cleaned columns and, per row, the bitmask of what fails and of what was repaired."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlglot import exp

from data_contracts import expectations as kinds
from data_contracts.cleaning import cleaned, skipping, tidied
from data_contracts.expectations import Expectation
from data_contracts.expressions import (
    Expression,
    bitmask,
    call,
    column,
    created,
    fails,
    is_null,
    matches,
    named,
    null,
    number,
    text,
    try_cast,
    when,
)
from data_contracts.reading.staged import RawTable
from data_contracts.recognition import Match
from fundwatch.domain.errors import ConfigurationError

WORD = 60
"""Bits used of one BIGINT mask."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """The statement that makes the cleaned table, and what its mask bits mean.

    Bit ``n`` of column ``_faults{w}`` is expectation ``w × 60 + n``; bit ``n`` of ``_tidied{w}`` is the matched column
    of that number.
    """

    statement: str
    expectations: tuple[Expectation, ...]
    fault_words: int
    tidied_words: int

    def emptied_bits(self, key: str) -> tuple[int, ...]:
        """Return per fault word the bits that make a cleaned column empty."""
        words = [0] * self.fault_words
        for place, item in enumerate(self.expectations):
            if item.column == key and item.empties:
                words[place // WORD] |= 1 << place % WORD
        return tuple(words)


def _between(item: Expectation) -> Expression:
    arguments = cast(Mapping[str, Any], item.arguments)
    value = try_cast(column(item.column), "DECIMAL(30, 8)")
    if arguments["absolute"]:
        value = exp.Abs(this=value)
    scaled = exp.Mul(this=value, expression=number(arguments["multiplier"]))
    bounds: list[Expression] = []
    if arguments["minimum"] is not None:
        bounds.append(exp.GTE(this=scaled, expression=number(arguments["minimum"] * arguments["divisor"])))
    if arguments["maximum"] is not None:
        bounds.append(exp.LTE(this=scaled.copy(), expression=number(arguments["maximum"] * arguments["divisor"])))
    return exp.and_(*bounds)


def _lengths(item: Expectation) -> Expression:
    length = call("length", column(item.column))
    low, high = item.arguments["min_value"], item.arguments["max_value"]
    bounds: list[Expression] = []
    if low is not None:
        bounds.append(exp.GTE(this=length, expression=number(cast(int, low))))
    if high is not None:
        bounds.append(exp.LTE(this=length.copy(), expression=number(cast(int, high))))
    return exp.and_(*bounds)


def _when_given(item: Expectation, condition: Expression) -> Expression:
    """A condition that an empty cell passes."""
    return exp.or_(is_null(column(item.column)), condition)


def _exactly_one(item: Expectation) -> Expression:
    debit, credit = (
        exp.NEQ(this=call("coalesce", try_cast(column(key), "DECIMAL(30, 8)"), number(0)), expression=number(0))
        for key in cast(list[str], item.arguments["columns"])
    )
    return exp.NEQ(this=exp.Paren(this=debit), expression=exp.Paren(this=credit))


_SHAPES: Mapping[str, Callable[[Expression], Expression]] = {
    "resident": lambda value: matches(value, r"^[1-9]\d{16}[0-9X]$"),
    "uscc": lambda value: exp.and_(
        matches(value, r"^[0-9A-Z]{2}\d{6}[0-9A-Z]{10}$"), exp.not_(matches(value.copy(), r"^\d{17}[0-9X]$"))
    ),
}
"""Shape of a document number → whether a text has it; without letters a credit code is shaped as a resident number."""


def _identity(item: Expectation) -> Expression:
    """Lazily: check digits are computed only for what has the shape asked about."""
    return when(
        (is_null(column(item.column)), exp.true()),
        (exp.not_(_SHAPES[str(item.arguments["shape"])](column(item.column))), exp.true()),
        (call("fw_resident_ok", column(item.column)), exp.true()),
        otherwise=call("fw_uscc_ok", column(item.column)),
    )


def _moment(pattern: str, form: str) -> Callable[[Expectation], Expression]:
    def condition(item: Expectation) -> Expression:
        value = column(item.column)
        parsed = exp.not_(is_null(try_cast(value.copy(), form)))
        return _when_given(item, exp.and_(matches(value, pattern), parsed))

    return condition


def _row_width(item: Expectation) -> Expression:
    return exp.EQ(this=column("_width"), expression=number(cast(int, item.arguments["cells"])))


def _any_filled(item: Expectation) -> Expression:
    return exp.not_(
        is_null(call("coalesce", *(column(key) for key in cast(list[str], item.arguments["columns"])), null()))
    )


def _in_set(item: Expectation) -> Expression:
    return exp.In(
        this=column(item.column),
        expressions=[text(str(value)) for value in cast(list[str], item.arguments["value_set"])],
    )


def _unique(item: Expectation) -> Expression:
    counted = exp.Window(this=exp.Count(this=column(item.column)), partition_by=[column(item.column)])
    return _when_given(item, exp.LTE(this=counted, expression=number(1)))


_DAY = r"^(19|20)\d\d-\d\d-\d\d$"
_AT = r"^(19|20)\d\d-\d\d-\d\d( ([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?$"

_CONDITIONS: Mapping[str, Callable[[Expectation], Expression]] = {
    kinds.NOT_NULL: lambda item: exp.not_(is_null(column(item.column))),
    kinds.MATCH: lambda item: matches(column(item.column), str(item.arguments["regex"])),
    kinds.NOT_MATCH: lambda item: exp.not_(matches(column(item.column), str(item.arguments["regex"]))),
    kinds.IN_SET: _in_set,
    kinds.LENGTHS: _lengths,
    kinds.UNIQUE: _unique,
    kinds.ANY_NOT_NULL: _any_filled,
    kinds.EXACTLY_ONE: _exactly_one,
    kinds.NUMBER_BETWEEN: _between,
    kinds.DAY: _moment(_DAY, "DATE"),
    kinds.TIMESTAMP: _moment(_AT, "TIMESTAMP"),
    kinds.CLOCK: lambda item: matches(column(item.column), r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"),
    kinds.RESIDENT: lambda item: _when_given(item, call("fw_resident_ok", column(item.column))),
    kinds.USCC: lambda item: _when_given(item, call("fw_uscc_ok", column(item.column))),
    kinds.IDENTITY: _identity,
    kinds.LUHN: lambda item: call("fw_luhn_ok", column(item.column)),
    kinds.ROW_WIDTH: _row_width,
}


def condition_of(item: Expectation) -> Expression:
    """Return what must hold (or be unknown) for a row; raises ConfigurationError for an unknown kind."""
    if item.kind not in _CONDITIONS:
        raise ConfigurationError(
            f"编译器不认识期望 {item.kind}。",
            f"The compiler does not know the expectation {item.kind}.",
            code="C002",
            place=item.column,
        )
    return _CONDITIONS[item.kind](item)


def _width_of(raw: RawTable, last: int) -> Expression:
    """Return the cells of a record; empty ones behind the header's last do not count where most records have them.

    Only there: an empty cell too many in one record alone is the mark of cells that have moved.
    """
    behind = [column(f"c{place}") for place in range(last + 1, raw.usual_cells + 1)]
    given = column("_cells")
    if behind:
        blank = is_null(call("coalesce", *(call("fw_text", cell) for cell in behind), null()))
        within = exp.LTE(this=given, expression=number(raw.usual_cells))
        given = when((exp.and_(blank, within), call("least", given, number(last))), otherwise=given.copy())
    return named(given, "_width")


def _words(prefix: str, conditions: list[Expression]) -> list[Expression]:
    return [
        named(bitmask(list(enumerate(conditions[start : start + WORD]))), f"{prefix}{start // WORD}")
        for start in range(0, max(len(conditions), 1), WORD)
    ]


def compile_table(raw: RawTable, match: Match, items: tuple[Expectation, ...], target: str) -> Compiled:
    """Return the single statement that turns a staged table into its cleaned one with masks.

    Records above and at the header, and blank ones, are left out; other records that are no data stay with ``_skip``
    set. Raises ConfigurationError for an expectation that is not known.
    """
    clean = [
        (matched, cleaned(column(f"c{matched.place}"), matched.column, match.contract, raw.form))
        for matched in match.read
    ]
    inner = exp.select(
        column("_row"),
        named(skipping(match, raw.width), "_skip"),
        _width_of(raw, match.last_place),
        *(column(f"c{matched.place}") for matched, _ in clean),
        *(named(value, matched.column.key) for matched, value in clean),
        *(
            named(call("fw_text", column(f"c{matched.place}")), matched.column.verbatim_key)
            for matched in match.read
            if matched.column.verbatim
        ),
    )
    inner = inner.from_(exp.to_table(raw.name)).where(exp.GT(this=column("_row"), expression=number(match.header_row)))
    faults = [fails(condition_of(item)) for item in items]
    repairs = [
        tidied(column(f"c{matched.place}"), column(matched.column.key), matched.column, raw.form)
        for matched in match.read
    ]
    fault_words, tidied_words = _words("_faults", faults), _words("_tidied", repairs)
    outer = exp.select(
        column("_row"),
        column("_skip"),
        column("_width"),
        *(column(matched.column.key) for matched in match.read),
        *(column(matched.column.verbatim_key) for matched in match.read if matched.column.verbatim),
        *fault_words,
        *tidied_words,
    )
    outer = outer.from_(inner.subquery("staged")).where(exp.NullSafeNEQ(this=column("_skip"), expression=text("blank")))
    return Compiled(created(target, outer), items, len(fault_words), len(tidied_words))
