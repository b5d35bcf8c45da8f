"""What a gap in the reports weakens."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.gaps import AlertSpan, weakened_by

DAY = 20_000


def span(name: str, first: int, last: int, *held: str, score: float = 50.0) -> AlertSpan:
    return AlertSpan(name, "orange", score, DAY + first, DAY + last, frozenset(held))


def test_own_accounts_come_first_then_the_share_of_the_span_then_the_score() -> None:
    alerts = [
        span("wide", 0, 9, score=90.0),
        span("narrow", 0, 1),
        span("own", 0, 99, "B1"),
        span("narrow-higher", 0, 1, score=60.0),
        span("elsewhere", 5, 9),
    ]
    found = weakened_by("B1", [DAY, DAY + 1], alerts)
    assert [one.alert.alert_id for one in found] == ["own", "narrow-higher", "narrow", "wide"]
    assert [one.days for one in found] == [2, 2, 2, 2]
    assert [one.is_own for one in found] == [True, False, False, False]


@given(st.sets(st.integers(0, 30)), st.integers(0, 30), st.integers(0, 30))
def test_days_counted_are_those_within_the_span(lacking: set[int], one: int, other: int) -> None:
    first, last = sorted((one, other))
    found = weakened_by("B1", [DAY + day for day in lacking], [span("a", first, last)])
    assert sum(each.days for each in found) == len(lacking & set(range(first, last + 1)))
