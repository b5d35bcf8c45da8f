"""Idle money: most put it away twice a month, people of small means spend it the day they have it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from fundwatch.city.accounts import CASH
from fundwatch.city.clock import Manner
from fundwatch.city.journal import Ints
from fundwatch.city.world import World

_FORTNIGHT = 15
_SPARE = 2_000_00
"""What a group that pays out leaves in its tills beyond its dues (fen)."""
_LATE = 22 * 3600
_PURSE = 600_00
"""What people of small means leave in the account overnight (fen)."""


def hand_to_mouth(world: World) -> None:
    """Let people of small means draw what exceeds a small sum each night, and borrow a little when they lack."""
    day, source, target, amount, _ = world.journal.snapshot()
    for person in sorted(world.frugal):
        account = world.main(person)
        net: dict[int, int] = defaultdict(int)
        for sign, side in ((1, target), (-1, source)):
            for place in np.flatnonzero(side == account):
                net[int(day[place])] += sign * int(amount[place])
        held = 0
        for when in sorted(net):
            held += net[when]
            if held > _PURSE:
                drawn = (held - _PURSE // 2) // 10_000 * 10_000
                second = world.between(22 * 3600 + 1800, 24 * 3600 - 1)
                world.journal.pay(when, account, CASH, drawn, "取现", manner=Manner.CASH_OUT, second=second)
                held -= drawn
            elif held < 0:
                lent = -(held // 10_000) * 10_000
                second = world.between(6 * 3600, 7 * 3600)
                world.journal.pay(when, world.outsider(), account, lent, remark="借款", second=second)
                held += lent


def empty_tills(world: World) -> None:
    """Let groups that pay out regularly spend what ordinary life leaves with them beyond the dues of four days."""
    day, source, target, amount, _ = world.journal.snapshot()
    for till in world.tills:
        own = np.array(till.accounts)
        net = np.zeros(world.calendar.days, dtype=np.int64)
        for sign, side in ((1, target), (-1, source)):
            inside = np.isin(side, own)
            np.add.at(net, day[inside] - world.calendar.first, sign * amount[inside])
        held = 0
        for place, change in enumerate(net):
            when = world.calendar.first + place
            held += int(change)
            spare = held - sum(till.due.get(when + later, 0) for later in range(1, 5))
            if spare > _SPARE:
                drawn = spare // 10_000 * 10_000
                world.journal.pay(when, till.payer, world.outsider(), drawn, remark="往来款", second=_LATE)
                held -= drawn


def tidy(world: World, spared: frozenset[int]) -> None:
    """Let everybody put idle money into deposits and products, and take it back when short, twice a month.

    What an account gathers beyond its comfort goes to the wealth body, what it lacks comes from there, so that
    balances wander about a level of their own instead of growing for ever. ``spared`` accounts are left alone.
    """
    rng, span = world.rng, world.calendar
    day, source, target, amount, _ = world.journal.snapshot()
    accounts = world.book.accounts
    comfort = np.array([account.comfort for account in accounts], dtype=np.int64)
    active = np.array([account.reported and account.index not in spared for account in accounts])
    carried: Ints = np.zeros(len(accounts), dtype=np.int64)
    length = _FORTNIGHT
    for start in range(span.first, span.last - length + 1, length):
        inside = (day >= start) & (day < start + length)
        carried += np.bincount(target[inside], amount[inside], len(accounts)).astype(np.int64)
        carried -= np.bincount(source[inside], amount[inside], len(accounts)).astype(np.int64)
        for short in (False, True):
            gap = -carried if short else carried
            chosen = np.flatnonzero(active & (gap > comfort) & (rng.random(len(accounts)) < 0.8))
            moved = gap[chosen] // 100_000 * 100_000
            when = start + length + rng.integers(0, 3, len(chosen))
            when = np.minimum(when, span.last)
            body = world.body("wealth")
            if short:
                world.journal.pay_many(when, body, chosen, moved, "赎回", remarks=("理财赎回",))
            else:
                world.journal.pay_many(when, chosen, body, moved, "理财申购", remarks=("活期理财",))
            carried[chosen] += moved if short else -moved
