"""Warehouse rows, the Parquet views' rows and a rebuilt warehouse's rows are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import duckdb
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fundwatch.domain.errors import EngineError
from fundwatch.store import warehouse
from fundwatch.store.batches import Arrival, add_batch, retract
from fundwatch.store.engines import open_warehouse
from fundwatch.store.lake import Lake
from fundwatch.store.manifests import Manifest, with_partitions
from fundwatch.store.schema import RELATIONS
from fundwatch.store.settings import Settings

Rows = Callable[..., Any]


def _flow(batch: str, number: int, amounts: dict[int, int]) -> list[dict[str, Any]]:
    return [
        {
            "record_id": r,
            "batch": batch,
            "file": batch,
            "row": 2 + i,
            "institution": "I",
            "amount": a,
            "flow_day": 20_000 + r,
        }
        for i, (r, a) in enumerate(amounts.items())
    ]


def _add(
    connection: DuckDBPyConnection, lake: Lake, rows_of: Rows, manifest: Manifest, number: int, amounts: dict[int, int]
) -> Manifest:
    batch = f"b{number}"
    flows = rows_of(connection, "guarantee_deposits", _flow(batch, number, amounts))
    states = rows_of(
        connection,
        "loans",
        [
            {
                "record_id": r,
                "batch": batch,
                "file": batch,
                "row": 2 + i,
                "institution": "I",
                "principal": a,
                "status": batch,
            }
            for i, (r, a) in enumerate(amounts.items())
        ],
    )
    arrival = Arrival(batch, "I", number, state_day=20_000 + number % 2)
    return add_batch(connection, lake, manifest, arrival, {"guarantee_deposits": flows, "loans": states}).manifest


def _derive(
    connection: DuckDBPyConnection, lake: Lake, rows_of: Rows, manifest: Manifest, month: str, days: set[int]
) -> Manifest:
    rows = rows_of(
        connection, "coverage", [{"institution": "I", "day": d, "status": "received", "rows": d} for d in days]
    )
    return with_partitions(manifest, [lake.write(connection, rows, "coverage", month)])


def contents(connection: DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all relations, in the columns of the data model, whose types are checked on the way."""
    found = {}
    for target in RELATIONS.values():
        rows = connection.table(target.name) if _is_table(connection, target.name) else connection.view(target.name)
        rows = rows.select(*target.names)
        found[target.name] = sorted(rows.fetchall(), key=str)
        assert [str(kind) for kind in rows.types] == [str(duckdb.sqltype(kind)) for _, kind in target.columns]
    return found


def _is_table(connection: DuckDBPyConnection, name: str) -> bool:
    return bool(connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = $name", {"name": name}).fetchall())


def test_all_relations_exist_before_the_first_batch(settings: Settings, lake: Lake) -> None:
    with open_warehouse(settings) as opened, warehouse.open_manifest(settings, Manifest()) as views:
        assert warehouse.manifest_held(opened) is None
        warehouse.sync(opened, Manifest(), lake)
        assert contents(opened) == contents(views) == {name: [] for name in RELATIONS}
        assert warehouse.manifest_held(opened) == Manifest().manifest_id


_AMOUNTS = st.dictionaries(st.integers(1, 5), st.integers(1, 2), min_size=1, max_size=4)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 5), _AMOUNTS),
        st.tuples(st.just("retract"), st.integers(1, 5), st.none()),
        st.tuples(st.just("derive"), st.integers(1, 3), st.sets(st.integers(1, 4))),
        st.tuples(st.just("sync"), st.none(), st.none()),
    ),
    min_size=1,
    max_size=7,
)


@given(steps=_STEPS)
@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_warehouse_views_and_rebuild_agree(
    settings: Settings, lake: Lake, connection: DuckDBPyConnection, rows_of: Rows, steps: list[tuple[str, Any, Any]]
) -> None:
    manifest = Manifest()
    with open_warehouse(settings) as opened:
        for kind, number, content in steps:
            match kind:
                case "add":
                    manifest = _add(connection, lake, rows_of, manifest, number, content)
                case "retract":
                    manifest = retract(connection, lake, manifest, f"b{number}").manifest
                case "derive":
                    manifest = _derive(connection, lake, rows_of, manifest, f"2026-0{number}", content)
                case _:
                    warehouse.sync(opened, manifest, lake)
        warehouse.sync(opened, manifest, lake)
        synced = contents(opened)
        with warehouse.open_manifest(settings, manifest) as views:
            assert contents(views) == synced
        warehouse.rebuild(opened, manifest, lake)
        assert contents(opened) == synced


def test_a_sync_touches_only_the_difference_and_survives_reopening(
    settings: Settings, lake: Lake, connection: DuckDBPyConnection, rows_of: Rows
) -> None:
    first = _add(connection, lake, rows_of, Manifest(), 1, {1: 5, 2: 6})
    second = _add(connection, lake, rows_of, first, 2, {3: 7})
    with open_warehouse(settings) as opened:
        warehouse.sync(opened, first, lake)
        numbers = opened.execute("SELECT path, file FROM _files").fetchall()
    with open_warehouse(settings) as opened:
        assert warehouse.manifest_held(opened) == first.manifest_id
        warehouse.sync(opened, second, lake)
        assert set(numbers) < set(opened.execute("SELECT path, file FROM _files").fetchall())
        after = contents(opened)
        warehouse.sync(opened, second, lake)
        assert contents(opened) == after
        warehouse.sync(opened, first, lake)
        assert [row[0] for row in contents(opened)["loans"]] == [1, 2]


def test_a_sync_that_fails_leaves_the_former_manifest(
    settings: Settings, lake: Lake, connection: DuckDBPyConnection, rows_of: Rows
) -> None:
    first = _add(connection, lake, rows_of, Manifest(), 1, {1: 5})
    second = _add(connection, lake, rows_of, first, 2, {2: 6})
    with open_warehouse(settings) as opened:
        warehouse.sync(opened, first, lake)
        before = contents(opened)
        path = lake.path(second.of("loans")[-1])
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(EngineError, match="stays as it was"):
            warehouse.sync(opened, second, lake)
        path.unlink()
        with pytest.raises(EngineError, match="lacks a file"):
            warehouse.sync(opened, second, lake)
        assert (contents(opened), warehouse.manifest_held(opened)) == (before, first.manifest_id)
        path.write_bytes(whole)
        warehouse.sync(opened, second, lake)
        assert warehouse.manifest_held(opened) == second.manifest_id


def test_a_warehouse_of_another_layout_is_made_anew(
    settings: Settings, lake: Lake, connection: DuckDBPyConnection, rows_of: Rows
) -> None:
    manifest = _add(connection, lake, rows_of, Manifest(), 1, {1: 5})
    with open_warehouse(settings) as opened:
        warehouse.sync(opened, manifest, lake)
        expected = contents(opened)
        opened.execute("UPDATE _state SET layout = 'of an older program'")
        opened.execute("DROP TABLE coverage")
        opened.execute("CREATE TABLE stray AS SELECT 1 AS x")
        warehouse.sync(opened, manifest, lake)
        assert contents(opened) == expected
        assert not _is_table(opened, "stray")


def test_a_damaged_warehouse_is_rebuilt_by_the_next_sync(
    settings: Settings, lake: Lake, connection: DuckDBPyConnection, rows_of: Rows
) -> None:
    """Reliability 42."""
    manifest = _add(connection, lake, rows_of, Manifest(), 1, {1: 5, 2: 7})
    with open_warehouse(settings) as opened:
        warehouse.sync(opened, manifest, lake)
        expected = contents(opened)
    settings.warehouse.write_bytes(settings.warehouse.read_bytes()[:6000])
    with open_warehouse(settings) as opened:
        warehouse.sync(opened, manifest, lake)
        assert contents(opened) == expected


def test_shadow_rows_are_in_no_relation(
    settings: Settings, lake: Lake, connection: DuckDBPyConnection, rows_of: Rows
) -> None:
    manifest = _add(connection, lake, rows_of, Manifest(), 1, {1: 5})
    manifest = _add(connection, lake, rows_of, manifest, 2, {1: 5})
    assert len(manifest.of("guarantee_deposits", "shadow")) == 1
    with warehouse.open_manifest(settings, manifest) as views:
        assert views.execute("SELECT record_id, batch FROM guarantee_deposits").fetchall() == [(1, "b1")]
    assert replace(manifest, files=()).of("guarantee_deposits") == ()


def test_many_rows_are_seen_at_once_after_the_first_sync(
    settings: Settings, lake: Lake, connection: DuckDBPyConnection
) -> None:
    """Row groups that several threads insert must not wait for a checkpoint to become visible."""
    manifest = Manifest()
    for month in ("2026-01", "2026-02", "2026-03"):
        columns = ", ".join(
            f'CAST({"range" if kind in ("BIGINT", "INTEGER") else "NULL"} AS {kind}) AS "{name}"'
            for name, kind in RELATIONS["transfers"].columns
        )
        rows = connection.sql(f"SELECT {columns} FROM range(150000)")
        manifest = with_partitions(manifest, [lake.write(connection, rows, "transfers", month)])
    with open_warehouse(settings) as opened:
        warehouse.sync(opened, manifest, lake)
        assert opened.execute("SELECT count(day), count(DISTINCT day) FROM transfers").fetchall() == [
            (450_000, 150_000)
        ]
