"""Statements with a column for debits and one for credits, as a workbook with title rows and a row of totals."""

from __future__ import annotations

import polars as pl

from fundwatch.city.cells import either, moment_text, serial_text, summary_text
from fundwatch.city.containers import Cell

COLUMNS = (
    "序号",
    "账号",
    "户名",
    "交易时间",
    "摘要",
    "借方发生额",
    "贷方发生额",
    "余额",
    "对方账号",
    "对方户名",
    "对方行名",
    "现转标志",
    "渠道",
    "流水号",
    "备注",
    "代办人",
    "代办人证件号码",
    "商户名称",
    "商户号",
    "冲补抹标志",
    "交易状态",
)
_YUAN = 100


def split_sheet(frame: pl.DataFrame, *, name: str, label: str) -> list[tuple[Cell, ...]]:
    """Return the rows of the sheet: two titles, a blank row, the header, the entries and their totals.

    An entry that undoes another is a negative amount on the side of what it undoes; money is in numbers of yuan.
    """
    values = frame.select(
        pl.int_range(1, pl.len() + 1).cast(pl.String).alias("number"),
        pl.col("account"),
        pl.col("account_name"),
        moment_text("%Y-%m-%d %H:%M:%S").alias("moment"),
        summary_text().alias("said"),
        pl.when(~pl.col("incoming")).then(pl.col("amount") / _YUAN).alias("debit"),
        pl.when(pl.col("incoming")).then(pl.col("amount") / _YUAN).alias("credit"),
        pl.col("balance") / _YUAN,
        pl.col("counterparty"),
        pl.col("counterparty_name"),
        pl.col("counterparty_bank"),
        either("cash", "现", "转").alias("way"),
        pl.col("channel"),
        serial_text().alias("serial_no"),
        pl.col("remark"),
        pl.col("agent_name"),
        pl.col("agent_id"),
        pl.col("merchant_name"),
        pl.col("merchant_no"),
        either("undone", "冲正", "正常").alias("mark"),
        either("failed", "失败", "成功").alias("status"),
    )
    debit, credit = (sum(frame.filter(side)["amount"]) / _YUAN for side in (~frame["incoming"], frame["incoming"]))
    return [
        (f"{name}账户交易明细",),
        (f"查询期间：{label}", "币种：人民币", "单位：元"),
        (),
        COLUMNS,
        *values.iter_rows(),
        ("合计", None, None, None, None, debit, credit),
    ]
