"""Small hand-made relations, and feature frames of invented peers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from detectors.features import KEYS, catalogue, compute

AS_OF = 20_000
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)

_TABLES = """
CREATE TABLE entities (party_key BIGINT, group_key BIGINT, party_kind TEXT, is_reported BOOLEAN,
    opened_day INTEGER);
CREATE TABLE firms (institution TEXT, sector TEXT, party_key BIGINT, group_key BIGINT);
CREATE TABLE transfers (transfer_id BIGINT, day INTEGER, "at" TIMESTAMP, time_precision TEXT, from_party BIGINT,
    to_party BIGINT, from_group BIGINT, to_group BIGINT, from_kind TEXT, to_kind TEXT, amount BIGINT, currency TEXT,
    amount_cny BIGINT, is_cash BOOLEAN);
CREATE TABLE party_day (group_key BIGINT, party_key BIGINT, party_kind TEXT, day INTEGER, in_count INTEGER,
    out_count INTEGER, closing_balance BIGINT);
"""


@dataclass
class Town:
    """Relations written row by row; amounts in 元, days relative to the as-of day (0 is the as-of day itself)."""

    connection: duckdb.DuckDBPyConnection
    transfers: int = 0
    kinds: dict[int, str] = field(default_factory=dict)

    def account(
        self, group: int, kind: str = "person", *, reported: bool = True, opened: int | None = None, party: int = 0
    ) -> None:
        """Add an account of a party (by default the group's own)."""
        self.kinds[party or group] = kind
        opened_day = None if opened is None else AS_OF + opened
        self._insert("entities", [party or group, group, kind, reported, opened_day])

    def firm(self, group: int, sector: str) -> None:
        """Register a reporting firm."""
        self._insert("firms", [f"F{group}", sector, group, group])

    def pay(
        self,
        payer: int,
        payee: int,
        yuan: float,
        day: int,
        *,
        hour: int | None = None,
        cash: bool = False,
        currency: str = "CNY",
        kinds: tuple[str, str] | None = None,
        groups: tuple[int, int] | None = None,
        valued: bool = True,
    ) -> None:
        """Add a transfer; a party is its own group unless ``groups`` says otherwise."""
        self.transfers += 1
        at = datetime(1970, 1, 1) + timedelta(days=AS_OF + day, hours=hour or 0)
        from_kind, to_kind = kinds or (self.kinds.get(payer, "person"), self.kinds.get(payee, "person"))
        from_group, to_group = groups or (payer, payee)
        fen = round(yuan * 100)
        self._insert(
            "transfers",
            [
                self.transfers,
                AS_OF + day,
                at,
                "day" if hour is None else "second",
                payer,
                payee,
                from_group,
                to_group,
                from_kind,
                to_kind,
                fen,
                currency,
                fen if valued else None,
                cash,
            ],
        )

    def day(self, group: int, day: int, *, entries: int = 1, balance: float | None = None, party: int = 0) -> None:
        """Add a row of party_day."""
        fen = None if balance is None else round(balance * 100)
        kind = self.kinds.get(party or group, "person")
        self._insert("party_day", [group, party or group, kind, AS_OF + day, entries, 0, fen])

    def features(self, group: int) -> dict[str, Any]:
        """Return the row of one group, undefined features as None."""
        frame = compute(self.connection, AS_OF)
        row = frame.filter(pl.col("group_key") == group).row(0, named=True)
        return {name: None if isinstance(value, float) and np.isnan(value) else value for name, value in row.items()}

    def _insert(self, table: str, values: list[Any]) -> None:
        marks = ", ".join("?" for _ in values)
        self.connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)


@pytest.fixture
def town() -> Iterator[Town]:
    """An empty town whose group 1 is a person with a reported account and a past."""
    with duckdb.connect() as connection:
        connection.execute(_TABLES)
        made = Town(connection)
        made.account(1)
        made.day(1, 0, entries=5)
        made.day(1, -60)
        yield made


@pytest.fixture(scope="session")
def invented() -> Callable[..., pl.DataFrame]:
    """Return a maker of feature frames: usual peers drawn at random, undefined values here and there."""

    def make(rows: int = 1200, *, seed: int = 1, day: int = AS_OF, firms: int = 250, pawn: int = 20) -> pl.DataFrame:
        rng = np.random.default_rng(seed)
        names = catalogue().names
        units = [feature.unit for feature in catalogue().features]
        peers = ["pawn"] * pawn + ["firm"] * firms + ["person"] * (rows - firms - pawn)
        columns: dict[str, Any] = {
            "group_key": np.arange(1, rows + 1, dtype=np.int64),
            "as_of_day": np.full(rows, day, dtype=np.int32),
            "peer": peers,
            "known_share": np.full(rows, 0.9),
        }
        for name, unit in zip(names, units, strict=True):
            draw = rng.beta(2, 6, rows) if unit == "share" else rng.gamma(2.0, 3.0, rows)
            columns[name] = np.where(rng.random(rows) < 0.05, np.nan, draw)
        return pl.DataFrame(columns).select(*KEYS, *names)

    return make
