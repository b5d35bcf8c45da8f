"""What only several files together can show of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from fundwatch.domain.keys import key_of
from fundwatch.store.batches import Arrival, add_batch
from fundwatch.store.crosschecks import Batchwise, Seams
from fundwatch.store.lake import Lake
from fundwatch.store.manifests import Manifest

DAY = 20_500
Rows = Sequence[Mapping[str, Any]]


class Sent:
    """Batches of one or more institutions, settled one after the other."""

    def __init__(self, connection: DuckDBPyConnection, lake: Lake, rows_of: Callable[..., Any]) -> None:
        self.connection, self.lake, self.rows_of = connection, lake, rows_of
        self.manifest = Manifest()
        self.number = 0

    def batch(self, name: str, tables: Mapping[str, Rows], institution: str = "I") -> Batchwise:
        self.number += 1
        lineage = {"batch": name, "file": f"{name}.csv", "sheet": None, "institution": institution}
        relations = {
            table: self.rows_of(
                self.connection,
                table,
                [
                    {**lineage, "row": place, "record_id": key_of(f"{name}{table}{place}"), **row}
                    for place, row in enumerate(rows, 2)
                ],
            )
            for table, rows in tables.items()
        }
        arrival = Arrival(name, institution, self.number)
        self.manifest = add_batch(self.connection, self.lake, self.manifest, arrival, relations).manifest
        return Batchwise(self.connection, self.lake, self.manifest, name, institution)


@pytest.fixture
def sent(connection: DuckDBPyConnection, lake: Lake, rows_of: Callable[..., Any]) -> Sent:
    return Sent(connection, lake, rows_of)


def entry(account: str, day: int, amount: int, balance: int | None, sequence: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "account": account,
        "account_key": key_of(account),
        "booked_day": day,
        "sequence": sequence,
        "currency": "CNY",
        "direction": "in" if amount > 0 else "out",
        "amount": abs(amount),
        "balance": balance,
        "succeeded": True,
        "is_reversal": False,
        **more,
    }


ACCOUNTS = (("accounts", "account"), ("accounts", "card"))


def test_an_account_is_known_by_its_number_or_its_card(sent: Sent) -> None:
    known = {"account": "A1", "card": "C1"}
    view = sent.batch("b", {"accounts": [known], "transactions": [entry(one, DAY, 1, 1) for one in ("A1", "C1")]})
    assert view.unmatched("transactions", "account", ACCOUNTS) is None


def test_an_unknown_account_is_named_by_its_places(sent: Sent) -> None:
    rows = [entry("A1", DAY, 1, 1), entry("A2", DAY, 1, 1), entry("A2", DAY, 1, 2, 2)]
    view = sent.batch("b", {"accounts": [{"account": "A1"}], "transactions": rows})
    found = view.unmatched("transactions", "account", ACCOUNTS)
    assert found is not None
    assert (found.values, found.rows, found.places, found.is_target_empty) == (1, 2, (("", 3),), False)


def test_files_of_another_institution_vouch_for_nothing(sent: Sent) -> None:
    sent.batch("other", {"accounts": [{"account": "A1"}]}, institution="J")
    view = sent.batch("b", {"transactions": [entry("A1", DAY, 1, 1)]})
    found = view.unmatched("transactions", "account", ACCOUNTS)
    assert found is not None
    assert found.is_target_empty


def test_a_holder_is_known_by_the_entry_the_account_or_the_customer(sent: Sent) -> None:
    tables = {
        "parties": [{"customer_no": "K1", "party_token": "T1"}, {"customer_no": "K2"}],
        "accounts": [
            {"account": "A2", "holder_token": "T2"},
            {"account": "A3", "customer_no": "K1"},
            {"account": "A4", "customer_no": "K2"},
        ],
        "transactions": [
            entry("A1", DAY, 1, 1, holder_token="T9"),
            entry("A2", DAY, 1, 1),
            entry("A3", DAY, 1, 1),
            entry("A4", DAY, 1, 1),
            entry("A5", DAY, 1, 1, customer_no="K1"),
            entry("A6", DAY, 1, 1),
        ],
    }
    assert sent.batch("b", tables).unidentified() == (6, 2)


def test_balances_go_on_from_the_batch_before(sent: Sent) -> None:
    sent.batch("b1", {"transactions": [entry("A1", DAY, 5, 5), entry("A1", DAY, 5, 10, 2), entry("A2", DAY, 7, 7)]})
    rows = [entry("A1", DAY + 1, 1, 11), entry("A2", DAY + 1, 1, 9), entry("A3", DAY + 1, 1, 50)]
    view = sent.batch("b2", {"transactions": rows})
    assert view.seams(DAY + 1, DAY + 1) == Seams(1, 1, (("", 3),))


def test_a_day_that_two_batches_share_proves_nothing(sent: Sent) -> None:
    sent.batch("b1", {"transactions": [entry("A1", DAY - 1, 5, 5), entry("A1", DAY, 5, 10)]})
    view = sent.batch("b2", {"transactions": [entry("A1", DAY, 1, 99)]})
    assert view.seams(DAY, DAY) == Seams(0, 0, ())


def test_failed_entries_and_unknown_balances_are_no_seam(sent: Sent) -> None:
    sent.batch("b1", {"transactions": [entry("A1", DAY, 5, 5), entry("A1", DAY, 5, 5, 2, succeeded=False)]})
    sent.batch("b0", {"transactions": [entry("A2", DAY, 5, None)]})
    view = sent.batch("b2", {"transactions": [entry("A1", DAY + 1, 1, 6), entry("A2", DAY + 1, 1, 6)]})
    assert view.seams(DAY + 1, DAY + 1) == Seams(1, 0, ())
