"""Delimited text: encoding, delimiter and records settled, then read by DuckDB as text."""

from __future__ import annotations

from pathlib import Path

import duckdb

from data_contracts.reading.encoding import head_text, text_blocks
from data_contracts.reading.records import UNIT, RecordWriter
from data_contracts.reading.staged import HEADER_ROWS, CellFlag, RawTable, header_form, input_error
from data_contracts.statements import statement
from fundwatch.domain.errors import InputError

_DELIMITERS = (",", "\t", ";", "|")


def find_delimiter(head: str, known_headers: frozenset[str]) -> str:
    """Return the delimiter under which one of the first lines shows most known headers, then most cells."""
    lines = head.splitlines()[:HEADER_ROWS]

    def score(delimiter: str) -> tuple[int, int]:
        cells = [[header_form(cell.strip('"')) for cell in line.split(delimiter)] for line in lines]
        return (
            max((sum(cell in known_headers for cell in row) for row in cells), default=0),
            max((len(row) for row in cells), default=0),
        )

    return max(_DELIMITERS, key=score)


def _transcode(path: Path, encoding: str, delimiter: str, target: Path) -> RecordWriter:
    """Write the file as numbered UTF-8 records; raises InputError where it is not in that encoding."""
    rest, torn = "", False
    with target.open("w", encoding="utf-8", newline="\n") as out:
        writer = RecordWriter(out, delimiter)
        for block, broken in text_blocks(path, encoding):
            torn = broken
            text = rest + block
            if "\x00" in text:
                raise input_error(
                    "R003", "不是文本文件（含 NUL 字节）", "not a text file (it holds NUL bytes)", path.name
                )
            held = "\r" if text.endswith("\r") else ""
            text = text[: len(text) - len(held)].replace("\r\n", "\n").replace("\r", "\n").replace(UNIT, "\u241f")
            lines = text.split("\n")
            rest = lines.pop() + held
            if '"' in text or writer._pending:
                writer.feed(lines)
            else:
                writer.plain(lines)
        if rest.strip("\r"):
            writer.feed([rest.strip("\r")])
        writer.finish(torn)
    return writer


def _head(connection: duckdb.DuckDBPyConnection, name: str, width: int) -> tuple[tuple[int, tuple[str, ...]], ...]:
    rows = connection.table(name).filter("_row <= 200").order("_row").limit(200).fetchall()
    filled = [(row[0], tuple(cell or "" for cell in row[3 : 3 + width])) for row in rows]
    return tuple((row, cells) for row, cells in filled if any(cell.strip() for cell in cells))[:HEADER_ROWS]


def read_delimited(
    path: Path, connection: duckdb.DuckDBPyConnection, known_headers: frozenset[str], prefix: str, workdir: Path
) -> RawTable:
    """Stage a delimited text file; raises InputError with the byte offset where its encoding breaks."""
    head, encodings = head_text(path)
    delimiter = find_delimiter(head, known_headers)
    target = workdir / f"{prefix}.records"
    failure: InputError | None = None
    try:
        for encoding in encodings:
            try:
                writer = _transcode(path, encoding, delimiter, target)
                break
            except InputError as error:
                failure = failure or error
        else:
            raise failure or input_error("R004", "编码无法识别", "the encoding is not known", path.name)
        width = max(writer.width, 1)
        columns = {"_row": "INTEGER", "_cells": "INTEGER", **{f"c{place}": "VARCHAR" for place in range(1, width + 1)}}
        name = f"{prefix}_raw"
        connection.execute(
            statement("stage_records").replace("staged_records", name),
            {"path": str(target), "columns": columns, "unit": UNIT},
        )
    finally:
        target.unlink(missing_ok=True)
    flags = writer.flags
    staged = _head(connection, name, width)
    header_cells = max((sum(bool(cell.strip()) for cell in cells) for _, cells in staged), default=0)
    ends_whole = writer.last_cells >= header_cells or any(flag.code == "torn_record" for flag in flags)
    if not ends_whole and not _ends_with_newline(path):
        flags.append(CellFlag(writer.number, 0, "torn_record"))
    usual = connection.execute(statement("usual_cells").replace("staged_records", name)).fetchone()
    return RawTable(name, "", "csv", width, staged, tuple(flags), usual[0] if usual else 0)


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read(1) in (b"\n", b"\r", b"\x00")
