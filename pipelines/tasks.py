"""The steps of a run as Prefect tasks: plain values in, plain values out, each safe to run twice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect import task
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from fundwatch.domain.errors import BusyError
from pipelines import detection, publication, relating, reporting, shadow
from pipelines.installation import Installation, settings_of_environment
from pipelines.night import Step, intake, step


def _when_busy(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Try again only when somebody else held what was needed; any other error would come back."""
    return isinstance(state.data, BusyError) or "BusyError" in (state.message or "")


def _run(run_id: str, work: Step) -> None:
    with Installation.open(settings_of_environment()) as installation:
        step(installation, run_id, work)


@task(name="收件 take in", retries=2, retry_delay_seconds=[2, 10], retry_condition_fn=_when_busy)
def take_in(run_id: str, inbox: str | None) -> None:
    """Land, check and settle the files of the inbox."""
    _run(run_id, intake(inbox=Path(inbox) if inbox else None))


@task(name="派生关系 relate", retries=2, retry_delay_seconds=[2, 10], retry_condition_fn=_when_busy)
def relate(run_id: str) -> None:
    """Bring the derived relations up to date."""
    _run(run_id, relating.relate)


@task(name="规则 rules", retries=2, retry_delay_seconds=[2, 10], retry_condition_fn=_when_busy)
def run_rules(run_id: str) -> None:
    """Run every active rule over the night's days."""
    _run(run_id, detection.run_rules)


@task(name="检测器 detector", retries=2, retry_delay_seconds=[2, 10], retry_condition_fn=_when_busy)
def run_detector(run_id: str) -> None:
    """Rank the control groups among their peers."""
    _run(run_id, detection.run_detector)


@task(name="正常解释 explain", retries=2, retry_delay_seconds=[2, 10], retry_condition_fn=_when_busy)
def explain(run_id: str) -> None:
    """Look for innocent readings of what was found."""
    _run(run_id, detection.explain)


@task(name="影子运行 shadow", retries=2, retry_delay_seconds=[2, 10], retry_condition_fn=_when_busy)
def observe(run_id: str) -> None:
    """Run what is in shadow, for the report alone."""
    _run(run_id, shadow.observe)


@task(name="发布 publish", retries=2, retry_delay_seconds=[2, 10], retry_condition_fn=_when_busy)
def publish(run_id: str) -> Mapping[str, Any]:
    """Commit manifest, ledger and alerts in one transaction."""
    with Installation.open(settings_of_environment()) as installation:
        return step(installation, run_id, publication.publish).outcome


@task(name="简报 report")
def report(run_id: str) -> None:
    """Write the night's artifacts: who reported, what was refused, alerts by level."""
    with Installation.open(settings_of_environment()) as installation:
        reporting.write_artifacts(installation, run_id)
