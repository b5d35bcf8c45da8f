"""A scheduler that knows a flow without any worker: what is asked of it waits."""

from __future__ import annotations


def register_nightly(api: str) -> None:
    """Register the nightly flow with its timetable; safe to repeat."""
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.schedules import CronSchedule

    from pipelines.flows.nightly import nightly

    timetable = DeploymentScheduleCreate(schedule=CronSchedule(cron="30 1 * * *", timezone="Asia/Shanghai"))
    with SyncPrefectClient(api) as client:
        client.create_deployment(client.create_flow(nightly), name="nightly", schedules=[timetable])
