"""The Prefect flows: they run, they say what happened, and they carry nobody's data."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from fundwatch.domain.errors import BusyError
from pipelines.orchestration import WORK_POOL
from tests.pipelines.conftest import LAST_DAY, City

ROOT = Path(__file__).parents[2]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")
def test_the_nightly_flow_publishes_a_night_and_leaves_its_artifacts(prefect: str, own_city: City) -> None:
    from pipelines.flows.nightly import nightly

    night = LAST_DAY + timedelta(days=1)
    (outcome,) = nightly(as_of=night.isoformat(), inbox=str(own_city.folder / "inbox"))
    assert outcome["as_of"] == night.isoformat()
    assert outcome["hits"] >= 0
    (again,) = nightly(as_of=night.isoformat(), inbox=str(own_city.folder / "inbox"))
    assert (again["new"], again["grown"], again["recurred"]) == (0, 0, 0)
    artifacts = {artifact.key: artifact for artifact in read_artifacts()}
    assert {"night", "coverage"} <= artifacts.keys()
    assert "夜间批次" in str(artifacts["night"].data)
    assert "610900-B01" in str(artifacts["coverage"].data)
    names, numbers = people(own_city)
    told = "".join(str(artifact.data) for artifact in artifacts.values()) + "".join(read_logs()) + read_parameters()
    assert not [name for name in names if name in told]
    assert not [number for number in numbers if number in told]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")
def test_a_flow_that_cannot_have_the_lease_says_so(prefect: str, own_city: City) -> None:
    from pipelines.flows.ingest import ingest
    from pipelines.installation import Installation
    from pipelines.night import begun

    with (
        Installation.open(own_city.settings) as installation,
        begun(installation, "ingest"),
        pytest.raises(BusyError, match="process"),
    ):
        ingest()


def test_the_declared_schedules_are_those_of_the_office() -> None:
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    assert {one["name"] for one in declared["deployments"]} == {"nightly", "ingest", "train"}
    for deployment in declared["deployments"]:
        path, _, name = deployment["entrypoint"].partition(":")
        flows = [node.name for node in ast.parse((ROOT / path).read_text()).body if isinstance(node, ast.FunctionDef)]
        assert name in flows
        assert deployment["work_pool"]["name"] == WORK_POOL
        assert deployment["concurrency_limit"]["limit"] == 1
        assert all(schedule["timezone"] == "Asia/Shanghai" for schedule in deployment["schedules"])


@pytest.mark.parametrize("path", sorted((ROOT / "pipelines" / "flows").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_a_flow_is_a_table_of_contents(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60
    assert not [word for word in ("SELECT", "execute(", "duckdb") if word in text]


def read_artifacts() -> list:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        return client.read_artifacts()


def read_logs() -> list[str]:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        return [log.message for log in client.read_logs(limit=200)]


def read_parameters() -> str:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        return str([run.parameters for run in client.read_flow_runs()])


def people(city: City) -> tuple[set[str], set[str]]:
    """Names and account numbers of the invented people, as the first bank reported them."""
    text = (city.folder / "inbox" / "610900-B01" / "账户信息.csv").read_bytes().decode("gb18030")
    rows = [line.split(",") for line in text.splitlines()[1:]]
    return {row[2].strip() for row in rows if len(row[2].strip()) > 2}, {row[0].strip() for row in rows}
