"""What a night of 100,000 new rows costs on a large city and on one of a tenth, part by part, in units.

``python -m benchmarks.night`` builds each city with its relations in a lake and a warehouse of its own, delivers one
following day, and brings relations and warehouse along as a night does; then it runs every active rule over that day
with evidence. A unit is one group-by scan of the large city's transactions, for both. The bars: 40 units in all, and
at most 1.5 times the same night on the small city.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyConnection

from benchmarks.big_city import BigCity, build_big_city, following_day
from benchmarks.unit import UNIT, Cost, cost_of, now
from fundwatch.relations.building import build
from fundwatch.relations.workbench import Span
from fundwatch.store.lake import Lake
from fundwatch.store.manifests import LakeFile, Manifest, with_batch, with_partitions
from fundwatch.store.schema import RELATIONS
from fundwatch.store.warehouse import sync
from pipelines.changes import note_changes
from pipelines.partitions import LakeWriter
from rules.catalogue import load_catalogue
from rules.reference import load_reference
from rules.running import run_rule
from rules.tuning import Tuning

BAR_ALL, BAR_RATIO = 40.0, 1.5
_DAYS_A_BATCH = 5
FIRST_DAY = 20_074
"""The new day is then one within a month; on the first of a month one file a relation is laid besides."""
NIGHT = "night"
OUTSIDE = ("received_days", "zero_reports")
LIMITS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "6GB",
    "preserve_insertion_order": False,
}


@dataclass
class Night:
    """The cost of each part of one night, in order."""

    unit: Cost
    relations: dict[str, Cost] = field(default_factory=lambda: defaultdict(Cost))
    rules: dict[str, Cost] = field(default_factory=lambda: defaultdict(Cost))


class Meter:
    """A ``PartitionWriter`` that charges the time since the last write to the relation just written."""

    def __init__(self, costs: dict[str, Cost]) -> None:
        self.write: LakeWriter | None = None
        self.costs = costs
        self._since = now()

    def __call__(self, relation: str, span: Span | None, table: str) -> None:
        """Pass the rows on and charge the relation."""
        assert self.write is not None, "nothing is written before a writer is set"
        self.write(relation, span, table)
        self.charge(relation)

    def amend(self, relation: str, gone: str, table: str) -> None:
        """Pass the amendment on and charge the relation."""
        assert self.write is not None, "nothing is written before a writer is set"
        self.write.amend(relation, gone, table)
        self.charge(relation)

    def charge(self, part: str) -> None:
        """Charge what was used since the last charge to a part."""
        here = now()
        self.costs[part] += here - self._since
        self._since = here


def main() -> None:
    """Run the night on both cities and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--transactions", type=int, default=10_000_000, help="of the large city")
    options.add_argument("--new", type=int, default=100_000, help="rows of the night")
    chosen = options.parse_args()
    tenth = chosen.transactions // 10
    large, small = (
        night_on(BigCity(rows, max(rows // 50, 2000), first_day=FIRST_DAY), chosen.new)
        for rows in (chosen.transactions, tenth)
    )
    rows = f"{chosen.new:,} new rows on {chosen.transactions:,} and on {tenth:,}"
    print(f"a night of {rows}; unit {large.unit.cpu:.3f} s CPU")
    print(f"{'part':<34}{'units':>8}{'a tenth':>9}{'ratio':>7}")
    for name in sorted(large.relations, key=lambda part: -large.relations[part].cpu):
        _line(name, large.relations[name], small.relations[name], large.unit)
    both = _line("relations together", _sum(large.relations), _sum(small.relations), large.unit)
    for name in sorted(large.rules, key=lambda part: -large.rules[part].cpu)[:12]:
        _line(name, large.rules[name], small.rules[name], large.unit)
    rules = _line("rules together", _sum(large.rules), _sum(small.rules), large.unit)
    units, others = both[0] + rules[0], both[1] + rules[1]
    print(f"night: {units:.1f} units (bar {BAR_ALL:.0f}), {units / others:.2f} x a tenth's (bar {BAR_RATIO})")


def night_on(city: BigCity, new: int) -> Night:
    """Build a city with its relations in a temporary home, deliver one day more and measure what follows."""
    with tempfile.TemporaryDirectory() as folder:
        home, lake = Path(folder), Lake(Path(folder) / "lake")
        with duckdb.connect(str(home / "city.duckdb"), config=LIMITS) as connection:
            before, arriving = deliveries(connection, lake, city, new)
        (home / "city.duckdb").unlink()
        with duckdb.connect(str(home / "warehouse.duckdb"), config=LIMITS) as connection:
            sync(connection, before, lake)
            for name in OUTSIDE:
                connection.execute(f"CREATE TEMP TABLE {name} AS FROM '{lake.folder / name}.parquet'")
            writer = LakeWriter(lake, connection, before, city.last_day)
            build(connection, writer, as_of_day=city.last_day)
            connection.execute("CHECKPOINT")
            return _measured(connection, writer.manifest, with_batch(writer.manifest, NIGHT, [arriving]), lake, city)


def deliveries(connection: DuckDBPyConnection, lake: Lake, city: BigCity, new: int) -> tuple[Manifest, LakeFile]:
    """Make the city; return the manifest of its canonical and reference tables, and the batch of the following day."""
    build_big_city(connection, city)
    load_reference(connection, city.first_day - 100, city.last_day + 40)
    manifest = Manifest()
    for name in _tables(connection):
        if name in OUTSIDE:
            continue
        rows = connection.table(name)
        if not RELATIONS[name].is_canonical:
            manifest = with_partitions(manifest, [lake.write(connection, rows, name, "all")])
        elif name != "transactions":
            manifest = with_batch(manifest, name, [lake.write(connection, rows, name, name)])
    for first in range(city.first_day, city.last_day + 1, _DAYS_A_BATCH):
        days = ColumnExpression("booked_day").between(
            ConstantExpression(first), ConstantExpression(first + _DAYS_A_BATCH - 1)
        )
        rows, batch = connection.table("transactions").filter(days), f"day-{first}"
        manifest = with_batch(manifest, batch, [lake.write(connection, rows, "transactions", batch)])
    for name in OUTSIDE:
        connection.execute(f"COPY {name} TO '{lake.folder / name}.parquet'")
    rows = connection.table(following_day(connection, city, new))
    return manifest, lake.write(connection, rows, "transactions", NIGHT)


def _tables(connection: DuckDBPyConnection) -> list[str]:
    found = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY table_name").fetchall()
    return [str(name) for (name,) in found]


def _measured(connection: DuckDBPyConnection, before: Manifest, after: Manifest, lake: Lake, city: BigCity) -> Night:
    night = Night(cost_of(connection, UNIT))
    day = city.last_day + 1
    meter = Meter(night.relations)
    sync(connection, after, lake)
    meter.charge("the new rows in the warehouse")
    changes = note_changes(connection, lake, before, after)
    meter.charge("what has changed")
    meter.write = writer = LakeWriter(lake, connection, after, day)
    writer.settle()
    meter.charge("months grown old")
    build(connection, meter, as_of_day=day, changes=changes)
    meter.charge("after the last relation")
    for rule in load_catalogue(Path(__file__).parents[1] / "rules").active_rules():
        since = now()
        run_rule(rule, connection, day, day, Tuning())
        night.rules[f"{rule.code} {rule.id}"] = now() - since
    return night


def _sum(costs: dict[str, Cost]) -> Cost:
    return sum(costs.values(), start=Cost())


def _line(name: str, large: Cost, small: Cost, unit: Cost) -> tuple[float, float]:
    units, others = large.cpu / unit.cpu, small.cpu / unit.cpu
    print(f"{name:<34}{units:>8.2f}{others:>9.2f}{units / others if others else 0:>7.2f}", flush=True)
    return units, others


if __name__ == "__main__":
    main()
