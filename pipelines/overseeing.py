"""What the scheduler knows of the flows, asked of its API: timetables, runs, and starting one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from fundwatch.domain.errors import BusyError, InputError
from fundwatch.domain.flow_runs import FlowRun, Oversight, Plan, RunState, run_state
from pipelines.installation import Clock
from pipelines.orchestration import answers

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun as Run

_RUNS = 60
"""Runs looked at, newest first; hourly ones fill five working days."""


@dataclass(frozen=True, slots=True)
class Overseer:
    """Looks at the scheduler at an address such as ``http://127.0.0.1:4200/api``; Prefect is imported at the first."""

    api: str
    clock: Clock

    @property
    def page(self) -> str:
        """Return the address of the scheduler's own pages."""
        return self.api.removesuffix("/api")

    def look(self) -> Oversight | None:
        """Return what the scheduler knows, None when it does not answer."""
        if not answers(self.api):
            return None
        now = self.clock()
        with self._client() as client:
            deployments = client.read_deployments()
            names = {one.id: one.name for one in deployments}
            flows = {one.id: one.name for one in client.read_flows()}
            found = [self._run(one, names, flows, now) for one in _begun(client, now)]
            planned = _planned(client, now)
        first: dict[Any, datetime] = {}
        for one in planned:
            if one.expected_start_time is not None:
                first.setdefault(one.deployment_id, one.expected_start_time)
        plans = [Plan(one.name, first.get(one.id), bool(one.paused)) for one in deployments]
        return Oversight(
            plans=sorted(plans, key=lambda plan: (plan.next_at is None, plan.next_at, plan.flow)),
            ahead=[one for one in reversed(found) if not one.state.is_over and one.state is not RunState.PLANNED],
            past=[one for one in found if one.state.is_over],
            page=self.page,
        )

    def start(self, flow: str, as_of: date | None = None) -> str:
        """Ask for a run of a flow now, of one night where it is named; return the id of the run.

        Raises BusyError when the scheduler does not answer, InputError for a flow that it does not know.
        """
        if not answers(self.api):
            raise BusyError(
                "调度服务未启动，请在服务器上运行 fundwatch up 后再试。",
                "the scheduler does not answer; run fundwatch up on the server and try again.",
                code="B302",
            )
        with self._client() as client:
            found = next((one for one in client.read_deployments() if one.name == flow), None)
            if found is None:
                raise InputError(
                    "没有这个流程，请刷新页面。", "there is no such flow; reload the page.", code="U404", place=flow
                )
            parameters = {} if as_of is None else {"as_of": as_of.isoformat()}
            return str(client.create_flow_run_from_deployment(found.id, parameters=parameters).id)

    def _run(self, run: Run, names: Mapping[Any, str], flows: Mapping[Any, str], now: datetime) -> FlowRun:
        kind = None if run.state_type is None else run.state_type.value
        own = names.get(run.deployment_id) if run.deployment_id is not None else None
        return FlowRun(
            run_id=str(run.id),
            flow=own or flows.get(run.flow_id, "").removeprefix("fundwatch-"),
            name=run.name,
            state=run_state(kind, run.expected_start_time, now),
            planned_at=run.expected_start_time,
            began_at=run.start_time,
            ended_at=run.end_time,
            page=f"{self.page}/runs/flow-run/{run.id}",
        )

    @contextmanager
    def _client(self) -> Iterator[SyncPrefectClient]:
        from prefect.client.orchestration import SyncPrefectClient

        with SyncPrefectClient(self.api) as client:
            yield client


def _begun(client: SyncPrefectClient, now: datetime) -> Sequence[Run]:
    """Return the newest runs that have begun or should have, newest first."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterExpectedStartTime
    from prefect.client.schemas.sorting import FlowRunSort

    until = FlowRunFilterExpectedStartTime.model_validate({"before_": now})
    asked = FlowRunFilter(expected_start_time=until)
    return client.read_flow_runs(flow_run_filter=asked, sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=_RUNS)


def _planned(client: SyncPrefectClient, now: datetime) -> Sequence[Run]:
    """Return the runs that are planned, next first.

    The API's own question for scheduled runs would tell the scheduler that a worker is there.
    """
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterExpectedStartTime
    from prefect.client.schemas.sorting import FlowRunSort

    later = FlowRunFilterExpectedStartTime.model_validate({"after_": now})
    asked = FlowRunFilter(expected_start_time=later)
    return client.read_flow_runs(flow_run_filter=asked, sort=FlowRunSort.EXPECTED_START_TIME_ASC)
