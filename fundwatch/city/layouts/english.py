"""Statements in English: Cr and Dr, a status, and reversals that show their own direction (ISO 20022)."""

from __future__ import annotations

import polars as pl

from fundwatch.city.cells import either, grouped_yuan, incoming, moment_text, serial_text, summary_text

COLUMNS = (
    "BookingDate",
    "BookingTime",
    "ValueDate",
    "Account",
    "AccountName",
    "OwnerId",
    "Amount",
    "Ccy",
    "CdtDbtInd",
    "Balance",
    "CounterpartyAccount",
    "CounterpartyName",
    "CounterpartyBank",
    "CounterpartyBankCode",
    "TxCode",
    "Channel",
    "Narrative",
    "RemittanceInfo",
    "AcctSvcrRef",
    "Status",
    "RvslInd",
    "Branch",
    "DeviceMac",
    "DeviceIp",
    "MerchantId",
)


def transaction_code() -> pl.Expr:
    """Return the ISO 20022 bank transaction code of an entry: domain, family, sub-family."""
    credit = incoming()
    kind = pl.col("kind")
    return (
        pl.when(pl.col("cash"))
        .then(either(credit, "PMNT-CNTR-CDPT", "PMNT-CNTR-CWDL"))
        .when(kind == "结息")
        .then(either(credit, "ACMT-MCOP-INTR", "ACMT-MDOP-INTR"))
        .when(kind == "收费")
        .then(either(credit, "ACMT-MCOP-CHRG", "ACMT-MDOP-CHRG"))
        .when(kind == "贷款发放")
        .then(pl.lit("LDAS-CSLN-DDWN"))
        .when(kind == "贷款还款")
        .then(pl.lit("LDAS-CSLN-PPAY"))
        .when(kind == "代发")
        .then(either(credit, "PMNT-RCDT-SALA", "PMNT-ICDT-SALA"))
        .otherwise(either(credit, "PMNT-RCDT-DMCT", "PMNT-ICDT-DMCT"))
    )


def as_english(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows as the text columns of an English statement, amounts with thousands separators."""
    money = frame.with_columns(grouped_yuan(frame["amount"].abs()), grouped_yuan(frame["balance"]))
    values = (
        moment_text("%Y-%m-%d"),
        moment_text("%H:%M:%S"),
        moment_text("%Y-%m-%d"),
        pl.col("account"),
        pl.col("account_name"),
        pl.col("holder_id"),
        pl.col("amount"),
        pl.lit("CNY"),
        either(incoming(), "Cr", "Dr"),
        pl.col("balance"),
        pl.col("counterparty"),
        pl.col("counterparty_name"),
        pl.col("counterparty_bank"),
        pl.col("counterparty_bank_code"),
        transaction_code(),
        pl.col("channel"),
        summary_text(),
        pl.col("remark"),
        serial_text(),
        either("failed", "RJCT", "BOOK"),
        either("undone", "true", "false"),
        pl.col("branch"),
        pl.col("mac"),
        pl.col("ip"),
        pl.col("merchant_no"),
    )
    return money.select(value.alias(name) for name, value in zip(COLUMNS, values, strict=True))
