"""The history of manifests: which files were the truth, and from when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from fundwatch.domain.errors import BusyError, EngineError, InputError
from fundwatch.store.manifests import LakeFile, Manifest, diff
from fundwatch.store.operations.tables import manifest_files, manifests

_FIELDS = ("relation", "partition", "role", "path", "sha256", "rows", "institution", "number", "state_day")


def head(connection: Connection) -> Manifest:
    """Return the newest manifest, the empty one before the first."""
    return _read(connection, connection.execute(select(manifests).order_by(manifests.c.number.desc()).limit(1)).first())


def head_at(connection: Connection, instant: datetime) -> Manifest:
    """Return the manifest that was the newest at an instant (``--known-at``)."""
    query = select(manifests).where(manifests.c.committed_at <= instant).order_by(manifests.c.number.desc()).limit(1)
    return _read(connection, connection.execute(query).first())


def by_id(connection: Connection, manifest_id: str) -> Manifest:
    """Return the newest manifest with an id; raise InputError when there is none."""
    query = select(manifests).where(manifests.c.manifest_id == manifest_id).order_by(manifests.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None and manifest_id != Manifest().manifest_id:
        raise InputError(
            "业务库中没有这份清单，请核对清单号。",
            "the operations database knows no such manifest; check its id.",
            code="F303",
            place=manifest_id[:16],
        )
    return _read(connection, row)


def append(connection: Connection, draft: Manifest, *, base: str, as_of: int | None, now: datetime) -> Manifest:
    """Make a draft the head, within the caller's transaction, and return it with its place in the history.

    ``base`` is the id of the head that the draft was made from; a head that has moved on raises BusyError. A draft
    equal to the head changes nothing. Instants never run backwards, whatever the clock does.
    """
    former = head(connection)
    if former.manifest_id == draft.manifest_id:
        return former
    if former.manifest_id != base:
        raise BusyError(
            "清单已被其他运行更新，未写入任何内容；请重新运行。",
            "the manifest has moved on meanwhile; nothing was written; run again.",
            code="B105",
        )
    number = former.number + 1
    committed_at = max(now, former.committed_at)
    connection.execute(
        insert(manifests).values(
            number=number,
            manifest_id=draft.manifest_id,
            parent=former.manifest_id,
            as_of=as_of,
            committed_at=committed_at,
        )
    )
    change = diff(former, draft)
    for file in change.removed:
        connection.execute(
            update(manifest_files)
            .where(
                manifest_files.c.removed.is_(None),
                manifest_files.c.relation == file.relation,
                manifest_files.c.partition == file.partition,
                manifest_files.c.role == file.role,
            )
            .values(removed=number)
        )
    if change.added:
        rows = [{"added": number, **{name: getattr(file, name) for name in _FIELDS}} for file in change.added]
        connection.execute(insert(manifest_files), rows)
    return replace(draft, number=number, parent=former.manifest_id, as_of=as_of, committed_at=committed_at)


def referenced_paths(connection: Connection) -> frozenset[str]:
    """Return the lake paths that any manifest of the history names."""
    return frozenset(connection.scalars(select(manifest_files.c.path).distinct()))


def _read(connection: Connection, row: Row[tuple[object, ...]] | None) -> Manifest:
    if row is None:
        return Manifest()
    entry = row._mapping
    held = select(*(manifest_files.c[name] for name in _FIELDS)).where(
        manifest_files.c.added <= entry["number"],
        manifest_files.c.removed.is_(None) | (manifest_files.c.removed > entry["number"]),
    )
    files = tuple(sorted(LakeFile(**found._mapping) for found in connection.execute(held)))
    manifest = Manifest(files, entry["number"], entry["parent"], entry["committed_at"], entry["as_of"])
    if manifest.manifest_id != entry["manifest_id"]:
        raise EngineError(
            "业务库中的清单已损坏（内容与编号不符），请从备份恢复业务库。",
            "a manifest in the operations database is damaged (its files do not make its id); restore the backup.",
            code="E208",
            place=str(entry["number"]),
        )
    return manifest
