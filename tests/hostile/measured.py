"""What a confined process is asked to do here: parse and note its memory, or break as a parser of ours might."""

from __future__ import annotations

import errno
import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data_contracts.reading.staging import stage_as_asked

PEAK = ".peak"
SECRET = "6222021234567890001"


def stage_measured(request: Mapping[str, Any]) -> dict[str, Any]:
    """Stage a file and leave the most memory that the process held, in KiB, beside it."""
    try:
        return stage_as_asked(request)
    finally:
        # ``getrusage`` would count what the parent held when it forked; this counts from the start of the program.
        peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
        Path(request["path"] + PEAK).write_text(peak[1] if peak else "0", encoding="ascii")


def break_down(_: object) -> None:
    """Fail as a mistake of ours does, with content in the message."""
    raise ValueError(f"cannot read {SECRET}")


def panic(_: object) -> None:
    """Fail as a library that knows no exceptions."""

    class PanicException(BaseException):
        pass

    raise PanicException(SECRET)


def denied(_: object) -> None:
    """Fail as a machine does that lets nobody write."""
    raise PermissionError(errno.EACCES, "denied", f"/{SECRET}")


def full(_: object) -> None:
    """Fail as a full disk does."""
    raise OSError(errno.ENOSPC, "full")


def astray(_: object) -> None:
    """Fail as a reader does whom an archive sends to a place before its start."""
    raise OSError(errno.EINVAL, "negative seek")


def unfinished(_: object) -> None:
    """Fail as an installation does that lacks a part."""
    importlib.import_module("fundwatch.no_such_module")
