"""Runs of flows as an operator reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fundwatch.domain.flow_runs import LATE_AFTER, FlowRun, RunState, run_state

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "planned_at", "state"),
    [
        ("SCHEDULED", NOW + timedelta(hours=1), RunState.PLANNED),
        ("SCHEDULED", NOW - LATE_AFTER, RunState.PLANNED),
        ("SCHEDULED", NOW - LATE_AFTER - timedelta(seconds=1), RunState.LATE),
        ("SCHEDULED", None, RunState.PLANNED),
        (None, NOW - timedelta(hours=1), RunState.LATE),
        ("RUNNING", NOW - timedelta(hours=1), RunState.RUNNING),
        ("CANCELLING", NOW, RunState.RUNNING),
        ("COMPLETED", NOW, RunState.COMPLETED),
        ("CRASHED", NOW, RunState.CRASHED),
        ("A WORD OF A LATER VERSION", NOW, RunState.PENDING),
    ],
)
def test_a_state_is_read_from_the_schedulers_word(kind: str | None, planned_at: datetime, state: RunState) -> None:
    assert run_state(kind, planned_at, NOW) is state


def test_a_run_lasts_until_its_end_or_until_now() -> None:
    begun = FlowRun("1", "nightly", "", RunState.RUNNING, NOW, NOW, None, "")
    assert begun.took(NOW + timedelta(minutes=3)) == timedelta(minutes=3)
    ended = FlowRun("1", "nightly", "", RunState.FAILED, NOW, NOW, NOW + timedelta(minutes=1), "")
    assert ended.took(NOW + timedelta(minutes=3)) == timedelta(minutes=1)
    assert FlowRun("1", "nightly", "", RunState.PLANNED, NOW, None, None, "").took(NOW) is None
