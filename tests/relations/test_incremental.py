"""However the rows arrive, the relations are those of one build from nothing."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fundwatch.domain.keys import key_of
from fundwatch.relations import accounts, amending
from fundwatch.relations.catalogue import catalogue

from .conftest import Row, Town, entry

ACCOUNTS = {"A": "B1", "B": "B2", "C": "B3", "KA": "B1", "D": "B1"}
"""Reported accounts and their banks; KA is a card of A. Z and Q are reported by nobody."""

# Both sides of two month ends and of a few midnights, where partitions could disagree.
INSTANTS = (
    "2025-01-20T10:00", "2025-01-31T10:00", "2025-01-31T10:03", "2025-01-31T23:57", "2025-01-31T23:59",
    "2025-02-01T00:01", "2025-02-01T00:03", "2025-02-01T12:00", "2025-02-09T09:00", "2025-02-28T23:58",
    "2025-03-01T00:02", "2025-03-05T08:00",
)  # fmt: skip


def test_a_reversal_of_next_month_reaches_the_sums_of_this_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amending, "_SHARE", 0)
    paid = entry("A", "2025-01-31T10:00", "out", 100, "Z", record_id=1)
    back = entry("A", "2025-02-03T10:00", "in", 100, "Z", record_id=2, is_reversal=True)
    town.add("transactions", paid, entry("A", "2025-02-01T10:00", "out", 700, "Z", record_id=3)).build()
    assert len(town.relation("party_day")) == 4
    built = town.add("transactions", back).build(anew=False)
    assert [row[3] for row in town.relation("party_day")] == [20120, 20120]
    assert [len(town.relation(name)) for name in ("transfers", "pair_day")] == [1, 1]
    assert [each.span for each in built if each.relation == "transfers"] == [(20122, 20122), None]


@st.composite
def entries(draw: st.DrawFn) -> list[Row]:
    """Draw entries between few accounts, with few amounts, so that legs, repeats and reversals meet."""
    rows: list[Row] = []
    for number in range(draw(st.integers(1, 14))):
        payer = draw(st.sampled_from((*ACCOUNTS, "Z")))
        payee = draw(st.sampled_from((*ACCOUNTS, "Z", "Q", "")))
        facts: Row = {
            "currency": draw(st.sampled_from(("CNY", "CNY", "CNY", "USD"))),
            "is_reversal": draw(st.integers(0, 2)) == 0,
            "succeeded": draw(st.integers(0, 9)) > 0,
            "time_precision": draw(st.sampled_from(("second", "second", "day"))),
            "sequence": draw(st.integers(1, 3)),
            "balance": draw(st.sampled_from((None, 10, 20))),
        }
        amount = draw(st.sampled_from((100, 200)))
        sides = draw(st.sampled_from(("both", "out", "in")))
        for direction, own, other in (("out", payer, payee), ("in", payee, payer)):
            if own not in ACCOUNTS or sides not in ("both", direction):
                continue
            told = draw(st.sampled_from((None, f"T{other}")))
            row = facts | {"institution": ACCOUNTS[own], "counterparty_token": told if other else None}
            row["counterparty_name"] = draw(st.sampled_from((None, "王五", "财付通")))
            row["is_cash"] = not other
            row["card"] = "KA" if own == "A" and draw(st.booleans()) else None
            record = key_of(f"{number}{direction}")
            rows.append(
                entry(own, draw(st.sampled_from(INSTANTS)), direction, amount, other or None, record_id=record, **row)
            )
    return rows


def _stock(draw: st.DrawFn) -> list[tuple[str, Row]]:
    """Draw registers, any of which may arrive late."""
    rows: list[tuple[str, Row]] = [
        (
            "accounts",
            {"institution": ACCOUNTS[name], "account": name, "account_key": key_of(name), "holder_token": f"T{name}"},
        )
        for name in draw(st.sets(st.sampled_from(("A", "B", "C", "D"))))
    ]
    if draw(st.booleans()):
        card = {"card": "KA", "card_key": key_of("KA"), "customer_no": "C7"}
        rows.append(("accounts", {"institution": "B1", "account": "A", "account_key": key_of("A")} | card))
    for subject, of in draw(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("BCD")), max_size=2)):
        link = {"subject_token": f"T{subject}", "relation": "legal_representative", "object_token": f"T{of}"}
        rows.append(("relationships", {"institution": "A1"} | link))
    if draw(st.booleans()):
        rows.append(
            ("parties", {"institution": "B1", "party_token": "TB", "customer_no": "C7", "party_type": "person"})
        )
    if draw(st.booleans()):
        firm = {"firm_token": "TD", "month": "2025-01", "lending_account": "D", "lending_account_key": key_of("D")}
        rows.append(("firm_snapshots", {"institution": "M1"} | firm))
        loan = {"principal": 100, "disbursed_day": 20120, "receiving_account_key": key_of("A")}
        rows.append(("loans", {"institution": "M1"} | loan))
    return rows


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Row], list[tuple[str, Row]], list[int], int]:
    """Draw rows, registers, the delivery in which each arrives, and a seed for the order within tables."""
    rows, stock = draw(entries()), _stock(draw)
    arrival = draw(st.lists(st.integers(0, 2), min_size=len(rows) + len(stock), max_size=len(rows) + len(stock)))
    return rows, stock, arrival, draw(st.integers(0, 99))


def _town() -> Town:
    town = Town()
    return town.add(
        "reference_fx", {"currency": "USD", "valid_from_day": 0, "valid_to_day": 99999, "cny_micro": 7_123_456}
    )


def _fill(town: Town, rows: list[Row], stock: list[tuple[str, Row]], shuffle: random.Random) -> None:
    for table in ("transactions", "accounts", "relationships", "parties", "firm_snapshots", "loans"):
        town.rows[table] = []
    for table, row in shuffle.sample(stock, len(stock)):
        town.add(table, dict(row))
    town.add("transactions", *shuffle.sample(rows, len(rows)))


def _everything(town: Town) -> dict[str, list[tuple[Any, ...]]]:
    return {each.name: town.relation(each.name) for each in catalogue() if not each.is_step}


@pytest.mark.parametrize("share", [0, 10], ids=["amended", "built"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(deliveries())
def test_split_shuffled_late_and_withdrawn_rows_give_the_same_relations(
    share: int, drawn: tuple[list[Row], list[tuple[str, Row]], list[int], int]
) -> None:
    """With a share of nought no account is too busy to be amended, and no accounts too many to be narrowed."""
    rows, stock, arrival, seed = drawn
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(amending, "_SHARE", share)
        patch.setattr(accounts, "_SHARE", share)
        _deliver(rows, stock, arrival, seed)


def _deliver(rows: list[Row], stock: list[tuple[str, Row]], arrival: list[int], seed: int) -> None:
    shuffle = random.Random(seed)
    whole, parts = _town(), _town()
    _fill(whole, rows, stock, shuffle)
    whole.build()
    # The first build holds an entry that is withdrawn afterwards, as a retracted batch would be.
    wrong = entry("A", "2025-02-01T00:02", "out", 100, "B", record_id=1, counterparty_token="TQ")
    for delivery in range(3):
        here = [row for row, when in zip(rows, arrival, strict=False) if when <= delivery]
        known = [row for row, when in zip(stock, arrival[len(rows) :], strict=True) if when <= delivery]
        _fill(parts, [*here, wrong] if delivery == 0 else here, known, shuffle)
        parts.build(anew=delivery == 0)
    expected, found = _everything(whole), _everything(parts)
    for name, relation in expected.items():
        assert found[name] == relation, name
    whole.connection.close()
    parts.connection.close()
