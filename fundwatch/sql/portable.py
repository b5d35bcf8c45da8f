"""The portable subset: SQL that DuckDB and Spark read alike, and its translation."""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import exp

from fundwatch.sql.file import SqlFile

_LIST_AGGREGATES = (exp.ArrayAgg, exp.GroupConcat)


def violations(file: SqlFile) -> list[str]:
    """Return what in the file leaves the portable subset, one sentence each; empty when it is portable.

    Refused: ASOF joins, MATERIALIZED, DISTINCT aggregates in windows, REGEXP_FULL_MATCH, list aggregates without
    an order of their own, bare averages (decimal in Spark, double in DuckDB), window frames left to the default,
    and functions that the translator passes through unknown.
    """
    return sorted({f"{file.path.name}: {sentence}" for sentence in _sentences(file.tree)})


def _sentences(tree: exp.Query) -> Iterator[str]:
    for node in tree.walk():
        if isinstance(node, exp.Join) and "ASOF" in str(node.args.get("method") or "").upper():
            yield "ASOF JOIN finds only the nearest row and is unknown to Spark"
        elif isinstance(node, exp.CTE) and node.args.get("materialized") is not None:
            yield "MATERIALIZED is unknown to Spark"
        elif isinstance(node, exp.RegexpFullMatch):
            yield "REGEXP_FULL_MATCH: use regexp_matches with ^ and $"
        elif isinstance(node, exp.Avg):
            yield "avg() differs in type between engines: use CAST(sum(x) AS DOUBLE) / count(x)"
        elif isinstance(node, _LIST_AGGREGATES):
            yield "list aggregates depend on row order"
        elif isinstance(node, exp.Window):
            yield from _window_sentences(node)
        elif isinstance(node, exp.Anonymous):
            yield f"{node.name}() is unknown to the translator"


def _window_sentences(window: exp.Window) -> Iterator[str]:
    function = window.this
    if isinstance(function, exp.AggFunc) and function.find(exp.Distinct):
        yield "DISTINCT inside a window is refused by Spark"
    framed = window.args.get("spec") is not None
    aggregates = isinstance(function, exp.Sum | exp.Count | exp.Min | exp.Max)
    if aggregates and window.args.get("order") is not None and not framed:
        yield "an ordered window needs an explicit ROWS or RANGE frame"


def to_spark(file: SqlFile) -> str:
    """Return the query in Spark's dialect; raises sqlglot's UnsupportedError on what cannot be translated.

    The key of a text, ``CAST('0x' || … AS BIGINT)``, reads hexadecimal digits in DuckDB only; in Spark it is ``conv``.
    """
    tree = file.tree.transform(_key_for_spark)
    return tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


def _key_for_spark(node: exp.Expression) -> exp.Expression:
    if not (isinstance(node, exp.Cast) and isinstance(node.this, exp.DPipe)):
        return node
    prefix, digits = node.this.left, node.this.right
    if not (isinstance(prefix, exp.Literal) and prefix.this == "0x"):
        return node
    number = exp.Anonymous(this="conv", expressions=[digits, exp.Literal.number(16), exp.Literal.number(10)])
    return exp.cast(number, node.to)
