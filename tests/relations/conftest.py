"""Small canonical tables for the tests of relations: everything invented, keys as the lake writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from fundwatch.domain.keys import day_number, key_of
from fundwatch.relations.building import build
from fundwatch.relations.tables import PartitionTables
from fundwatch.relations.workbench import Built, Changes

Row = dict[str, Any]

COLUMNS: Mapping[str, str] = {
    "transactions": """record_id BIGINT, institution TEXT, account TEXT, account_key BIGINT, card TEXT,
        account_name TEXT, holder_token TEXT, customer_no TEXT, booked_at TIMESTAMP, booked_on DATE, booked_day INTEGER,
        time_precision TEXT, sequence INTEGER, amount BIGINT, currency TEXT, direction TEXT, balance BIGINT,
        is_cash BOOLEAN,
        counterparty_account TEXT, counterparty_key BIGINT, counterparty_name TEXT, counterparty_token TEXT,
        counterparty_birth_on DATE, counterparty_region TEXT, summary TEXT, remark TEXT, channel TEXT,
        merchant_no TEXT, succeeded BOOLEAN, is_reversal BOOLEAN, teller TEXT, agent_token TEXT, ip TEXT, mac TEXT""",
    "accounts": """record_id BIGINT, institution TEXT, account TEXT, account_key BIGINT, card TEXT, card_key BIGINT,
        account_name TEXT, customer_no TEXT, holder_token TEXT, opened_on DATE, region TEXT""",
    "parties": """record_id BIGINT, institution TEXT, party_token TEXT, party_type TEXT, customer_no TEXT, uscc TEXT,
        party_name TEXT, birth_on DATE, phone TEXT, address TEXT, region TEXT, party_class TEXT, valid_from DATE""",
    "relationships": """record_id BIGINT, institution TEXT, subject_token TEXT, subject_customer_no TEXT, relation TEXT,
        object_token TEXT, object_account TEXT, object_account_key BIGINT, share_bp INTEGER, valid_from DATE,
        valid_to DATE""",
    "firm_snapshots": """record_id BIGINT, institution TEXT, firm_name TEXT, uscc TEXT, firm_token TEXT, month TEXT,
        lending_account TEXT, lending_account_key BIGINT, deposit_account TEXT, deposit_account_key BIGINT,
        basic_account TEXT, basic_account_key BIGINT""",
    "loans": """record_id BIGINT, institution TEXT, loan_no TEXT, principal BIGINT, disbursed_day INTEGER,
        receiving_account_key BIGINT""",
    "loan_flows": """record_id BIGINT, institution TEXT, loan_no TEXT, flow_type TEXT, flow_day INTEGER,
        paid_principal BIGINT, paid_interest BIGINT, paid_fees BIGINT, payer_account_key BIGINT""",
    "institutions": "code TEXT, name TEXT, sector TEXT, region TEXT, reports TEXT, due_days INTEGER",
    "received_days": "institution TEXT, day INTEGER, rows INTEGER, received_day INTEGER",
    "zero_reports": "institution TEXT, day INTEGER, declared_day INTEGER",
    "reference_fx": "currency TEXT, valid_from_day INTEGER, valid_to_day INTEGER, cny_micro BIGINT",
    "reference_glyphs": "kind TEXT, written TEXT, read TEXT",
    "reference_calendar": "day INTEGER, is_workday BOOLEAN, workday_number INTEGER, holiday TEXT",
    "reference_lexicon": "term TEXT, class TEXT, valid_from_day INTEGER, valid_to_day INTEGER",
}

LEXICON = {
    "bank_entry": ("结息", "利息税", "手续费"),
    "clearing_name": ("财付通", "支付宝"),
    "organisation_name": ("公司", "店", "中心", "银行"),
}
BANKS = ("B1", "B2", "B3")


def entry(account: str, at: str, direction: str, amount: int, other: str | None = None, **more: Any) -> Row:
    """Return one transaction; ``at`` is an ISO instant, the record id follows from the content unless given."""
    booked_at = datetime.fromisoformat(at)
    row: Row = {
        "institution": "B1",
        "account": account,
        "account_key": key_of(account),
        "account_name": None,
        "booked_at": booked_at,
        "booked_on": booked_at.date(),
        "booked_day": day_number(booked_at.date()),
        "time_precision": "second",
        "sequence": 1,
        "amount": amount,
        "currency": "CNY",
        "direction": direction,
        "is_cash": False,
        "counterparty_account": other,
        "counterparty_key": key_of(other) if other else None,
        "succeeded": True,
        "is_reversal": False,
    }
    row.update(more)
    row.setdefault("record_id", key_of(repr(sorted(row.items(), key=str))))
    return row


@dataclass
class Town:
    """The canonical tables as lists of rows, loaded into one in-memory DuckDB and built there."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    connection: duckdb.DuckDBPyConnection = field(default_factory=lambda: duckdb.connect(config={"threads": "2"}))

    def __post_init__(self) -> None:
        self.write = PartitionTables(self.connection)
        self._built: dict[str, list[Row]] = {}
        self.rows.setdefault(
            "institutions",
            [
                *({"code": code, "name": code, "sector": "bank"} for code in BANKS),
                {"code": "A1", "name": "市场监管局", "sector": "authority"},
                {"code": "M1", "name": "甲小贷", "sector": "micro_loan"},
            ],
        )
        self.rows.setdefault(
            "reference_lexicon",
            [
                {"term": term, "class": name, "valid_from_day": 0, "valid_to_day": 99999}
                for name, terms in LEXICON.items()
                for term in terms
            ],
        )

    def add(self, table: str, *rows: Row) -> Town:
        """Add rows of a canonical or reference table; missing columns are NULL."""
        for row in rows:
            row.setdefault("record_id", key_of(table + repr(sorted(row.items(), key=str))))
        self.rows.setdefault(table, []).extend(rows)
        return self

    def account(self, number: str, token: str | None = None, **more: Any) -> Town:
        """Declare an account by its bank (B1 unless said otherwise)."""
        row: Row = {"institution": "B1", "account": number, "account_key": key_of(number), "holder_token": token}
        if "card" in more:
            row["card_key"] = key_of(more["card"])
        return self.add("accounts", row | more)

    def build(self, *, anew: bool = True, as_of: str = "2025-03-31") -> tuple[Built, ...]:
        """Load the rows and build everything, or what has changed since the last build."""
        for table, columns in COLUMNS.items():
            self._load(table, columns, self.rows.get(table, []))
        changes = None if anew else self._changes()
        self._built = {table: [dict(row) for row in rows] for table, rows in self.rows.items()}
        as_of_day = day_number(date.fromisoformat(as_of))
        return build(self.connection, self.write, as_of_day=as_of_day, changes=changes)

    def _load(self, table: str, columns: str, rows: Sequence[Row]) -> None:
        self.connection.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
        names = [column.split()[0] for column in columns.split(",")]
        values = [[row.get(name) for name in names] for row in rows]
        if values:
            marks = ", ".join("?" for _ in names)
            self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", values)

    def _changes(self) -> Changes:
        """Name what has changed since the last build."""
        entries = [
            row | {"is_removed": was_there} for table, row, was_there in self._differences() if table == "transactions"
        ]
        self._load("changed_entries", COLUMNS["transactions"] + ", is_removed BOOLEAN", entries)
        moves = [
            {"customer_key": row["receiving_account_key"], "amount": row["principal"], "day": row["disbursed_day"]}
            for table, row, _ in self._differences()
            if table == "loans"
        ]
        self._load("changed_loan_moves", "customer_key BIGINT, amount BIGINT, day INTEGER", moves)
        registers = {"accounts", "parties", "relationships", "firm_snapshots", "institutions"}
        return Changes(registers=any(table in registers for table, _, _ in self._differences()))

    def _differences(self) -> Iterable[tuple[str, Row, bool]]:
        """Yield table, row and whether the row is one that went."""
        for table in {*self.rows, *self._built}:
            now, before = self.rows.get(table, []), self._built.get(table, [])
            yield from ((table, row, False) for row in now if row not in before)
            yield from ((table, row, True) for row in before if row not in now)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.connection.execute(query).fetchall()

    def relation(self, name: str) -> list[tuple[Any, ...]]:
        """Return all rows of a relation in a fixed order."""
        return self.ask(f"SELECT * FROM {name} ORDER BY ALL")


@pytest.fixture
def town() -> Iterable[Town]:
    """Return an empty town; its connection closes with the test."""
    made = Town()
    yield made
    made.connection.close()


def days(entries: Sequence[Row]) -> set[int]:
    """Return the booking days of transactions."""
    return {row["booked_day"] for row in entries}


def later(at: str, **delta: float) -> str:
    """Return an ISO instant moved by a timedelta."""
    return (datetime.fromisoformat(at) + timedelta(**delta)).isoformat()
