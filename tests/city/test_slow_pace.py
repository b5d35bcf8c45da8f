"""The slow, lossy pace: every hand rests 12 hours to 6 days and passes 60 to 100 % on; the truth keeps its form."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np

from fundwatch.city.accounts import CASH
from fundwatch.city.truth import Subject
from tests.city.conftest import Made

HOUR, DAY = 3600, 86_400
Entry = tuple[int, int, int, int]  # second, source, target, fen


def entries_of(made: Made, subject: Subject) -> list[Entry]:
    entries = made.entries
    return [
        (int(entries.at[p]), int(entries.source[p]), int(entries.target[p]), int(entries.amount[p]))
        for p in np.flatnonzero(entries.tag == subject.tag)
    ]


def subjects(made: Made, code: str) -> list[Subject]:
    return [subject for subject in made.world.subjects if code in subject.typologies]


def hands(made: Made, subject: Subject) -> list[tuple[list[Entry], list[Entry]]]:
    """Return what came in and what went out at every account that the subject's money passed through, by episode."""
    by_account: dict[int, tuple[list[Entry], list[Entry]]] = defaultdict(lambda: ([], []))
    for entry in entries_of(made, subject):
        by_account[entry[2]][0].append(entry)
        by_account[entry[1]][1].append(entry)
    return [(came, went) for came, went in by_account.values() if came and went]


def test_helpers_of_a_scatter_rest_and_keep_their_part(slow_city: Made) -> None:
    shares = []
    for subject in subjects(slow_city, "T19"):
        for came, went in hands(slow_city, subject):
            if len(came) == len(went) == 1:  # source and sink see several
                assert 12 * HOUR <= went[0][0] - came[0][0] <= 6 * DAY
                shares.append(went[0][3] / came[0][3])
    assert len(shares) >= 12
    assert 0.59 <= min(shares) < 0.75 < 0.9 < max(shares) <= 1.0


def test_every_hand_of_a_layering_rests(slow_city: Made) -> None:
    """In chains one after another: between any entry of a hand and the next the other way lie 12 hours to 6 days."""
    for subject in subjects(slow_city, "T17"):
        for came, went in hands(slow_city, subject):
            for arrival in came:
                following = [entry for entry in went if entry[0] > arrival[0]]
                assert min(entry[0] for entry in following) - arrival[0] >= 12 * HOUR
                if len(came) == len(went):
                    first = min(following)
                    assert first[0] - arrival[0] <= 6 * DAY
                    assert 0.59 * arrival[3] <= first[3] <= arrival[3]


def test_rings_close_slowly_and_relays_wait(slow_city: Made) -> None:
    for subject in subjects(slow_city, "T18"):
        ordered = entries_of(slow_city, subject)
        start = ordered[0][1]
        for before, after in pairwise(ordered):
            if before[2] == after[1] != start:
                assert 12 * HOUR <= after[0] - before[0] <= 6 * DAY
                assert after[3] >= 0.59 * before[3]
    for subject in subjects(slow_city, "T20"):
        hub = max(hands(slow_city, subject), key=lambda hand: len(hand[0]))
        paid = [entry for entry in hub[1] if entry[2] != CASH]
        for arrival in hub[0]:
            gaps = [entry[0] - arrival[0] for entry in paid if 0 < entry[0] - arrival[0] <= 6 * DAY]
            assert gaps
            assert min(gaps) >= 12 * HOUR


def test_a_quick_city_is_another_one(city: Made) -> None:
    gaps = [
        went[0][0] - came[0][0]
        for subject in subjects(city, "T13")
        for came, went in hands(city, subject)
        if went[0][0] > came[0][0]
    ]
    assert min(gaps) < 12 * HOUR


def test_both_paces_plant_the_same_programme(city: Made, slow_city: Made) -> None:
    def told(made: Made) -> Counter[tuple[object, ...]]:
        return Counter((s.difficulty, s.typologies, s.reason, s.mimics) for s in made.world.subjects)

    assert told(city) == told(slow_city)
    for subject in slow_city.world.subjects:
        assert slow_city.world.calendar.first <= subject.first_active <= subject.expert_day <= subject.last_active
        assert subject.last_active <= slow_city.world.calendar.last


def test_no_account_of_a_slow_city_is_overdrawn(slow_city: Made) -> None:
    assert slow_city.legs.balance.min() >= 0
