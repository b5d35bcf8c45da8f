"""A manifest: the immutable files that are a night's truth, and the pure ways to make the next one.

The identity of a manifest is the hash of its files, so equal truths have equal ids whoever made them and when.
A manifest made by one of the functions here is a draft: ``operations.commit`` gives it number, parent and instant.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from fundwatch.domain.errors import ConfigurationError
from fundwatch.store.schema import Kind, relation

ROWS = "rows"
"""Role of a file whose rows hold."""
SHADOW = "shadow"
"""Role of a file whose rows are kept but do not hold: sent before by another batch, or in conflict with one."""

GONE = "gone"
"""Role of a file whose rows hold no more: they are struck out of the files of their relation with a lower number."""


@dataclass(frozen=True, slots=True, order=True)
class LakeFile:
    """One immutable Parquet file of the lake."""

    relation: str
    partition: str
    """Batch id of a canonical table; day ``YYYY-MM-DD``, month ``YYYY-MM`` or ``all`` of a computed relation."""
    role: str
    """``rows``, ``shadow`` or ``gone``."""
    path: str
    """Relative to the lake folder; it carries the first 16 digits of the hash."""
    sha256: str
    rows: int
    institution: str = ""
    """Sender of a batch; rows of two institutions never share a ``record_id``."""
    number: int = 0
    """Of a batch its number in the ledger, the order of arrival; of a computed file its place after those it amends."""
    state_day: int = 0
    """Day that a stock table describes (days since 1970-01-01); 0 where the file states none."""

    @property
    def place(self) -> tuple[str, str, str]:
        """Return what at most one file of a manifest fills: relation, partition, role."""
        return self.relation, self.partition, self.role


@dataclass(frozen=True)
class Manifest:
    """A set of lake files, in order, with its place in the history."""

    files: tuple[LakeFile, ...] = ()
    number: int = 0
    """Position in the history, from 1; 0 is the empty manifest before everything."""
    parent: str = ""
    """Id of the manifest before it."""
    committed_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    as_of: int | None = None
    """Day of the night that committed it (days since 1970-01-01), None for an ingest."""

    @cached_property
    def manifest_id(self) -> str:
        """Return the sha256 of the canonical JSON of the files."""
        content = [
            [f.relation, f.partition, f.role, f.sha256, f.rows, f.institution, f.number, f.state_day]
            for f in self.files
        ]
        return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()

    def of(self, relation_name: str, role: str = ROWS) -> tuple[LakeFile, ...]:
        """Return the files of one relation in one role, in order."""
        return tuple(file for file in self.files if file.relation == relation_name and file.role == role)

    def of_batch(self, batch: str) -> tuple[LakeFile, ...]:
        """Return all files of one batch, shadows included."""
        return tuple(file for file in self.files if file.partition == batch and relation(file.relation).is_canonical)

    def partitions(self, relation_name: str) -> tuple[str, ...]:
        """Return the partitions of one relation that hold rows, in order."""
        return tuple(sorted({file.partition for file in self.of(relation_name)}))


@dataclass(frozen=True, slots=True)
class Change:
    """What turns one manifest into another."""

    removed: tuple[LakeFile, ...]
    added: tuple[LakeFile, ...]

    def relations(self) -> frozenset[str]:
        """Return the names of the relations that the change touches."""
        return frozenset(file.relation for file in (*self.removed, *self.added))


def with_batch(manifest: Manifest, batch: str, files: Iterable[LakeFile]) -> Manifest:
    """Return a draft in which ``files`` are all that the batch holds; other batches stay as they are."""
    new = tuple(files)
    for file in new:
        if file.partition != batch or not relation(file.relation).is_canonical:
            raise _misplaced(file)
    return _replaced(manifest, manifest.of_batch(batch), new)


def without_batch(manifest: Manifest, batch: str) -> Manifest:
    """Return a draft without any file of the batch."""
    return _replaced(manifest, manifest.of_batch(batch), ())


def with_partitions(manifest: Manifest, files: Iterable[LakeFile]) -> Manifest:
    """Return a draft with these files of derived and reference relations in the place of the former ones.

    A file without rows empties its partition; one of rows that are gone stands beside the others of its relation.
    """
    new = tuple(files)
    for file in new:
        if relation(file.relation).kind not in (Kind.DERIVED, Kind.REFERENCE) or file.role == SHADOW:
            raise _misplaced(file)
    places = {file.place for file in new}
    return _replaced(manifest, tuple(file for file in manifest.files if file.place in places), new)


def diff(before: Manifest, after: Manifest) -> Change:
    """Return the files to take away and to add, in order."""
    old, new = set(before.files), set(after.files)
    return Change(tuple(sorted(old - new)), tuple(sorted(new - old)))


def _replaced(manifest: Manifest, gone: tuple[LakeFile, ...], new: tuple[LakeFile, ...]) -> Manifest:
    kept = set(manifest.files) - set(gone)
    files = tuple(sorted(kept | {file for file in new if file.rows > 0}))
    if len({file.place for file in files}) != len(files):
        raise ConfigurationError(
            "同一分区出现两个文件，请只为每个分区提供一个文件。",
            "two files claim the same partition; give one file for each.",
            code="E103",
        )
    return replace(manifest, files=files)


def _misplaced(file: LakeFile) -> ConfigurationError:
    return ConfigurationError(
        f"文件 {file.path} 不能放在关系 {file.relation} 的分区 {file.partition} 中。",
        f"file {file.path} does not belong into partition {file.partition} of {file.relation}.",
        code="E104",
    )
