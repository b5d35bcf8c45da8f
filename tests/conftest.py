"""What holds for every test."""

from __future__ import annotations

import atexit
import csv
import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from fundwatch.city.sample import write_sample
from fundwatch.store.settings import Settings
from pipelines.orchestration import prefect_environment

# No test depends on wall time: a busy machine is no failure.
settings.register_profile("plain", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("deep", settings.get_profile("plain"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "plain"))
"""``HYPOTHESIS_PROFILE=deep`` looks at twenty times as many examples, for nights."""

os.environ.update(COLUMNS="220", LINES="50")
"""Consoles read their size when they are made, which is when modules are imported: here once, for every machine."""

for _name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
    os.environ.pop(_name, None)

_status: list[int] = []


def pytest_sessionfinish(exitstatus: int) -> None:
    _status.append(int(exitstatus))


@atexit.register
def _leave_quietly() -> None:
    """End the process once everybody has tidied up: DuckDB's binding reports harmless leaks after that."""
    if _status:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_status[0])


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests name their data home themselves."""
    for name in os.environ:
        if name.startswith("FUNDWATCH_") and name != "FUNDWATCH_REAL_DATA":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, seed=5, persons=200, days=60, last_day=date(2026, 9, 30))
    return folder


@pytest.fixture(scope="session")
def statement(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A statement with three cells beyond repair: an empty direction, a day that is none, a masked account."""
    path = sorted((sample / "inbox" / "610900-B01").glob("银行流水*"))[0]
    with path.open(encoding="gb18030", newline="") as stream:
        header, *rows = csv.reader(stream)
    columns = {name: place for place, name in enumerate(header)}
    rows[10][columns["收付标志"]] = ""
    rows[20][columns["交易时间"]] = rows[20][columns["交易时间"]][:8] + "32 10:00:00"
    rows[30][columns["交易账号"]] = rows[30][columns["交易账号"]][:6] + "**********"
    spoiled = tmp_path_factory.mktemp("spoiled") / path.name
    with spoiled.open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return spoiled


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real, temporary Prefect API for the session; its address."""
    settings = Settings.from_environment({"FUNDWATCH_HOME": str(tmp_path_factory.mktemp("prefect"))})
    environment = prefect_environment(settings)
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield str(PREFECT_API_URL.value())
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
