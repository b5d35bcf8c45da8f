"""From a file of any accepted form to staged text tables: ``_row``, ``_sheet``, ``_cells`` and c1 … cn, all as sent."""

from __future__ import annotations

from pathlib import Path

import duckdb

from data_contracts.reading.delimited import read_delimited
from data_contracts.reading.parquet import read_parquet
from data_contracts.reading.staged import CellFlag, RawTable, input_error
from data_contracts.reading.workbook import read_workbook

__all__ = ["CellFlag", "RawTable", "read_tables"]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_PARQUET = b"PAR1"


def read_tables(
    path: Path, connection: duckdb.DuckDBPyConnection, known_headers: frozenset[str], prefix: str, workdir: Path
) -> tuple[RawTable, ...]:
    """Stage every table of a file as temporary tables named after ``prefix``.

    The form is told by the first bytes, not by the name. ``known_headers`` (compared as ``header_form``) settle the
    delimiter. Raises InputError for a file that cannot be read.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise input_error("R000", "文件打不开", "the file cannot be opened", path.name) from error
    if not start:
        raise input_error(
            "R001",
            "文件是空的；若当日无数据请使用零报告",
            "the file is empty; declare a zero report if there is no data",
            path.name,
        )
    if start.startswith(_ZIP):
        return read_workbook(path, connection, prefix, workdir)
    if start.startswith(_PARQUET):
        return (read_parquet(path, connection, prefix),)
    if start.startswith(_OLE):
        raise input_error(
            "R002",
            "旧版 .xls 或加密的工作簿无法读取，请另存为未加密的 .xlsx",
            "an old .xls or an encrypted workbook; save it as a plain .xlsx",
            path.name,
        )
    return (read_delimited(path, connection, known_headers, prefix, workdir),)
