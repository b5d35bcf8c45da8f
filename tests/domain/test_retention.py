"""How long uploads are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fundwatch.domain.retention import months_before, retention_of

NOW = datetime(2026, 3, 31, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("months", "year", "month", "day"),
    [(0, 2026, 3, 31), (1, 2026, 2, 28), (3, 2025, 12, 31), (25, 2024, 2, 29), (36, 2023, 3, 31)],
)
def test_months_are_counted_by_the_calendar(months: int, year: int, month: int, day: int) -> None:
    assert months_before(NOW, months) == NOW.replace(year=year, month=month, day=day)


def test_what_is_older_is_past_its_time() -> None:
    edge = NOW.replace(year=2025, month=9, day=30)
    landed = [edge - timedelta(seconds=1), edge, NOW]
    found = retention_of(landed, 6, NOW)
    assert (found.kept, found.past, found.oldest) == (3, 1, landed[0])
    assert retention_of([], 6, NOW).oldest is None
