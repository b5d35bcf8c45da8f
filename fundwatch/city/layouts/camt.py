"""camt.053 statements (ISO 20022, version 8): one ``Stmt`` for each account and period, with its balances.

Only what was booked stands there. An entry that undoes another shows its own direction and keeps the parties of what
it undoes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import polars as pl

from fundwatch.city.cells import MOMENT, either, incoming, moment_text, serial_text, summary_text
from fundwatch.city.layouts.english import transaction_code

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_MOMENT = "%Y-%m-%dT%H:%M:%S"
Entry = dict[str, Any]
"""One row with texts ready to be written, ``amount`` and ``balance`` in fen."""


def _tag(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>" if content else ""


def _text(name: str, value: str) -> str:
    return _tag(name, escape(value))


def _money(name: str, fen: int) -> str:
    return f'<{name} Ccy="CNY">{fen // 100}.{fen % 100:02d}</{name}>'


def _other(number: str) -> str:
    return _tag("Id", _tag("Othr", _text("Id", number)))


def _balance(kind: str, fen: int, day: str) -> str:
    head = _tag("Tp", _tag("CdOrPrtry", _text("Cd", kind))) + _money("Amt", abs(fen))
    return _tag("Bal", f"{head}{_text('CdtDbtInd', 'CRDT' if fen >= 0 else 'DBIT')}{_tag('Dt', _text('Dt', day))}")


def _counterparty(entry: Entry) -> str:
    role = "Dbtr" if entry["incoming"] else "Cdtr"
    party = _text("Nm", entry["counterparty_name"])
    if entry["counterparty_id"]:
        is_unit = not entry["counterparty_id"][:17].isdigit()
        party += _tag("Id", _tag("OrgId" if is_unit else "PrvtId", _tag("Othr", _text("Id", entry["counterparty_id"]))))
    account = _other(entry["counterparty"]) if entry["counterparty"] else ""
    member = _tag("ClrSysMmbId", _text("MmbId", entry["counterparty_bank_code"]))
    agent = _tag("FinInstnId", member + _text("Nm", entry["counterparty_bank"]))
    return _tag("RltdPties", _tag(role, _tag("Pty", party)) + _tag(f"{role}Acct", account)) + (
        _tag("RltdAgts", _tag(f"{role}Agt", agent)) if entry["counterparty_bank"] else ""
    )


def _entry(entry: Entry) -> str:
    domain, family, sub_family = entry["code"].split("-")
    kind = _tag("Fmly", _text("Cd", family) + _text("SubFmlyCd", sub_family))
    details = _tag("Refs", _text("EndToEndId", "NOTPROVIDED")) + _counterparty(entry)
    return _tag(
        "Ntry",
        _money("Amt", abs(entry["amount"]))
        + _text("CdtDbtInd", entry["side"])
        + ("<RvslInd>true</RvslInd>" if entry["undone"] else "")
        + _tag("Sts", _text("Cd", "BOOK"))
        + _tag("BookgDt", _text("DtTm", entry["moment"]))
        + _tag("ValDt", _text("Dt", entry["moment"][:10]))
        + _text("AcctSvcrRef", entry["reference"])
        + _tag("BkTxCd", _tag("Domn", _text("Cd", domain) + kind))
        + _tag("NtryDtls", _tag("TxDtls", details + _tag("RmtInf", _text("Ustrd", entry["remark"]))))
        + _text("AddtlNtryInf", entry["said"]),
    )


def _statement(number: int, entries: list[Entry], *, bank: str, first: str, last: str) -> Iterator[str]:
    """Yield the lines of one account's statement; entries stand in the order of its book."""
    head = entries[0]
    signed = head["amount"] if head["incoming"] else -head["amount"]
    owner = _text("Nm", head["account_name"]) + _tag(
        "Id", _tag("OrgId", _tag("Othr", _text("Id", head["holder_id"]))) if head["holder_id"] else ""
    )
    account = _other(head["account"]) + _text("Ccy", "CNY") + _text("Nm", head["account_name"]) + _tag("Ownr", owner)
    yield "<Stmt>"
    yield _text("Id", f"{last.replace('-', '')}{number:06d}") + _text("CreDtTm", f"{last}T23:00:00")
    yield _tag("FrToDt", _text("FrDtTm", f"{first}T00:00:00") + _text("ToDtTm", f"{last}T23:59:59"))
    yield _tag("Acct", account + _tag("Svcr", _tag("FinInstnId", _text("Nm", bank))))
    yield _balance("OPBD", head["balance"] - signed, first)
    yield _balance("CLBD", entries[-1]["balance"], last)
    yield from map(_entry, entries)
    yield "</Stmt>"


def camt_document(frame: pl.DataFrame, *, bank: str) -> bytes:
    """Return the booked rows of one period as a document in UTF-8."""
    booked = frame.filter(~pl.col("failed")).select(
        pl.exclude("code"),
        transaction_code().alias("code"),
        either(incoming(), "CRDT", "DBIT").alias("side"),
        moment_text(_MOMENT).alias("moment"),
        serial_text().alias("reference"),
        summary_text().alias("said"),
    )
    first, last = (booked.select(edge).item() for edge in (MOMENT.min().dt.date(), MOMENT.max().dt.date()))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Document xmlns="{_NAMESPACE}"><BkToCstmrStmt>',
        _tag("GrpHdr", _text("MsgId", f"CAMT{last:%Y%m%d}") + _text("CreDtTm", f"{last}T23:00:00")),
    ]
    for number, part in enumerate(booked.partition_by("account", maintain_order=True), 1):
        lines += _statement(number, part.to_dicts(), bank=bank, first=str(first), last=str(last))
    lines.append("</BkToCstmrStmt></Document>")
    return ("\n".join(lines) + "\n").encode("utf-8")
