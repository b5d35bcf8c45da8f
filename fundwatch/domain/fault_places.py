"""Where faults lie in a file: rows said as ranges, and a strip that shows which part of the file they fill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Run = tuple[int, int]
STRIP_CELLS = 10
_SAID_RUNS = 8


def runs_of(rows: Iterable[int]) -> tuple[Run, ...]:
    """Return the rows as runs (first, last) of neighbouring rows, in order; a row given twice counts once."""
    runs: list[Run] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return tuple(runs)


def _spelled(runs: Sequence[Run]) -> list[str]:
    return [str(first) if first == last else f"{first}–{last}" for first, last in runs]


def said_rows(runs: Sequence[Run], *, most: int = _SAID_RUNS, complete: bool = True) -> tuple[str, str]:
    """Return the runs in words, Chinese and English: 第 3、7–19、42 行, rows 3, 7–19, 42; no runs are no words.

    At most ``most`` runs are named; 等 and "and more" say that there are others, or that not all are known
    (``complete`` false).
    """
    if not runs:
        return "", ""
    named = _spelled(runs[:most])
    is_open = len(runs) > most or not complete
    is_single = len(runs) == 1 and runs[0][0] == runs[0][1] and not is_open
    zh = f"第 {'、'.join(named)} 行{'等' if is_open else ''}"
    en = f"{'row' if is_single else 'rows'} {', '.join(named)}{' and more' if is_open else ''}"
    return zh, en


@dataclass(frozen=True, slots=True)
class Strip:
    """How many rows of each part of a file, from ``first`` to ``last``, have an error, and how many only a warning."""

    first: int
    last: int
    errors: tuple[int, ...]
    warnings: tuple[int, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no row is marked."""
        return not any(self.errors) and not any(self.warnings)

    def bounds(self, part: int) -> Run:
        """Return the first and the last row of a part, counted from 0."""
        rows = self.last - self.first + 1
        parts = len(self.errors)
        return self.first + -(-part * rows // parts), self.first + -(-(part + 1) * rows // parts) - 1


def strip_of(
    errors: Iterable[int], warnings: Iterable[int], *, first: int, last: int, parts: int = STRIP_CELLS
) -> Strip:
    """Return how marked rows spread over ``parts`` equal parts of the rows ``first`` to ``last``.

    A row with an error is not counted among the warnings. Rows outside the bounds widen them. Raises ValueError when
    there are no parts.
    """
    if parts < 1:
        raise ValueError("a strip has at least one part")
    bad = set(errors)
    doubtful = set(warnings) - bad
    first = min(first, *bad, *doubtful) if bad or doubtful else first
    last = max(first, last, *bad, *doubtful)
    rows = last - first + 1
    counts = ([0] * parts, [0] * parts)
    for marked, tally in zip((bad, doubtful), counts, strict=True):
        for row in marked:
            tally[(row - first) * parts // rows] += 1
    return Strip(first, last, tuple(counts[0]), tuple(counts[1]))
