"""Schemes and look-alikes inside the three sectors, measured on the accounts of the firms."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.legs import legs_of
from fundwatch.city.truth import Subject
from tests.city.conftest import Made

YUAN = 100


def unexplained_people(made: Made, firm: Lender) -> dict[int, int]:
    """Sum by person what people paid the firm with no loan, ticket, guarantee, capital or share to explain it."""
    world, entries = made.world, made.entries
    named = {party for party in world.register.parties if party.index in _named(made, firm)}
    known = {party.index for party in named} | set(world.control_group(firm.party))
    totals: dict[int, int] = defaultdict(int)
    for place in np.flatnonzero(np.isin(entries.target, [firm.basic, firm.special])):
        party = world.account(int(entries.source[place])).party
        if party >= 0 and world.party(party).is_person and party not in known:
            totals[party] += int(entries.amount[place])
    return totals


def _named(made: Made, firm: Lender) -> set[int]:
    """Return the parties whose identity or account any row of the firm's book names."""
    texts = {text for rows in firm.flows.values() for flow in rows for text in flow.row.values()}
    texts |= {
        text
        for rows in firm.stocks.values()
        for stock in rows
        for text in stock.state(made.world.calendar.last).values()
    }
    named = {party.index for party in made.world.register.parties if party.number in texts}
    return named | {a.party for a in made.world.book.accounts if a.shown in texts or (a.number and a.number in texts)}


def subjects(made: Made, code: str) -> list[tuple[Subject, Lender]]:
    firms = {firm.party: firm for group in made.lenders.values() for firm in group}
    found = []
    for subject in made.world.subjects:
        if code in (*subject.typologies, *subject.mimics):
            found += [(subject, firms[party]) for party in subject.parties if party in firms]
    return found


def test_public_deposits_are_five_people_or_200000_yuan_unless_faint(city: Made) -> None:
    for subject, firm in subjects(city, "M01"):
        people = unexplained_people(city, firm)
        many = len(people) >= 5 or sum(people.values()) >= 200_000 * YUAN
        assert many == (not subject.is_benign and subject.difficulty != "faint"), (subject.tag, len(people))


def test_pawn_firms_borrow_from_three_people_or_50000_yuan_unless_faint(city: Made) -> None:
    for subject, firm in subjects(city, "P05"):
        people = unexplained_people(city, firm)
        many = len(people) >= 3 or max(people.values(), default=0) >= 50_000 * YUAN
        assert many == (not subject.is_benign and subject.difficulty != "faint"), (subject.tag, people)


def test_deposit_accounts_pay_others_than_customer_and_bank_only_in_schemes(city: Made) -> None:
    world, entries = city.world, city.entries
    for subject, firm in subjects(city, "G03"):
        own = {firm.basic, firm.special}
        customers = _named(city, firm)
        strange = [
            int(entries.amount[place])
            for place in np.flatnonzero(entries.source == firm.special)
            if int(entries.target[place]) not in own
            and world.account(int(entries.target[place])).party not in customers
            and world.party(world.account(int(entries.target[place])).party).kind != "licensed"
        ]
        big = any(fen >= 10_000 * YUAN for fen in strange)
        assert bool(strange) == (not subject.is_benign)
        assert big == (not subject.is_benign and subject.difficulty != "faint")


def test_repayments_in_the_book_are_on_the_account(city: Made) -> None:
    """Each 还款 row has its entry on the lending account: same day, same sum."""
    for firm in city.lenders["micro_loan"]:
        paid = [flow for flow in firm.flows["还款流水"] if flow.row["类型"] == "还款"]
        arrived = city.entries.target == firm.special
        seen = set(
            zip((city.entries.at[arrived] // 86400).tolist(), city.entries.amount[arrived].tolist(), strict=True)
        )
        for flow in paid:
            total = round((float(flow.row["实还本金"]) + float(flow.row["实还利息"])) * 100)
            assert (flow.day, total) in seen


def test_deposit_accounts_hold_what_they_owe_unless_it_was_diverted(city: Made) -> None:
    """The balance starts with the deposits held before the calendar, so that only schemes fall short of 98 %."""
    world, entries = city.world, city.entries
    firms = city.lenders["guarantee"]
    legs, _ = legs_of(world, entries, {firm.special: firm.held for firm in firms})
    diverted = {
        party: subject.difficulty
        for subject in world.subjects
        if "G03" in subject.typologies
        for party in subject.parties
    }
    for firm in firms:
        owed = firm.held + sum(
            round(float(flow.row["金额"]) * 100) * (1 if flow.row["类型"] == "收取" else -1)
            for flow in firm.flows.get("保证金流水", [])
        )
        last = legs.balance[legs.own == firm.special]
        held = int(last[-1]) if len(last) else firm.held
        assert (held < 0.98 * owed) == (diverted.get(firm.party, "faint") != "faint"), (firm.code, held, owed)
