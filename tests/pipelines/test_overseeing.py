"""What an operator is told of the flows, by a real scheduler."""

from __future__ import annotations

import socket
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from fundwatch.domain.errors import BusyError, InputError
from fundwatch.domain.flow_runs import RunState
from pipelines.overseeing import Overseer
from tests.pipelines.scheduler import register_nightly

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")


@pytest.fixture
def overseer(prefect: str) -> Overseer:
    """An overseer of a scheduler that knows the nightly flow."""
    register_nightly(prefect)
    return Overseer(prefect, lambda: datetime.now(UTC))


def test_a_run_that_is_asked_for_is_planned_then_late_when_nobody_serves_the_pool(overseer: Overseer) -> None:
    run_id = overseer.start("nightly", date(2026, 3, 1))
    from prefect.client.orchestration import SyncPrefectClient

    with SyncPrefectClient(overseer.api) as client:
        assert client.read_flow_run(UUID(run_id)).parameters == {"as_of": "2026-03-01"}
    seen = overseer.look()
    assert seen is not None and [one.flow for one in seen.plans] == ["nightly"]
    later = Overseer(overseer.api, lambda: datetime.now(UTC) + timedelta(minutes=10)).look()
    assert later is not None
    (waiting,) = [one for one in later.ahead if one.run_id == run_id]
    assert (waiting.flow, waiting.state, waiting.began_at) == ("nightly", RunState.LATE, None)
    assert waiting.page == f"{overseer.api.removesuffix('/api')}/runs/flow-run/{run_id}"


def test_a_run_that_failed_is_among_the_past_ones_with_its_time(overseer: Overseer) -> None:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.states import Failed, Running

    run_id = overseer.start("nightly")
    with SyncPrefectClient(overseer.api) as client:
        client.set_flow_run_state(UUID(run_id), Running(), force=True)
        running = overseer.look()
        client.set_flow_run_state(UUID(run_id), Failed(), force=True)
    assert running is not None and run_id in [one.run_id for one in running.ahead if one.state is RunState.RUNNING]
    seen = overseer.look()
    assert seen is not None
    (failed,) = [one for one in seen.past if one.run_id == run_id]
    assert failed.state is RunState.FAILED
    assert failed.took(datetime.now(UTC)) is not None


def test_the_next_time_is_that_of_the_timetable(overseer: Overseer) -> None:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.states import Scheduled

    now = datetime.now(UTC)
    with SyncPrefectClient(overseer.api) as client:
        (deployment,) = client.read_deployments()
        for days in (2, 1):
            when = now + timedelta(days=days)
            client.create_flow_run_from_deployment(deployment.id, state=Scheduled(scheduled_time=when))
        assert client.read_flow_runs(flow_run_filter=FlowRunFilter())
    seen = overseer.look()
    assert seen is not None and seen.plans[0].next_at is not None
    assert now < seen.plans[0].next_at <= now + timedelta(days=1)
    assert not [one for one in seen.ahead if one.planned_at and one.planned_at > now]


def test_a_flow_that_is_not_there_is_refused(overseer: Overseer) -> None:
    with pytest.raises(InputError, match="nowhere"):
        overseer.start("nowhere")


def test_a_scheduler_that_does_not_answer_is_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        silent = Overseer(f"http://127.0.0.1:{free.getsockname()[1]}/api", lambda: datetime.now(UTC))
    assert silent.look() is None
    with pytest.raises(BusyError, match="fundwatch up"):
        silent.start("nightly")
