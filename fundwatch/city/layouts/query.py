"""34-column query results (银行流水) as CSV."""

from __future__ import annotations

import polars as pl

from fundwatch.city.cells import EMPTY, either, moment_text, serial_text, summary_text, yuan_text

COLUMNS = (
    "交易卡号",
    "交易账号",
    "账户开户名称",
    "开户人证件号码",
    "交易时间",
    "交易金额",
    "交易余额",
    "收付标志",
    "交易对手账卡号",
    "现金标志",
    "对手户名",
    "对手身份证号",
    "对手开户银行",
    "摘要说明",
    "交易币种",
    "交易网点名称",
    "交易网点代码",
    "交易发生地",
    "交易是否成功",
    "传票号",
    "终端号",
    "IP地址",
    "MAC地址",
    "对手交易余额",
    "交易流水号",
    "日志号",
    "凭证种类",
    "凭证号",
    "交易柜员号",
    "商户名称",
    "商户号",
    "备注",
    "交易类型",
    "查询反馈结果原因",
)


def as_34_columns(frame: pl.DataFrame, *, incoming: str, outgoing: str, currency: str) -> pl.DataFrame:
    """Return the rows as the 34 text columns of a query result; the marks are the bank's own words.

    An entry that undoes another is a negative amount in the direction of what it undoes.
    """
    values = (
        pl.col("card"),
        pl.col("account"),
        pl.col("account_name"),
        pl.col("holder_id"),
        moment_text("%Y-%m-%d %H:%M:%S"),
        yuan_text("amount"),
        yuan_text("balance"),
        either("incoming", incoming, outgoing),
        pl.col("counterparty"),
        either("cash", "现金", "转账"),
        pl.col("counterparty_name"),
        pl.col("counterparty_id"),
        pl.col("counterparty_bank"),
        summary_text(),
        pl.lit(currency),
        pl.col("branch"),
        pl.col("branch_code"),
        pl.lit("临州市"),
        either("failed", "失败", "成功"),
        EMPTY,
        pl.col("channel"),
        pl.col("ip"),
        pl.col("mac"),
        EMPTY,
        serial_text(),
        pl.concat_str([pl.lit("L"), pl.col("serial").cast(pl.String).str.zfill(9)]),
        EMPTY,
        EMPTY,
        pl.col("teller"),
        pl.col("merchant_name"),
        pl.col("merchant_no"),
        pl.col("remark"),
        pl.col("kind"),
        EMPTY,
    )
    return frame.select(value.alias(name) for name, value in zip(COLUMNS, values, strict=True))
