"""Columns of text made of a house's rows: money, moments and numbers as layouts write them."""

from __future__ import annotations

import polars as pl

MOMENT = pl.from_epoch("at", time_unit="s")
EMPTY = pl.lit("")


def yuan_text(name: str) -> pl.Expr:
    """Return fen of a column as text in yuan with two decimals."""
    fen = pl.col(name)
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    cents = (fen.abs() % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str([sign, (fen.abs() // 100).cast(pl.String), pl.lit("."), cents]).alias(name)


def grouped_yuan(fen: pl.Series) -> pl.Series:
    """Return fen as text in yuan with two decimals and thousands separators."""
    return pl.Series(fen.name, [f"{value / 100:,.2f}" for value in fen], dtype=pl.String)


def moment_text(form: str) -> pl.Expr:
    """Return the moment of booking in a ``strftime`` form."""
    return MOMENT.dt.strftime(form)


def serial_text() -> pl.Expr:
    """Return the serial number: the day and nine digits."""
    return pl.concat_str([moment_text("%Y%m%d"), pl.col("serial").cast(pl.String).str.zfill(9)])


def either(condition: pl.Expr | str, yes: str, no: str) -> pl.Expr:
    """Return one of two words by a condition."""
    chosen = pl.col(condition) if isinstance(condition, str) else condition
    return pl.when(chosen).then(pl.lit(yes)).otherwise(pl.lit(no))


def summary_text() -> pl.Expr:
    """Return the summary; an entry that undoes another says so."""
    return pl.when(pl.col("undone")).then(pl.lit("冲正")).otherwise(pl.col("summary"))


def incoming() -> pl.Expr:
    """Return whether money comes in by this very entry: one that undoes another runs the other way."""
    return pl.col("incoming") ^ pl.col("undone")


def blank_as_null(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with empty texts as nulls, which containers write as nothing at all."""
    texts = pl.col(pl.String)
    return frame.with_columns(pl.when(texts != "").then(texts).name.keep())
