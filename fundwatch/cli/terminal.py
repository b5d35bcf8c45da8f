"""What commands print: tables and progress on a terminal, plain lines and JSON otherwise."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.segment import Segment

from fundwatch.domain.visible import escaped, visible


class _VisibleConsole(Console):
    """A console on which no text, whoever wrote it, moves the cursor, hides or turns anything."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments with every sign that a terminal would obey shown instead."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


console = _VisibleConsole(highlight=False)
errors = _VisibleConsole(stderr=True, highlight=False)


def print_json_lines(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print one JSON object a line on standard output."""
    for row in rows:
        sys.stdout.write(escaped(json.dumps(row, ensure_ascii=False, default=str)) + "\n")


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Progress]:
    """Show a progress bar on a terminal, and a plain line at start elsewhere; on standard error."""
    if not errors.is_terminal:
        errors.print(title)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        bar.add_task(title, total=total)
        yield bar
