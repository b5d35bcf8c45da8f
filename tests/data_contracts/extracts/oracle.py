"""What must lie in the lake: canonical rows from meanings, in plain Python, by the pages and not by the program."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from data_contracts.contract import Contract, TableColumn
from data_contracts.vocabulary import Kind

PLACE = ("batch", "file", "sheet", "row")
"""Columns that tell where a row stood, which no law speaks about."""
INSTITUTION = "610900-T01"
Said = Mapping[str, object]
"""Canonical column → what a row says about it; identity numbers in clear, instants with their precision."""
Row = dict[str, object]
_RESIDENT = re.compile(r"[1-9]\d{16}[0-9X]")
_CREDIT = re.compile(r"[0-9A-Z]{2}(\d{6})[0-9A-Z]{10}")


def token_of(identity: str) -> str:
    """Return the token of an identity number in these tests."""
    return "T" + hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest()


def tokenise(texts: Sequence[str]) -> Mapping[str, str]:
    """Do as the vault does, with a token that the oracle knows."""
    return {text: token_of(text) for text in texts}


def _sixty_bits(text: str) -> int:
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:15], 16)


def _days(value: object) -> int | None:
    if value is None:
        return None
    day = value.date() if isinstance(value, datetime) else value
    assert isinstance(day, date)
    return (day - date(1970, 1, 1)).days


class Reader:
    """Derives the canonical columns of one row from what it says."""

    def __init__(self, feed: Contract, said: Said) -> None:
        self.feed, self.said = feed, said

    def value(self, name: str) -> object:
        """Return the canonical value of a column."""
        column = self.feed.table.column(name)
        given = self.said.get(name)
        if given is None:
            given = self._derived(column)
        elif column.kind is Kind.TIMESTAMP:
            given = given[0] if isinstance(given, tuple) else given
        elif column.kind is Kind.TOKEN:
            given = token_of(str(given))
        if given is None:
            given = self.feed.constants.get(name, column.default)
        if given is None and column.kind is Kind.CURRENCY:
            given = self.feed.currency
        return given

    def _derived(self, column: TableColumn) -> object:
        function, source = column.derivation or ("", "")
        match function:
            case "first_of":
                return self.value(source)
            case "key_of":
                text = self.value(source)
                return None if text is None or "*" in str(text) else _sixty_bits(str(text))
            case "day_of":
                return _days(self.value(source))
            case "date_of":
                value = self.value(source)
                return value.date() if isinstance(value, datetime) else value
            case "month_of":
                value = self.value(source)
                return value.strftime("%Y-%m") if isinstance(value, date) else None
            case "birth_of" | "region_of":
                return self._in_identity(str(self.said.get(source) or ""), function)
            case "precision_of":
                given = self.said.get(source)
                return given[1] if isinstance(given, tuple) else None
            case _:
                return None

    @staticmethod
    def _in_identity(identity: str, function: str) -> object:
        if _RESIDENT.fullmatch(identity):
            return datetime.strptime(identity[6:14], "%Y%m%d").date() if function == "birth_of" else identity[:6]
        credit = _CREDIT.fullmatch(identity)
        return credit[1] if credit and function == "region_of" else None


def _word(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _identify(feed: Contract, rows: Sequence[Row]) -> None:
    """Give each row its ``record_id``: by its key, or by its content and its number among equals."""
    seen: Counter[str] = Counter()
    content = [item.name for item in feed.table.columns if item.kind is not Kind.TOKEN and item.name != "sequence"]
    content = [name for name in content if name not in (*PLACE, "record_id", "institution")]
    for row in rows:
        keyed = all(row[name] is not None for name in feed.key_needs)
        text = "|".join(_word(row[name]) for name in (feed.row_key if keyed else content))
        if not keyed:
            text = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        if feed.key_repeats == "counted" or not keyed:
            seen[text] += 1
            text = f"{text}|{seen[text]}"
        row["record_id"] = _sixty_bits(f"{INSTITUTION}|{text}")


def _number_within_days(rows: Sequence[Row]) -> None:
    """Give entries their sequence within the account's day; rows are in booking order, failed ones come last."""
    counted: Counter[tuple[object, object]] = Counter()
    for row in sorted(rows, key=lambda item: not item["succeeded"]):
        day = (row["account"], row["booked_day"])
        counted[day] += 1
        row["sequence"] = counted[day]


def canonical(feed: Contract, said: Sequence[Said]) -> list[Row]:
    """Return the canonical rows, place columns apart, of what the rows of a file say; entries in booking order."""
    names = [item.name for item in feed.table.columns if item.name not in PLACE]
    rows: list[Row] = []
    for one in said:
        reader = Reader(feed, one)
        rows.append({name: reader.value(name) for name in names} | {"institution": INSTITUTION})
    if "sequence" in names:
        _number_within_days(rows)
    _identify(feed, rows)
    return rows
