"""Entries of two banks become one-to-one transfers between parties."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fundwatch.domain.keys import day_number, key_of

from .conftest import Row, Town, entry


def _both(town: Town) -> Town:
    return town.account("A", "TA").account("B", "TB", institution="B2")


def _edges(town: Town) -> list[tuple[Any, ...]]:
    return town.ask("SELECT out_record, in_record FROM transfers ORDER BY ALL")


def _legs(*instants: str, **more: Any) -> list[Row]:
    """Entries of A → B: ``>`` marks the payer's leg, ``<`` the payee's."""
    rows = []
    for number, instant in enumerate(instants, start=1):
        if instant[0] == ">":
            rows.append(entry("A", instant[1:], "out", 5000, "B", record_id=number, **more))
        else:
            rows.append(entry("B", instant[1:], "in", 5000, "A", record_id=number, institution="B2", **more))
    return rows


@pytest.mark.parametrize(
    ("legs", "edges"),
    [
        pytest.param([">2025-01-05T10:00", "<2025-01-05T10:04"], [(1, 2)], id="within five minutes"),
        pytest.param([">2025-01-05T10:00", "<2025-01-05T18:00"], [(1, 2)], id="same day"),
        pytest.param([">2025-01-05T10:00", "<2025-01-06T10:00"], [(1, None), (None, 2)], id="another day"),
        pytest.param([">2025-01-05T23:58", "<2025-01-06T00:01"], [(1, 2)], id="across midnight"),
        pytest.param(["<2025-01-31T23:58", ">2025-02-01T00:01"], [(2, 1)], id="received first, across months"),
        pytest.param(
            [">2025-01-05T23:56", "<2025-01-06T00:03"], [(1, None), (None, 2)], id="seven minutes over midnight"
        ),
        pytest.param(
            [">2025-01-05T09:00", ">2025-01-05T15:00", "<2025-01-05T15:01"], [(1, None), (2, 3)], id="nearest of two"
        ),
        pytest.param(
            [">2025-01-05T09:00", "<2025-01-05T09:01", ">2025-01-05T09:02", "<2025-01-05T09:03"],
            [(1, 2), (3, 4)],
            id="k-th with k-th",
        ),
        pytest.param(
            [">2025-01-05T23:58", "<2025-01-06T00:01", ">2025-01-06T23:58", "<2025-01-07T00:01"],
            [(1, 2), (3, 4)],
            id="every midnight",
        ),
        pytest.param(
            [">2025-01-05T10:00", ">2025-01-05T10:00"], [(1, None), (2, None)], id="two real payments, one bank"
        ),
    ],
)
def test_pairing(town: Town, legs: list[str], edges: list[tuple[int | None, int | None]]) -> None:
    _both(town).add("transactions", *_legs(*legs))
    town.build()
    assert sorted(_edges(town), key=str) == sorted(edges, key=str)


def test_entries_without_a_clock_pair_within_the_day(town: Town) -> None:
    rows = _legs(">2025-01-05T00:00", "<2025-01-05T14:00")
    rows[0]["time_precision"] = "day"
    _both(town).add("transactions", *rows)
    town.build()
    assert _edges(town) == [(1, 2)]


def test_a_pair_is_told_by_the_payer_and_completed_by_the_payee(town: Town) -> None:
    rows = _legs(">2025-01-05T10:00", "<2025-01-05T10:01")
    rows[0]["summary"], rows[1]["remark"] = "转账", "货款"
    _both(town).add("transactions", *rows)
    town.build()
    found = town.ask("SELECT transfer_id, legs, transfers.at, from_party, to_party, amount_cny, remark FROM transfers")
    assert found == [(1, 2, rows[0]["booked_at"], key_of("TA"), key_of("TB"), 5000, "转账 货款")]


def test_legs_by_card_and_by_account_number_pair(town: Town) -> None:
    town.account("A", "TA", card="KA").account("B", "TB", institution="B2", card="KB")
    town.add(
        "transactions",
        entry("KA", "2025-01-05T10:00", "out", 5000, "B", record_id=1),
        entry("B", "2025-01-05T10:00", "in", 5000, "A", record_id=2, institution="B2"),
    )
    town.build()
    assert _edges(town) == [(1, 2)]


def test_failed_reversed_and_own_account_moves_are_out(town: Town) -> None:
    _both(town).account("A2", "TA", institution="B2")
    town.add(
        "transactions",
        entry("A", "2025-01-05T10:00", "out", 100, "B", succeeded=False),
        entry("A", "2025-01-05T11:00", "out", 200, "A2"),
        entry("A2", "2025-01-05T11:00", "in", 200, "A", institution="B2"),
        entry("A", "2025-01-30T11:00", "out", 300, "B", record_id=7),
        entry("A", "2025-01-30T12:00", "out", 300, "B", sequence=2),
        entry("A", "2025-02-02T09:00", "in", 300, "B", is_reversal=True),
    )
    town.build()
    assert _edges(town) == [(7, None)]


def test_each_reversal_undoes_one_entry_and_not_beyond_ten_days(town: Town) -> None:
    def paid(at: str, record: int) -> Row:
        return entry("A", at, "out", 300, "Z", record_id=record)

    def back(at: str, sequence: int = 5) -> Row:
        return entry("A", at, "in", 300, "Z", is_reversal=True, sequence=sequence)

    town.add("transactions", paid("2025-01-01T10:00", 1), paid("2025-01-10T10:00", 2), paid("2025-01-11T10:00", 3))
    town.add("transactions", back("2025-01-12T10:00"), back("2025-01-12T10:00", 6), back("2025-01-12T10:00", 7))
    town.build()
    assert _edges(town) == [(1, None)]


def test_cash_bank_entries_and_the_unnamed_have_key_zero(town: Town) -> None:
    town.add(
        "transactions",
        entry("A", "2025-01-05T10:00", "in", 100, is_cash=True),
        entry("A", "2025-01-05T11:00", "in", 200, "A", is_cash=True),
        entry("A", "2025-01-05T12:00", "in", 300, summary="批量结息"),
        entry("A", "2025-01-05T13:00", "out", 400, summary="转账"),
        entry("A", "2025-01-05T14:00", "out", 500, remark="手续费"),
        entry("A", "2025-01-05T15:00", "out", 600, "Z", summary="手续费"),
    )
    town.build()
    found = town.ask("SELECT amount, from_party = 0, to_party = 0, from_kind, to_kind FROM transfers ORDER BY amount")
    assert found == [
        (100, True, False, "cash", "unknown"),
        (200, True, False, "cash", "unknown"),
        (300, True, False, "bank", "unknown"),
        (400, False, True, "unknown", "unknown"),
        (500, False, True, "unknown", "unknown"),
        (600, False, False, "unknown", "unknown"),
    ]
    kinds = town.ask("SELECT from_kind, to_kind, amount_cny FROM pair_day WHERE from_party = 0 ORDER BY ALL")
    assert kinds == [("bank", "unknown", 300), ("cash", "unknown", 300)]


def test_foreign_money_is_valued_by_the_day_and_rounded_half_up(town: Town) -> None:
    town.add(
        "reference_fx",
        {"currency": "USD", "valid_from_day": 0, "valid_to_day": day_number(date(2025, 1, 5)), "cny_micro": 7_000_000},
        {
            "currency": "USD",
            "valid_from_day": day_number(date(2025, 1, 6)),
            "valid_to_day": 99999,
            "cny_micro": 7_500_000,
        },
    )
    town.add(
        "transactions",
        entry("A", "2025-01-05T10:00", "in", 3, "Z", currency="USD"),
        entry("A", "2025-01-06T10:00", "in", 3, "Z", currency="USD"),
        entry("A", "2025-01-06T10:00", "in", 2_000_000_001, "Z", currency="USD"),
        entry("A", "2025-01-06T10:00", "in", 3, "Z", currency="JPY"),
    )
    town.build()
    assert town.ask("SELECT currency, amount_cny FROM transfers ORDER BY ALL") == [
        ("JPY", None),
        ("USD", 21),
        ("USD", 23),
        ("USD", 15_000_000_008),
    ]
    assert town.ask("SELECT DISTINCT unvalued_count FROM party_day ORDER BY 1") == [(0,), (1,)]


def test_declared_loans_are_marked(town: Town) -> None:
    town.account("C", "TC")
    day = day_number(date(2025, 2, 1))
    town.add(
        "firm_snapshots",
        {
            "institution": "M1",
            "firm_token": "TM",
            "month": "2025-01",
            "lending_account": "L",
            "lending_account_key": key_of("L"),
        },
    )
    town.add(
        "loans",
        {"institution": "M1", "principal": 90000, "disbursed_day": day, "receiving_account_key": key_of("C")},
    )
    town.add(
        "loan_flows",
        {
            "institution": "M1",
            "flow_type": "repayment",
            "flow_day": day + 20,
            "paid_principal": 900,
            "paid_interest": 100,
            "payer_account_key": key_of("C"),
        },
    )
    town.add(
        "transactions",
        entry("C", "2025-01-29T10:00", "in", 90000, "L"),
        entry("C", "2025-01-28T10:00", "in", 90000, "L"),
        entry("C", "2025-02-22T10:00", "out", 1000, "L"),
        entry("C", "2025-02-22T10:00", "out", 1000, "Q"),
        entry("C", "2025-02-21T10:00", "in", 1000, "L"),
    )
    town.build()
    assert town.ask("SELECT amount, day, to_account = 0 OR is_loan FROM transfers WHERE is_loan ORDER BY ALL") == [
        (1000, day_number(date(2025, 2, 22)), True),
        (90000, day_number(date(2025, 1, 29)), True),
    ]


def test_party_day_sums_sides_and_closes_each_account(town: Town) -> None:
    town.account("A1", "TA").account("A2", "TA").account("P", "TP", account_name="王五")
    town.add("parties", {"institution": "B1", "party_token": "TP", "party_type": "person"})
    town.add(
        "transactions",
        entry("A1", "2025-01-05T09:00", "in", 1000, "P", balance=1000),
        entry("P", "2025-01-05T09:00", "out", 1000, "A1", balance=7),
        entry("A1", "2025-01-05T10:00", "out", 400, is_cash=True, balance=600, sequence=2),
        entry("A2", "2025-01-05T11:00", "in", 50, "Z", balance=50),
    )
    town.build()
    found = town.ask(
        "SELECT in_cny, out_cny, person_in_cny, person_out_cny, cash_in_cny, cash_out_cny, in_count, out_count,"
        f" unvalued_count, closing_balance FROM party_day WHERE party_key = {key_of('TA')}"
    )
    assert found == [(1050, 400, 1000, 0, 0, 400, 2, 1, 0, 650)]
    assert town.ask(f"SELECT amount_cny, transfers FROM pair_day WHERE from_party = {key_of('TP')}") == [(1000, 1)]
