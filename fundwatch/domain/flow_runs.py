"""Runs of flows as an operator reads them: planned, late, running, done or failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LATE_AFTER = timedelta(minutes=2)
"""A planned run that has not begun this long after its time is late: nobody serves the pool, or it is taken."""


class RunState(StrEnum):
    """What became of a run."""

    PLANNED = "planned"
    LATE = "late"
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CRASHED = "crashed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Return whether nothing more will come of the run."""
        return self in (RunState.COMPLETED, RunState.FAILED, RunState.CRASHED, RunState.CANCELLED)


@dataclass(frozen=True, slots=True)
class FlowRun:
    """One run of a flow."""

    run_id: str
    flow: str
    """Name of the deployment, such as ``nightly``; the name of the flow where it was started without one."""
    name: str
    state: RunState
    planned_at: datetime | None
    began_at: datetime | None
    ended_at: datetime | None
    page: str
    """Address of the run in the scheduler's own pages."""

    def took(self, now: datetime) -> timedelta | None:
        """Return how long the run has lasted, None before it began."""
        return None if self.began_at is None else (self.ended_at or now) - self.began_at


@dataclass(frozen=True, slots=True)
class Plan:
    """One flow with its timetable."""

    flow: str
    next_at: datetime | None
    """When it begins next; None where it is paused or nothing is planned."""
    is_paused: bool


@dataclass(frozen=True, slots=True)
class Oversight:
    """What the scheduler knows: timetables, runs that are planned or under way, and those that are over."""

    plans: Sequence[Plan]
    ahead: Sequence[FlowRun]
    """Late, pending and running ones, oldest first; what is merely planned is in ``plans``."""
    past: Sequence[FlowRun]
    """Newest first."""
    page: str
    """Address of the scheduler's own pages."""


_STATES = {
    "SCHEDULED": RunState.PLANNED,
    "PENDING": RunState.PENDING,
    "RUNNING": RunState.RUNNING,
    "PAUSED": RunState.PENDING,
    "CANCELLING": RunState.RUNNING,
    "COMPLETED": RunState.COMPLETED,
    "FAILED": RunState.FAILED,
    "CRASHED": RunState.CRASHED,
    "CANCELLED": RunState.CANCELLED,
}


def run_state(kind: str | None, planned_at: datetime | None, now: datetime) -> RunState:
    """Return the state of a run by the scheduler's word for it; one that the scheduler adds later reads as pending."""
    state = _STATES.get(kind or "SCHEDULED", RunState.PENDING)
    if state is RunState.PLANNED and planned_at is not None and now - planned_at > LATE_AFTER:
        return RunState.LATE
    return state
