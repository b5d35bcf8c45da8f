"""The one order in which the entries of all pools are read, and what each pool held before and after.

Order within a pool is that of its own statements: day, then the running number of each account as its balances
prove it; accounts are laid together by the time of day. An entry without a time stands where the last timed one
before it stands, at the start of the day where there is none. A move of which the pool's own statement says nothing
comes first in its minute when it brings money and last when it takes some; without any time, first or last of the day.

Between pools a move leaves before it arrives. Where clocks contradict each other, the arrival waits for the departure.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fundwatch.domain.tracing.moves import Booking, Holding, Move, Side

UNSEEN = "unseen"
"""Kind of the payer of money that a pool must have had and nothing shows coming; its moves have numbers below 0."""
_DAY = 86_400
_Key = tuple[int, int, int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """Money that comes into a pool or leaves it."""

    party: int
    move: Move
    is_in: bool
    amount: int
    day: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Every entry in order, with what each pool holds before the first and after the last of its own."""

    entries: tuple[Entry, ...]
    opening: Mapping[int, int]
    closing: Mapping[int, int]


def timeline_of(holdings: Iterable[Holding]) -> Timeline:
    """Order the entries of pools; neither the order of holdings nor that of their moves matters.

    A known opening balance stands (an overdraft counts as nothing); where the pool pays more than it holds, the
    missing part comes in just before as unseen money. An unknown one is the least with which nothing is missing.
    """
    chains = {one.party: _chain(one) for one in sorted(holdings, key=lambda one: one.party) if not one.is_hub}
    known = {one.party: one.opening for one in holdings}
    ordered = _ordered(chains)
    opening = {party: max(0, balance) for party, balance in known.items() if party in chains and balance is not None}
    for party, least in _least(ordered).items():
        opening.setdefault(party, least)
    held = {party: opening.get(party, 0) for party in chains}
    entries: list[Entry] = []
    for entry in ordered:
        missing = 0 if entry.is_in else entry.amount - held[entry.party]
        if missing > 0:
            entries.append(_unseen(entry, missing, -1 - len(entries)))
            held[entry.party] += missing
        held[entry.party] += entry.amount if entry.is_in else -entry.amount
        entries.append(entry)
    return Timeline(tuple(entries), {party: opening.get(party, 0) for party in chains}, held)


def _unseen(entry: Entry, missing: int, number: int) -> Entry:
    """Return the money that comes in just before ``entry`` so that the pool can pay it."""
    booking = Booking(entry.day)
    nobody = Side(0, 0, UNSEEN, False, booking)
    move = Move(number, missing, nobody, Side(entry.party, 0, UNSEEN, True, booking))
    return Entry(entry.party, move, True, missing, entry.day)


def _least(ordered: Iterable[Entry]) -> dict[int, int]:
    """Return the least opening balance with which no pool ever pays more than it holds."""
    running: dict[int, int] = defaultdict(int)
    least: dict[int, int] = defaultdict(int)
    for entry in ordered:
        running[entry.party] += entry.amount if entry.is_in else -entry.amount
        least[entry.party] = max(least[entry.party], -running[entry.party])
    return dict(least)


def _chain(holding: Holding) -> list[tuple[_Key, Entry]]:
    """Return the entries of one pool in order, each with the key that places it among those of other pools."""
    by_account: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    for move in {move.move_id: move for move in holding.moves}.values():
        for is_in in (True, False):
            side = move.side(paying=not is_in)
            if side.party == holding.party and side.is_visible:
                entry = Entry(holding.party, move, is_in, move.amount, side.booking.day)
                by_account[side.booking.day, side.account].append(entry)
    placed = [one for _, entries in sorted(by_account.items()) for one in _account_day(entries)]
    return sorted(placed, key=lambda one: one[0])


def _account_day(entries: list[Entry]) -> list[tuple[_Key, Entry]]:
    placed = []
    moment = 0
    for rank, entry in sorted(((_rank(entry), entry) for entry in entries), key=lambda one: one[0]):
        booking = _side(entry).booking
        if booking.sequence is not None:
            moment = max(moment, booking.second or 0)
            placed.append((_key(entry, moment, 1, booking.sequence), entry))
        else:
            alone = booking.second if booking.second is not None else (0 if entry.is_in else _DAY)
            placed.append((_key(entry, alone, 0 if entry.is_in else 2, rank[1]), entry))
    return placed


def _rank(entry: Entry) -> tuple[int, int, int, int]:
    booking = _side(entry).booking
    return (0 if booking.sequence is None else 1, booking.sequence or 0, booking.second or 0, entry.move.move_id)


def _key(entry: Entry, moment: int, rank: int, sequence: int) -> _Key:
    return (entry.day, moment, rank, sequence, _side(entry).account, entry.move.move_id, int(entry.is_in))


def _side(entry: Entry) -> Side:
    return entry.move.side(paying=not entry.is_in)


def _ordered(chains: Mapping[int, list[tuple[_Key, Entry]]]) -> list[Entry]:
    """Merge the chains by key such that every move leaves a pool before it arrives in another."""
    leaving = {entry.move.move_id for chain in chains.values() for _, entry in chain if not entry.is_in}
    places = dict.fromkeys(chains, 0)
    ready = [(chain[0][0], party) for party, chain in chains.items() if chain]
    heapq.heapify(ready)
    waiting: dict[int, tuple[_Key, int]] = {}
    late: dict[int, Entry] = {}
    left: set[int] = set()
    ordered: list[Entry] = []

    def advance(party: int) -> None:
        places[party] += 1
        if places[party] < len(chains[party]):
            heapq.heappush(ready, (chains[party][places[party]][0], party))

    while ready or waiting:
        if not ready:
            # Every pool waits for another: clocks contradict. The earliest arrival is put off until its departure.
            identity = min(waiting, key=lambda one: waiting[one])
            _, party = waiting.pop(identity)
            late[identity] = chains[party][places[party]][1]
            advance(party)
            continue
        key, party = heapq.heappop(ready)
        entry = chains[party][places[party]][1]
        identity = entry.move.move_id
        if entry.is_in and identity in leaving and identity not in left:
            waiting[identity] = (key, party)
            continue
        ordered.append(entry)
        advance(party)
        if not entry.is_in:
            left.add(identity)
            if identity in late:
                ordered.append(late.pop(identity))
            if identity in waiting:
                heapq.heappush(ready, waiting.pop(identity))
    return ordered
