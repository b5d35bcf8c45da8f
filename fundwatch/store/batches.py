"""Overlapping, corrected and withdrawn batches: which of the rows that were sent hold.

The answer is a function of the set of batches that stand, never of the order in which they came: of one
``record_id`` with one content the batch with the smallest number holds and the others rest in shadow files; of one
``record_id`` with several contents none holds. Withdrawing a batch takes it out of the set, so that rows in the
shadow of it come back. See docs/decisions/0003-overlap-and-correction.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyConnection, DuckDBPyRelation

from fundwatch.domain.errors import InputError
from fundwatch.store.lake import Lake, Origin
from fundwatch.store.manifests import ROWS, SHADOW, LakeFile, Manifest, with_batch, without_batch
from fundwatch.store.schema import Kind, Relation, relation
from fundwatch.store.shaping import conform, empty, widen
from fundwatch.store.statements import first_row, statement

_SCRATCH = ("_incoming", "_leaving", "_candidates", "_touched", "_members", "_decided")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A checked batch on its way into the lake."""

    batch: str
    institution: str
    number: int
    """Its number in the ledger: the order of arrival, from 1."""
    state_day: int = 0
    """Day that its stock tables describe (days since 1970-01-01); 0 where the file states none."""
    corrects: tuple[str, ...] = ()
    """Batches that it declares to replace as a whole."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that does not hold, because another row of the same ``record_id`` says something else."""

    relation: str
    record_id: int
    batch: str
    file: str
    sheet: str | None
    row: int
    is_new: bool
    """Whether it belongs to the arriving batch; otherwise it stood before and is quarantined now."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a batch that comes or goes does to the manifest."""

    manifest: Manifest
    """A draft: commit it with ``operations.commit``."""
    conflicts: tuple[Conflict, ...] = ()
    held: Mapping[str, int] | None = None
    """Rows of the arriving batch that hold, by table."""
    duplicates: Mapping[str, int] | None = None
    """Rows of the arriving batch that an earlier batch already brought, by table."""
    withdrawn: Mapping[str, int] | None = None
    """Rows that held before and whose record no longer does, by table; a correction that forgets rows shows here."""


@dataclass(frozen=True, slots=True)
class _TableChange:
    files: tuple[LakeFile, ...]
    """All files of the batches in ``rewritten`` in this table."""
    rewritten: frozenset[str]
    conflicts: tuple[Conflict, ...]
    held: int
    duplicates: int
    withdrawn: int


def add_batch(
    connection: DuckDBPyConnection,
    lake: Lake,
    manifest: Manifest,
    arrival: Arrival,
    tables: Mapping[str, DuckDBPyRelation],
) -> Settlement:
    """Write the accepted rows of a batch to the lake and settle them with what stands.

    ``tables`` are relations of ``connection`` with the columns of docs/data-model.md, by canonical table name.
    The connection may read and write the lake's folder. A batch that is already in the manifest is settled anew,
    so the call may be repeated. Raises InputError when a corrected batch does not stand, ConfigurationError when
    columns differ, EngineError when the disk refuses.
    """
    for corrected in arrival.corrects:
        _require_standing(manifest, corrected, arrival)
    leaving = (arrival.batch, *arrival.corrects)
    return _settle(connection, lake, manifest, leaving, arrival, tables)


def retract(connection: DuckDBPyConnection, lake: Lake, manifest: Manifest, batch: str) -> Settlement:
    """Take a batch out and bring back what rested in its shadow; a batch that does not stand changes nothing."""
    return _settle(connection, lake, manifest, (batch,), None, {})


def _settle(
    connection: DuckDBPyConnection,
    lake: Lake,
    manifest: Manifest,
    leaving: tuple[str, ...],
    arrival: Arrival | None,
    tables: Mapping[str, DuckDBPyRelation],
) -> Settlement:
    names = {file.relation for batch in leaving for file in manifest.of_batch(batch)} | set(tables)
    changes = {
        name: _settle_table(connection, lake, manifest, leaving, arrival, name, tables.get(name))
        for name in sorted(names)
    }
    draft = manifest
    for batch in leaving:
        draft = without_batch(draft, batch)
    for name, change in changes.items():
        for batch in sorted(change.rewritten):
            others = [file for file in draft.of_batch(batch) if file.relation != name]
            draft = with_batch(draft, batch, [*others, *(file for file in change.files if file.partition == batch)])
    return Settlement(
        draft,
        tuple(conflict for change in changes.values() for conflict in change.conflicts),
        {name: changes[name].held for name in tables},
        {name: changes[name].duplicates for name in tables},
        {name: change.withdrawn for name, change in changes.items() if change.withdrawn},
    )


def _settle_table(
    connection: DuckDBPyConnection,
    lake: Lake,
    manifest: Manifest,
    leaving: Sequence[str],
    arrival: Arrival | None,
    name: str,
    rows: DuckDBPyRelation | None,
) -> _TableChange:
    target = relation(name)
    with _scratch(connection):
        incoming = empty(connection, target) if rows is None else conform(rows, target)
        incoming.create("_incoming")
        _check_places(connection, target)
        gone = tuple(file for file in manifest.files if file.relation == name and file.partition in leaving)
        if target.kind is Kind.STOCK:
            return _settle_states(connection, lake, target, arrival, gone)
        senders = {file.institution for file in gone} | ({arrival.institution} if arrival else set())
        stored = tuple(
            file
            for file in manifest.files
            if file.relation == name and file.institution in senders and file.partition not in leaving
        )
        _decide(connection, lake, target, stored, gone, arrival)
        return _rewrite(connection, lake, target, stored, arrival)


def _settle_states(
    connection: DuckDBPyConnection, lake: Lake, target: Relation, arrival: Arrival | None, gone: tuple[LakeFile, ...]
) -> _TableChange:
    """States do not exclude each other: every file stays, and reading takes the latest row of a record."""
    left = sum(file.rows for file in gone if arrival is None or file.partition != arrival.batch)
    if arrival is None:
        return _TableChange((), frozenset(), (), 0, 0, left)
    file = lake.write(connection, connection.table("_incoming"), target.name, arrival.batch, origin=_origin(arrival))
    return _TableChange((file,), frozenset((arrival.batch,)), (), file.rows, 0, max(0, left - file.rows))


def _decide(
    connection: DuckDBPyConnection,
    lake: Lake,
    target: Relation,
    stored: tuple[LakeFile, ...],
    gone: tuple[LakeFile, ...],
    arrival: Arrival | None,
) -> None:
    """Fill ``_decided``: the role of every row whose record the change touches."""
    _stored_rows(connection, lake, target, gone).create("_leaving")
    connection.execute(statement("candidates"))
    places = [
        [path, file.partition, file.number, file.role] for path, file in zip(lake.require(stored), stored, strict=True)
    ]
    if places:
        connection.executemany("INSERT INTO _candidates VALUES (?, ?, ?, ?)", places)
    connection.sql(statement("touched")).create("_touched")
    _stored_rows(connection, lake, target, stored).create_view("_stored")
    uncompared = list(target.uncompared)
    values = {"uncompared": [*uncompared, "filename"]}
    connection.sql(statement("members"), params=values).create("_members")
    if arrival is not None:
        own = {"uncompared": uncompared, "batch": arrival.batch, "number": arrival.number}
        connection.sql(statement("incoming_members"), params=own).insert_into("_members")
    connection.sql(statement("decide")).create("_decided")


def _rewrite(
    connection: DuckDBPyConnection,
    lake: Lake,
    target: Relation,
    stored: tuple[LakeFile, ...],
    arrival: Arrival | None,
) -> _TableChange:
    """Write the arriving batch and those stored batches of which a row changed its role."""
    moved = [str(found[0]) for found in connection.execute(statement("moved_batches")).fetchall()]
    files: list[LakeFile] = []
    for batch in moved:
        own = [file for file in stored if file.partition == batch]
        rows = connection.sql(statement("resettled"), params={"paths": lake.require(own)})
        origin = Origin(own[0].institution, own[0].number, own[0].state_day)
        files += _write_roles(connection, lake, target, rows, batch, origin)
    held = duplicates = 0
    if arrival is not None:
        rows = connection.sql(statement("settled_incoming"))
        written = _write_roles(connection, lake, target, rows, arrival.batch, _origin(arrival))
        files += written
        held = sum(file.rows for file in written if file.role == ROWS)
        duplicates = sum(file.rows for file in written if file.role == SHADOW)
    conflicts = tuple(
        Conflict(target.name, int(record), str(batch), str(file), sheet, int(row), bool(is_new))
        for record, batch, _number, file, sheet, row, is_new in connection.execute(statement("conflicts")).fetchall()
    )
    duplicates -= sum(conflict.is_new for conflict in conflicts)
    lost = first_row(connection, statement("withdrawn"))
    rewritten = frozenset((*moved, *((arrival.batch,) if arrival else ())))
    return _TableChange(tuple(files), rewritten, conflicts, held, duplicates, int(lost[0]) if lost else 0)


def _write_roles(
    connection: DuckDBPyConnection, lake: Lake, target: Relation, rows: DuckDBPyRelation, batch: str, origin: Origin
) -> list[LakeFile]:
    return [
        lake.write(
            connection,
            rows.filter(ColumnExpression("_role") == ConstantExpression(role)),
            target.name,
            batch,
            role=role,
            origin=origin,
        )
        for role in (ROWS, SHADOW)
    ]


def _stored_rows(
    connection: DuckDBPyConnection, lake: Lake, target: Relation, files: tuple[LakeFile, ...]
) -> DuckDBPyRelation:
    """Return the rows of stored files with ``filename`` and ``_role``-free columns of the data model."""
    if not files:
        none = empty(connection, target)
        return none.select("*", ConstantExpression(None).cast(duckdb.sqltype("TEXT")).alias("filename"))
    rows = connection.read_parquet(lake.require(files), filename=True, union_by_name=True)
    return widen(rows, target, "filename")


def _require_standing(manifest: Manifest, corrected: str, arrival: Arrival) -> None:
    """Refuse to correct what does not stand, and what another institution sent; the answer does not tell which."""
    files = manifest.of_batch(corrected)
    if not files or corrected == arrival.batch or any(file.institution != arrival.institution for file in files):
        raise InputError(
            f"本机构没有在库的批次 {corrected}（未入库、无有效行或已撤回），请核对批次号，或不作更正直接报送。",
            f"no batch {corrected} of this institution stands; check the number, or send without a correction.",
            code="F301",
        )


def _check_places(connection: DuckDBPyConnection, target: Relation) -> None:
    """Refuse a batch in which two rows claim the same place: it could not be told which of them holds."""
    found = first_row(connection, statement("doubled_places"))
    if found is not None:
        raise InputError(
            f"表 {target.name} 中有两行来自同一位置（第 {found[0]} 行），请检查文件是否重复读取。",
            f"two rows of table {target.name} come from the same place (row {found[0]}); was a sheet read twice?",
            code="F302",
        )


def _origin(arrival: Arrival) -> Origin:
    return Origin(arrival.institution, arrival.number, arrival.state_day)


@contextmanager
def _scratch(connection: DuckDBPyConnection) -> Iterator[None]:
    """Leave no scratch table behind, whatever happens."""
    try:
        yield
    finally:
        connection.execute("DROP VIEW IF EXISTS _stored")
        for name in _SCRATCH:
            connection.execute(f"DROP TABLE IF EXISTS {name}")
