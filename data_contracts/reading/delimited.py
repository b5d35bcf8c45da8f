"""Delimited text: encoding, delimiter and records settled, and written as records."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from data_contracts.reading.encoding import (
    first_undecoded,
    head_text,
    lenient_blocks,
    mixed_lines,
    settle,
    text_blocks,
    undecodable,
)
from data_contracts.reading.records import RecordWriter, unusual_runs
from data_contracts.reading.staged import (
    HEAD_RECORDS,
    HEADER_ROWS,
    INNER_NEWLINE,
    LONGEST_CELL,
    UNIT,
    WIDEST,
    CellFlag,
    Head,
    Note,
    StagedTable,
    empty_error,
    filled_head,
    header_form,
    input_error,
)

_DELIMITERS = (",", "\t", ";", "|")
_LONGEST_LINE = 1024 * 1024
_SHOWN_UNIT = "\u241f"
_FILE_END = "\r\x1a"
"""A carriage return without its line feed, and the sign with which old systems end a text."""


def find_delimiter(head: str, known_headers: frozenset[str]) -> str:
    """Return the delimiter under which one of the first lines shows most known headers, then most cells."""
    lines = head.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:HEADER_ROWS]

    def score(delimiter: str) -> tuple[int, int]:
        cells = [[header_form(cell.strip('"')) for cell in line.split(delimiter)] for line in lines]
        return (
            max((sum(cell in known_headers for cell in row) for row in cells), default=0),
            max((len(row) for row in cells), default=0),
        )

    return max(_DELIMITERS, key=score)


@dataclass(slots=True)
class _Lines:
    """Cuts blocks of text into lines; what waits for its line end is never longer than the longest line taken."""

    rest: str = ""
    skipping: bool = False

    def of(self, block: str) -> list[str]:
        text = self.rest + block
        held = "\r" if text.endswith("\r") else ""
        text = text[: len(text) - len(held)] if held else text
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        lines = text.split("\n")
        if self.skipping and len(lines) > 1:
            self.skipping = False
            lines = lines[1:]
        elif self.skipping:
            lines = [""]
        self.rest = lines.pop() + held
        if len(self.rest) > _LONGEST_LINE and not self.skipping:
            lines.append(self.rest[: _LONGEST_LINE + 1])
            self.rest, self.skipping = "", True
        return lines


def _write_block(writer: RecordWriter, lines: list[str], text: str, *, lenient: bool) -> None:
    if lenient or "\x00" in text or max(map(len, lines), default=0) > LONGEST_CELL:
        for line in lines:
            writer.careful([line])
            if len(line) > _LONGEST_LINE:
                writer.flag("giant_line")
    elif '"' in text or writer.is_open:
        writer.feed(lines)
    else:
        writer.plain(lines)


def transcode(blocks: Iterable[tuple[str, bool]], delimiter: str, target: Path, *, lenient: bool) -> RecordWriter:
    """Write the text as UTF-8 records; raises UnicodeDecodeError where the blocks do."""
    lines, torn, units = _Lines(), False, 0
    with target.open("w", encoding="utf-8", newline="\n") as out:
        writer = RecordWriter(out, delimiter)
        for block, broken in blocks:
            torn = broken
            text = block
            if UNIT in text:
                units += text.count(UNIT)
                text = text.replace(UNIT, _SHOWN_UNIT)
            _write_block(writer, lines.of(text), text, lenient=lenient)
        last = lines.rest.strip(_FILE_END)
        if last and not lines.skipping:
            _write_block(writer, [last], last, lenient=lenient)
        writer.was_open = writer.is_open
        writer.finish(torn)
    writer.units = units
    return writer


def _in_blocks(blocks: Iterator[tuple[str, bool]], size: int = 4096) -> Iterator[tuple[str, bool]]:
    """Yield text that comes line by line in larger pieces."""
    held: list[str] = []
    torn = False
    for text, broken in blocks:
        held.append(text)
        torn = torn or broken
        if len(held) >= size:
            yield "".join(held), False
            held = []
    yield "".join(held), torn


def _records(path: Path, delimiter: str, encodings: tuple[str, ...], target: Path) -> tuple[RecordWriter, str]:
    """Write the records under the first encoding that decodes the whole file; else line by line, bad ones flagged."""
    for encoding in encodings:
        if encoding == "gb18030" and mixed_lines(path):
            break
        try:
            return transcode(text_blocks(path, encoding), delimiter, target, lenient=False), encoding
        except UnicodeDecodeError as error:
            if encoding.startswith(("utf-16", "utf-32")):
                raise undecodable(path, encoding) from error
    encoding = settle(path)
    return transcode(_in_blocks(lenient_blocks(path, encoding)), delimiter, target, lenient=True), encoding


def stage_delimited(
    path: Path, known_headers: frozenset[str], workdir: Path
) -> tuple[tuple[StagedTable, ...], tuple[Note, ...]]:
    """Stage a delimited text file; raises InputError where its encoding cannot be told or it holds nothing."""
    text, encodings = head_text(path)
    target = workdir / "text.lines"
    writer, encoding = _records(path, find_delimiter(text, known_headers), encodings, target)
    if writer.number == 0 or not _holds_text(target):
        raise empty_error(path.name)
    if writer.usual_cells > WIDEST:
        raise input_error(
            "R018",
            f"多数行超过 {WIDEST} 列，请核对分隔符或只导出契约中的列",
            f"most rows have more than {WIDEST} columns; check the delimiter or export the agreed columns only",
            path.name,
        )
    head = head_of(target)
    if _header_is_undecoded(writer, head):
        raise first_undecoded(path, encoding)
    flags = [*writer.flags, *_torn(path, encoding, writer, head)]
    notes = (Note("B031", {"units": str(writer.units)}),) if writer.units else ()
    table = StagedTable(
        (target.name,),
        "lines",
        "csv",
        max(writer.width, 1),
        head,
        flags=tuple(flags),
        usual_cells=writer.usual_cells,
        runs=unusual_runs(writer.runs),
    )
    return (table,), notes


def _header_is_undecoded(writer: RecordWriter, head: Head) -> bool:
    """Return whether the first record as wide as most, which can only be the header, has cells of another encoding."""
    first = next((row for row, cells in head if 2 * sum(map(bool, cells)) > writer.usual_cells > 1), 0)
    return any(flag.row == first and flag.code == "undecodable" for flag in writer.flags)


def _torn(path: Path, encoding: str, writer: RecordWriter, head: Head) -> list[CellFlag]:
    """Flag a last record that has too few cells and no line end, as a transfer that broke off leaves it."""
    header_cells = max((sum(bool(cell.strip()) for cell in cells) for _, cells in head), default=0)
    ends_whole = writer.last_cells >= header_cells or any(flag.code == "torn_record" for flag in writer.flags)
    if ends_whole or _ends_with_newline(path, encoding):
        return []
    return [CellFlag(writer.number, 0, "torn_record")]


def head_of(*targets: Path) -> Head:
    """Return the first records of staged files that follow each other, among them the header."""
    lines = itertools.islice(itertools.chain.from_iterable(map(_lines_of, targets)), HEAD_RECORDS)
    records = [(number, tuple(line.rstrip("\n").split(UNIT))) for number, line in enumerate(lines, 1)]
    width = max((len(cells) for _, cells in records), default=0)
    return filled_head([(row, cells + ("",) * (width - len(cells))) for row, cells in records])


def _lines_of(target: Path) -> Iterator[str]:
    with target.open(encoding="utf-8", newline="\n") as stream:
        yield from stream


def _holds_text(target: Path) -> bool:
    with target.open(encoding="utf-8", newline="\n") as stream:
        return any(cell.strip().strip(INNER_NEWLINE) for line in stream for cell in line.split(UNIT))


def _ends_with_newline(path: Path, encoding: str) -> bool:
    unit = 4 if encoding.startswith("utf-32") else 2 if encoding.startswith("utf-16") else 1
    with path.open("rb") as stream:
        stream.seek(0, 2)
        stream.seek(-min(unit, stream.tell()), 2)
        return stream.read().strip(b"\x00") in (b"\n", b"\r", b"")
