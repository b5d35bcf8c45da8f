"""The inside of a confined process: take one request, shut oneself in, answer with JSON."""

from __future__ import annotations

import ctypes
import errno
import importlib
import json
import os
import platform
import re
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from fundwatch.domain.errors import ConfigurationError, EngineError, FundwatchError, InputError
from fundwatch.store.seccomp import shut_in

_PR_SET_PDEATHSIG = 1
_FAMILIES = {"input": InputError, "configuration": ConfigurationError, "engine": EngineError}
_ELSEWHERE = re.compile(r"^<|[/\\]lib[/\\]python|site-packages")
UNANSWERED = 74
"""How the process ends that finds no room for its answer (EX_IOERR of sysexits.h)."""
_OF_THE_FILE = (None, errno.EINVAL)
"""Errors that readers raise for a file that leads them astray; every other one is this machine's."""


def serve() -> None:
    """Read one request from standard input, run what it names within its limits, and write the answer."""
    order = json.load(sys.stdin)
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    _limit(order["limits"])
    shut_in()
    try:
        _answer(answer, _outcome(order["function"], order["request"]))
    except OSError:
        os._exit(UNANSWERED)
    # Whatever libraries would still tidy up is gone with the process.
    os._exit(0)


def _answer(stream: TextIO, outcome: Mapping[str, Any]) -> None:
    json.dump(outcome, stream)
    stream.flush()


def _limit(limits: Mapping[str, int]) -> None:
    if platform.system() == "Linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # A write beyond the limit shall fail in the write, not end the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    # The first limit ends the process by a signal that tells the reason; the second, a little later, in any case.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 5))
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
    ):
        resource.setrlimit(kind, (most, most))


def _outcome(function: str, request: object) -> dict[str, Any]:
    module, _, name = function.partition(":")
    try:
        return {"result": getattr(importlib.import_module(module), name)(request)}
    except FundwatchError as error:
        family = next(name for name, kind in _FAMILIES.items() if isinstance(error, kind))
        return {"family": family, "zh": error.zh, "en": error.en, "code": error.code, "place": error.place}
    except MemoryError:
        return {"broken": "memory"}
    except OSError as error:
        if error.errno == errno.EFBIG:
            return {"broken": "file"}
        return {"broken": "crash" if error.errno in _OF_THE_FILE else "disk", "where": _where(error)}
    except ImportError as error:
        return {"broken": "install", "where": _where(error)}
    except BaseException as error:  # noqa: BLE001 - panics of libraries are no Exception; all become one sentence
        return {"broken": "crash", "where": _where(error)}


def _where(error: BaseException) -> str:
    """Return kind and place of an error for the log: its text may quote what was sent, so it stays out."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if not _ELSEWHERE.search(frame.filename)] or frames
    last = ours[-1]
    number = f" {error.errno}" if isinstance(error, OSError) else ""
    return f"{type(error).__name__}{number} at {Path(last.filename).name}:{last.lineno} in {last.name}"


def probe(request: object) -> dict[str, bool]:
    """Try what a confined process must not be able to do; return whether each attempt was refused."""
    del request
    return {"network": _is_refused(_connects), "programs": _is_refused(_starts)}


def _connects() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()


def _starts() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _is_refused(attempt: Any) -> bool:
    try:
        attempt()
    except PermissionError:
        return True
    return False
