"""The ingest flow: what lies in the inbox is taken in between two nights."""

from __future__ import annotations

from typing import Any

from prefect import flow

from pipelines import tasks
from pipelines.installation import Installation, settings_of_environment
from pipelines.night import begun


@flow(name="fundwatch-ingest", flow_run_name="日间收件 ingest")
def ingest(inbox: str | None = None) -> dict[str, Any]:
    """Land, check and load the files of an inbox and bring the relations along; no alert is raised."""
    with (
        Installation.open(settings_of_environment()) as installation,
        begun(installation, "ingest") as run_id,
    ):
        tasks.take_in(run_id, inbox or str(installation.settings.inbox))
        tasks.relate(run_id)
        outcome = dict(tasks.publish(run_id))
        tasks.report(run_id)
    return outcome
