"""What each rule costs, in units: CPU seconds over those of one group-by scan of the transactions, in the same run.

``python -m benchmarks.rules`` builds a big city, its relations, then prints for every rule the
hits mode over all days and one night with evidence. The bar: all rules together 120 units, none above 20.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.big_city import BigCity, build_big_city
from benchmarks.unit import KEY_UNIT, UNIT, cost_of
from fundwatch.domain.keys import month_bounds, month_of
from fundwatch.relations.building import build
from fundwatch.relations.catalogue import relation as relation_named
from fundwatch.relations.tables import PartitionTables
from fundwatch.sql.binding import bind
from fundwatch.store.schema import RELATIONS
from rules.catalogue import load_catalogue
from rules.reference import load_reference
from rules.rule import Rule
from rules.running import run_rule
from rules.tuning import Tuning

BAR_ALL, BAR_ONE = 120.0, 20.0
LIMITS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "5GB",
    "preserve_insertion_order": False,
}


def main() -> None:
    """Parse the arguments, build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--accounts", type=int, default=0, help="reported accounts; default one per 50 rows")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--rule", action="append", help="only these ids or codes")
    parser.add_argument("--file", type=Path, help="keep the city in this DuckDB file and use it again")
    arguments = parser.parse_args()
    city = BigCity(transactions=arguments.rows, accounts=arguments.accounts or arguments.rows // 50)
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.file or Path(folder) / "city.duckdb"
        with duckdb.connect(str(path), config=LIMITS) as connection:
            _measure(connection, city, arguments.rule, arguments.repeat)


def _measure(connection: duckdb.DuckDBPyConnection, city: BigCity, names: list[str] | None, repeat: int) -> None:
    if not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'transfers'").fetchall():
        prepare(connection, city)
    complete(connection, city)
    catalogue = load_catalogue(Path(__file__).parents[1] / "rules")
    rules = [catalogue.rule(name) for name in names] if names else list(catalogue.rules)
    report(connection, city, rules, repeat)


def prepare(connection: duckdb.DuckDBPyConnection, city: BigCity) -> None:
    """Build the city, its relations as plain tables, and the reference data."""
    build_big_city(connection, city)
    writer = PartitionTables(connection)
    for built in build(connection, writer, as_of_day=city.last_day):
        print(f"  built {built.relation} {built.span}: {built.rows:,} rows")
    kept = ("entities", "firms", "control_links", "transfers", "remark_terms", "party_day", "pair_day", "group_month")
    for name in (*kept, "principal_day", "weak_links", "shared_contacts", "coverage"):
        connection.execute(f"CREATE TABLE main.{name} AS SELECT * FROM temp.{name}")
        connection.execute(f"DROP VIEW temp.{name}")
    load_reference(connection, city.first_day - 100, city.last_day + 40)


def complete(connection: duckdb.DuckDBPyConnection, city: BigCity) -> None:
    """Create the relations that the city does not have as empty tables; a kept city from before group_month gets it."""
    known = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for name, relation in RELATIONS.items():
        if name not in known:
            columns = ", ".join(f'"{column}" {kind}' for column, kind in relation.columns)
            connection.execute(f"CREATE TABLE {name} ({columns})")
    if "group_month" not in known:
        file = relation_named("group_month").file
        for month in sorted({month_of(day) for day in range(city.first_day, city.last_day + 1)}):
            first, last = month_bounds(month)
            values = bind(file, {"first_day": first, "last_day": last})
            connection.execute(f"INSERT INTO group_month BY NAME {file.query}", values)


def report(connection: duckdb.DuckDBPyConnection, city: BigCity, rules: list[Rule], repeat: int) -> None:
    """Print the table and whether the bars hold."""
    ((rows, transfers),) = connection.execute(
        "SELECT (SELECT count(*) FROM transactions), (SELECT count(*) FROM transfers)"
    ).fetchall()
    scan, on_key = cost_of(connection, UNIT), cost_of(connection, KEY_UNIT)
    unit, wall = scan.cpu, scan.wall
    print(f"{rows:,} transactions, {transfers:,} transfers, 2 threads, hits over {city.days} days and one night")
    print(f"unit {unit:.3f} CPU s, {wall:.3f} s wall; on the integer key {on_key.cpu / unit:.2f} units")
    print(f"{'rule':34} {'hits':>8} {'CPU s':>7} {'units':>6} {'wall s':>7} {'wall u':>6} {'night':>7} {'u':>6}")
    total = 0.0
    for rule in rules:
        last = city.last_day
        found = run_rule(rule, connection, city.first_day, last, Tuning(), evidence=False)

        def over_all(rule: Rule = rule) -> None:
            run_rule(rule, connection, city.first_day, city.last_day, Tuning(), evidence=False)

        def one_night(rule: Rule = rule) -> None:
            run_rule(rule, connection, city.last_day, city.last_day, Tuning())

        cpu, seconds = cost(over_all, repeat)
        night, _ = cost(one_night, repeat)
        total += cpu / unit
        print(
            f"{rule.code:4}{rule.id:30} {len(found.hits):8,} {cpu:7.2f} {cpu / unit:6.1f} {seconds:7.2f} "
            f"{seconds / wall:6.1f} {night:7.2f} {night / unit:6.1f}"
            + ("  over the bar" if cpu / unit > BAR_ONE else "")
        )
    print(f"together {total:.1f} units (bar {BAR_ALL:.0f}); peak {peak_mb():,.0f} MB")


def cost(action: Callable[[], object], repeat: int) -> tuple[float, float]:
    """Return the median CPU and wall seconds of an action."""
    measured = []
    for _ in range(repeat):
        cpu, wall = time.process_time(), time.perf_counter()
        action()
        measured.append((time.process_time() - cpu, time.perf_counter() - wall))
    return median(one for one, _ in measured), median(one for _, one in measured)


def peak_mb() -> float:
    """Return the peak resident memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
