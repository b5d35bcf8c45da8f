"""``fundwatch up``: the Prefect server, the schedules of prefect.yaml, and one worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from fundwatch.domain.errors import BusyError, ConfigurationError, EngineError
from fundwatch.store.durable import make_folder
from fundwatch.store.settings import Settings
from pipelines.orchestration import WORK_POOL, answers, prefect_environment

ROOT = Path(__file__).parents[1]
# Prefect's server asks a public code host for its list of worker types and falls back to its own copy. With a proxy
# that nobody answers the question never leaves this machine.
_NOBODY_OUTSIDE = {
    **dict.fromkeys(("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9"),
    "NO_PROXY": "127.0.0.1,localhost,::1",
}
_START_SECONDS = 90
_STOP_SECONDS = 20


def serve(settings: Settings, port: int) -> int:
    """Run server and worker until interrupted; return 0 after an orderly end.

    Raises ConfigurationError when prefect.yaml is not beside the program, BusyError when the port is taken.
    """
    declared = ROOT / "prefect.yaml"
    if not declared.is_file():
        raise ConfigurationError(
            "找不到 prefect.yaml，请在项目目录中安装并运行。",
            "prefect.yaml is missing; run from the project.",
            code="P001",
        )
    url = f"http://127.0.0.1:{port}/api"
    environment = {
        **os.environ,
        **prefect_environment(settings),
        "FUNDWATCH_HOME": str(settings.home),
        "PREFECT_API_URL": url,
        **_NOBODY_OUTSIDE,
    }
    make_folder(settings.home)
    if answers(url):
        raise BusyError(
            f"端口 {port} 已被占用，请换 --port。", f"port {port} is taken; choose another --port.", code="B301"
        )
    running: list[subprocess.Popen[bytes]] = []
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        running.append(_start(["server", "start", "--host", "127.0.0.1", "--port", str(port)], environment))
        _wait(url, running[0])
        deploy(environment, declared)
        _say(f"已启动：http://127.0.0.1:{port}  定时计划见 prefect.yaml；Ctrl+C 结束。Up; Ctrl+C ends it.")
        running.append(_start(["worker", "start", "--pool", WORK_POOL, "--type", "process"], environment))
        while all(process.poll() is None for process in running):
            time.sleep(1)
        raise EngineError("Prefect 意外退出，请重新启动。", "Prefect ended unexpectedly; start it again.", code="E401")
    except KeyboardInterrupt:
        _say("正在结束。Ending.")
        return 0
    finally:
        signal.signal(signal.SIGTERM, previous)
        for process in reversed(running):
            _end(process)


def deploy(environment: Mapping[str, str], declared: Path) -> None:
    """Register the work pool (one run at a time) and the deployments of prefect.yaml; safe to repeat."""
    _prefect(["work-pool", "create", WORK_POOL, "--type", "process", "--overwrite"], environment)
    _prefect(["work-pool", "set-concurrency-limit", WORK_POOL, "1"], environment)
    _prefect(["--no-prompt", "deploy", "--all", "--prefect-file", str(declared)], environment)


def _start(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "prefect", *arguments]
    return subprocess.Popen(  # noqa: S603 - our own interpreter, no shell, fixed arguments
        command, env=dict(environment), cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True
    )


def _prefect(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "prefect", *arguments]
    done = subprocess.run(command, env=dict(environment), cwd=ROOT, capture_output=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise EngineError(
            f"Prefect 命令失败（{arguments[0]}），请查看其日志。",
            f"prefect {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()[-300:]}",
            code="E402",
        )


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(_START_SECONDS * 2):
        if answers(url):
            return
        if server.poll() is not None:
            break
        time.sleep(0.5)
    raise EngineError("Prefect 服务未能启动，请检查端口与磁盘。", "the Prefect server did not start.", code="E403")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
