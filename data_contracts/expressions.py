"""Small builders of SQL expressions: values become literals here, macros are those of sql/macros.sql."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, reduce

import duckdb
from sqlglot import exp

from data_contracts.statements import statement

Expression = exp.Expr


def install_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the cleaning and checking macros in the connection (temporary, safe to repeat)."""
    connection.execute(statement("macros"))


def column(name: str) -> Expression:
    """Return a quoted column."""
    return exp.column(name, quoted=True)


def text(value: str) -> Expression:
    """Return a text literal."""
    return exp.Literal.string(value)


def number(value: int | float) -> Expression:
    """Return a number literal."""
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def null() -> Expression:
    """Return NULL."""
    return exp.Null()


def call(name: str, *arguments: Expression) -> Expression:
    """Return a call of a function or macro, passed through by its name."""
    return exp.Anonymous(this=name, expressions=list(arguments))


@cache
def _type(name: str) -> exp.DataType:
    return exp.DataType.build(name, dialect="duckdb")


def cast(value: Expression, to: str) -> Expression:
    """Return a cast that raises on a bad value."""
    return exp.Cast(this=value, to=_type(to).copy())


def try_cast(value: Expression, to: str) -> Expression:
    """Return a cast that gives NULL for a bad value."""
    return exp.TryCast(this=value, to=_type(to).copy())


def when(*branches: tuple[Expression, Expression], otherwise: Expression | None = None) -> Expression:
    """Return a searched CASE; without branches it is ``otherwise``."""
    if not branches:
        return otherwise or null()
    case = exp.Case(ifs=[exp.If(this=condition, true=value) for condition, value in branches])
    if otherwise is not None:
        case.set("default", otherwise)
    return case


def array(values: Iterable[str]) -> Expression:
    """Return a list of text literals."""
    return exp.Array(expressions=[text(value) for value in values])


def lookup(value: Expression, mapping: Iterable[tuple[str, str]], otherwise: Expression | None) -> Expression:
    """Return the text that a text maps to, else ``otherwise`` (None: NULL).

    By position in two lists, because the engine evaluates the operand of a simple CASE once a branch.
    """
    pairs = list(mapping)
    if not pairs:
        return otherwise or null()
    place = call("list_position", array(key for key, _ in pairs), value)
    found = call("list_extract", array(result for _, result in pairs), place)
    return found if otherwise is None else call("coalesce", found, otherwise)


def coalesce(*values: Expression) -> Expression:
    """Return the first value that is not NULL."""
    return values[0] if len(values) == 1 else call("coalesce", *values)


def matches(value: Expression, pattern: str) -> Expression:
    """Return whether a text matches a pattern anywhere (anchors are the pattern's)."""
    return call("regexp_matches", value, text(pattern))


def is_null(value: Expression) -> Expression:
    """Return ``value IS NULL``."""
    return exp.Is(this=value, expression=exp.Null())


def fails(condition: Expression) -> Expression:
    """Return whether a condition is false; unknown does not fail."""
    return call("coalesce", exp.Not(this=exp.Paren(this=condition)), exp.false())


def bitmask(conditions: Iterable[tuple[int, Expression]]) -> Expression:
    """Return the BIGINT with bit n set where condition n holds (n up to 61)."""
    terms: list[Expression] = [cast(number(0), "BIGINT")]
    terms += [
        when((condition, cast(number(1 << bit), "BIGINT")), otherwise=cast(number(0), "BIGINT"))
        for bit, condition in conditions
    ]
    return added(terms)


def added(terms: Iterable[Expression]) -> Expression:
    """Return the sum of one or more terms."""
    return reduce(lambda left, right: exp.Add(this=left, expression=right), terms)


def has_bits(mask: Expression, bits: int) -> Expression:
    """Return whether a mask has any of the bits."""
    joined = exp.Paren(this=exp.BitwiseAnd(this=mask, expression=cast(number(bits), "BIGINT")))
    return exp.NEQ(this=joined, expression=number(0))


def named(value: Expression, name: str) -> Expression:
    """Return ``value AS "name"``."""
    return exp.alias_(value, name, quoted=True, copy=False)


def sql(expression: Expression) -> str:
    """Return DuckDB SQL."""
    return expression.sql(dialect="duckdb")


def created(target: str, query: Expression) -> str:
    """Return the statement that keeps a query's rows in a temporary table."""
    temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
    table = exp.to_table(target)
    return sql(exp.Create(this=table, kind="TABLE", replace=True, expression=query, properties=temporary))


def viewed(target: str, query: Expression) -> str:
    """Return the statement that keeps a query under a name as a temporary view."""
    temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
    return sql(exp.Create(this=exp.to_table(target), kind="VIEW", replace=True, expression=query, properties=temporary))
