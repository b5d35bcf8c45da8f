"""The nightly steps without Prefect: the same functions in the same order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines.installation import Clock, Installation, settings_of_environment, system_clock
from pipelines.night import STEPS, begun, days_due, intake, step


def nights(
    as_of: str | None, known_at: str | None, inbox: Path | None, clock: Clock = system_clock
) -> list[Mapping[str, Any]]:
    """Run the night that ends on ``as_of``, or every missed one in order; return their outcomes."""
    instant = datetime.fromisoformat(known_at) if known_at else None
    outcomes: list[Mapping[str, Any]] = []
    with Installation.open(settings_of_environment(), clock) as installation:
        for day in [date.fromisoformat(as_of)] if as_of else days_due(installation):
            with begun(installation, "nightly", as_of=day, known_at=instant) as run_id:
                draft = step(installation, run_id, intake(inbox=inbox or installation.settings.inbox))
                for _, work in STEPS:
                    draft = step(installation, run_id, work)
                outcomes.append(draft.outcome)
    return outcomes
