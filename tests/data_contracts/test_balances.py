"""Balances prove direction, order and completeness, or name what is wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.chains import Entry, chain, patched
from data_contracts.checking import Checked, Sender
from fundwatch.domain.keys import key_of
from fundwatch.domain.receipts import Level, Verdict

from .statements34 import Row, statement, write

Check = Callable[..., Checked]
Typed = Callable[..., list[tuple[Any, ...]]]


def codes(result: Checked) -> list[str]:
    return [fault.code for fault in result.receipt.batch_faults]


def test_swapped_debit_and_credit_reject_the_batch(tmp_path: Path, checked: Check) -> None:
    swapped = [row | {"收付标志": {"贷": "借", "借": "贷"}[row["收付标志"]]} for row in statement(100, accounts=3)]
    result = checked(write(tmp_path / "a.csv", swapped))
    assert result.receipt.verdict is Verdict.REJECTED
    assert "B006" in codes(result)
    assert result.rows is None
    ledger = Sender("610900-B01", "bank", {"direction": "ledger"})
    assert checked(write(tmp_path / "a.csv", swapped), institution=ledger).receipt.verdict is Verdict.ACCEPTED


def test_missing_rows_reject_the_batch(tmp_path: Path, checked: Check) -> None:
    rows = [row for place, row in enumerate(statement(200, accounts=2)) if place % 10]
    result = checked(write(tmp_path / "a.csv", rows))
    assert result.receipt.verdict is Verdict.REJECTED
    assert "B008" in codes(result)


def test_rows_kept_out_do_not_count_against_the_rest(tmp_path: Path, checked: Check) -> None:
    rows = statement(60)
    for place in (10, 20, 30, 40):
        rows[place]["交易金额"] = "坏"
    result = checked(write(tmp_path / "a.csv", rows))
    assert result.receipt.verdict is Verdict.QUARANTINE
    assert not [fault for fault in result.receipt.faults if fault.level is Level.WARNING]


def test_a_single_break_is_a_warning_on_its_row(tmp_path: Path, checked: Check) -> None:
    rows = statement(200)
    del rows[100]
    result = checked(write(tmp_path / "a.csv", rows))
    assert result.receipt.verdict is Verdict.ACCEPTED
    warned = [(fault.row, fault.column) for fault in result.receipt.faults if fault.code == "F032"]
    assert warned == [(102, "G")]


def test_newest_first_is_read_in_the_proven_order(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(50, minutes=0)
    forward = dict(typed(checked(write(tmp_path / "a.csv", rows)), "serial, sequence"))
    backward = checked(write(tmp_path / "b.csv", rows[::-1]))
    assert backward.receipt.verdict is Verdict.ACCEPTED
    assert dict(typed(backward, "serial, sequence")) == forward
    assert "B013" in codes(backward)


def test_rows_shuffled_within_one_instant_are_put_in_order(tmp_path: Path, checked: Check, typed: Typed) -> None:
    rows = statement(60, minutes=0)
    forward = dict(typed(checked(write(tmp_path / "a.csv", rows)), "serial, sequence"))
    shuffled = rows[:1] + random.Random(3).sample(rows[1:], 59)
    result = checked(write(tmp_path / "b.csv", shuffled), opening={(key_of(rows[0]["交易账号"]), "CNY"): 1_000_000})
    assert result.receipt.verdict is Verdict.ACCEPTED, result.receipt.batch_faults
    assert dict(typed(result, "serial, sequence")) == forward


def test_an_opening_balance_makes_the_first_row_checkable(tmp_path: Path, checked: Check) -> None:
    rows = statement(20)
    key = (key_of(rows[0]["交易账号"]), "CNY")
    for opening, warned in ((1_000_000, False), (999_999, True)):
        rows_of = checked(write(tmp_path / "a.csv", statement(80)), opening={key: opening})
        assert any(fault.row == 2 and fault.code == "F032" for fault in rows_of.receipt.faults) is warned


def test_without_balances_the_receipt_says_that_nothing_is_proven(tmp_path: Path, checked: Check) -> None:
    result = checked(write(tmp_path / "a.csv", [row | {"交易余额": ""} for row in statement(10)]))
    assert result.receipt.verdict is Verdict.ACCEPTED
    assert {"B009", "B011"} <= set(codes(result))


def test_balances_missing_in_between_do_not_break_the_proof(tmp_path: Path, checked: Check) -> None:
    rows: list[Row] = [row | ({} if place % 3 else {"交易余额": ""}) for place, row in enumerate(statement(90))]
    result = checked(write(tmp_path / "a.csv", rows))
    assert result.receipt.verdict is Verdict.ACCEPTED
    assert "B018" in codes(result)


def entries_of(opening: int, deltas: list[int]) -> list[Entry]:
    balance, found = opening, []
    for row, delta in enumerate(deltas):
        balance += delta
        found.append(Entry(row, delta, balance))
    return found


def follows(entries: list[Entry], opening: int | None, tolerance: int) -> bool:
    balance = opening
    for entry in entries:
        if balance is not None and abs(entry.before - balance) > tolerance:
            return False
        balance = entry.balance
    return True


deltas = st.lists(st.integers(-5, 5).filter(bool), min_size=1, max_size=10)


@given(deltas, st.randoms(use_true_random=False), st.booleans())
def test_any_shuffle_of_a_true_sequence_is_put_into_one_that_follows(
    moves: list[int], shuffler: random.Random, is_known: bool
) -> None:
    entries = entries_of(100, moves)
    opening = 100 if is_known else None
    shuffled = shuffler.sample(entries, len(entries))
    found = chain(shuffled, opening, 0)
    assert found is not None
    assert sorted(entry.row for entry in found) == list(range(len(moves)))
    assert follows(found, opening, 0)


@given(deltas, st.integers(0, 10), st.randoms(use_true_random=False))
def test_rounded_balances_are_chained_within_tolerance(
    moves: list[int], tolerance: int, shuffler: random.Random
) -> None:
    exact = entries_of(0, [move * 1000 for move in moves])
    rounded = [Entry(entry.row, entry.delta, entry.balance + shuffler.randint(0, tolerance // 2)) for entry in exact]
    found = chain(shuffler.sample(rounded, len(rounded)), 0, tolerance)
    assert found is not None
    assert follows(found, 0, tolerance)


def test_what_follows_decides_where_a_circle_begins() -> None:
    circle = [Entry(0, 50, 150), Entry(1, -50, 100)]
    assert [entry.row for entry in chain(circle, None, 0, frozenset({150})) or []] == [1, 0]
    assert [entry.row for entry in chain(circle, None, 0, frozenset({100})) or []] == [0, 1]


def test_entries_of_two_pieces_have_no_chain_but_keep_their_pieces() -> None:
    pieces = [Entry(0, 10, 910), Entry(1, 5, 105), Entry(2, 10, 920), Entry(3, 5, 110)]
    assert chain(pieces, 100, 0) is None
    assert [entry.row for entry in patched(pieces, 100, 0)] == [1, 3, 0, 2]


@pytest.mark.parametrize("size", [400])
def test_a_long_day_is_chained(size: int) -> None:
    draw = random.Random(5)
    entries = entries_of(0, [draw.randrange(1, 10**6) * draw.choice((-1, 1)) for _ in range(size)])
    found = chain(draw.sample(entries, size), 0, 0)
    assert found is not None
    assert follows(found, 0, 0)
