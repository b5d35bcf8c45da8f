"""What a case is: a file that is built anew, and the whole of what must be said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.sample import COUNT

Build = Callable[[Path], Path]
"""Writes the file into a folder and returns its path; the same bytes each time."""
Place = tuple[str, int, str]
"""Code, row and column letter of a fault; the letter is empty where the row as a whole is meant."""

ACCEPTED, QUARANTINE, REJECTED = "accepted", "accepted_with_quarantine", "rejected"


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile file. ``batch`` and ``places`` are all faults of level error, ``notes`` further codes to be told.

    ``free`` names serials whose accepted record may say something else than the sample, because the case changed it
    itself; ``says`` gives texts of columns that must stand in accepted records, by (serial, column).
    """

    name: str
    build: Build
    verdict: str
    batch: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    notes: tuple[str, ...] = ()
    accepted: int = 0
    free: frozenset[str] = frozenset()
    says: Mapping[tuple[str, str], str] = field(default_factory=dict)


def refused(name: str, build: Build, *codes: str, notes: tuple[str, ...] = (), places: tuple[Place, ...] = ()) -> Case:
    """Return a case of which nothing is taken, for these reasons and no others."""
    return Case(name, build, REJECTED, batch=codes, notes=notes, places=places)


def taken(
    name: str,
    build: Build,
    *notes: str,
    accepted: int = COUNT,
    free: frozenset[str] = frozenset(),
    says: Mapping[tuple[str, str], str] | None = None,
) -> Case:
    """Return a case of which every record is taken."""
    return Case(name, build, ACCEPTED, notes=notes, accepted=accepted, free=free, says=says or {})


def kept_out(
    name: str,
    build: Build,
    *places: Place,
    accepted: int | None = None,
    notes: tuple[str, ...] = (),
    free: frozenset[str] = frozenset(),
) -> Case:
    """Return a case of which the rows of ``places`` are kept out and all others are taken."""
    rows = len({row for _, row, _ in places})
    return Case(
        name,
        build,
        QUARANTINE,
        places=places,
        notes=notes,
        accepted=COUNT - rows if accepted is None else accepted,
        free=free,
    )


def of_bytes(content: bytes | Callable[[], bytes], name: str = "a.csv") -> Build:
    """Return what writes these bytes."""

    def build(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content())
        return path

    return build


def of_text(text: str, name: str = "a.csv", encoding: str = "utf-8") -> Build:
    """Return what writes this text; lone surrogates stand for the bytes that they escape."""
    return of_bytes(text.encode(encoding, "surrogateescape"), name)
