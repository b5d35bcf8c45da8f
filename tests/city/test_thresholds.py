"""What the truth claims of a subject, the journal shows: above the default thresholds, or for faint ones below."""

from __future__ import annotations

from collections import Counter

import pytest

from fundwatch.city.plan import LENDER_SCHEMES, SCHEMES
from fundwatch.city.truth import Subject
from fundwatch.city.world import DIFFICULTIES
from tests.city import oracle
from tests.city.conftest import Made, make

MEASURED = ("T01", "T08", "T10", "T13", "T15", "T18")
ALL = {
    *MEASURED,
    "T02",
    "T03",
    "T04",
    "T05",
    "T06",
    "T07",
    "T09",
    "T11",
    "T12",
    "T14",
    "T16",
    "T17",
    "T19",
    "T20",
    "T21",
    "T22",
    "T23",
    "M01",
    "M02",
    "M03",
    "M04",
    "M05",
    "G01",
    "G02",
    "G03",
    "G04",
    "G05",
    "P01",
    "P02",
    "P03",
    "P04",
    "P05",
    "P06",
}


def verdicts(made: Made, subject: Subject, codes: set[str]) -> dict[str, bool]:
    moves = oracle.moves_of(made.world, made.entries, subject)
    tests = {
        "T01": lambda: oracle.fan_in(moves),
        "T08": lambda: oracle.periodic_returns(moves),
        "T10": lambda: oracle.ponzi(moves),
        "T13": lambda: oracle.pass_through(moves, oracle.closing_balances(made.world, made.legs, subject)),
        "T15": lambda: oracle.structuring(moves),
        "T18": lambda: oracle.cycle(made.world, made.entries, subject),
    }
    return {code: test() for code, test in tests.items() if code in codes}


@pytest.mark.parametrize("name", ["city", "village"])
def test_schemes_meet_the_thresholds_that_their_difficulty_promises(name: str, request: pytest.FixtureRequest) -> None:
    made: Made = request.getfixturevalue(name)
    checked = Counter[str]()
    for subject in made.world.subjects:
        if not subject.is_benign:
            for code, met in verdicts(made, subject, set(subject.typologies)).items():
                assert met == (subject.difficulty != "faint"), (subject.tag, code, subject.difficulty)
                checked[code] += 1
    assert set(checked) == set(MEASURED)


def test_other_seeds_keep_the_promise() -> None:
    made = make(11, 250, 60)
    for subject in made.world.subjects:
        if not subject.is_benign:
            assert all(verdicts(made, subject, set(subject.typologies)).values()), subject.tag


def test_look_alikes_would_fool_a_reader_of_thresholds(city: Made) -> None:
    """Nearly all look-alikes that are not faint pass the very thresholds of what they mimic."""
    passed = [
        met
        for subject in city.world.subjects
        if subject.is_benign and subject.difficulty != "faint"
        for met in verdicts(city, subject, set(subject.mimics)).values()
    ]
    assert len(passed) >= 12
    assert sum(passed) >= 0.85 * len(passed)


def test_every_scheme_has_as_many_look_alikes_and_every_difficulty(city: Made, village: Made) -> None:
    for made, difficulties in ((city, set(DIFFICULTIES)), (village, {"blatant"})):
        schemes, answers = Counter[str](), Counter[str]()
        seen: dict[str, set[str]] = {}
        for subject in made.world.subjects:
            for code in subject.typologies:
                schemes[code] += 1
                seen.setdefault(code, set()).add(subject.difficulty)
            answers.update(subject.mimics)
        assert set(schemes) == ALL
        assert all(answers[code] >= count for code, count in schemes.items())
        assert all(found == difficulties for found in seen.values())


def test_nobody_plays_two_parts_of_different_colour(city: Made) -> None:
    guilty = {party for subject in city.world.subjects if not subject.is_benign for party in subject.parties}
    innocent = {party for subject in city.world.subjects if subject.is_benign for party in subject.parties}
    assert not guilty & innocent


def test_expert_dates_lie_within_the_activity(city: Made) -> None:
    for subject in city.world.subjects:
        assert city.world.calendar.first <= subject.first_active <= subject.expert_day <= subject.last_active
        assert subject.last_active <= city.world.calendar.last
        assert subject.accounts or city.world.group_accounts(subject.parties)


def test_the_micro_loan_that_came_back_is_in_the_book_of_its_firm(city: Made) -> None:
    books = {
        row.state(city.world.calendar.last)["借据号"]
        for lender in city.lenders["micro_loan"]
        for row in lender.stocks["贷款台账"]
    }
    named = [subject for subject in city.world.subjects if "M02" in subject.typologies]
    assert len(named) == 3
    assert all(subject.record_nos and set(subject.record_nos) <= books for subject in named)


def test_the_programme_covers_all_schemes() -> None:
    assert len(SCHEMES) >= 10
    assert sum(len(pairs) for pairs in LENDER_SCHEMES.values()) >= 7
