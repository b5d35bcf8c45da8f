"""The default thresholds of the typologies in plain Python: slow, obvious, and written apart from the rules."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, pstdev

import numpy as np

from fundwatch.city.accounts import BANK_OWN, CASH
from fundwatch.city.calendar import is_working
from fundwatch.city.legs import Legs
from fundwatch.city.truth import Subject
from fundwatch.city.world import World
from fundwatch.domain.keys import month_of

YUAN = 100


@dataclass(frozen=True, slots=True)
class Move:
    """One movement between the group and somebody outside it."""

    day: int
    second: int
    incoming: bool
    other: int  # party; -1 for cash and the bank itself
    account: int  # other account
    fen: int
    person: bool


def moves_of(world: World, entries: object, subject: Subject) -> list[Move]:
    """Return the booked movements of the leading control group with others, ordinary life included, in time order."""
    first = subject.parties[0]
    if world.party(first).kind not in ("person", "firm"):
        group: tuple[int, ...] = (first,)  # a public body has no owner
    else:
        group = world.household(first) if world.party(first).is_person else world.control_group(first)
    own = {account for party in group for account in world.book.by_party.get(party, [])}
    inside = np.array(sorted(own))
    at, source, target = entries.at, entries.source, entries.target  # type: ignore[attr-defined]
    mine = (np.isin(source, inside) ^ np.isin(target, inside)) & (entries.status == 0)  # type: ignore[attr-defined]
    found = []
    for place in np.flatnonzero(mine):
        incoming = int(target[place]) in own
        account = int(source[place] if incoming else target[place])
        party = world.account(account).party
        person = party >= 0 and world.party(party).is_person
        if account == BANK_OWN:
            continue
        found.append(
            Move(
                int(at[place]) // 86400,
                int(at[place]) % 86400,
                incoming,
                party,
                account,
                int(entries.amount[place]),
                person,
            )  # type: ignore[attr-defined]
        )
    return found


def fan_in(moves: list[Move], days: int = 30) -> bool:
    """T01: 30 payers, 200,000 in, 60 % out, 70 % of it to three."""
    for last in sorted({move.day for move in moves}):
        window = [move for move in moves if last - days < move.day <= last]
        paid = [move for move in window if move.incoming and move.person]
        out: dict[int, int] = defaultdict(int)
        for move in window:
            if not move.incoming:
                out[move.other] += move.fen
        total_in = sum(move.fen for move in window if move.incoming)
        total_out = sum(out.values())
        top = sum(sorted(out.values())[-3:])
        if (
            len({move.other for move in paid}) >= 30
            and sum(move.fen for move in paid) >= 200_000 * YUAN
            and total_out >= 0.6 * total_in
            and top >= 0.7 * total_out
        ):
            return True
    return False


def return_pairs(moves: list[Move]) -> list[float]:
    """T08: mean rate of each person with three regular, proportional returns."""
    by_person: dict[int, list[Move]] = defaultdict(list)
    for move in moves:
        if move.person:
            by_person[move.other].append(move)
    rates = []
    for own in by_person.values():
        principal, ratios, days = 0, [], []
        for move in own:
            if move.incoming:
                principal += move.fen
            elif principal >= 1000 * YUAN and 0.002 <= move.fen / principal <= 0.15:
                ratios.append(move.fen / principal)
                days.append(move.day)
        gaps = np.diff(days)
        if len(ratios) >= 3 and len(gaps):
            middle = float(median(gaps))
            regular = float(np.median(np.abs(gaps - middle))) <= 3 and any(
                low <= middle <= high for low, high in ((1, 1), (6, 8), (14, 16), (27, 33), (85, 95))
            )
            mean = sum(ratios) / len(ratios)
            if regular and pstdev(ratios) / mean <= 0.15:
                rates.append(mean)
    return rates


def periodic_returns(moves: list[Move]) -> bool:
    """T08: ten such pairs, 40 % of them at one rate (0.1 percentage points)."""
    rates = return_pairs(moves)
    bins: dict[int, int] = defaultdict(int)
    for rate in rates:
        bins[round(rate * 1000)] += 1
    return len(rates) >= 10 and max(bins.values()) >= 0.4 * len(rates)


def ponzi(moves: list[Move]) -> bool:
    """T10: two months running with operating inflow of a tenth at most and returns paid from a week's deposits."""
    payers = {move.other for move in moves if move.incoming and move.person}
    held: deque[list[int]] = deque()  # [day, fen, from a person]
    inflow, operating, returned, fresh = (defaultdict(int) for _ in range(4))
    for move in moves:
        month = month_of(move.day)
        if move.incoming:
            inflow[month] += move.fen
            operating[month] += 0 if move.person else move.fen
            held.append([move.day, move.fen, int(move.person)])
            continue
        is_return, rest = move.person and move.other in payers, move.fen
        returned[month] += move.fen if is_return else 0
        while rest and held:
            used = min(rest, held[0][1])
            if is_return and held[0][2] and move.day - held[0][0] <= 7:
                fresh[month] += used
            held[0][1] -= used
            rest -= used
            if not held[0][1]:
                held.popleft()
    months = sorted(inflow)
    good = [operating[m] <= 0.1 * inflow[m] and returned[m] > 0 and fresh[m] >= 0.7 * returned[m] for m in months]
    return any(a and b for a, b in pairwise(good))


def pass_through(moves: list[Move], closing: dict[int, int]) -> bool:
    """T13: five days in thirty with 50,000 in, as much out, and nearly nothing left."""
    totals: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for move in moves:
        totals[move.day][0 if move.incoming else 1] += move.fen
    days = [
        day
        for day, (incoming, outgoing) in sorted(totals.items())
        if incoming >= 50_000 * YUAN
        and 0.9 <= outgoing / incoming <= 1.1
        and closing.get(day, 0) <= max(1000 * YUAN, incoming // 20)
    ]
    return any(sum(first <= day < first + 30 for day in days) >= 5 for first in days)


def structuring(moves: list[Move]) -> bool:
    """T15: three cash entries of 40,000 to 50,000 within five working days, no day's total at 50,000."""
    for incoming in (True, False):
        totals: dict[int, int] = defaultdict(int)
        near: dict[int, int] = defaultdict(int)
        for move in moves:
            if move.account == CASH and move.incoming == incoming:
                totals[move.day] += move.fen
                near[move.day] += 40_000 * YUAN <= move.fen < 50_000 * YUAN
        for first in near:
            working = [day for day in range(first, first + 7) if is_working(day)][:5]
            days = [day for day in working if near.get(day) and totals[day] < 50_000 * YUAN]
            if sum(near[day] for day in days) >= 3:
                return True
    return False


def cycle(world: World, entries: object, subject: Subject) -> bool:
    """T18: a time-respecting cycle of the subject's stations within ten days, 50,000 and more, a fifth lost at most."""
    tagged = np.flatnonzero(entries.tag == subject.tag)  # type: ignore[attr-defined]
    hops = [
        (int(entries.at[p]), int(entries.source[p]), int(entries.target[p]), int(entries.amount[p]))  # type: ignore[attr-defined]
        for p in tagged
    ]
    for start in hops:
        path, here = [start], start
        while True:
            following = [h for h in hops if h[0] > here[0] and h[1] == here[2] and h[0] <= start[0] + 10 * 86400]
            if not following:
                break
            here = following[0]
            path.append(here)
            if here[2] == start[1]:
                amounts = [hop[3] for hop in path]
                if min(amounts) >= 50_000 * YUAN and min(amounts) >= 0.8 * max(amounts):
                    return True
                break
            if len(path) > 6:
                break
    return False


def closing_balances(world: World, legs: Legs, subject: Subject) -> dict[int, int]:
    """Return the group's balance at the end of each day on which one of its accounts moved."""
    own = [account for party in subject.parties for account in world.book.reported_of(party)]
    changes: dict[int, dict[int, int]] = defaultdict(dict)
    for place in np.flatnonzero(np.isin(legs.own, own)):
        changes[int(legs.at[place]) // 86400][int(legs.own[place])] = int(legs.balance[place])
    known: dict[int, int] = {}
    closing = {}
    for day in sorted(changes):
        known |= changes[day]
        closing[day] = sum(known.values())
    return closing
