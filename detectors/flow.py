"""Flow features: what passes through whom, how fast and how completely, one row per transfer.

Built in steps, each a SELECT in ``detectors/flow`` that becomes a temporary table under its own name. The first,
``graph_edges(edge_id, payer, payee, amount, in_second, out_second)``, comes from the relation ``transfers`` or from
a plain table; the last is ``transfer_features``. A feature that looks ahead says by how many days; whoever trains on
it computes it from rows up to the day of training and no later.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from fundwatch.sql.binding import Value, bind
from fundwatch.sql.file import SqlFile, read_sql_file

FOLDER = Path(__file__).with_name("flow")
DAY = 86_400
SPAN_DAYS = 42
"""A cycle that takes longer is not looked for."""
LONGEST_PATH = 6
MAX_CANDIDATES = 1_000_000
"""Pairs to try at one party in one bucket above which it is a hub."""


@dataclass(frozen=True, slots=True)
class Speed:
    """One of the two speeds at which money is passed on: how long it may stay and what share must go on."""

    name: str
    reach_days: int
    min_keep: float


SPEEDS = (Speed("fast", 1, 0.9), Speed("slow", 7, 0.6))
FANS = (1, 7)

_TABLES = (
    *("graph_edges", "contacts", "hubs", "passes", "bridges", "pasts", "transfer_features"),
    *(f"fans_{days}d" for days in FANS),
    *(f"{speed.name}_{part}" for speed in SPEEDS for part in ("links", "hubs")),
    *("paths", "all_paths", "long_paths", "grown", "closed", "cycles"),
)


@dataclass(frozen=True, slots=True)
class FlowFeature:
    """One declared feature of a transfer; ``look_ahead_days`` is how far after the transfer it reads."""

    name: str
    zh: str
    en: str
    unit: str
    look_ahead_days: int
    risk_direction: int


@functools.cache
def features() -> tuple[FlowFeature, ...]:
    """Return the features in the order of their columns."""
    return tuple(FlowFeature(**entry) for entry in step("transfer_features").front_matter["features"])


@functools.cache
def step(name: str) -> SqlFile:
    """Return one step's file."""
    return read_sql_file(FOLDER / f"{name}.sql")


def take_transfers(connection: duckdb.DuckDBPyConnection, first_day: int, last_day: int) -> None:
    """Create ``graph_edges`` from the relation ``transfers`` for days in [first_day, last_day]."""
    _create(connection, "graph_edges", {"first_day": first_day, "last_day": last_day})


def take_plain(connection: duckdb.DuckDBPyConnection) -> None:
    """Create ``graph_edges`` from ``plain(edge_id, second, payer, payee, amount)``."""
    _create(connection, "plain_edges", {}, "graph_edges")


def build(connection: duckdb.DuckDBPyConnection, *, max_candidates: int = MAX_CANDIDATES) -> int:
    """Create ``transfer_features`` from ``graph_edges``; return how many parties are hubs in some bucket."""
    _create(connection, "contacts")
    for days in FANS:
        _create(connection, "fans", {"reach_seconds": days * DAY}, f"fans_{days}d")
    for speed in SPEEDS:
        reach: dict[str, Value] = {"reach_seconds": speed.reach_days * DAY}
        _create(connection, "hubs", reach | {"max_candidates": max_candidates})
        _create(connection, "passes", reach | {"min_keep": speed.min_keep})
        _create(connection, "links", {}, f"{speed.name}_links")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {speed.name}_hubs AS FROM hubs")
    _create(connection, "bridges")
    _find_cycles(connection)
    _create(connection, "pasts")
    _create(connection, "transfer_features")
    counted = connection.execute("SELECT count(*) FROM (FROM fast_hubs SELECT party UNION FROM slow_hubs SELECT party)")
    return int(counted.fetchall()[0][0])


def drop(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary tables of every step, ``transfer_features`` among them."""
    for name in _TABLES:
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")


def _find_cycles(connection: duckdb.DuckDBPyConnection) -> None:
    """Create ``cycles(edge_id, transfers)``: for each edge the shortest time-respecting cycle of 2 to 10 through it."""
    span: Mapping[str, Value] = {"span_seconds": SPAN_DAYS * DAY}
    _create(connection, "paths")
    connection.execute("CREATE OR REPLACE TEMP TABLE all_paths AS FROM paths")
    connection.execute("CREATE OR REPLACE TEMP TABLE closed (edge_id BIGINT, transfers INTEGER)")
    for transfers in range(2, LONGEST_PATH + 1):
        if transfers > 2:
            _create(connection, "longer_paths", {**span, "transfers": transfers}, "grown")
            connection.execute("CREATE OR REPLACE TEMP TABLE paths AS FROM grown")
            connection.execute("INSERT INTO all_paths FROM grown")
        file = step("closed_paths")
        connection.execute(f"INSERT INTO closed {file.query}", bind(file, {"transfers": transfers}))
    connection.execute("CREATE OR REPLACE TEMP TABLE long_paths AS FROM paths")
    connection.execute("CREATE OR REPLACE TEMP TABLE paths AS FROM all_paths")
    file = step("met_paths")
    connection.execute(f"INSERT INTO closed {file.query}", bind(file, span))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE cycles AS SELECT edge_id, min(transfers) AS transfers FROM closed GROUP BY 1"
    )


def _create(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    values: Mapping[str, Value] | None = None,
    table: str | None = None,
) -> None:
    file = step(name)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table or name} AS {file.query}", bind(file, values or {}))
