"""Pay days, rollovers, agents and broken promises, read from the journal apart from the rules' own SQL."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from statistics import median

import pytest

from fundwatch.city.truth import Subject
from fundwatch.domain.keys import date_of
from tests.city import oracle
from tests.city.conftest import Made, make

YUAN = oracle.YUAN


def pay_day(moves: list[oracle.Move]) -> bool:
    """T09: fifteen earlier payers paid on one day, two days about the same date in three of four months."""
    put_in: dict[int, int] = defaultdict(int)
    payees: dict[int, set[int]] = defaultdict(set)
    for move in sorted(moves, key=lambda one: (one.day, not one.incoming)):
        if move.person and move.incoming:
            put_in[move.other] += move.fen
        elif move.person and put_in[move.other] >= 1000 * YUAN:
            payees[move.day].add(move.other)
    days = [day for day, people in payees.items() if len(people) >= 15]
    for last in days:
        own = date_of(last)
        months = [(own.year * 12 + own.month - 1 - back) for back in range(4)]
        # a weekend moves either side by two days
        near = [
            any(
                date_of(day).year * 12 + date_of(day).month - 1 == month and abs(date_of(day).day - own.day) <= 4
                for day in days
            )
            for month in months
        ]
        if sum(near) >= 3:
            return True
    return False


def rollers(moves: list[oracle.Move]) -> int:
    """T11 (a): persons who brought 95 % to twice a payout of 100 yuan or more back within three days."""
    found = set()
    for paid in moves:
        if paid.person and not paid.incoming and paid.fen >= 100 * YUAN:
            back = sum(
                move.fen
                for move in moves
                if move.incoming and move.other == paid.other and paid.day <= move.day <= paid.day + 3
            )
            before = any(move.incoming and move.other == paid.other and move.day < paid.day for move in moves)
            if before and 0.95 * paid.fen <= back <= 2 * paid.fen:
                found.add(paid.other)
    return len(found)


def best_agent(moves: list[oracle.Move]) -> int:
    """T11 (b): most depositors of whom one payee was paid one share (0.2 points about it) within seven days."""
    deposits = [move for move in moves if move.incoming and move.person and move.fen >= 1000 * YUAN]
    paid: dict[int, list[oracle.Move]] = defaultdict(list)
    for move in moves:
        if move.person and not move.incoming:
            paid[move.other].append(move)
    best = 0
    for agent, payments in paid.items():
        shares = [
            (payment.fen / deposit.fen, deposit.other, number)
            for number, payment in enumerate(payments)
            for deposit in deposits
            if deposit.other != agent
            and 0 <= payment.day - deposit.day <= 7
            and 0.01 <= payment.fen / deposit.fen <= 0.15
        ]
        for mille in range(10, 151):
            near = [one for one in shares if abs(one[0] * 1000 - mille) <= 2]
            fits = min(len({person for _, person, _ in near}), len({number for _, _, number in near}))
            if fits >= 0.5 * len(payments):
                best = max(best, fits)
    return best


def broken(moves: list[oracle.Move], last_day: int) -> bool:
    """T12: ten persons with three regular returns, half of them unpaid a period and seven days after the last."""
    payments: dict[int, list[int]] = defaultdict(list)
    principal: dict[int, int] = defaultdict(int)
    for move in moves:
        if move.person and move.incoming:
            principal[move.other] += move.fen
        elif move.person and principal[move.other]:
            if move.fen >= 0.5 * principal[move.other]:
                principal[move.other] = 0
            elif 0.002 <= move.fen / principal[move.other] <= 0.15:
                payments[move.other].append(move.day)
    regular = {person: days for person, days in payments.items() if len(days) >= 3 and principal[person]}
    missed = [
        person
        for person, days in regular.items()
        if last_day - days[-1] > median(later - sooner for sooner, later in pairwise(days)) + 7
    ]
    return len(regular) >= 10 and len(missed) >= 0.5 * len(regular)


def customers(moves: list[oracle.Move], told_day: int) -> float:
    """Return the share of people's money up to a day that came from people who never got anything back."""
    paid = {move.other for move in moves if not move.incoming}
    money = [move for move in moves if move.incoming and move.person and move.day <= told_day]
    return sum(move.fen for move in money if move.other not in paid) / sum(move.fen for move in money)


def _subjects(made: Made, code: str, *, benign: bool) -> list[tuple[Subject, list[oracle.Move]]]:
    chosen = [one for one in made.world.subjects if code in (one.mimics if benign else one.typologies)]
    return [(one, oracle.moves_of(made.world, made.entries, one)) for one in chosen]


@pytest.mark.parametrize("name", ["city", "village"])
def test_schemes_meet_or_miss_the_thresholds_as_promised(name: str, request: pytest.FixtureRequest) -> None:
    made: Made = request.getfixturevalue(name)
    last = made.world.calendar.last
    for subject, moves in _subjects(made, "T09", benign=False):
        assert pay_day(moves) == (subject.difficulty != "faint"), subject.tag
    for subject, moves in _subjects(made, "T11", benign=False):
        assert (rollers(moves) >= 10) == (subject.difficulty != "faint"), subject.tag
        assert (best_agent(moves) >= 5) == (subject.difficulty != "faint"), subject.tag
    for subject, moves in _subjects(made, "T12", benign=False):
        assert broken(moves, last) == (subject.difficulty != "faint"), subject.tag


def test_faint_ones_show_the_pattern_below_the_line(city: Made) -> None:
    for _, moves in [one for one in _subjects(city, "T11", benign=False) if one[0].difficulty == "faint"]:
        assert 3 <= rollers(moves) < 10
        assert 3 <= best_agent(moves) < 5


@pytest.mark.parametrize("name", ["city", "village"])
def test_look_alikes_are_what_they_mimic(name: str, request: pytest.FixtureRequest) -> None:
    """They pay earlier payers on one day, or regularly and then no more; but nothing is left owing when they stop."""
    made: Made = request.getfixturevalue(name)
    last = made.world.calendar.last
    for subject, moves in _subjects(made, "T09", benign=True):
        payers = {move.other for move in moves if move.incoming and move.person}
        by_day: dict[int, int] = defaultdict(int)
        for move in moves:
            by_day[move.day] += not move.incoming and move.other in payers
        assert max(by_day.values()) >= (15 if subject.difficulty != "faint" else 5), subject.tag
    for subject, moves in _subjects(made, "T12", benign=True):
        assert oracle.periodic_returns(moves) == (subject.difficulty != "faint"), subject.tag
        assert not broken(moves, last), subject.tag


@pytest.mark.parametrize("name", ["city", "village"])
def test_customers_are_never_paid_and_depositors_always(name: str, request: pytest.FixtureRequest) -> None:
    """What tells tenants and customers from depositors, read from the money of the calendar's first half."""
    made: Made = request.getfixturevalue(name)
    told = made.world.calendar.first + made.world.calendar.days // 2
    for subject, moves in _subjects(made, "T10", benign=False):
        if subject.difficulty != "faint":
            assert customers(moves, told) <= 0.1, subject.tag
    for subject, moves in _subjects(made, "T10", benign=True):
        if subject.difficulty != "faint":
            assert customers(moves, told) > 0.1, subject.tag


def test_a_short_calendar_claims_no_pay_day() -> None:
    made = make(11, 250, 60)
    assert not [one for one in made.world.subjects if "T09" in one.typologies]
    assert [one for one in made.world.subjects if "T11" in one.typologies]


def test_pay_days_fall_on_working_days(city: Made) -> None:
    for subject, moves in _subjects(city, "T09", benign=False):
        paid: dict[int, int] = defaultdict(int)
        for move in moves:
            paid[move.day] += move.person and not move.incoming
        busy = [date_of(day) for day, count in paid.items() if count >= 7]
        assert len(busy) >= 3, subject.tag
        assert all(day.weekday() < 5 for day in busy)
