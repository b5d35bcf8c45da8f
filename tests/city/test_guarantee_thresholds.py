"""G01, G02, G04 and G05 read from the books and the journal in plain Python, written apart from the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from fundwatch.city.ledgers.firm import Lender, Row
from fundwatch.city.truth import Subject
from fundwatch.domain.keys import day_number
from tests.city.conftest import Made
from tests.city.test_lenders import subjects

YUAN = 100


def _fen(text: str) -> int:
    return round(float(text) * YUAN)


def _day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def _contracts(made: Made, firm: Lender) -> list[Row]:
    return [stock.state(made.world.calendar.last) for stock in firm.stocks["担保台账"]]


def _flows(firm: Lender, sheet: str) -> list[Row]:
    return [flow.row for flow in firm.flows.get(sheet, [])]


def _paid(made: Made, sources: set[int], targets: set[int], first: int, last: int) -> int:
    entries = made.entries
    days = entries.at // 86400
    here = np.isin(entries.source, sorted(sources)) & np.isin(entries.target, sorted(targets))
    return int(entries.amount[here & (days >= first) & (days <= last) & (entries.status == 0)].sum())


def _parties(made: Made) -> dict[str, int]:
    return {party.number: party.index for party in made.world.register.parties if party.number}


def concentrated(made: Made, firm: Lender) -> bool:
    """G01: more than 10 % of net assets for one customer, 15 % for a group, or anything for the controller."""
    register, by_number = made.world.register, _parties(made)
    control = {link.subject for link in register.links if link.object == firm.party and link.share >= 50}
    single: dict[int, float] = defaultdict(float)
    for row in _contracts(made, firm):
        if row["担保类型"] != "非融资":
            single[by_number[row["证件号"]]] += _fen(row["在保余额"]) * int(row["风险权重"]) / 100
    chief = {link.object: link.subject for link in register.links if link.relation == "法定代表人"}
    grouped: dict[int, float] = defaultdict(float)
    for party, amount in single.items():
        head = chief.get(party, party)
        grouped[min(head, register.spouse(head) or head)] += amount
    assert sum(single.values()) < 10 * firm.net_assets
    return (
        max(single.values()) > 0.1 * firm.net_assets
        or max(grouped.values()) > 0.15 * firm.net_assets
        or any(single[party] for party in control)
    )


def without_loan(made: Made, firm: Lender) -> bool:
    """G02: a guarantee of 50,000 yuan for a loan no bank lent in 30 days, or with a person for a creditor."""
    world, by_number = made.world, _parties(made)
    desks = {world.body(f"bank{bank}") for bank in range(3)}
    names = {world.account(desk).name for desk in desks}
    rows = [row for row in _contracts(made, firm) if row["担保类型"] == "借款"]
    for row in rows:
        start = _day(row["起始日"])
        if start < world.calendar.first or _fen(row["担保金额"]) < 50_000 * YUAN:
            continue
        if row["债权人(银行)"] not in names:
            return True
        renewed = any(
            old["证件号"] == row["证件号"] and _day(old["起始日"]) < start and abs(_day(old["到期日"]) - start) <= 30
            for old in rows
        )
        accounts = set(world.book.by_party[by_number[row["证件号"]]])
        lent = _paid(made, desks, accounts, start - 15, start + 30)
        if not renewed and start + 30 <= world.calendar.last and lent < 0.1 * _fen(row["担保金额"]):
            return True
    return False


def _worst_month(firm: Lender) -> list[Row]:
    rows = _flows(firm, "代偿台账")
    months = [
        [row for row in rows if last - 30 < _day(row["代偿日期"]) <= last]
        for last in {_day(row["代偿日期"]) for row in rows}
    ]
    return max(months, key=lambda month: sum(_fen(row["代偿金额"]) for row in month))


def defaulting(made: Made, firm: Lender) -> bool:
    """G04: a month of three times the mean of the year before and 1 % of net assets, or 5 % of what was released."""
    rows, month = _flows(firm, "代偿台账"), _worst_month(firm)
    total, last = sum(_fen(row["代偿金额"]) for row in month), max(_day(row["代偿日期"]) for row in month)
    before = sum(_fen(row["代偿金额"]) for row in rows if last - 390 < _day(row["代偿日期"]) <= last - 30)
    year = [row for row in rows if last - 365 < _day(row["代偿日期"]) <= last]
    released = sum(
        _fen(row["担保金额"]) - _fen(row["在保余额"])
        for row in _contracts(made, firm)
        if _day(row["起始日"]) <= last and _day(row["到期日"]) > last - 365
    )
    rate = sum(_fen(row["代偿金额"]) for row in year) / released
    return (total >= 3 * before / 12 and total >= 0.01 * firm.net_assets) or (len(year) >= 3 and rate >= 0.05)


def one_event(made: Made, firm: Lender) -> int:
    """Return what five or more customers of one county or trade within a week make of the worst month."""
    by_number = _parties(made)
    by_contract = {row["担保合同号"]: by_number[row["证件号"]] for row in _contracts(made, firm)}
    month, largest = _worst_month(firm), 0
    for first in {_day(row["代偿日期"]) for row in month}:
        amounts: dict[str, list[int]] = defaultdict(list)
        for row in month:
            if first <= _day(row["代偿日期"]) < first + 7:
                party = made.world.party(by_contract[row["担保合同号"]])
                for trait in (party.region, party.scope):
                    amounts[trait].append(_fen(row["代偿金额"]))
        largest = max([largest, *(sum(one) for one in amounts.values() if len(one) >= 5)])
    return largest


def lending_or_taking(made: Made, firm: Lender) -> bool:
    """G05: 50,000 yuan that came back with interest, or five people or 200,000 yuan the books do not explain."""
    world, entries = made.world, made.entries
    control = set(world.control_group(firm.party))
    customers = {_parties(made)[row["证件号"]] for row in _contracts(made, firm)}
    went: dict[int, int] = defaultdict(int)
    came: dict[int, int] = defaultdict(int)
    began: dict[int, bool] = {}
    own = {firm.basic, firm.special}
    for place in np.flatnonzero(np.isin(entries.source, sorted(own)) ^ np.isin(entries.target, sorted(own))):
        outward = int(entries.source[place]) in own
        other = world.account(int(entries.target[place] if outward else entries.source[place])).party
        if other < 0 or other in control | customers or not (world.party(other).is_person):
            continue
        began.setdefault(other, outward)
        (went if outward else came)[other] += int(entries.amount[place])
    lent = sum(went[p] for p, first in began.items() if first and 1.005 <= came[p] / went[p] <= 1.5)
    taken = [came[party] for party, first in began.items() if not first and came[party] >= 5_000 * YUAN]
    return lent >= 50_000 * YUAN or len(taken) >= 5 or sum(taken) >= 200_000 * YUAN


ORACLES: dict[str, Callable[[Made, Lender], bool]] = {
    "G01": concentrated,
    "G02": without_loan,
    "G04": defaulting,
    "G05": lending_or_taking,
}


@pytest.mark.parametrize("name", ["city", "village"])
@pytest.mark.parametrize("code", sorted(ORACLES))
def test_schemes_cross_the_lines_unless_faint(code: str, name: str, request: pytest.FixtureRequest) -> None:
    made: Made = request.getfixturevalue(name)
    found = [(subject, firm) for subject, firm in subjects(made, code) if not subject.is_benign]
    assert found
    for subject, firm in found:
        assert ORACLES[code](made, firm) == (subject.difficulty != "faint"), (subject.tag, subject.difficulty)


@pytest.mark.parametrize("name", ["city", "village"])
@pytest.mark.parametrize("code", ["G01", "G02", "G05"])
def test_look_alikes_stay_below_once_read_in_full(code: str, name: str, request: pytest.FixtureRequest) -> None:
    made: Made = request.getfixturevalue(name)
    for subject, firm in subjects(made, code):
        if subject.is_benign:
            assert not ORACLES[code](made, firm), (subject.tag, subject.reason)


@pytest.mark.parametrize("name", ["city", "village"])
def test_a_flood_is_a_spike_of_one_county(name: str, request: pytest.FixtureRequest) -> None:
    made: Made = request.getfixturevalue(name)
    for subject, firm in subjects(made, "G04"):
        if subject.is_benign and subject.difficulty != "faint":
            total = sum(_fen(row["代偿金额"]) for row in _worst_month(firm))
            assert defaulting(made, firm), subject.tag
            assert total - one_event(made, firm) < 0.01 * firm.net_assets, subject.tag
        elif not subject.is_benign:
            assert one_event(made, firm) == 0, subject.tag


def test_look_alikes_would_fool_a_careless_reader(city: Made) -> None:
    """Turnover of one customer above 10 %, guarantees without a disbursement, people who pay money in."""
    world = city.world
    for subject, firm in _benign(city, "G01"):
        turnover: dict[str, int] = defaultdict(int)
        for row in _contracts(city, firm):
            turnover[row["证件号"]] += _fen(row["担保金额"])
        assert max(turnover.values()) > 0.1 * firm.net_assets, subject.tag
    for subject, firm in _benign(city, "G02"):
        kinds = [row["担保类型"] for row in _contracts(city, firm) if _day(row["起始日"]) >= world.calendar.first]
        assert "非融资" in kinds, subject.tag
    for subject, firm in _benign(city, "G05"):
        arrived = np.isin(city.entries.target, [firm.basic, firm.special])
        payers = {world.account(int(one)).party for one in np.unique(city.entries.source[arrived])}
        people = [party for party in payers if party >= 0 and world.party(party).is_person]
        assert len(people) >= (5 if subject.difficulty != "faint" else 3), subject.tag


def _benign(made: Made, code: str) -> list[tuple[Subject, Lender]]:
    return [(subject, firm) for subject, firm in subjects(made, code) if subject.is_benign]
