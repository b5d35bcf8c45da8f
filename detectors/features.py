"""Features: what the SQL files of ``detectors/features`` declare, and the frame that they yield for a day.

A frame has one row per control group, ordered by ``group_key``: ``group_key`` Int64, ``as_of_day`` Int32, ``peer``
String, ``known_share`` Float64 (share of the features that are defined for the row), then one Float64 column per
feature in the order of the catalogue, NaN where it is not defined.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from detectors import flow
from fundwatch.domain.errors import ConfigurationError
from fundwatch.sql.binding import bind
from fundwatch.sql.file import SqlFile, read_sql_file

FOLDER = Path(__file__).with_name("features")
WINDOW_DAYS = 30
MIN_TRANSFERS = 5
"""Transfers in the window below which a group is not compared: shares of three transfers are noise."""
MIN_COUNT = 5
"""Smallest number of people or timed transfers over which a share is formed."""
KEYS = ("group_key", "as_of_day", "peer", "known_share")
_FLOW = "transfer_features"
_FLOW_DAYS = 120
"""Days of transfers of which flow features are built for a frame: the window and the 90 days before."""
_RELATIONS = frozenset({"transfers", "party_day", "entities", "firms", _FLOW})
_UNITS = frozenset({"persons", "share", "ratio", "log_ratio", "days"})
_TRANSFORMS = ("none", "log1p")


@dataclass(frozen=True, slots=True)
class Feature:
    """One declared feature: its names, unit, the side on which it points to risk (+1, −1, 0) and its transform.

    ``settled_days``: transfers of so many last days of the window are left out, because what is measured of them is
    not final on the as-of day; 0 where it is final at once, or is counted as far as it is known on that day.
    """

    name: str
    zh: str
    en: str
    unit: str
    risk_direction: int
    log1p: bool
    settled_days: int = 0


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """One declared peer group and the wider group it falls back to; the widest has no parent."""

    name: str
    zh: str
    en: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that the SQL files declare: the population, the feature queries, features and peer groups."""

    population: SqlFile
    files: tuple[SqlFile, ...]
    features: tuple[Feature, ...]
    peers: tuple[PeerGroup, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the feature names in the order of the frame."""
        return tuple(feature.name for feature in self.features)

    @property
    def parents(self) -> dict[str, str]:
        """Return, for every peer group but the widest, the group it falls back to."""
        return {peer.name: peer.parent for peer in self.peers if peer.parent is not None}

    @property
    def sides(self) -> dict[str, int]:
        """Return, for every feature, the side on which it points to risk: 1, −1, or 0 where it has none."""
        return {feature.name: feature.risk_direction for feature in self.features}

    @property
    def log1p(self) -> tuple[str, ...]:
        """Return the names of the features that are compared on a logarithmic scale."""
        return tuple(feature.name for feature in self.features if feature.log1p)


@functools.cache
def catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read all feature files of a folder; raise ConfigurationError when one breaks the rules of a feature file."""
    files = tuple(read_sql_file(path) for path in sorted(folder.glob("*.sql")))
    for file in files:
        _check(file)
    populations = [file for file in files if file.path.stem == "population"]
    if not populations:
        raise _refused(folder, "缺少 population.sql", "population.sql is missing")
    queries = tuple(file for file in files if file.path.stem != "population")
    features = tuple(_feature(file, entry) for file in queries for entry in file.front_matter.get("features", ()))
    names = [feature.name for feature in features]
    if not names or len(names) != len(set(names)):
        raise _refused(folder, "特征为空或重名", "there are no features, or two of one name")
    return Catalogue(populations[0], queries, features, _peers(populations[0]))


def compute(
    connection: duckdb.DuckDBPyConnection,
    as_of_day: int,
    *,
    min_transfers: int = MIN_TRANSFERS,
    min_count: int = MIN_COUNT,
    folder: Path = FOLDER,
) -> pl.DataFrame:
    """Return the feature frame of the window that ends on ``as_of_day`` (inclusive); nothing later is read.

    The connection must offer the relations transfers, party_day, entities and firms of docs/data-model.md, and allow
    temporary tables: flow features of the window and its past are built in them, and dropped again.
    """
    known = catalogue(folder)
    needs_flow = any(_FLOW in file.relations for file in known.files)
    if needs_flow:
        flow.take_transfers(connection, as_of_day - _FLOW_DAYS + 1, as_of_day)
        flow.build(connection)
    values = {"as_of_day": as_of_day, "min_transfers": min_transfers, "min_count": min_count}
    frame = _query(connection, known.population, values)
    for file in known.files:
        columns = [entry["name"] for entry in file.front_matter["features"]]
        part = _query(connection, file, values)
        if part.columns != ["group_key", *columns]:
            raise _refused(file.path, "列与声明不符", "the columns differ from the declared features")
        floats = part.with_columns(pl.col(columns).cast(pl.Float64))
        frame = frame.join(floats, on="group_key", how="left", validate="1:1")
    if needs_flow:
        flow.drop(connection)
    names = list(known.names)
    undefined = pl.sum_horizontal(pl.col(names).is_null().cast(pl.Float64))
    return (
        frame.with_columns(
            pl.lit(as_of_day, dtype=pl.Int32).alias("as_of_day"),
            (1.0 - undefined / len(names)).alias("known_share"),
            pl.col("group_key").cast(pl.Int64),
            pl.col("peer").cast(pl.String),
        )
        .select(*KEYS, pl.col(names).fill_null(float("nan")))
        .sort("group_key")
    )


def _query(connection: duckdb.DuckDBPyConnection, file: SqlFile, values: Mapping[str, int]) -> pl.DataFrame:
    columns = connection.execute(file.query, bind(file, values)).fetchnumpy()
    return pl.DataFrame({name: _series(name, values) for name, values in columns.items()})


def _series(name: str, values: Any) -> pl.Series:
    """DuckDB hands over a masked array where a column has NULLs, or objects where it holds text."""
    if isinstance(values, np.ma.MaskedArray):
        filled = pl.Series(name, values.data)
        return filled.set(pl.Series(np.ma.getmaskarray(values)), None)
    if values.dtype == object:
        return pl.Series(name, values.tolist(), dtype=pl.String)
    return pl.Series(name, values)


def _check(file: SqlFile) -> None:
    if file.front_matter.get("id") != file.path.stem:
        raise _refused(file.path, "id 与文件名不同", "its id differs from the file name")
    if file.front_matter.get("look_ahead") != "none":
        raise _refused(file.path, "须声明 look_ahead: none", "it must declare look_ahead: none")
    strangers = sorted(file.relations - _RELATIONS)
    if strangers:
        raise _refused(file.path, f"不得读取 {strangers}", f"it may not read {strangers}")
    if _FLOW in file.relations and any("settled_days" not in entry for entry in file.front_matter.get("features", ())):
        raise _refused(file.path, "读取流向特征须声明 settled_days", f"what reads {_FLOW} must declare settled_days")


def _feature(file: SqlFile, entry: Mapping[str, Any]) -> Feature:
    try:
        feature = Feature(
            name=entry["name"],
            zh=entry["zh"],
            en=entry["en"],
            unit=entry["unit"],
            risk_direction=entry["risk_direction"],
            log1p=_TRANSFORMS.index(entry.get("transform", "none")) == 1,
            settled_days=entry.get("settled_days", 0),
        )
    except (KeyError, ValueError) as error:
        raise _refused(file.path, "特征声明不完整", f"a feature declaration is incomplete: {error}") from error
    if feature.unit not in _UNITS or feature.risk_direction not in (-1, 0, 1):
        raise _refused(file.path, f"特征 {feature.name} 的单位或风险方向无效", f"unit or direction of {feature.name}")
    return feature


def _peers(population: SqlFile) -> tuple[PeerGroup, ...]:
    declared = population.front_matter.get("peers") or {}
    peers = tuple(PeerGroup(name, entry["zh"], entry["en"], entry.get("parent")) for name, entry in declared.items())
    if any(peer.parent is not None and peer.parent not in declared for peer in peers):
        raise _refused(population.path, "同类组的上级未声明", "a peer group falls back to one that is not declared")
    return peers


def _refused(path: Path, zh: str, en: str) -> ConfigurationError:
    return ConfigurationError(f"{path.name}：{zh}，请修正。", f"{path.name}: {en}; mend it.", code="D004")
