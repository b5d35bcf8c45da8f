"""camt.053 (ISO 20022, bank to customer statement, any version): entries as records with a running balance.

Element names are those of the message definition; versions differ in a few places (``Dbtr/Nm`` became ``Dbtr/Pty/Nm``,
``Sts`` became ``Sts/Cd``), and both are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TextIO
from xml.etree.ElementTree import Element

from data_contracts.reading.staged import INNER_NEWLINE, UNIT, Note

COLUMNS = (
    "Account", "AccountName", "OwnerId", "Ccy", "Amount", "CdtDbtInd", "RvslInd", "Status", "BookingDate",
    "BookingTime", "ValueDate", "AcctSvcrRef", "EndToEndId", "TxCode", "CounterpartyName", "CounterpartyAccount",
    "CounterpartyId", "CounterpartyBank", "CounterpartyBankCode", "Narrative", "RemittanceInfo", "Balance",
)  # fmt: skip
"""Header of the table that a message becomes, in order."""

_BANK_ZONE = timezone(timedelta(hours=8))
"""China has kept one hour all year since 1992."""
_OPENING, _CLOSING = ("OPBD", "PRCD"), "CLBD"
_ABSENT = "NOTPROVIDED"
"""What a message writes where a reference is required and there is none."""


@dataclass(slots=True)
class _Statement:
    """What is known of one statement while its entries pass."""

    account: dict[str, str] = field(default_factory=dict)
    balances: list[tuple[str, str, Decimal]] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    currencies: set[str] = field(default_factory=set)
    moved: Decimal = Decimal(0)
    is_exact: bool = True
    ascends: bool = True
    descends: bool = True
    entries: int = 0


@dataclass(frozen=True, slots=True)
class _Running:
    """From which balance the entries of a statement run, and whether they stand newest first."""

    opening: Decimal | None
    newest_first: bool = False


class StatementWriter:
    """Takes the parts of statements as trees and writes their entries; balances are added when all is known."""

    def __init__(self, part: Path, place: str) -> None:
        self._part, self._place = part, place
        self._out: TextIO = part.open("w", encoding="utf-8", newline="\n")
        self._statement = _Statement()
        self._running: list[_Running] = []
        self._notes: list[Note] = []
        self.records = 0

    def begin(self) -> None:
        """Begin a statement."""
        self._statement = _Statement()

    def take(self, tree: Element) -> None:
        """Take an account, a balance or an entry."""
        if tree.tag == "Acct":
            self._statement.account = _account(tree)
        elif tree.tag == "Bal":
            self._take_balance(tree)
        else:
            self._take_entry(tree)

    def end(self) -> None:
        """End a statement: prove that its entries lead from its opening to its closing balance."""
        statement, number = self._statement, len(self._running) + 1
        opening = [amount for code, _, amount in statement.balances if code in _OPENING]
        closing = [amount for code, _, amount in statement.balances if code == _CLOSING]
        currencies = {currency for _, currency, _ in statement.balances} | statement.currencies
        is_whole = len(opening) == 1 == len(closing) and len(currencies) == 1 and statement.is_exact
        off_by = closing[0] - opening[0] - statement.moved if is_whole else Decimal(0)
        if off_by:
            self._notes.append(Note("B034", {"place": str(number), "off_by": f"{off_by:f}"}))
        known = is_whole and not off_by and (statement.ascends or statement.descends)
        newest_first = known and not statement.ascends
        self._running.append(_Running((closing if newest_first else opening)[0] if known else None, newest_first))

    def finish(self, target: Path) -> tuple[Note, ...]:
        """Write the records with their balances to ``target``; return what is to be said of the message."""
        self._out.close()
        with (
            self._part.open(encoding="utf-8", newline="\n") as lines,
            target.open("w", encoding="utf-8", newline="\n") as out,
        ):
            out.write(f"{UNIT.join(COLUMNS)}\n")
            at, balance = -1, None
            for line in lines:
                statement, delta, cells = line.rstrip("\n").split(UNIT, 2)
                if int(statement) != at:
                    at = int(statement)
                    running = self._running[at] if at < len(self._running) else _Running(None)
                    balance = running.opening
                shown, balance = _step(running, balance, delta)
                out.write(f"{cells}{UNIT}{shown}\n")
        return tuple(self._notes)

    def close(self) -> None:
        """Let go of the intermediate file."""
        self._out.close()
        self._part.unlink(missing_ok=True)

    def _take_balance(self, tree: Element) -> None:
        code = _text(tree, "Tp/CdOrPrtry/Cd")
        amount = _decimal(_text(tree, "Amt"))
        if amount is None:
            self._statement.is_exact = False
            return
        sign = -1 if _text(tree, "CdtDbtInd") == "DBIT" else 1
        self._statement.balances.append((code, _currency(tree), sign * amount))

    def _take_entry(self, entry: Element) -> None:
        statement = self._statement
        common = statement.account | _entry(entry)
        day = common["BookingDate"]
        if statement.days:
            statement.ascends = statement.ascends and statement.days[-1] <= day
            statement.descends = statement.descends and statement.days[-1] >= day
        statement.days = [day]
        for cells, amount in _records(entry, common):
            is_booked = cells["Status"] in ("BOOK", "")
            delta = ""
            if is_booked and amount is not None and cells["CdtDbtInd"] in ("CRDT", "DBIT"):
                signed = amount if cells["CdtDbtInd"] == "CRDT" else -amount
                statement.moved += signed
                statement.currencies.add(cells["Ccy"])
                delta = f"{signed:f}"
            elif is_booked:
                statement.is_exact = False
            line = UNIT.join(_plain(cells.get(name, "")) for name in COLUMNS[:-1])
            self._out.write(f"{len(self._running)}{UNIT}{delta}{UNIT}{line}\n")
            self.records += 1


def _step(running: _Running, balance: Decimal | None, delta: str) -> tuple[str, Decimal | None]:
    """Return the balance to show with an entry, and that of the next one; newest first runs backwards."""
    if balance is None or not delta:
        return "", balance
    if running.newest_first:
        return f"{balance:f}", balance - Decimal(delta)
    after = balance + Decimal(delta)
    return f"{after:f}", after


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", INNER_NEWLINE).replace("\r", INNER_NEWLINE)


def _text(tree: Element | None, *paths: str) -> str:
    """Return the text of the first path that holds any."""
    for path in paths if tree is not None else ():
        found = tree.find(path) if tree is not None else None
        if found is not None and (found.text or "").strip():
            return (found.text or "").strip()
    return ""


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _currency(tree: Element) -> str:
    amount = tree.find("Amt")
    return amount.get("Ccy", "") if amount is not None else ""


def _account(tree: Element) -> dict[str, str]:
    owner = tree.find("Ownr")
    return {
        "Account": _number(tree),
        "AccountName": _text(tree, "Nm", "Ownr/Nm", "Ownr/Pty/Nm"),
        "OwnerId": _identity(owner),
    }


def _number(tree: Element | None) -> str:
    return _text(tree, "Id/IBAN", "Id/Othr/Id", "Id/PrtryAcct/Id", "Id/BBAN")


def _identity(party: Element | None) -> str:
    paths = [f"{start}Id/{kind}/Othr/Id" for start in ("", "Pty/") for kind in ("OrgId", "PrvtId")]
    return _text(party, *paths)


def _moment(tree: Element | None) -> tuple[str, str]:
    """Return day and time of day, bank-local: an instant with an offset is told in the bank's own hour."""
    day, instant = _text(tree, "Dt"), _text(tree, "DtTm")
    if not instant:
        return (day[:10] if day[10:] in ("Z", "+08:00") else day), ""
    try:
        moment = datetime.fromisoformat(instant)
    except ValueError:
        return instant, ""
    if moment.tzinfo is not None:
        moment = moment.astimezone(_BANK_ZONE)
    return moment.strftime("%Y-%m-%d"), moment.strftime("%H:%M:%S")


def _entry(entry: Element) -> dict[str, str]:
    day, time = _moment(entry.find("BookgDt"))
    return {
        "Ccy": _currency(entry),
        "Amount": _text(entry, "Amt"),
        "CdtDbtInd": _text(entry, "CdtDbtInd"),
        "RvslInd": _text(entry, "RvslInd"),
        "Status": _text(entry, "Sts/Cd", "Sts/Prtry", "Sts"),
        "BookingDate": day,
        "BookingTime": time,
        "ValueDate": _moment(entry.find("ValDt"))[0],
        "AcctSvcrRef": _text(entry, "AcctSvcrRef", "NtryRef"),
        "TxCode": _code(entry.find("BkTxCd")),
        "Narrative": _text(entry, "AddtlNtryInf"),
    }


def _code(tree: Element | None) -> str:
    domain = [_text(tree, path) for path in ("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd")]
    return _text(tree, "Prtry/Cd") or "-".join(part for part in domain if part)


def _records(entry: Element, common: dict[str, str]) -> list[tuple[dict[str, str], Decimal | None]]:
    """Return the records of an entry: one a transaction where their amounts add up to it, else one in all."""
    whole = _decimal(common["Amount"])
    details = entry.findall("NtryDtls/TxDtls")
    if len(details) <= 1:
        return [(common | _details(details[0], common) if details else common, whole)]
    amounts = [_amount(one, common["Ccy"]) for one in details]
    if whole is None or any(amount is None for amount in amounts) or sum(filter(None, amounts)) != whole:
        return [(common, whole)]
    records: list[tuple[dict[str, str], Decimal | None]] = []
    for one, amount in zip(details, amounts, strict=True):
        records.append((common | _details(one, common) | {"Amount": f"{amount:f}"}, amount))
    return records


def _amount(details: Element, currency: str) -> Decimal | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = details.find(path)
        if found is not None and found.get("Ccy", currency) == currency:
            return _decimal((found.text or "").strip())
    return None


def _details(details: Element, common: dict[str, str]) -> dict[str, str]:
    """Return what a transaction adds: references, the other party (a reversal tells the original roles), purpose."""
    is_debtor = (common["CdtDbtInd"] == "CRDT") != (common["RvslInd"].lower() in ("true", "1"))
    for role in ("Dbtr", "Cdtr") if is_debtor else ("Cdtr", "Dbtr"):
        party, account = details.find(f"RltdPties/{role}"), _number(details.find(f"RltdPties/{role}Acct"))
        if account and account == common.get("Account"):
            continue
        break
    bank = details.find(f"RltdAgts/{role}Agt/FinInstnId")
    remittance = [(one.text or "").strip() for one in details.findall("RmtInf/Ustrd")]
    structured = _text(details, "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/AddtlRmtInf")
    added = {
        "AcctSvcrRef": _text(details, "Refs/AcctSvcrRef"),
        "EndToEndId": _text(details, "Refs/EndToEndId"),
        "TxCode": _code(details.find("BkTxCd")),
        "CounterpartyName": _text(party, "Nm", "Pty/Nm"),
        "CounterpartyAccount": account,
        "CounterpartyId": _identity(party),
        "CounterpartyBank": _text(bank, "Nm"),
        "CounterpartyBankCode": _text(bank, "BICFI", "BIC", "ClrSysMmbId/MmbId"),
        "Narrative": _text(details, "AddtlTxInf"),
        "RemittanceInfo": " ".join(part for part in remittance if part) or structured,
    }
    return {name: text for name, text in added.items() if text and text != _ABSENT}
