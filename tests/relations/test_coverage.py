"""What each institution has sent for each day."""

from __future__ import annotations

from datetime import date

from fundwatch.domain.keys import day_number

from .conftest import Town


def test_received_late_zero_and_missing(town: Town) -> None:
    first = day_number(date(2025, 3, 1))
    town.add(
        "received_days",
        {"institution": "B1", "day": first, "rows": 3, "received_day": first + 1},
        {"institution": "B1", "day": first, "rows": 2, "received_day": first + 9},
        {"institution": "B1", "day": first + 1, "rows": 4, "received_day": first + 9},
        {"institution": "A1", "day": first, "rows": 4, "received_day": first},
    )
    town.add("zero_reports", {"institution": "B1", "day": first + 3})
    town.build(as_of="2025-03-05")
    assert town.relation("coverage") == [
        ("B1", "bank", first, "received", 5),
        ("B1", "bank", first + 1, "late", 4),
        ("B1", "bank", first + 2, "missing", 0),
        ("B1", "bank", first + 3, "zero_report", 0),
        ("B1", "bank", first + 4, "missing", 0),
    ]


def test_nothing_reported_nothing_covered(town: Town) -> None:
    town.build()
    assert town.relation("coverage") == []
    assert town.relation("transfers") == []
