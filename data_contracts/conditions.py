"""What each kind of expectation means in SQL: a condition on cleaned cells that holds, fails or is unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from typing import cast as typed

from sqlglot import exp

from data_contracts import expectations as kinds
from data_contracts.expectations import Expectation
from data_contracts.expressions import Expression, call, column, is_null, matches, null, number, text, try_cast, when
from fundwatch.domain.errors import ConfigurationError


def _between(item: Expectation) -> Expression:
    """Exact arithmetic is asked only of what a binary number does not put clearly within the bounds."""
    arguments = typed(Mapping[str, Any], item.arguments)
    factor, divisor = arguments["multiplier"], arguments["divisor"]
    exact = _value_of(item, "DECIMAL(30, 8)")
    scaled = exp.Mul(this=exact, expression=number(factor))
    bounds: list[Expression] = []
    clearly: list[Expression] = []
    if arguments["minimum"] is not None:
        low = arguments["minimum"] * divisor
        bounds.append(exp.GTE(this=scaled, expression=number(low)))
        clearly.append(exp.GT(this=_value_of(item, "DOUBLE"), expression=number(low / factor + _margin(low / factor))))
    if arguments["maximum"] is not None:
        high = arguments["maximum"] * divisor
        bounds.append(exp.LTE(this=scaled.copy(), expression=number(high)))
        edge = number(high / factor - _margin(high / factor))
        clearly.append(exp.LT(this=_value_of(item, "DOUBLE"), expression=edge))
    return when((exp.and_(*clearly), exp.true()), otherwise=exp.and_(*bounds))


def _value_of(item: Expectation, form: str) -> Expression:
    value = try_cast(column(item.column), form)
    return exp.Abs(this=value) if item.arguments["absolute"] else value


def _margin(bound: float) -> float:
    """More than a binary number, or the eighth decimal, can be wrong by."""
    return max(abs(bound) * 1e-9, 1e-6)


def _lengths(item: Expectation) -> Expression:
    length = call("length", column(item.column))
    low, high = item.arguments["min_value"], item.arguments["max_value"]
    bounds: list[Expression] = []
    if low is not None:
        bounds.append(exp.GTE(this=length, expression=number(typed(int, low))))
    if high is not None:
        bounds.append(exp.LTE(this=length.copy(), expression=number(typed(int, high))))
    return exp.and_(*bounds)


def _when_given(item: Expectation, condition: Expression) -> Expression:
    """A condition that an empty cell passes."""
    return exp.or_(is_null(column(item.column)), condition)


def _exactly_one(item: Expectation) -> Expression:
    """Of a cell that is no number another kind complains; which of the two is meant is then not known."""
    keys = typed(list[str], item.arguments["columns"])
    debit, credit = (
        exp.NEQ(this=call("coalesce", try_cast(column(key), "DECIMAL(30, 8)"), number(0)), expression=number(0))
        for key in keys
    )
    unread = (
        exp.and_(exp.not_(is_null(column(key))), is_null(try_cast(column(key), "DECIMAL(30, 8)"))) for key in keys
    )
    return exp.or_(*unread, exp.NEQ(this=exp.Paren(this=debit), expression=exp.Paren(this=credit)))


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
    return exp.EQ(this=column("_width"), expression=number(typed(int, item.arguments["cells"])))


def _any_filled(item: Expectation) -> Expression:
    return exp.not_(
        is_null(call("coalesce", *(column(key) for key in typed(list[str], item.arguments["columns"])), null()))
    )


def _in_set(item: Expectation) -> Expression:
    return exp.In(
        this=column(item.column),
        expressions=[text(str(value)) for value in typed(list[str], item.arguments["value_set"])],
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


OF_SEVERAL_CELLS = frozenset({kinds.UNIQUE, kinds.ANY_NOT_NULL, kinds.EXACTLY_ONE, kinds.ROW_WIDTH})
"""Kinds that one cell alone does not settle."""


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
