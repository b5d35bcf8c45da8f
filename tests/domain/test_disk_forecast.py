"""How long the disk will last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fundwatch.domain.disk_forecast import disk_forecast

NOW = datetime(2026, 3, 31, tzinfo=UTC)
HOME = {"landing": 600, "lake": 300}


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_nothing_received_says_nothing() -> None:
    found = disk_forecast(HOME, 1000, [], NOW)
    assert (found.daily_growth, found.days_left) == (None, None)


def test_the_home_grows_as_uploads_did_lately() -> None:
    found = disk_forecast(HOME, 1000, [(ago(90), 50), (ago(20), 25), (ago(10), 25)], NOW)
    assert found.daily_growth == pytest.approx(900 * 0.5 / 30)
    assert found.days_left == 66


def test_a_young_home_is_measured_since_its_first_upload() -> None:
    found = disk_forecast(HOME, 1000, [(ago(10), 50), (ago(5), 50)], NOW)
    assert found.daily_growth == pytest.approx(900 / 10)


def test_the_first_hours_are_no_day() -> None:
    assert disk_forecast(HOME, 1000, [(ago(0.1), 50)], NOW).daily_growth == pytest.approx(900)


def test_nothing_lately_never_fills_the_disk() -> None:
    found = disk_forecast(HOME, 1000, [(ago(90), 50)], NOW)
    assert (found.daily_growth, found.days_left) == (0, None)
