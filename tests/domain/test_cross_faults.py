"""What several files show of a batch, in words and in days."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain import cross_faults
from fundwatch.domain.receipts import Level

DAY = 20_000
SPANS = st.lists(st.tuples(st.integers(DAY - 40, DAY + 40), st.integers(0, 20)), max_size=6)


def test_nothing_is_missing_before_the_first_batch() -> None:
    assert cross_faults.missing_days(DAY, [], ()) == ()


def test_days_after_the_last_batch_are_missing_but_for_zero_reports() -> None:
    assert cross_faults.missing_days(DAY, [(DAY - 9, DAY - 4)], {DAY - 2}) == (DAY - 3, DAY - 1)


def test_a_batch_that_follows_at_once_misses_nothing() -> None:
    assert cross_faults.missing_days(DAY, [(DAY - 9, DAY - 1)], ()) == ()


def test_what_came_later_in_time_does_not_count() -> None:
    assert cross_faults.missing_days(DAY, [(DAY + 5, DAY + 9)], ()) == ()


@given(spans=SPANS, zeros=st.sets(st.integers(DAY - 60, DAY)))
def test_missing_days_lie_before_the_batch_and_in_no_other(spans: list[tuple[int, int]], zeros: set[int]) -> None:
    earlier = [(first, first + length) for first, length in spans]
    for day in cross_faults.missing_days(DAY, earlier, zeros):
        assert day < DAY
        assert day not in zeros
        assert not any(first <= day <= last for first, last in earlier if first < DAY)


def test_every_fault_warns_in_both_languages_and_counts() -> None:
    faults = [
        *cross_faults.unreported_days([DAY - 3, DAY - 1]),
        *cross_faults.contradicted_zero_reports([DAY]),
        *cross_faults.broken_seams(2, 5, [("", 7)]),
        cross_faults.unknown_references("账号", "“账户”", values=2, rows=9, places=[("流水", 4)], is_target_empty=True),
        *cross_faults.unknown_holders(3, 12),
    ]
    assert [fault.code for fault in faults] == ["B122", "B123", "B124", "B125", "B126"]
    assert [fault.count for fault in faults] == [2, 1, 2, 2, 3]
    assert all(fault.level is Level.WARNING for fault in faults)
    assert all(fault.reason and fault.remedy and fault.reason_en and fault.remedy_en for fault in faults)
    assert "第 7 行" in faults[2].reason
    assert "尚未报送" in faults[3].reason
    assert "25.0" in faults[4].reason


def test_without_anything_to_say_nothing_is_said() -> None:
    assert cross_faults.unreported_days(()) == ()
    assert cross_faults.contradicted_zero_reports(()) == ()
    assert cross_faults.broken_seams(0, 5, ()) == ()
    assert cross_faults.unknown_holders(0, 5) == ()
    assert cross_faults.reported_before(4).level is Level.NORMALISED
