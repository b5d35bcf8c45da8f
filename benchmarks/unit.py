"""The unit of all ratios: one group-by scan of the transactions, measured in the same run."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import duckdb

UNIT = "SELECT account, count(*), sum(amount) FROM transactions GROUP BY account"
KEY_UNIT = "SELECT account_key, count(*), sum(amount) FROM transactions GROUP BY account_key"
"""The same scan on the integer key: a smaller unit, printed beside the other for the strict reader."""
_ROUNDS = 5


@dataclass(slots=True)
class Cost:
    """CPU seconds (user and system) and wall seconds."""

    cpu: float = 0.0
    wall: float = 0.0

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.cpu - other.cpu, self.wall - other.wall)

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cpu + other.cpu, self.wall + other.wall)


def now() -> Cost:
    """Return what this process has used so far."""
    times = os.times()
    return Cost(times.user + times.system, time.perf_counter())


def cost_of(connection: duckdb.DuckDBPyConnection, query: str) -> Cost:
    """Return the median cost of a query over a few rounds."""
    costs = []
    for _ in range(_ROUNDS):
        before = now()
        connection.execute(query).fetchall()
        costs.append(now() - before)
    return sorted(costs, key=lambda cost: cost.cpu)[_ROUNDS // 2]
