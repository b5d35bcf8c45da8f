"""Parsing what institutions send in a confined process, under the limits of the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data_contracts.reading import Stage, StagedFile
from data_contracts.reading.halves import joined, parting
from data_contracts.reading.staged import staged_from_json
from fundwatch.domain.errors import InputError
from fundwatch.store.confinement import Limits, run_confined
from fundwatch.store.settings import Settings

_PARSER = "data_contracts.reading.staging:stage_as_asked"
_HALF = "data_contracts.reading.halves:stage_part"
_MIB = 1024**2
_LARGEST_WRITTEN = 10 * 1024**3


def limits_for(settings: Settings, size: int) -> Limits:
    """Return the limits for a file of so many bytes: time grows with its size, memory does not."""
    seconds = settings.parse_seconds + 2 * size // _MIB
    return Limits(
        memory_bytes=settings.parse_memory_mb * _MIB,
        cpu_seconds=2 * seconds,
        wall_seconds=seconds,
        file_bytes=_LARGEST_WRITTEN,
    )


def confined_stage(settings: Settings) -> Stage:
    """Return the stager that ``data_contracts.checking.check`` takes, each call in a process of its own.

    A long text is read by two processes at once, and by one where its halves cannot be told apart safely.
    """

    def stage(path: Path, known_headers: frozenset[str], workdir: Path) -> StagedFile:
        request = {"path": str(path.absolute()), "headers": sorted(known_headers), "workdir": str(workdir.absolute())}
        limits = limits_for(settings, path.stat().st_size)
        with _described(path):
            middle = parting(path)
            found = _in_halves(request, middle, limits, workdir) if middle else None
            if found is None:
                found = staged_from_json(run_confined(_PARSER, request, limits=limits, workdir=workdir), workdir)
            return found

    return stage


def _in_halves(request: Mapping[str, Any], middle: int, limits: Limits, workdir: Path) -> StagedFile | None:
    """Return the file from two halves staged at once, None where it must be read as a whole."""
    targets = (workdir / "first.lines", workdir / "second.lines")
    stretches = ((0, middle), (middle, 2**62))

    def part(place: int) -> Mapping[str, Any] | None:
        first, last = stretches[place]
        asked = {**request, "target": str(targets[place].absolute()), "first": first, "last": last}
        answer: Mapping[str, Any] | None = run_confined(_HALF, asked, limits=limits, workdir=workdir)
        return answer

    try:
        with ThreadPoolExecutor(2) as pool:
            found = joined(list(pool.map(part, (0, 1))), targets)
    except InputError:
        # Read whole, the file is told what is wrong with it.
        found = None
    if found is None:
        for target in targets:
            target.unlink(missing_ok=True)
    return found


@contextmanager
def _described(path: Path) -> Iterator[None]:
    """Refuse a file of whose parsing only a broken description is left."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            "文件无法解析，内容可能已损坏，请从源系统重新导出。",
            "The file cannot be parsed and may be damaged; export it again from the source system.",
            code="R032",
            place=path.name,
        ) from error
