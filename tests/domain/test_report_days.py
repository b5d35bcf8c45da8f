"""The calendar of reports: due days by working days, and the state that counts most of each day."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.keys import day_number
from fundwatch.domain.report_days import DayState, Delivered, ReportDay, due_day, due_soon, overdue, report_days

MONDAY = day_number(date(2026, 11, 16))


def is_weekday(day: int) -> bool:
    return (day - MONDAY) % 7 < 5


def test_a_report_is_due_on_the_next_working_day() -> None:
    friday = MONDAY + 4
    assert due_day(friday, is_monthly=False, due_days=1, is_workday=is_weekday) == MONDAY + 7
    assert due_day(MONDAY, is_monthly=False, due_days=1, is_workday=is_weekday) == MONDAY + 1


def test_a_month_is_due_after_its_end() -> None:
    end = day_number(date(2026, 11, 30))
    assert due_day(MONDAY, is_monthly=True, due_days=10, is_workday=is_weekday) == end + 10


def states(delivered: list[Delivered], zeros: list[int], today: int) -> list[DayState]:
    days = range(MONDAY, MONDAY + 5)
    cells = report_days(delivered, zeros, days, due_of=lambda day: day + 1, today=today)
    return [cell.state for cell in cells]


def one(first: int, last: int, state: DayState, received: int = 0) -> Delivered:
    return Delivered(f"B{first}{state}", MONDAY + first, MONDAY + last, MONDAY + received, state)


def test_nothing_is_expected_before_the_first_report_and_gaps_show_when_due() -> None:
    found = states([one(1, 1, DayState.COMPLETE, 2)], [], MONDAY + 4)
    assert found == [
        DayState.NOT_EXPECTED,
        DayState.COMPLETE,
        DayState.MISSING,
        DayState.NOT_DUE,
        DayState.NOT_DUE,
    ]


def test_a_loaded_batch_counts_more_than_a_refused_one_and_a_zero_report_more_than_a_refusal() -> None:
    delivered = [one(0, 1, DayState.REJECTED), one(0, 0, DayState.COMPLETE)]
    assert states(delivered, [MONDAY + 1], MONDAY + 9)[:2] == [DayState.COMPLETE, DayState.ZERO]


def test_late_is_said_of_what_came_after_its_day() -> None:
    cells = report_days([one(0, 0, DayState.COMPLETE, 3)], [], [MONDAY], due_of=lambda day: day + 1, today=MONDAY + 4)
    assert cells[0].is_late


@given(
    st.lists(
        st.builds(
            lambda first, length, state: one(first, first + length, state),
            st.integers(0, 4),
            st.integers(0, 4),
            st.sampled_from([DayState.COMPLETE, DayState.PARTIAL, DayState.WAITING, DayState.REJECTED]),
        )
    ),
    st.lists(st.integers(MONDAY, MONDAY + 4)),
    st.integers(0, 9),
)
def test_every_day_has_one_cell_and_only_missing_days_are_overdue(delivered, zeros, ahead) -> None:
    days = list(range(MONDAY, MONDAY + 5))
    cells = report_days(delivered, zeros, days, due_of=lambda day: day + 1, today=MONDAY + ahead)
    assert [cell.day for cell in cells] == days
    lacking = dict(overdue({"A": cells})).get("A", [])
    assert {cell.day for cell in lacking} == {cell.day for cell in cells if cell.state is DayState.MISSING}
    assert all(cell.due_day < MONDAY + ahead for cell in lacking)


def test_due_soon_is_what_is_lacking_of_days_that_are_over() -> None:
    def cell(day: int, state: DayState, due: int) -> ReportDay:
        return ReportDay(MONDAY + day, state, MONDAY + due)

    waiting = DayState.NOT_DUE
    cells = {
        "B2": [cell(0, waiting, 1), cell(1, waiting, 2)],
        "B1": [
            cell(-2, DayState.MISSING, 0),
            cell(-1, waiting, 1),
            cell(0, DayState.ZERO, 1),
            cell(0, waiting, 1),
            cell(1, waiting, 9),
        ],
    }
    assert due_soon(cells, MONDAY + 1, MONDAY + 2) == [
        ("B1", MONDAY + 1, [MONDAY - 1, MONDAY]),
        ("B2", MONDAY + 1, [MONDAY]),
    ], "neither what is overdue, nor the day that is not over, nor what is due later"
