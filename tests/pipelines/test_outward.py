"""Nothing connects outward: every library's telemetry is off, in the program and in what it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from tests.pipelines.conftest import LAST_DAY, City

WATCH = Path(__file__).parents[1] / "outward"


def run(log: Path, arguments: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    # Only what the program itself sets may keep the libraries quiet.
    quiet = ("DO_NOT_TRACK", "PREFECT_", "GX_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(quiet)}
    environment |= {"PYTHONPATH": str(WATCH), "OUTWARD_LOG": str(log), "FUNDWATCH_HOME": str(home)}
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)


def test_a_night_under_prefect_reaches_nobody(own_city: City, tmp_path: Path) -> None:
    log = tmp_path / "outward.log"
    night = (LAST_DAY + timedelta(days=1)).isoformat()
    code = "import sys; from fundwatch.cli.main import execute; sys.exit(execute(sys.argv[1:]))"
    inbox = str(own_city.folder / "inbox")
    done = run(log, ["-c", code, "nightly", "--as-of", night, "--inbox", inbox], own_city.home)
    assert done.returncode == 0, done.stderr
    assert night in done.stdout
    assert not log.exists(), log.read_text()


def test_the_watch_would_have_seen_it(tmp_path: Path) -> None:
    log = tmp_path / "outward.log"
    run(log, ["-c", "import sys; sys.audit('socket.connect', None, ('192.0.2.1', 443))"], tmp_path)
    assert log.read_text() == "socket.connect 192.0.2.1\n"
