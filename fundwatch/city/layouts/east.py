"""EAST details of current accounts: pinyin headers, day and time apart, a customer number instead of an identity.

Only what was booked is kept there, so failed entries are left out. An entry that undoes another is marked 冲 and runs
the other way with a positive amount. There is no column for a customer's remark; it follows the bank's summary.
"""

from __future__ import annotations

import polars as pl

from fundwatch.city.cells import EMPTY, either, incoming, moment_text, serial_text, summary_text, yuan_text

COLUMNS = (
    "HXJYLSH",
    "ZJYLSH",
    "BCXH",
    "HQCKZH",
    "WBZH",
    "KHTYBH",
    "YXJGDM",
    "JRXKZH",
    "NBJGH",
    "MXKMBH",
    "MXKMMC",
    "HXJYRQ",
    "HXJYSJ",
    "BZ",
    "ZHMC",
    "JYLX",
    "JYJE",
    "ZHYE",
    "DFZH",
    "DFHM",
    "DFXH",
    "DFXM",
    "JYQD",
    "XZBZ",
    "DBRXM",
    "DBRZJLB",
    "DBRZJHM",
    "JYGYH",
    "SQGYH",
    "ZY",
    "CBMBZ",
    "JYJDBZ",
    "CJRQ",
)
_LICENCE = "B0317H261090001"


def as_east(frame: pl.DataFrame, *, code: str) -> pl.DataFrame:
    """Return the booked rows as EAST text columns; ``code`` is the institution's own code.

    The day of collection is the last day of the rows.
    """
    booked = frame.filter(~pl.col("failed"))
    person = pl.col("is_person")
    values = (
        serial_text(),
        EMPTY,
        pl.lit("1"),
        pl.col("account"),
        pl.col("card"),
        pl.col("customer_no"),
        pl.lit(code),
        pl.lit(_LICENCE),
        pl.col("branch_code"),
        either(person, "201101", "200101"),
        either(person, "个人活期存款", "单位活期存款"),
        moment_text("%Y%m%d"),
        moment_text("%H%M%S"),
        pl.lit("CNY"),
        pl.col("account_name"),
        pl.col("kind"),
        yuan_text("amount").str.strip_prefix("-"),
        yuan_text("balance"),
        pl.col("counterparty"),
        pl.col("counterparty_name"),
        pl.col("counterparty_bank_code"),
        pl.col("counterparty_bank"),
        pl.col("channel"),
        either("cash", "现", "转"),
        pl.col("agent_name"),
        either(pl.col("agent_id") != "", "居民身份证", ""),
        pl.col("agent_id"),
        pl.col("teller"),
        EMPTY,
        pl.concat_str([summary_text(), pl.lit(" "), pl.col("remark")]).str.strip_chars_end(),
        either("undone", "冲", "正常"),
        either(incoming(), "贷", "借"),
        pl.from_epoch(pl.col("at").max(), time_unit="s").dt.strftime("%Y%m%d"),
    )
    return booked.select(value.alias(name) for name, value in zip(COLUMNS, values, strict=True))
