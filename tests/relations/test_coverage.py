"""What each institution has sent for each day, when it was due, and from which evening on it could be read."""

from __future__ import annotations

from datetime import date

from fundwatch.domain.keys import day_number

from .conftest import Town

FIRST = day_number(date(2025, 3, 1))
"""A Saturday."""
DUE, COMPLETE = 5, 6


def working_week(town: Town) -> None:
    """Enter a calendar of working days from Monday to Friday."""
    number = 0
    for day in range(FIRST - 40, FIRST + 80):
        is_workday = (day + 3) % 7 < 5
        number += is_workday
        town.add("reference_calendar", {"day": day, "is_workday": is_workday, "workday_number": number})


def test_received_late_zero_and_missing(town: Town) -> None:
    town.add(
        "received_days",
        {"institution": "B1", "day": FIRST, "rows": 3, "received_day": FIRST + 1},
        {"institution": "B1", "day": FIRST, "rows": 2, "received_day": FIRST + 9},
        {"institution": "B1", "day": FIRST + 1, "rows": 4, "received_day": FIRST + 9},
        {"institution": "A1", "day": FIRST, "rows": 4, "received_day": FIRST},
    )
    town.add("zero_reports", {"institution": "B1", "day": FIRST + 3})
    town.build(as_of="2025-03-05")
    assert town.relation("coverage") == [
        ("B1", "bank", FIRST, "received", 5, FIRST + 1, FIRST),
        ("B1", "bank", FIRST + 1, "late", 4, FIRST + 2, FIRST + 8),
        ("B1", "bank", FIRST + 2, "missing", 0, FIRST + 3, None),
        ("B1", "bank", FIRST + 3, "zero_report", 0, FIRST + 4, FIRST + 3),
        ("B1", "bank", FIRST + 4, "missing", 0, FIRST + 5, None),
    ]


def test_a_report_is_due_on_a_working_day_and_as_the_institution_reports(town: Town) -> None:
    working_week(town)
    town.rows["institutions"] = [
        {"code": "B1", "sector": "bank", "reports": "daily", "due_days": 1},
        {"code": "B2", "sector": "bank", "reports": "daily", "due_days": 3},
        {"code": "M1", "sector": "micro_loan", "reports": "monthly", "due_days": 8},
    ]
    for code in ("B1", "B2", "M1"):
        town.add("received_days", {"institution": code, "day": FIRST, "rows": 1, "received_day": FIRST + 2})
    town.build(as_of="2025-03-07")
    due = {(row[0], row[2] - FIRST): row[DUE] - FIRST for row in town.relation("coverage")}
    # Saturday and Sunday are due on Monday, Friday (day 6) is due on the Monday after.
    assert [due["B1", day] for day in range(7)] == [2, 2, 3, 4, 5, 6, 9]
    assert [due["B2", day] for day in range(3)] == [3, 4, 5]
    # March ends on day 30, a Monday; eight days later is a Tuesday.
    assert {due["M1", day] for day in range(7)} == {38}
    assert {row[3] for row in town.relation("coverage") if row[2] == FIRST} == {"received"}


def test_history_keeps_nobody_waiting(town: Town) -> None:
    """What the first delivery tells of earlier days nobody expected while they passed; later days were expected."""
    town.add(
        "received_days",
        *({"institution": "B1", "day": FIRST + day, "rows": 1, "received_day": FIRST + 20} for day in range(20)),
        {"institution": "B1", "day": FIRST + 20, "rows": 1, "received_day": FIRST + 24},
        {"institution": "B1", "day": FIRST - 5, "rows": 1, "received_day": FIRST + 23},
    )
    town.build(as_of="2025-03-24")
    complete = {row[2] - FIRST: row[COMPLETE] for row in town.relation("coverage")}
    assert complete[-5] == FIRST - 5
    assert complete[-4] is None
    assert [complete[day] for day in range(20)] == [FIRST + day for day in range(20)]
    assert complete[20] == FIRST + 23
    assert complete[21] is None


def test_a_late_zero_report_completes_a_day_too(town: Town) -> None:
    town.add("received_days", {"institution": "B1", "day": FIRST, "rows": 1, "received_day": FIRST + 1})
    town.add("zero_reports", {"institution": "B1", "day": FIRST + 1, "declared_day": FIRST + 6})
    town.build(as_of="2025-03-03")
    assert town.relation("coverage")[1][3:] == ("zero_report", 0, FIRST + 2, FIRST + 5)


def test_nothing_reported_nothing_covered(town: Town) -> None:
    town.build()
    assert town.relation("coverage") == []
    assert town.relation("transfers") == []
