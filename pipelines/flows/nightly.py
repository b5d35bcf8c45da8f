"""The nightly flow."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from prefect import flow

from pipelines import tasks
from pipelines.installation import Installation, settings_of_environment
from pipelines.night import begun, days_due


@flow(name="fundwatch-nightly", flow_run_name="夜间批次 {as_of}", validate_parameters=True)
def nightly(as_of: str | None = None, known_at: str | None = None, inbox: str | None = None) -> list[dict[str, Any]]:
    """Run the night that ends on ``as_of`` (ISO date), or every night missed up to yesterday, in order.

    ``known_at`` (ISO instant) replays what was known then. Returns the outcome of each night: plain figures and ids.
    """
    outcomes = []
    with Installation.open(settings_of_environment()) as installation:
        inbox = inbox or str(installation.settings.inbox)
        instant = datetime.fromisoformat(known_at) if known_at else None
        for day in [date.fromisoformat(as_of)] if as_of else days_due(installation):
            with begun(installation, "nightly", as_of=day, known_at=instant) as run_id:
                tasks.take_in(run_id, inbox)
                tasks.relate(run_id)
                tasks.run_rules(run_id)
                tasks.run_detector(run_id)
                tasks.explain(run_id)
                tasks.observe(run_id)
                outcomes.append(dict(tasks.publish(run_id)))
                tasks.report(run_id)
    return outcomes
