"""What a backtest of one rule over twelve months costs on a big city, in seconds and in units of the same run.

``python -m benchmarks.backtest`` builds a city of 365 days with its relations; then, for each rule, today's settings
and one parameter moved by a tenth are compared: hits of both over all days, innocent readings of whom they differ on,
alerts of one night on each evening, and the difference. What the queue holds is not part of it: the city has none.
The bar: 10 s for one rule over 12 months at 10,000,000 transactions.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from benchmarks.big_city import BigCity
from benchmarks.rules import LIMITS, complete, prepare
from benchmarks.unit import UNIT, Cost, cost_of, now
from fundwatch.evaluation.diff import Difference, Kind, difference
from fundwatch.evaluation.replay import Stretch, replay
from pipelines.backtest import differing_groups
from pipelines.comparing import Side
from rules.catalogue import load_catalogue
from rules.rule import WHOLE_UNITS, Rule, Value
from rules.tuning import Tuning

BAR_SECONDS = 10.0
RULES = ("T01", "T02", "T04", "T08", "T14", "T22")
"""The dearest of the catalogue on this city, and two that find nothing in it."""


def main() -> None:
    """Parse the arguments, build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rule", action="append", help="only these ids or codes")
    parser.add_argument("--file", type=Path, help="keep the city in this DuckDB file and use it again")
    chosen = parser.parse_args()
    city = BigCity(chosen.rows, max(chosen.rows // 50, 2000), days=chosen.days)
    with tempfile.TemporaryDirectory() as folder:
        path = chosen.file or Path(folder) / "city.duckdb"
        with duckdb.connect(str(path), config=LIMITS) as connection:
            if not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'transfers'").fetchall():
                prepare(connection, city)
            complete(connection, city)
            report(connection, city, chosen.rule or RULES)


def report(connection: duckdb.DuckDBPyConnection, city: BigCity, names: tuple[str, ...] | list[str]) -> None:
    """Print a line for every rule and whether the bar holds."""
    catalogue = load_catalogue(Path(__file__).parents[1] / "rules")
    unit = cost_of(connection, UNIT)
    print(f"{city.transactions:,} transactions, {city.days} days; unit {unit.cpu:.3f} CPU s, {unit.wall:.3f} s wall")
    print(f"{'rule':34} {'tried':28} {'hits':>15} {'alerts':>13} {'differ':>7} {'CPU s':>7} {'wall s':>7} {'units':>6}")
    for name in names:
        rule = catalogue.rule(name)
        values = moved(rule)
        before = Side((rule,), catalogue.active_suppressors(), Tuning())
        after = replace(before, tuning=Tuning().overriding(rule, values))
        since = now()
        hits, alerts, told = compared(connection, before, after, (city.first_day, city.last_day))
        cost = now() - since
        _line(rule, values, hits, alerts, told, cost, unit)


def compared(
    connection: duckdb.DuckDBPyConnection, before: Side, after: Side, days: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int], Difference]:
    """Return the numbers of hits and of alerts that differ on both sides, and the difference, as a backtest does."""
    ids = frozenset(rule.id for rule in before.rules)
    found = [side.hits(connection, ids, days) for side in (before, after)]
    groups = sorted(differing_groups(*found))
    suppressions = before.suppressions(connection, groups, days, {rule.code for rule in before.rules})
    alerts = []
    for items in found:
        own = [item for item in items if item.subject.key in set(groups)]
        evenings = {(item.subject.key, item.window_to) for item in own}
        readings = [one for one in suppressions if (one.subject.key, one.window_to) in evenings]
        alerts.append(replay([Stretch("city", own, readings)]))
    return (len(found[0]), len(found[1])), (len(alerts[0]), len(alerts[1])), difference(alerts[0], alerts[1], [])


def moved(rule: Rule) -> Mapping[str, Value]:
    """Return the rule's first figure moved up by a tenth, or down where it stands at its bound."""
    for name, one in rule.parameters.items():
        if isinstance(one.value, str):
            continue
        for factor in (1.1, 0.9):
            value = one.value * factor
            tried: Value = round(value) if one.unit in WHOLE_UNITS or one.unit == "CNY" else value
            if tried != one.value and one.allows(tried):
                return {name: tried}
    raise SystemExit(f"{rule.id} has no figure to move")


def _line(
    rule: Rule,
    values: Mapping[str, Value],
    hits: tuple[int, int],
    alerts: tuple[int, int],
    told: Difference,
    cost: Cost,
    unit: Cost,
) -> None:
    ((name, value),) = values.items()
    tried = f"{name} {rule.parameters[name].value:g} → {value:g}"
    print(
        f"{rule.code:4}{rule.id:30} {tried:28} {hits[0]:7,}/{hits[1]:7,} {alerts[0]:6,}/{alerts[1]:6,} "
        f"{len(told.rows):7,} {cost.cpu:7.2f} {cost.wall:7.2f} {cost.cpu / unit.cpu:6.1f}"
        + ("  over the bar" if cost.wall > BAR_SECONDS else "")
        + (f"  ({told.count(Kind.GAINED)} gained, {told.count(Kind.LOST)} lost)" if told.rows else ""),
        flush=True,
    )


if __name__ == "__main__":
    main()
