"""The lake: immutable Parquet files, named by their content, readable by DuckDB, Spark and notebooks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from fundwatch.domain.errors import ConfigurationError, EngineError
from fundwatch.store.durable import disk, partial, publish
from fundwatch.store.durable import sweep as sweep_partial
from fundwatch.store.manifests import ROWS, LakeFile
from fundwatch.store.schema import relation
from fundwatch.store.shaping import by_columns, conform, nullable
from fundwatch.store.statements import first_row

ROW_GROUP = 122_880
"""Rows of one Parquet row group: DuckDB's own unit of parallel work."""
_PARTITION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file of a batch remembers of its sender; nothing for a computed relation."""

    institution: str = ""
    number: int = 0
    state_day: int = 0


@dataclass(frozen=True, slots=True)
class Lake:
    """The lake's folder; all paths in manifests are relative to it."""

    folder: Path

    def path(self, file: LakeFile) -> Path:
        """Return where a file lies."""
        return self.folder / file.path

    def write(
        self,
        connection: DuckDBPyConnection,
        rows: DuckDBPyRelation,
        name: str,
        partition: str,
        *,
        role: str = ROWS,
        origin: Origin = Origin(),
    ) -> LakeFile:
        """Write the rows of one partition as one file and return its entry for a manifest.

        The rows are brought to the columns, types and order of the data model, so equal rows give an equal file
        and a repeated write changes nothing. Without rows no file is written and the entry has ``rows == 0``.
        Raises ConfigurationError when the columns differ, EngineError when the disk refuses.
        """
        target = relation(name)
        if not _PARTITION.fullmatch(partition):
            raise ConfigurationError(
                f"分区名 {partition!r} 含有不允许的字符，请只用字母、数字、点、横线。",
                f"partition {partition!r} holds characters that a file name must not; use letters, digits, dot, dash.",
                code="E105",
            )
        ordered = by_columns(nullable(connection, conform(rows, target), target), target.order)
        stem = partition if role == ROWS else f"{partition}.{role}"
        with partial(self.folder / name, stem) as temporary:
            count = _export(connection, ordered, temporary)
            if count == 0:
                return LakeFile(name, partition, role, "", "", 0)
            digest = file_hash(temporary)
            final = self.folder / name / f"{stem}-{digest[:16]}.parquet"
            publish(temporary, final)
        where = str(final.relative_to(self.folder))
        return LakeFile(
            name, partition, role, where, digest, count, origin.institution, origin.number, origin.state_day
        )

    def require(self, files: Iterable[LakeFile]) -> list[str]:
        """Return the absolute paths of files that are all there; raise EngineError when one is gone."""
        paths = []
        for file in files:
            path = self.path(file)
            if not path.is_file():
                raise EngineError(
                    "数据湖中缺少清单所列的文件，可能已按留存规定清除；请从备份恢复或改用其他清单。",
                    "the lake lacks a file of the manifest, purged perhaps; restore it or choose another manifest.",
                    code="E203",
                    place=file.path,
                )
            paths.append(str(path))
        return paths

    def damaged(self, files: Iterable[LakeFile]) -> tuple[LakeFile, ...]:
        """Return those files that are missing or whose bytes no longer have the hash of the manifest."""
        return tuple(
            file for file in files if not self.path(file).is_file() or file_hash(self.path(file)) != file.sha256
        )

    def sweep(self) -> tuple[Path, ...]:
        """Remove what interrupted writers left behind; only the holder of the lease may do this."""
        return sweep_partial(self.folder)


def file_hash(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with disk(path), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _export(connection: DuckDBPyConnection, rows: DuckDBPyRelation, path: Path) -> int:
    try:
        rows.to_parquet(str(path), compression="zstd", row_group_size=ROW_GROUP)
        found = first_row(connection, "SELECT num_rows FROM parquet_file_metadata($path)", {"path": str(path)})
    except duckdb.IOException as error:
        raise EngineError(
            "数据湖文件写入失败，请检查磁盘空间与目录权限后重试。",
            f"a lake file could not be written ({_reason(error)}); check disk space and the folder's mode, then retry.",
            code="E204",
            place=str(path.parent),
        ) from error
    return int(found[0]) if found else 0


def _reason(error: duckdb.Error) -> str:
    # DuckDB's message quotes the path; the system's own words after the colon are what helps.
    return str(error).rsplit(":", 1)[-1].strip()[:80] or type(error).__name__
