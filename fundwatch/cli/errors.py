"""The one place where errors become exit codes and a sentence on the terminal."""

from __future__ import annotations

import errno
import sqlite3
import traceback
from pathlib import Path

from fundwatch.domain.errors import BusyError, ConfigurationError, EngineError, FundwatchError, InputError

FINE, REJECTED, USAGE, QUARANTINED, BUSY, ENGINE = 0, 1, 2, 3, 4, 5
_FAMILIES: tuple[tuple[type[FundwatchError], int], ...] = (
    (BusyError, BUSY),
    (EngineError, ENGINE),
    (ConfigurationError, USAGE),
    (InputError, REJECTED),
)


def exit_code_of(error: BaseException) -> int:
    """Return the exit code of an error; anything that is not one of our families is an engine error."""
    for family, code in _FAMILIES:
        if isinstance(error, family):
            return code
    return ENGINE


def sentence_of(error: BaseException) -> str:
    """Return one sentence that says what to do, without names, numbers or a traceback."""
    if isinstance(error, FundwatchError):
        return f"{error.zh}\n{error.en}" + (f" ({error.place})" if error.place else "")
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return (
            "磁盘已满，已受理的数据不受影响，请腾出空间后重试。\n"
            "The disk is full; what was acknowledged is kept, free some space and try again."
        )
    if isinstance(error, PermissionError):
        return (
            "没有读写权限，请检查数据目录的属主与权限。\n"
            "A file cannot be read or written; check owner and mode of the data home."
        )
    if isinstance(error, sqlite3.Error):
        return (
            "运行数据库出错，请运行 fundwatch doctor 查看原因。\nThe operations database failed; run fundwatch doctor."
        )
    where = traceback.extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
    place = f"{Path(where.filename).name}:{where.lineno}" if where else "?"
    name = type(error).__name__
    return (
        f"程序内部出错（{name}，{place}），已受理的数据不受影响，请把这一行告诉管理员。\n"
        f"An internal error ({name}, {place}); what was acknowledged is kept, tell the administrator this line."
    )
