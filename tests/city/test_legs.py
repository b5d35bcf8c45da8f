"""Balances and legs: exact to the fen, in the order of the file."""

from __future__ import annotations

import numpy as np

from fundwatch.city.houses import houses_of
from fundwatch.city.journal import Status
from fundwatch.city.layouts.canonical import as_canonical
from fundwatch.city.layouts.query import as_34_columns
from fundwatch.city.statements import rows_of
from tests.city.conftest import Made


def test_every_account_adds_up_row_by_row(village: Made) -> None:
    legs, opening = village.legs, np.asarray(village.openings)
    running: dict[int, int] = {}
    for own, amount, incoming, failed, balance in zip(
        legs.own, legs.amount, legs.incoming, legs.failed, legs.balance, strict=True
    ):
        before = running.get(int(own), int(opening[own]))
        after = before if failed else before + (int(amount) if incoming else -int(amount))
        assert after == balance
        running[int(own)] = after


def test_no_account_is_overdrawn_and_each_bank_is_in_time_order(village: Made) -> None:
    legs = village.legs
    assert legs.balance.min() >= 0
    for bank in range(3):
        assert (np.diff(legs.at[legs.bank == bank]) >= 0).all()


def test_both_legs_of_a_transfer_fall_on_one_day_and_agree_in_amount(village: Made) -> None:
    legs, entries = village.legs, village.entries
    booked = entries.status[legs.entry] == Status.BOOKED
    entry, day, amount = legs.entry[booked], legs.at[booked] // 86400, legs.amount[booked]
    assert (amount == entries.amount[entry]).all()
    assert (day == entries.at[entry] // 86400).all()
    assert np.bincount(entry).max() == 2


def test_a_reversal_nets_out_and_a_failure_moves_nothing(village: Made) -> None:
    legs, entries = village.legs, village.entries
    undone = np.flatnonzero(entries.status == Status.REVERSED)
    assert len(undone) > 0
    for entry in undone:
        assert legs.amount[legs.entry == entry].sum() == 0
    assert legs.failed.sum() > 0


def test_the_two_layouts_tell_the_same(village: Made) -> None:
    """A reversal is a negative amount in one and a turned direction in the other; the effect is one."""
    frame = rows_of(village.world, village.entries, village.legs, houses_of(village.world))[2]
    listed, canonical = as_34_columns(frame, incoming="进", outgoing="出", currency="CNY"), as_canonical(frame)
    for text, mark, amount, direction, reversal in zip(
        listed["交易金额"],
        listed["收付标志"],
        canonical["amount"],
        canonical["direction"],
        canonical["is_reversal"],
        strict=True,
    ):
        signed = round(float(text) * 100) * (1 if mark == "进" else -1)
        assert signed == amount * (1 if direction == "in" else -1)
        assert reversal == text.startswith("-")
