"""The inbox: one folder per institution code, in which extracts are dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from fundwatch.domain.errors import ConfigurationError, InputError
from fundwatch.store.registry import Registry
from pipelines.examining import Source

QUIET = timedelta(seconds=10)
"""A file that changed more recently may still be written; it waits for the next run."""
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


def finished_files(inbox: Path, now: datetime) -> tuple[list[Source], list[Path]]:
    """Return the finished files of an inbox with their institution's code, and those that are still being written."""
    ready: list[Source] = []
    waiting: list[Path] = []
    if not inbox.is_dir():
        return ready, waiting
    for folder in sorted(path for path in inbox.iterdir() if path.is_dir() and not path.name.startswith(".")):
        for path in files_under(folder):
            is_fresh = now.timestamp() - path.stat().st_mtime < QUIET.total_seconds()
            if is_fresh or path.suffix.lower() in _UNFINISHED:
                waiting.append(path)
            else:
                ready.append(Source(path, folder.name))
    return ready, waiting


def sources_of(paths: Sequence[Path], registry: Registry, institution: str | None) -> list[Source]:
    """Return the files that a person named, folders unfolded.

    The institution is the one given, else the nearest folder above a file whose name is a registered code. Raises
    ConfigurationError when there is none, InputError for a path that does not exist.
    """
    if institution is not None:
        registry.institution(institution)
    return [
        Source(path, institution or _institution_above(path, registry))
        for named in paths
        for path in _existing(named)
        if path.suffix.lower() not in _UNFINISHED
    ]


def files_under(folder: Path) -> Iterator[Path]:
    """Yield the visible files below a folder, in order of their names."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts):
            yield path


def _existing(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from files_under(path)
    elif path.is_file():
        yield path
    else:
        raise InputError(
            "找不到这个文件或文件夹，请核对路径。",
            "there is no such file or folder; check the path.",
            code="F312",
            place=path.name,
        )


def _institution_above(path: Path, registry: Registry) -> str:
    for folder in path.absolute().parents:
        if folder.name in registry.institutions:
            return folder.name
    raise ConfigurationError(
        "无法判断报送机构：请用 --institution 指明，或把文件放在以机构代码命名的文件夹中。",
        "cannot tell which institution sent this; name it with --institution or use a folder named by its code.",
        code="C205",
        place=path.name,
    )
