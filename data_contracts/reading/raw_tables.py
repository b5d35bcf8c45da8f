"""Trusted staged files become temporary text tables: ``_row``, ``_cells``, ``_sheet`` and c1 … cn, all as sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from data_contracts.reading.staged import UNIT, RawTable, StagedFile, StagedTable
from data_contracts.statements import statement
from fundwatch.domain.errors import EngineError

if TYPE_CHECKING:
    import duckdb

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_]+\.(lines|parquet)")


def load_staged(connection: duckdb.DuckDBPyConnection, staged: StagedFile, prefix: str) -> tuple[RawTable, ...]:
    """Make the temporary tables of a staged file, named after ``prefix``; each staged file is removed once loaded.

    Raises EngineError for a staged file that is not a plain file of its folder: the process that staged it is not
    trusted to name places outside.
    """
    return tuple(_loaded(connection, staged.folder, prefix, staged.tables))


def _loaded(
    connection: duckdb.DuckDBPyConnection, folder: Path, prefix: str, tables: tuple[StagedTable, ...]
) -> Iterator[RawTable]:
    for place, table in enumerate(tables):
        name = f"{prefix}_s{place}_raw"
        paths = [_trusted(folder, file) for file in table.files]
        if table.storage == "lines":
            _load_lines(connection, paths, name, table)
        else:
            values = {"paths": list(map(str, paths)), "sheet": table.sheet}
            connection.execute(statement("stage_sheet").replace("staged_records", name), values)
        for path in paths:
            path.unlink()
        yield RawTable(
            name,
            table.sheet,
            table.form,
            table.width,
            table.head,
            table.flags,
            table.usual_cells,
            table.is_hidden,
            table.notes,
        )


def _load_lines(connection: duckdb.DuckDBPyConnection, paths: list[Path], name: str, table: StagedTable) -> None:
    """Load records whose numbers are those of their lines: the place of a row in the table that keeps their order."""
    # One column more than the widest record needs where that is one: a line of one cell could be an empty line.
    columns = {f"c{column}": "VARCHAR" for column in range(1, max(table.width, 2) + 1)}
    ((keeps_order,),) = connection.execute(statement("keeps_order")).fetchall()
    if not keeps_order:
        raise EngineError(
            "校验引擎未按次序读取，批次保留待查；请联系管理员检查连接设置。",
            "The engine would not read rows in order (preserve_insertion_order); the batch waits.",
            code="E014",
        )
    beneath = f"{name}_lines"
    values = {"paths": list(map(str, paths)), "columns": columns, "unit": UNIT, "usual": table.usual_cells}
    connection.execute(statement("stage_lines").replace("staged_records", beneath), values)
    if table.runs:
        firsts, lasts, cells = (list(numbers) for numbers in zip(*table.runs, strict=True))
        runs = {"firsts": firsts, "lasts": lasts, "cells": cells}
        connection.execute(statement("stage_runs").replace("staged_records", beneath), runs)
    connection.execute(statement("stage_view").replace("staged_records", beneath).replace("staged_view", name))


def _trusted(folder: Path, name: str) -> Path:
    path = folder / name
    if not _PLAIN_NAME.fullmatch(name) or path.is_symlink() or not path.is_file():
        raise EngineError(
            "解析结果不完整，批次保留待查，与报送内容无关。",
            "What parsing left behind is incomplete; the batch waits and the sender is not blamed.",
            code="E011",
        )
    return path
