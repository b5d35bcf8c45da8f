"""The column names of the canonical table, as Parquet: fen, absolute direction, reversals turned round."""

from __future__ import annotations

import polars as pl

from fundwatch.city.cells import MOMENT, blank_as_null, either, incoming, serial_text, summary_text


def as_canonical(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in the column names of the canonical table; empty texts are nulls."""
    canonical = frame.select(
        pl.col("account"),
        pl.col("card"),
        pl.col("account_name"),
        pl.col("holder_id").alias("holder_identity"),
        MOMENT.alias("booked_at"),
        pl.col("amount").abs().alias("amount"),
        pl.lit("CNY").alias("currency"),
        either(incoming(), "in", "out").alias("direction"),
        pl.col("balance"),
        pl.col("cash").alias("is_cash"),
        pl.col("counterparty").alias("counterparty_account"),
        pl.col("counterparty_name"),
        pl.col("counterparty_id").alias("counterparty_identity"),
        pl.col("counterparty_bank"),
        summary_text().alias("summary"),
        pl.col("remark"),
        pl.col("kind").alias("transaction_type"),
        pl.col("channel"),
        pl.col("branch").alias("branch_name"),
        pl.col("branch_code"),
        (~pl.col("failed")).alias("succeeded"),
        pl.col("undone").alias("is_reversal"),
        serial_text().alias("serial"),
        pl.col("teller"),
        pl.col("agent_name"),
        pl.col("agent_id").alias("agent_identity"),
        pl.col("ip"),
        pl.col("mac"),
        pl.col("merchant_name"),
        pl.col("merchant_no"),
    )
    return blank_as_null(canonical)
