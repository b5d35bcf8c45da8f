"""From the facts of a case, written with nicknames and 元, to rows of the data model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import NO_PARTY, day_number, key_of
from rules.rule import to_fen

Columns = Mapping[str, Sequence[tuple[str, str]]]
Rows = dict[str, list[dict[str, Any]]]

_NOBODY = ("cash", "bank")
_SUM = re.compile(
    r"^(?P<base>\d{4}-\d\d-\d\d|-?\d+(?:\.\d+)?)\s*(?P<sign>[+-])\s*(?P<by>\d+)(?:\s*\*\s*(?P<times>\d+))?$"
)
_NOT_MONEY = frozenset({"weight_mg", "cny_micro"})
_KEY_ENDINGS = ("_key", "_id", "_record", "_party", "_group", "_transfer", "from_account", "to_account")
_DEFAULTS: Mapping[str, Any] = {
    "batch": "case",
    "file": "case",
    "currency": "CNY",
    "time_precision": "second",
    "is_cash": False,
    "succeeded": True,
    "is_reversal": False,
}
_PARTY_KEYS = frozenset(
    {
        *("id", "kind", "group", "accounts", "name", "class", "birth_on", "region", "reported", "institution"),
        *("opened_on", "role", "firm_institution", "uscc"),
    }
)
_TRANSFER_KEYS = frozenset(
    {
        *("from", "to", "on", "at", "amount", "currency", "amount_cny", "precision", "is_cash", "is_loan"),
        *("channel", "merchant_no", "remark", "from_balance", "to_balance"),
    }
)


def expanded(items: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield each item, once per repetition: ``repeat: 30`` counts {i} from 0, ``repeat: {i: 30, j: 6}`` both."""
    for item in items:
        rest = {name: value for name, value in item.items() if name != "repeat"}
        counts = item.get("repeat")
        names = {"i": counts} if isinstance(counts, int) else counts or {}
        for values in product(*(range(count) for count in names.values())):
            yield {name: _filled(value, dict(zip(names, values, strict=True))) for name, value in rest.items()}


def _filled(value: Any, counters: Mapping[str, int]) -> Any:
    if isinstance(value, str):
        for name, count in counters.items():
            value = value.replace("{" + name + "}", str(count))
        return value
    if isinstance(value, list):
        return [_filled(one, counters) for one in value]
    return {name: _filled(one, counters) for name, one in value.items()} if isinstance(value, dict) else value


def day_of(value: Any) -> date:
    """Return a date written as such or as ``2026-03-01 + 3 * 7``."""
    if isinstance(value, date):
        return value
    found = _SUM.match(str(value))
    if found is None:
        return date.fromisoformat(str(value))
    days = int(found["by"]) * int(found["times"] or 1)
    return date.fromisoformat(found["base"]) + timedelta(days=days if found["sign"] == "+" else -days)


def fen_of(value: Any) -> int:
    """Return 元, written as a number or as ``1000 + 3 * 50``, in fen."""
    found = _SUM.match(value) if isinstance(value, str) else None
    if found is None:
        return to_fen(value)
    step = to_fen(int(found["by"]) * int(found["times"] or 1))
    return to_fen(found["base"]) + (step if found["sign"] == "+" else -step)


def rows_of(facts: Mapping[str, Sequence[Mapping[str, Any]]], columns: Columns) -> Rows:
    """Return the rows of every relation that the facts of a case describe; raise ConfigurationError on a slip.

    ``parties`` become ``entities`` (an account each unless given), ``transfers`` become transfers and the booked
    entries of the sides whose statements are received, ``register`` the rows of the canonical table parties; every
    other name is a relation of the data model.
    """
    people = _People(facts.get("parties", ()))
    rows: Rows = {"entities": people.entities, "transfers": [], "transactions": []}
    for number, item in enumerate(expanded(facts.get("transfers", ()))):
        _add_transfer(rows, people, number, item)
    for relation, items in facts.items():
        if relation in ("parties", "transfers"):
            continue
        named = "parties" if relation == "register" else relation
        if named not in columns:
            raise slip(relation, f"there is no relation {relation}")
        listed = rows.setdefault(named, [])
        listed.extend(_row(named, columns[named], people, n, item) for n, item in enumerate(expanded(items)))
    return rows


class _People:
    """The parties of a case by nickname, and their accounts."""

    def __init__(self, items: Sequence[Mapping[str, Any]]) -> None:
        self.entities: list[dict[str, Any]] = []
        self._accounts: dict[str, dict[str, Any]] = {}
        self._first: dict[str, dict[str, Any]] = {}
        for item in expanded(items):
            _known(item, _PARTY_KEYS, "parties")
            for account in item.get("accounts", [item["id"]]):
                entity = _entity(item, str(account))
                self.entities.append(entity)
                self._accounts[str(account)] = entity
                self._first.setdefault(str(item["id"]), entity)

    def account(self, name: str) -> dict[str, Any]:
        """Return the entity of an account or of a party's first account."""
        found = self._accounts.get(name) or self._first.get(name)
        if found is None:
            raise slip("transfers", f"nobody is called {name}")
        return found

    def group_key(self, name: str) -> int:
        """Return the group key of a party, or the key of the text where it is a group's own name."""
        found = self._first.get(name) or self._accounts.get(name)
        return found["group_key"] if found else key_of(name)


def _entity(item: Mapping[str, Any], account: str) -> dict[str, Any]:
    nickname, kind = str(item["id"]), item.get("kind", "person")
    born, opened = item.get("birth_on"), item.get("opened_on")
    return {
        "account_key": key_of(account),
        "account": account,
        "canonical_key": key_of(account),
        "party_key": key_of(nickname),
        "group_key": key_of(str(item.get("group", nickname))),
        "party_kind": kind,
        "party_token": nickname,
        "party_name": item.get("name", nickname),
        "uscc": item.get("uscc"),
        "party_class": item.get("class", kind if kind in ("public", "licensed", "clearing") else "ordinary"),
        "birth_day": None if born is None else day_number(day_of(born)),
        "region": item.get("region"),
        "is_reported": item.get("reported", True),
        "institution": item.get("institution", "B1"),
        "opened_day": None if opened is None else day_number(day_of(opened)),
        "account_role": item.get("role", "settlement"),
        "firm_institution": item.get("firm_institution"),
        "basis": "identity",
    }


def _add_transfer(rows: Rows, people: _People, number: int, item: Mapping[str, Any]) -> None:
    _known(item, _TRANSFER_KEYS, "transfers")
    giver, taker = (None if item[side] in _NOBODY else people.account(str(item[side])) for side in ("from", "to"))
    out_record = key_of(f"out {number}") if giver and giver["is_reported"] else None
    in_record = key_of(f"in {number}") if taker and taker["is_reported"] else None
    if out_record is None and in_record is None:
        raise slip("transfers", f"transfer {number} has no side whose statement is received")
    day, amount, currency = day_of(item["on"]), fen_of(item["amount"]), item.get("currency", "CNY")
    valued = amount if currency == "CNY" else None
    shared = {
        "time_precision": item.get("precision", "second"),
        "sequence": number + 1,
        "amount": amount,
        "currency": currency,
        "is_cash": item.get("is_cash", "cash" in (item["from"], item["to"])),
        "channel": item.get("channel"),
        "merchant_no": item.get("merchant_no"),
        "remark": item.get("remark", ""),
    }
    at = datetime.combine(day, time.fromisoformat(str(item.get("at", "12:00"))))
    transfer = {
        **shared,
        "transfer_id": in_record if out_record is None else out_record,
        "day": day_number(day),
        "at": at,
        "amount_cny": fen_of(item["amount_cny"]) if "amount_cny" in item else valued,
        "legs": sum(record is not None for record in (out_record, in_record)),
        "out_record": out_record,
        "in_record": in_record,
        "is_loan": item.get("is_loan", False),
    }
    for side, entity in (("from", giver), ("to", taker)):
        transfer[f"{side}_kind"] = item[side] if entity is None else entity["party_kind"]
        for column, source in (("account", "canonical_key"), ("party", "party_key"), ("group", "group_key")):
            transfer[f"{side}_{column}"] = NO_PARTY if entity is None else entity[source]
    rows["transfers"].append(transfer)
    for record, own, other, direction, balance in (
        (out_record, giver, taker, "out", "from_balance"),
        (in_record, taker, giver, "in", "to_balance"),
    ):
        if own is not None and record is not None:
            left = fen_of(item[balance]) if balance in item else None
            rows["transactions"].append(shared | _booked(record, own, other, direction, at) | {"balance": left})


def _booked(
    record: int, own: Mapping[str, Any], other: Mapping[str, Any] | None, direction: str, at: datetime
) -> dict[str, Any]:
    return {
        **_DEFAULTS_LINEAGE,
        "record_id": record,
        "institution": own["institution"],
        "account": own["account"],
        "account_key": own["account_key"],
        "account_name": own["party_name"],
        "holder_token": own["party_token"],
        "booked_at": at,
        "booked_on": at.date(),
        "booked_day": day_number(at.date()),
        "direction": direction,
        "counterparty_account": None if other is None else other["account"],
        "counterparty_key": None if other is None else other["account_key"],
        "counterparty_name": None if other is None else other["party_name"],
        "succeeded": True,
        "is_reversal": False,
    }


_DEFAULTS_LINEAGE: Mapping[str, Any] = {"batch": "case", "file": "case"}


def _row(
    relation: str, columns: Sequence[tuple[str, str]], people: _People, number: int, item: Mapping[str, Any]
) -> dict[str, Any]:
    given = dict(item)
    if "party" in given:
        entity = people.account(str(given.pop("party")))
        of_party = {"party_key": entity["party_key"], "group_key": entity["group_key"]}
        given = {name: key for name, key in of_party.items() if name in dict(columns)} | given
    _known(given, frozenset(name for name, _ in columns), relation)
    row: dict[str, Any] = {}
    for name, kind in columns:
        row[name] = _cell(name, kind, given[name], people) if name in given else _default(relation, name, number)
    for name, kind in columns:
        if row[name] is None:
            row[name] = _implied(name, kind, row)
    return row


def _cell(name: str, kind: str, value: Any, people: _People) -> Any:
    if value is None:
        return None
    if kind == "DATE" or (kind == "INTEGER" and name.endswith("day") and not isinstance(value, int)):
        day = day_of(value)
        return day if kind == "DATE" else day_number(day)
    if kind == "TIMESTAMP":
        return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if kind == "BIGINT" and name.endswith(_KEY_ENDINGS):
        if isinstance(value, int):
            return value
        return people.group_key(value) if "group" in name else key_of(value)
    if kind == "BIGINT" and name not in _NOT_MONEY:
        return fen_of(value)
    return str(value) if kind == "TEXT" else value


def _default(relation: str, name: str, number: int) -> Any:
    if name == "record_id":
        return key_of(f"{relation} {number}")
    return number + 1 if name in ("row", "sequence") else _DEFAULTS.get(name)


def _implied(name: str, kind: str, row: Mapping[str, Any]) -> Any:
    """Return what a column must be, given its neighbours: a day from its date, a key from its text."""
    stem = name.rsplit("_", 1)[0]
    if name.endswith("_day") and row.get(f"{stem}_on") is not None:
        return day_number(row[f"{stem}_on"])
    if name == "booked_at" and row.get("booked_on") is not None:
        return datetime.combine(row["booked_on"], time(12))
    if kind == "BIGINT" and name.endswith("_key") and isinstance(row.get(stem), str):
        return key_of(row[stem])
    if kind == "BIGINT" and name == "counterparty_key" and row.get("counterparty_account") is not None:
        return key_of(row["counterparty_account"])
    return None


def _known(item: Mapping[str, Any], names: frozenset[str], place: str) -> None:
    unknown = sorted(set(item) - names)
    if unknown:
        raise slip(place, f"unknown keys {', '.join(unknown)}")


def slip(place: str, en: str) -> ConfigurationError:
    """Return the error for a case file that is not understood."""
    return ConfigurationError("用例无法理解，请修正用例文件。", f"{en}; mend the case file.", code="R030", place=place)
