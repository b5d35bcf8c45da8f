"""Parquet: columns by name, values turned into text exactly, so that the same contract judges them."""

from __future__ import annotations

import errno
from pathlib import Path

import duckdb
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation, Expression, FunctionExpression

from data_contracts.reading.staged import (
    LONGEST_CELL,
    MOST_FLAGS,
    WIDEST,
    CellFlag,
    Note,
    StagedTable,
    empty_error,
    input_error,
)
from data_contracts.statements import statement

_NESTED = frozenset({"list", "array", "struct", "map", "union", "variant"})
_BYTES = frozenset({"blob", "bit", "geometry"})
_BANK_ZONE = "Asia/Shanghai"
_ROW = "file_row_number"


def stage_parquet(
    path: Path,
    known_headers: frozenset[str],  # noqa: ARG001 - every reader is called alike
    workdir: Path,
) -> tuple[tuple[StagedTable, ...], tuple[Note, ...]]:
    """Stage a Parquet file; the header counts as record 0, so the first value row is record 1.

    Instants become bank-local wall time. The engine here is this file's own and holds nothing else: extensions are off
    and only the file and ``workdir`` can be reached. Raises InputError for a file that is damaged, no Parquet, or has
    columns that are no single values.
    """
    target = workdir / "columns.parquet"
    limits = {"autoinstall_known_extensions": False, "autoload_known_extensions": False, "threads": 2}
    scratch = {"memory_limit": "600MB", "temp_directory": str(workdir / "spill")}
    with duckdb.connect(":memory:", config={**limits, **scratch}) as engine:
        engine.execute(statement("confine_reader"), {"folders": [str(path.parent), str(workdir)]})
        engine.execute("SET enable_external_access = false")
        try:
            rows = engine.sql(statement("read_parquet"), params={"path": str(path)})
            headers = tuple(name for name in rows.columns if name != _ROW)
            _require_plain(rows, path)
            flags = _giants(rows, headers)
            _as_text(rows, headers, frozenset(flag.column for flag in flags)).write_parquet(
                str(target), compression="zstd"
            )
        except duckdb.OutOfMemoryException as error:
            raise MemoryError from error
        except (duckdb.Error, RuntimeError, UnicodeDecodeError) as error:
            # The binding raises the last two for names of columns that are no text.
            if "No space left" in str(error):
                raise OSError(errno.ENOSPC, "no space left") from error
            raise input_error(
                "R005",
                "Parquet 文件损坏或不完整，请重新传输",
                "the Parquet file is damaged or incomplete; send it again",
                path.name,
            ) from error
    return (StagedTable((target.name,), "parquet", "parquet", len(headers), ((0, headers),), flags=flags),), ()


def _require_plain(rows: DuckDBPyRelation, path: Path) -> None:
    types = {name: str(kind.id) for name, kind in zip(rows.columns, rows.types, strict=True) if name != _ROW}
    if not types:
        raise empty_error(path.name)
    nested = [name for name, kind in types.items() if kind in _NESTED or kind in _BYTES]
    if nested:
        shown = "、".join(nested[:5])
        raise input_error(
            "R019",
            f"Parquet 列不是单个值（嵌套或二进制）：{shown}，请展开为普通列",
            f"Parquet columns are nested or bytes, not single values: {shown}; write them as plain columns",
            path.name,
        )
    if len(types) > WIDEST:
        raise input_error(
            "R018",
            f"超过 {WIDEST} 列，请只导出契约中的列",
            f"more than {WIDEST} columns; export the agreed columns only",
            path.name,
        )


def _giants(rows: DuckDBPyRelation, headers: tuple[str, ...]) -> tuple[CellFlag, ...]:
    """Return the text cells that are longer than a spreadsheet knows; raises InputError for too many to list."""
    kinds = {name: str(kind) for name, kind in zip(rows.columns, rows.types, strict=True)}
    flags: list[CellFlag] = []
    for place, name in enumerate(headers, 1):
        if kinds[name] != "VARCHAR":
            continue
        is_giant = FunctionExpression("length", ColumnExpression(name)) > ConstantExpression(LONGEST_CELL)
        found = rows.filter(is_giant).select(ColumnExpression(_ROW)).limit(MOST_FLAGS + 1).fetchall()
        flags += [CellFlag(int(row) + 1, place, "giant_cell") for (row,) in sorted(found)]
    if len(flags) > MOST_FLAGS:
        raise input_error(
            "R017",
            f"无法读取的单元格超过 {MOST_FLAGS} 处，请从源系统重新导出",
            f"more than {MOST_FLAGS} cells cannot be read; export again from the source system",
            "",
        )
    return tuple(flags)


def _as_text(rows: DuckDBPyRelation, headers: tuple[str, ...], cut: frozenset[int]) -> DuckDBPyRelation:
    kinds = {name: str(kind) for name, kind in zip(rows.columns, rows.types, strict=True)}
    place_in_file = ColumnExpression(_ROW) + ConstantExpression(1)
    columns: list[Expression] = [place_in_file.cast(duckdb.type("INTEGER")).alias("_row")]
    for place, name in enumerate(headers, 1):
        value: Expression = ColumnExpression(name)
        if kinds[name].startswith("TIMESTAMP WITH TIME ZONE"):
            value = FunctionExpression("timezone", ConstantExpression(_BANK_ZONE), value)
        text = value.cast(duckdb.type("VARCHAR"))
        if place in cut:
            text = FunctionExpression("left", text, ConstantExpression(LONGEST_CELL))
        columns.append(text.alias(f"c{place}"))
    return rows.select(*columns)
