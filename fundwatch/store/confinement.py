"""Running a function in a process of its own under limits: how bytes that nobody vouches for are parsed."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from fundwatch.domain.errors import ConfigurationError, EngineError, FundwatchError, InputError
from fundwatch.store.confined import UNANSWERED

_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from fundwatch.store.confined import serve; serve()"
_log = logging.getLogger(__name__)
_LARGEST_ANSWER = 64 * 1024**2
_FAMILIES: dict[str, type[FundwatchError]] = {
    "input": InputError,
    "configuration": ConfigurationError,
    "engine": EngineError,
}
_LONGEST_PLACE = 200
_ENDINGS = {
    # How allocators and the system end a process that asks for more memory than there is.
    -signal.SIGABRT: "memory",
    -signal.SIGKILL: "memory",
    -signal.SIGXCPU: "time",
    UNANSWERED: "disk",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a confined process may use."""

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: int
    file_bytes: int
    """Size of the largest file it may write."""
    open_files: int = 256


def run_confined(function: str, request: object, *, limits: Limits, workdir: Path) -> Any:
    """Return what ``module:function`` answers to a request, both plain JSON, from a fresh confined interpreter.

    The process has no network, starts no programs, gets none of this process's environment, and ends with it. Its own
    InputError, ConfigurationError and EngineError arrive here as they were; whatever else ends it (memory, time, crash)
    raises one InputError that says what to do. ``workdir`` is where it may leave files.
    """
    order = json.dumps({"function": function, "request": request, "limits": asdict(limits)})
    with tempfile.TemporaryFile(dir=workdir) as answer:
        code = _run(order.encode(), answer, limits, workdir)
        if code != 0:
            _log.warning("a confined process ended with code %d in %s", code, function)
            raise _ended(_ENDINGS.get(code, "crash"))
        return _result(_read(answer))


def network_is_shut(workdir: Path) -> bool:
    """Return whether this machine lets a confined process neither reach the network nor start programs."""
    limits = Limits(memory_bytes=512 * 1024**2, cpu_seconds=10, wall_seconds=20, file_bytes=1024**2)
    refused = run_confined("fundwatch.store.confined:probe", None, limits=limits, workdir=workdir)
    return bool(refused["network"] and refused["programs"])


def _run(order: bytes, answer: IO[bytes], limits: Limits, workdir: Path) -> int:
    paths = [path for path in sys.path if Path(path).is_absolute()]
    process = subprocess.Popen(  # noqa: S603 - this interpreter with fixed words
        [sys.executable, "-I", "-B", "-c", _BOOT, json.dumps(paths)],
        stdin=subprocess.PIPE,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        cwd=workdir,
        env=_environment(workdir),
        start_new_session=True,
    )
    try:
        process.communicate(order, timeout=limits.wall_seconds)
    except subprocess.TimeoutExpired as error:
        raise _ended("time") from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return process.returncode


def _environment(workdir: Path) -> dict[str, str]:
    return {"LANG": "C.UTF-8", "HOME": str(workdir), "TMPDIR": str(workdir), "POLARS_MAX_THREADS": "2"}


def _read(answer: IO[bytes]) -> Mapping[str, Any]:
    answer.seek(0)
    content = answer.read(_LARGEST_ANSWER + 1)
    if len(content) > _LARGEST_ANSWER:
        raise _ended("crash")
    try:
        outcome = json.loads(content)
    except ValueError as error:
        raise _ended("crash") from error
    if not isinstance(outcome, dict):
        raise _ended("crash")
    return outcome


def _result(outcome: Mapping[str, Any]) -> Any:
    if "result" in outcome:
        return outcome["result"]
    if outcome.get("family") in _FAMILIES:
        words = {name: str(outcome.get(name, "")) for name in ("zh", "en", "code", "place")}
        raise _FAMILIES[outcome["family"]](words["zh"], words["en"], code=words["code"], place=words["place"])
    if outcome.get("where"):
        # What a process that may be compromised says of itself is no more than a few plain letters.
        where = re.sub("[^ -~]", "?", str(outcome["where"])[:_LONGEST_PLACE])
        _log.warning("a confined process broke: %s", where)
    raise _ended(str(outcome.get("broken")))


def _ended(how: str) -> FundwatchError:
    """Return the one sentence about a process that gave no answer of its own."""
    match how:
        case "memory":
            return InputError(
                "文件展开后超出解析允许的内存，请拆分成较小的文件或改报 CSV。",
                "The file needs more memory than parsing may use; split it into smaller files or send CSV.",
                code="R030",
            )
        case "time":
            return InputError(
                "文件未能在允许的时间内解析完，请拆分成较小的文件或改报 CSV。",
                "The file could not be parsed in the time allowed; split it into smaller files or send CSV.",
                code="R031",
            )
        case "file":
            return InputError(
                "文件展开后过大，请拆分成较小的文件。",
                "The file grows too large when unpacked; split it into smaller files.",
                code="R033",
            )
        case "disk":
            return EngineError(
                "解析所需的临时文件无法读写，请检查磁盘空间；与报送内容无关。",
                "Scratch files of parsing cannot be written; check disk space. The sender is not blamed.",
                code="E013",
            )
        case "install":
            return EngineError(
                "解析程序缺少部件，请管理员检查安装；与报送内容无关。",
                "A part of the parser is missing; check the installation. The sender is not blamed.",
                code="E015",
            )
        case _:
            return InputError(
                "文件无法解析，内容可能已损坏，请从源系统重新导出。",
                "The file cannot be parsed and may be damaged; export it again from the source system.",
                code="R032",
            )
