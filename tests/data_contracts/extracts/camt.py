"""Writes an extract of the camt.053 feed as a message: a statement an account, with opening and closing balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement

from .cells import EMPTY, Cell, money_text
from .making import Extract

_SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True, slots=True)
class _Entry:
    cells: Mapping[str, Cell]
    delta: int

    def text(self, name: str) -> str:
        return self.cells[name].text if name in self.cells else ""

    def word(self, name: str, yes: str, no: str) -> str:
        """Return the standard's own word for a yes or no, none where the cell is empty."""
        value = self.cells[name].value if name in self.cells else None
        return "" if value is None else yes if value else no


def _by_header(extract: Extract) -> list[dict[str, Cell]]:
    return [
        {column.header: cell for column, cell in zip(extract.columns, cells, strict=True)} for cells in extract.rows
    ]


def told_by_statements(extract: Extract) -> Extract:
    """Return the extract as a message can tell it: account by account, with one owner each and every balance."""
    said, rows = extract.said(), _by_header(extract)
    accounts: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        accounts.setdefault(row["Account"].text, []).append(place)
    made = []
    for places in accounts.values():
        owner, balance = rows[places[0]], 100_000_000
        for place in places:
            succeeded, amount = said[place].get("succeeded") is not False, int(str(said[place]["amount"]))
            balance += (amount if said[place]["direction"] == "in" else -amount) * succeeded
            fixed = {name: owner[name] for name in ("AccountName", "OwnerId")}
            fixed["Balance"] = Cell(money_text(balance, "yuan"), balance) if succeeded else EMPTY
            made.append(tuple(fixed.get(column.header, rows[place][column.header]) for column in extract.columns))
    return replace(extract, rows=tuple(made))


def _put(parent: Element, path: str, text: str, **attributes: str) -> None:
    """Put a text at a path below an element, making what is missing; nothing where there is no text."""
    if not text:
        return
    *steps, last = path.split("/")
    for step in steps:
        found = parent.find(step)
        parent = SubElement(parent, step) if found is None else found
    SubElement(parent, last, attributes).text = text


def _entry(parent: Element, entry: _Entry) -> None:
    ntry = SubElement(parent, "Ntry")
    _put(ntry, "Amt", entry.text("Amount"), Ccy=str(entry.cells["Ccy"].value))
    _put(ntry, "CdtDbtInd", "CRDT" if entry.delta > 0 else "DBIT")
    _put(ntry, "RvslInd", entry.word("RvslInd", "true", "false"))
    _put(ntry, "Sts/Cd", entry.word("Status", "BOOK", "RJCT"))
    instant, precision = _moment(entry)
    is_day = precision == "day"
    _put(
        ntry,
        "BookgDt/Dt" if is_day else "BookgDt/DtTm",
        instant.strftime("%Y-%m-%d" if is_day else "%Y-%m-%dT%H:%M:%S"),
    )
    _put(ntry, "AcctSvcrRef", entry.text("AcctSvcrRef"))
    _put(ntry, "BkTxCd/Prtry/Cd", entry.text("TxCode"))
    details = Element("TxDtls")
    is_reversal = bool(entry.cells["RvslInd"].value) if "RvslInd" in entry.cells else False
    role = "Dbtr" if (entry.delta > 0) != is_reversal else "Cdtr"
    _put(details, "Refs/EndToEndId", entry.text("EndToEndId"))
    _put(details, f"RltdPties/{role}/Nm", entry.text("CounterpartyName"))
    _put(details, f"RltdPties/{role}/Id/PrvtId/Othr/Id", entry.text("CounterpartyId"))
    _put(details, f"RltdPties/{role}Acct/Id/Othr/Id", entry.text("CounterpartyAccount"))
    _put(details, f"RltdAgts/{role}Agt/FinInstnId/Nm", entry.text("CounterpartyBank"))
    _put(details, f"RltdAgts/{role}Agt/FinInstnId/ClrSysMmbId/MmbId", entry.text("CounterpartyBankCode"))
    _put(details, "RmtInf/Ustrd", entry.text("RemittanceInfo"))
    if len(details):
        SubElement(ntry, "NtryDtls").append(details)
    _put(ntry, "AddtlNtryInf", entry.text("Narrative"))


def _moment(entry: _Entry) -> tuple[datetime, str]:
    held = entry.cells["BookingDate"].value
    assert isinstance(held, tuple)
    return held


def _balance(parent: Element, code: str, fen: int, currency: str) -> None:
    bal = SubElement(parent, "Bal")
    _put(bal, "Tp/CdOrPrtry/Cd", code)
    _put(bal, "Amt", str(abs(Decimal(money_text(fen, "yuan")))), Ccy=currency)
    _put(bal, "CdtDbtInd", "CRDT" if fen >= 0 else "DBIT")


def write_camt(path: Path, extract: Extract) -> Path:
    """Write an extract that ``told_by_statements`` has put in order."""
    said, rows = extract.said(), _by_header(extract)
    document = Element("Document", {"xmlns": _SPACE})
    message = SubElement(document, "BkToCstmrStmt")
    groups: dict[str, list[_Entry]] = {}
    for one, row in zip(said, rows, strict=True):
        amount = int(str(one["amount"]))
        groups.setdefault(row["Account"].text, []).append(_Entry(row, amount if one["direction"] == "in" else -amount))
    for account, entries in groups.items():
        stmt = SubElement(message, "Stmt")
        acct = SubElement(stmt, "Acct")
        _put(acct, "Id/Othr/Id", account)
        _put(acct, "Nm", entries[0].text("AccountName"))
        _put(acct, "Ownr/Id/PrvtId/Othr/Id", entries[0].text("OwnerId"))
        currency = str(entries[0].cells["Ccy"].value)
        moved = sum(entry.delta for entry in entries if entry.cells["Balance"].text)
        _balance(stmt, "OPBD", 100_000_000, currency)
        _balance(stmt, "CLBD", 100_000_000 + moved, currency)
        for entry in entries:
            _entry(stmt, entry)
    ElementTree(document).write(path, encoding="utf-8", xml_declaration=True)
    return path
