"""What holds for every test."""

from __future__ import annotations

import atexit
import os
import sys

import pytest
from hypothesis import HealthCheck, settings

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
