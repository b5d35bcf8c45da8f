"""P01 to P04 and P06: what the pawn firms' own ledgers and bank entries show, held against the default thresholds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pytest

from fundwatch.city.ledgers.firm import Lender
from tests.city import pawn_oracle as oracle
from tests.city.conftest import Made
from tests.city.pawn_oracle import YUAN, cash_volume, flows_of, tickets
from tests.city.test_lenders import subjects

TESTS: dict[str, Callable[[Made, Lender], bool]] = {
    "P01": oracle.same_item,
    "P02": oracle.valuation,
    "P03": oracle.third_party,
    "P04": oracle.limits,
    "P06": oracle.phantom,
}


@pytest.mark.parametrize("code", sorted(TESTS))
def test_pawn_firms_cross_the_thresholds_as_their_difficulty_promises(city: Made, code: str) -> None:
    played = subjects(city, code)
    assert {subject.difficulty for subject, _ in played if not subject.is_benign} == {"blatant", "moderate", "faint"}
    for subject, firm in played:
        guilty = not subject.is_benign and subject.difficulty != "faint"
        assert TESTS[code](city, firm) == guilty, (subject.tag, subject.difficulty, firm.code)


@pytest.mark.parametrize("code", sorted(TESTS))
def test_the_small_city_shows_the_blatant_ones_only(village: Made, code: str) -> None:
    for subject, firm in subjects(village, code):
        assert TESTS[code](village, firm) == (not subject.is_benign), (subject.tag, firm.code)


def test_look_alikes_are_what_they_mimic(city: Made) -> None:
    """Renewals share a mark, fees by the ticket stand above the cap, cash shops pay half a million in notes."""
    seen = defaultdict(list)
    for code in ("P01", "P03", "P04", "P06"):
        for subject, firm in subjects(city, code):
            if subject.is_benign and subject.difficulty != "faint":
                seen[code].append(firm)
    for firm in seen["P01"]:
        marks = [row.mark for row in tickets(city, firm)]
        assert max(marks.count(mark) for mark in marks) >= 3
    for firm in seen["P03"]:
        others = [row.payer for row in tickets(city, firm) if row.payer and row.payer != row.pawner]
        assert max(others.count(payer) for payer in others) >= 2
    for firm in seen["P04"]:
        assert sum(row.fee > 42 for row in tickets(city, firm)) >= 3
    for firm in seen["P06"]:
        rows, flows = [row for row in tickets(city, firm) if row.is_new], list(flows_of(city, firm))
        volumes = [cash_volume(rows, flows, day) for day in range(city.world.calendar.first, city.world.calendar.last)]
        assert any(cash >= max(500_000 * YUAN, other) for cash, _, other in volumes)
    assert all(len(firms) == 2 for firms in seen.values())
