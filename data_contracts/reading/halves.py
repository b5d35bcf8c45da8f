"""A long delimited text read in two parts at once; what is not plain throughout is read whole instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data_contracts.reading.contents import form_of
from data_contracts.reading.delimited import find_delimiter, head_of, transcode
from data_contracts.reading.encoding import Stretch, head_text, mixed_lines, text_blocks
from data_contracts.reading.records import RecordWriter, unusual_runs, usual_cells
from data_contracts.reading.staged import WIDEST, Note, StagedFile, StagedTable

LONG = 48 * 1024**2
"""Bytes from which two processes are worth their start."""
_NEAR = 1024**2
_PARTS = ("gb18030", "utf-8", "utf-8-sig")


def parting(path: Path) -> int:
    """Return where to part a long text: behind the line end next to its middle; 0 where it is read whole."""
    size = path.stat().st_size
    if size < LONG or form_of(path) != "csv":
        return 0
    with path.open("rb") as stream:
        stream.seek(size // 2)
        place = stream.read(_NEAR).find(b"\n")
    return size // 2 + place + 1 if place >= 0 else 0


def stage_part(request: Mapping[str, Any]) -> dict[str, Any] | None:
    """Stage the stretch that a plain request names and describe it as plain data, None where it is not plain.

    Plain is text that one encoding decodes and in which reading has nothing to flag.
    """
    path, target = Path(request["path"]), Path(request["target"])
    stretch = Stretch(int(request["first"]), int(request["last"]))
    head, encodings = head_text(path)
    delimiter = find_delimiter(head, frozenset(request["headers"]))
    for encoding in encodings:
        if encoding not in _PARTS or (encoding == "gb18030" and mixed_lines(path, stretch)):
            return None
        try:
            writer = transcode(text_blocks(path, encoding, stretch), delimiter, target, lenient=False)
        except UnicodeDecodeError:
            continue
        return None if writer.flags or writer.was_open else _described(writer, encoding, delimiter)
    return None


def _described(writer: RecordWriter, encoding: str, delimiter: str) -> dict[str, Any]:
    return {
        "reading": [encoding, delimiter],
        "number": writer.number,
        "width": writer.width,
        "runs": writer.runs,
        "units": writer.units,
        "last_cells": writer.last_cells,
    }


def joined(parts: Sequence[Mapping[str, Any] | None], targets: Sequence[Path]) -> StagedFile | None:
    """Return the whole of two staged parts, None where they must be read as one.

    Raises KeyError, TypeError or ValueError for a description that is none.
    """
    first, second = parts
    if first is None or second is None or first["reading"] != second["reading"] or not second["number"]:
        return None
    head = head_of(*targets)
    cells = max((sum(bool(cell.strip()) for cell in cells) for _, cells in head), default=0)
    number = int(first["number"])
    runs = [(int(last), int(width)) for last, width in first["runs"]]
    more = [(number + int(last), int(width)) for last, width in second["runs"]]
    if runs and more and runs[-1][1] == more[0][1]:
        runs.pop()
    runs += more
    usual = usual_cells(runs)
    if int(second["last_cells"]) < cells or usual > WIDEST:
        return None
    units = int(first["units"]) + int(second["units"])
    notes = (Note("B031", {"units": str(units)}),) if units else ()
    width = max(int(first["width"]), int(second["width"]))
    files = tuple(target.name for target in targets)
    table = StagedTable(files, "lines", "csv", width, head, usual_cells=usual, runs=unusual_runs(runs))
    return StagedFile(targets[0].parent, (table,), notes)
