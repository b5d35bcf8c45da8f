"""T02, T03, T05 and T07 as the journal shows them, in plain Python and apart from the rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from fundwatch.city.accounts import BANK_OWN, CASH
from fundwatch.city.truth import Subject
from fundwatch.domain.keys import day_number
from tests.city.conftest import Made, make

YUAN = 100
LENDING = {"micro_loan", "guarantee", "pawn"}


@dataclass(frozen=True)
class Credit:
    """Money into an account of a group from outside; ``payer`` is a party, -1 for cash; ``kind`` is the payer's."""

    day: int
    payer: int
    kind: str
    account: int
    fen: int


def credits_of(made: Made, subject: Subject) -> list[Credit]:
    world, entries = made.world, made.entries
    own = {account for party in subject.parties for account in world.book.by_party.get(party, [])}
    inside = np.array(sorted(own))
    mine = np.isin(entries.target, inside) & ~np.isin(entries.source, inside) & (entries.status == 0)
    found = []
    for place in np.flatnonzero(mine):
        source = int(entries.source[place])
        if source == BANK_OWN:
            continue
        payer = world.account(source).party
        kind = "cash" if source == CASH else world.party(payer).kind
        found.append(
            Credit(int(entries.at[place]) // 86400, payer, kind, int(entries.target[place]), int(entries.amount[place]))
        )
    return found


def base_share(made: Made, subject: Subject, unit: int) -> float:
    """Return the share of multiples of ``unit`` among what people pay to other people, 1,000 yuan and more."""
    world, entries = made.world, made.entries
    person = np.array([a.party >= 0 and world.party(a.party).is_person for a in world.book.accounts])
    own = np.array(world.group_accounts(subject.parties))
    seen = person[entries.source] & person[entries.target] & (entries.amount >= 1000 * YUAN) & (entries.status == 0)
    seen &= ~np.isin(entries.target, own)
    return float((entries.amount[seen] % unit == 0).mean())


def round_units(made: Made, subject: Subject) -> bool:
    """T02: within 90 days 20 people, and of their credits of 1,000 yuan and more 80 % round and 25 % above others."""
    paid = [one for one in credits_of(made, subject) if one.kind == "person" and one.fen >= 1000 * YUAN]
    for last in {one.day for one in paid}:
        window = [one for one in paid if last - 90 < one.day <= last]
        if len({one.payer for one in window}) < 20:
            continue
        for unit in (500, 1000, 5000, 10_000):
            share = sum(one.fen % (unit * YUAN) == 0 for one in window) / len(window)
            if share >= 0.8 and share >= 0.25 + base_share(made, subject, unit * YUAN):
                return True
    return False


def young_burst(made: Made, subject: Subject) -> bool:
    """T03: accounts of 90 days at most take in 20 people or 500,000 yuan within a week."""
    opened = {a.index: day_number(a.opened) for a in made.world.book.accounts}
    taken = [
        one
        for one in credits_of(made, subject)
        if one.kind not in ("public", "licensed") and 0 <= one.day - opened[one.account] <= 90
    ]
    for last in {one.day for one in taken}:
        week = [one for one in taken if last - 7 < one.day <= last]
        people = {one.payer for one in week if one.kind == "person"}
        if len(people) >= 20 or sum(one.fen for one in week) >= 500_000 * YUAN:
            return True
    return False


def growing(made: Made, subject: Subject) -> bool:
    """T05: three periods of 30 days with 20 new payers each, each 1.3 times the one before."""
    firsts: dict[int, int] = {}
    for one in sorted(credits_of(made, subject), key=lambda credit: credit.day):
        if one.kind == "person":
            firsts.setdefault(one.payer, one.day)
    for last in range(made.world.calendar.first + 119, made.world.calendar.last + 1):
        counts = [sum(last - 30 * k - 30 < day <= last - 30 * k for day in firsts.values()) for k in range(4)]
        if min(counts[:3]) >= 20 and all(counts[k] >= 1.3 * counts[k + 1] for k in range(3)):
            return True
    return False


def private_hands(made: Made, subject: Subject) -> bool:
    """T07: an insider of a reporting lender takes in 100,000 yuan of 20 people within 60 days."""
    world = made.world
    insiders = {link.subject for link in world.register.links if world.party(link.object).trade in LENDING}
    by_holder: dict[int, list[Credit]] = defaultdict(list)
    for one in credits_of(made, subject):
        holder = world.account(one.account).party
        if one.kind == "person" and holder in insiders and world.party(holder).is_person:
            by_holder[holder].append(one)
    for paid in by_holder.values():
        for last in {one.day for one in paid}:
            window = [one for one in paid if last - 60 < one.day <= last]
            if len({one.payer for one in window}) >= 20 and sum(one.fen for one in window) >= 100_000 * YUAN:
                return True
    return False


ORACLES: dict[str, Callable[[Made, Subject], bool]] = {
    "T02": round_units,
    "T03": young_burst,
    "T05": growing,
    "T07": private_hands,
}
SHOPS = {"opening_shop", "growing_shop", "side_business"}
MIMICS = SHOPS | {"evening_classes", "instalment_sales", "payroll_account"}
UNLIKE = {"instalment_sales"}
"""Look-alikes that are many people paying regularly, yet never in round sums: silent without any suppressor."""


@pytest.fixture(scope="module")
def cities(city: Made) -> list[Made]:
    return [city, make(5, 900, 125), make(23, 1000, 180)]


def test_schemes_stand_where_their_difficulty_says(cities: list[Made]) -> None:
    seen = Counter[tuple[str, str]]()
    for made in cities:
        for subject in made.world.subjects:
            for code in set(subject.typologies) & set(ORACLES):
                met = ORACLES[code](made, subject)
                assert met == (subject.difficulty != "faint"), (subject.tag, code, subject.difficulty)
                seen[code, subject.difficulty] += 1
    assert len(seen) == 3 * len(ORACLES)


def test_look_alikes_are_what_they_mimic(cities: list[Made]) -> None:
    seen = Counter[str]()
    for made in cities:
        for subject in made.world.subjects:
            if subject.reason in MIMICS:
                seen[subject.reason] += 1
                wanted = subject.difficulty != "faint" and subject.reason not in UNLIKE
                for code in subject.mimics:
                    assert ORACLES[code](made, subject) == wanted, (subject.tag, subject.reason, subject.difficulty)
    assert set(seen) == MIMICS


def test_shops_take_more_by_phone_than_by_transfer(cities: list[Made]) -> None:
    """What explains a shop is in its account: in its last 90 days clearing entries are more than half of all inflow."""
    for made in cities:
        for subject in made.world.subjects:
            if subject.reason in SHOPS and subject.difficulty != "faint":
                last = subject.last_active
                paid = [one for one in credits_of(made, subject) if last - 90 < one.day <= last]
                by_phone = sum(one.fen for one in paid if one.kind == "clearing")
                assert by_phone >= 0.5 * sum(one.fen for one in paid), (subject.tag, subject.reason)


def test_new_accounts_begin_empty_and_are_opened_by_both_colours(cities: list[Made]) -> None:
    colours: set[bool] = set()
    for made in cities:
        for account in made.world.book.accounts:
            if account.reported and day_number(account.opened) >= made.world.calendar.first:
                rows = np.flatnonzero(made.legs.own == account.index)
                assert len(rows)
                assert int(made.legs.at[rows[0]]) // 86400 >= day_number(account.opened)
                assert int(made.openings[account.index]) == 0  # type: ignore[index]
                owners = [s for s in made.world.subjects if account.party in s.parties]
                colours.update(subject.is_benign for subject in owners)
    assert colours == {True, False}
