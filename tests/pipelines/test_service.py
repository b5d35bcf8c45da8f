"""``fundwatch up``: server, schedules and worker really come up, and go down together."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

DEPLOYMENTS = {"nightly", "ingest", "train"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, path: str, body: dict) -> list[dict]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


@pytest.mark.slow
def test_every_deployment_gets_its_scheduled_runs(tmp_path: Path) -> None:
    (tmp_path / "institutions.toml").write_text("", encoding="utf-8")
    port = free_port()
    code = "import sys; from fundwatch.cli.main import execute; sys.exit(execute(sys.argv[1:]))"
    outward = tmp_path / "outward.log"
    watch = {"PYTHONPATH": str(Path(__file__).parents[1] / "outward"), "OUTWARD_LOG": str(outward)}
    environment = dict(os.environ) | {"FUNDWATCH_HOME": str(tmp_path)} | watch
    command = [sys.executable, "-c", code, "up", "--port", str(port)]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            assert process.stdout is not None
            assert f"127.0.0.1:{port}" in process.stdout.readline().decode()
            deployments = {one["id"]: one["name"] for one in ask(port, "deployments/filter", {})}
            assert set(deployments.values()) == DEPLOYMENTS
            scheduled: set[str] = set()
            for _ in range(120):
                runs = ask(port, "flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}})
                scheduled = {deployments[run["deployment_id"]] for run in runs if run["deployment_id"]}
                if scheduled == DEPLOYMENTS:
                    break
                time.sleep(1)
            assert scheduled == DEPLOYMENTS, (tmp_path / "log").read_text()[-2000:]
            # What the page of work pools asks for, and what the server would ask the world for.
            view = f"http://127.0.0.1:{port}/api/collections/views/aggregate-worker-metadata"
            with urllib.request.urlopen(view, timeout=30) as response:
                assert "prefect" in json.load(response)
            (pool,) = ask(port, "work_pools/filter", {})
            assert (pool["name"], pool["type"], pool["concurrency_limit"]) == ("fundwatch", "process", 1)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
    assert not outward.exists(), outward.read_text()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
