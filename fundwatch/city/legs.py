"""From movements to what banks see: one leg for each reported side, with exact running balances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fundwatch.city.accounts import CASH
from fundwatch.city.journal import Entries, Ints, Status
from fundwatch.city.world import World

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Legs:
    """Statement rows of all reporting banks, by bank then time; money in fen.

    ``amount`` is what the column shows: a reversal repeats the direction with a negative amount. ``balance`` is the
    account's balance after the row; a failed row leaves it as it was. ``entry`` indexes the journal's entries.
    """

    entry: Ints
    bank: Ints
    own: Ints
    other: Ints
    at: Ints
    incoming: Ints
    amount: Ints
    balance: Ints
    failed: Ints
    serial: Ints

    def __len__(self) -> int:
        return len(self.entry)


def _raw(entries: Entries, bank_of: Ints, reported: Ints, rng: np.random.Generator) -> list[Ints]:
    """Return [entry, own, other, at, incoming, amount, order] of all legs, unordered."""
    paying = np.flatnonzero(reported[entries.source])
    undone = paying[entries.status[paying] == Status.REVERSED]
    seen = (entries.status == Status.BOOKED) & (reported[entries.target] == 1)
    receiving = np.flatnonzero(seen)
    abroad = bank_of[entries.source[receiving]] != bank_of[entries.target[receiving]]
    delay = np.where(abroad & (entries.source[receiving] != CASH), rng.integers(0, 45, len(receiving)), 0)
    arrival = entries.at[receiving] + delay
    # A transfer is booked on one day by both banks, however late it is sent.
    arrival = np.minimum(arrival, entries.at[receiving] // _DAY * _DAY + _DAY - 1)
    back = np.minimum(
        entries.at[undone] + rng.integers(30, 600, len(undone)), entries.at[undone] // _DAY * _DAY + _DAY - 1
    )
    parts = (
        (paying, entries.source[paying], entries.target[paying], entries.at[paying], 0, entries.amount[paying], 0),
        (receiving, entries.target[receiving], entries.source[receiving], arrival, 1, entries.amount[receiving], 1),
        (undone, entries.source[undone], entries.target[undone], back, 0, -entries.amount[undone], 2),
    )
    columns: list[Ints] = []
    for place in range(7):
        filled = [np.broadcast_to(np.asarray(part[place], dtype=np.int64), part[0].shape) for part in parts]
        columns.append(np.concatenate(filled))
    return columns


def balances(world: World, own: Ints, effect: Ints, openings: dict[int, int]) -> tuple[Ints, Ints]:
    """Return balance after each row and opening balance by account; rows stand in the order of their account's book.

    The opening is the least that keeps the account at or above its cushion, unless ``openings`` names a higher one.
    """
    order = np.argsort(own, kind="stable")
    running = np.cumsum(effect[order])
    sorted_own = own[order]
    starts = np.flatnonzero(np.r_[True, sorted_own[1:] != sorted_own[:-1]])
    lengths = np.diff(np.r_[starts, len(sorted_own)])
    before = running[starts] - effect[order][starts]
    running = running - np.repeat(before, lengths)
    lowest = np.minimum(np.minimum.reduceat(running, starts), 0)
    opening: Ints = np.array([account.cushion for account in world.book.accounts], dtype=np.int64)
    opening[sorted_own[starts]] -= lowest
    for account, least in openings.items():
        opening[account] = max(least, opening[account] - world.account(account).cushion)
    balance = np.empty_like(running)
    balance[order] = running + np.repeat(opening[sorted_own[starts]], lengths)
    return balance, opening


def legs_of(world: World, entries: Entries, openings: dict[int, int]) -> tuple[Legs, Ints]:
    """Return the legs of all reporting banks and the opening balance of every account (fen)."""
    accounts = world.book.accounts
    bank_of = np.array([account.bank for account in accounts], dtype=np.int64)
    reported = np.array([account.reported for account in accounts], dtype=np.int64)
    entry, own, other, at, incoming, amount, step = _raw(entries, bank_of, reported, world.rng)
    order = np.lexsort((step, entry, at, bank_of[own]))
    entry, own, other, at, incoming, amount = (part[order] for part in (entry, own, other, at, incoming, amount))
    failed = (entries.status[entry] == Status.FAILED).astype(np.int64)
    effect = np.where(failed == 1, 0, np.where(incoming == 1, amount, -amount))
    balance, opening = balances(world, own, effect, openings)
    serial = np.arange(1, len(entry) + 1, dtype=np.int64)
    return Legs(entry, bank_of[own], own, other, at, incoming, amount, balance, failed, serial), opening
