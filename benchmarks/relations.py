"""What each derived relation costs from nothing, in units of a group-by over the same transactions.

Run ``python -m benchmarks.relations`` (ten million entries, two threads); ``--transactions`` makes it smaller.
A unit is the cost of ``SELECT account, count(*), sum(amount) FROM transactions GROUP BY account``; ratios hold on a
busy machine where seconds do not. The bar: 60 units in all, 6 GB of memory.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections import defaultdict
from pathlib import Path

import duckdb

from benchmarks.big_city import BigCity, build_big_city
from benchmarks.unit import KEY_UNIT, UNIT, Cost, cost_of, now
from fundwatch.relations.building import build
from fundwatch.relations.tables import PartitionTables
from fundwatch.relations.workbench import Span


class Meter:
    """A ``PartitionWriter`` that charges the time since the last partition to the relation just finished."""

    def __init__(self, write: PartitionTables) -> None:
        self.write = write
        self.costs: dict[str, Cost] = defaultdict(Cost)
        self._since = now()

    def __call__(self, relation: str, span: Span | None, table: str) -> None:
        self.write(relation, span, table)
        here = now()
        self.costs[relation] += here - self._since
        self._since = here

    def amend(self, relation: str, gone: str, table: str) -> None:
        """A build from nothing amends nothing."""
        raise NotImplementedError(relation)


def main() -> None:
    """Build the city in a temporary file and print the table of costs."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--transactions", type=int, default=10_000_000)
    options.add_argument("--accounts", type=int, default=None, help="default: one for fifty transactions")
    options.add_argument("--days", type=int, default=90)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database", type=Path, default=None, help="keep the city in this file and use it again")
    chosen = options.parse_args()
    city = BigCity(
        chosen.transactions, chosen.accounts or max(chosen.transactions // 50, 2000), chosen.days, seed=chosen.seed
    )
    with tempfile.TemporaryDirectory() as folder:
        path = chosen.database or Path(folder) / "city.duckdb"
        if not path.exists():
            with _open(path, read_only=False) as connection:
                build_big_city(connection, city)
        with _open(path, read_only=True) as connection:
            _report(connection, city)


def _report(connection: duckdb.DuckDBPyConnection, city: BigCity) -> None:
    rows = connection.execute("SELECT count(*) FROM transactions").fetchall()[0][0]
    unit, on_key = cost_of(connection, UNIT), cost_of(connection, KEY_UNIT)
    print(f"{rows:,} transactions, {city.accounts:,} accounts, {city.days} days, 2 threads")
    print(f"unit: {unit.cpu:.3f} s CPU, {unit.wall:.3f} s wall; on the integer key {on_key.cpu / unit.cpu:.2f} units")
    meter = Meter(PartitionTables(connection))
    built = build(connection, meter, as_of_day=city.last_day)
    counts: dict[str, int] = defaultdict(int)
    for each in built:
        counts[each.relation] += each.rows
    print(f"{'relation (with its steps)':<26}{'rows':>12}{'CPU s':>9}{'wall s':>9}{'units':>9}{'wall units':>12}")
    total = Cost()
    for relation, cost in meter.costs.items():
        total += cost
        _line(relation, counts[relation], cost, unit)
    _line("total", sum(counts.values()), total, unit)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"peak resident memory {peak / 1e9:.1f} GB, {peak / rows:.0f} bytes a transaction")


def _line(name: str, rows: int, cost: Cost, unit: Cost) -> None:
    ratios = f"{cost.cpu / unit.cpu:>9.1f}{cost.wall / unit.wall:>12.1f}"
    print(f"{name:<26}{rows:>12,}{cost.cpu:>9.2f}{cost.wall:>9.2f}{ratios}")


def _open(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": "2",
        "memory_limit": "6GB",
        "preserve_insertion_order": "false",
    }
    return duckdb.connect(str(path), read_only=read_only, config=settings)


if __name__ == "__main__":
    main()
