"""What a confined process is asked to do in the tests."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fundwatch.domain.errors import EngineError, InputError


def echo(request: Any) -> Any:
    return request


def environment(_: object) -> dict[str, str]:
    return dict(os.environ)


def _refusal(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    except ValueError as error:
        return "PermissionError" if "not allowed" in str(error) else str(error)
    return "allowed"


def connect(_: object) -> str:
    return _refusal(lambda: socket.create_connection(("127.0.0.1", 9)))


def listen(_: object) -> str:
    return _refusal(lambda: socket.socket(socket.AF_UNIX).bind("s"))


def execute(_: object) -> str:
    return _refusal(lambda: os.execv("/bin/true", ["true"]))


def fork(_: object) -> str:
    return _refusal(lambda: subprocess.run(["/bin/true"], check=False))


def kill_parent(pid: int) -> str:
    return _refusal(lambda: os.kill(pid, signal.SIGTERM))


def link(_: object) -> str:
    return _refusal(lambda: Path("link").symlink_to("/etc/passwd"))


def raise_limit(_: object) -> str:
    most = resource.RLIM_INFINITY
    return _refusal(lambda: resource.setrlimit(resource.RLIMIT_DATA, (most, most)))


def threads(_: object) -> int:
    done: list[int] = []
    running = [threading.Thread(target=done.append, args=(place,)) for place in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return len(done)


def too_much_memory(_: object) -> int:
    return len(bytearray(2 * 1024**3))


def abort(_: object) -> None:
    os.abort()


def killed(_: object) -> None:
    signal.raise_signal(signal.SIGKILL)


def crash(_: object) -> None:
    raise KeyError("names nobody should see")


def segfault(_: object) -> None:
    ctypes.string_at(0)


def leave(_: object) -> None:
    os._exit(0)


def exhaust_recursion(depth: object) -> Any:
    return exhaust_recursion(depth)


def too_large_a_file(_: object) -> None:
    Path("large").write_bytes(bytes(4 * 1024**2))


def sleep(_: object) -> None:
    time.sleep(60)


def spin(_: object) -> None:
    while True:
        pass


def refuse(family: str) -> None:
    kind = InputError if family == "input" else EngineError
    raise kind("不行。", "No.", code="X001", place="a.csv")


def chatter(_: object) -> str:
    sys.stdout.write("noise")
    os.write(1, b"noise")
    os.write(2, b"noise")
    return "quiet"
