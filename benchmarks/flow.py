"""What flow features cost: transfers a second on a table with hubs, beside IBM's Graph Feature Preprocessor.

``python -m benchmarks.flow`` (two million transfers, two threads; ``--transfers`` makes it smaller). The other side of
the ratio needs the package ``snapml`` and is left out without it; it computes fewer features (fan, degree, vertex
statistics, scatter-gather, all within 24 hours) with the same two threads over the same rows.
"""

from __future__ import annotations

import argparse
import importlib
import resource

import duckdb
import numpy as np
import numpy.typing as npt

from benchmarks.unit import Cost, now
from detectors import flow

_DAYS = 30
_SEED = 5
_STEEPNESS = 4
"""Of the drawn share of transfers half fall to 6 % of the parties, one in twenty to one."""
Table = npt.NDArray[np.float64]


def main() -> None:
    """Make the table, compute its features, and print rates and their ratio."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--transfers", type=int, default=2_000_000)
    options.add_argument("--parties", type=int, default=200_000)
    chosen = options.parse_args()
    table = made(chosen.transfers, chosen.parties)
    busiest = np.bincount(table[:, 2].astype(np.int64)).max()
    print(f"{len(table):,} transfers, {_DAYS} days, {chosen.parties:,} parties; the busiest payee has {busiest:,}")
    ours = _ours(table)
    _line(f"flow features ({len(flow.features())} columns)", len(table), ours)
    theirs = _theirs(table)
    if theirs is None:
        print("snapml is not installed: no comparison")
        return
    _line("snapml fan, degree, vertex statistics, scatter-gather", len(table), theirs)
    print(f"ratio of rates: {theirs.wall / ours.wall:.1f} by wall time, {theirs.cpu / ours.cpu:.1f} by CPU time")


def made(transfers: int, parties: int) -> Table:
    """Return id, payer, payee, second and amount (fen), sorted by time.

    Both ends follow a power law, so that a few hubs take part in much of it; one transfer in fifty is passed on within
    a day and one in fifty within a week.
    """
    chance = np.random.default_rng(_SEED)
    fresh = transfers - 2 * (transfers // 50)
    drawn = chance.random((fresh, 2))
    ends = np.floor(parties * np.where(chance.random((fresh, 2)) < 0.3, drawn**_STEEPNESS, drawn))
    second = chance.integers(0, _DAYS * flow.DAY, fresh)
    amount = np.round(chance.lognormal(6.5, 1.4, fresh) * 100)
    rows = [np.column_stack([ends, second, amount])]
    for keep, reach in ((0.95, flow.DAY), (0.75, 7 * flow.DAY)):
        chosen = rows[0][chance.choice(fresh, transfers // 50, replace=False)]
        onward = chance.integers(0, parties, len(chosen))
        when = np.minimum(chosen[:, 2] + chance.integers(60, reach, len(chosen)), _DAYS * flow.DAY - 1)
        rows.append(np.column_stack([chosen[:, 1], onward, when, np.round(chosen[:, 3] * keep)]))
    table = np.concatenate(rows)
    table = table[(table[:, 0] != table[:, 1]) & (table[:, 3] > 0)]
    table = table[np.argsort(table[:, 2], kind="stable")]
    return np.column_stack([np.arange(len(table), dtype=np.float64), table])


def _ours(table: Table) -> Cost:
    edge_id, payer, payee, second, amount = (table[:, column].astype(np.int64) for column in range(5))
    given = {"edge_id": edge_id, "payer": payer, "payee": payee, "amount": amount, "second": second}
    with duckdb.connect(config={"threads": 2, "preserve_insertion_order": "false"}) as connection:
        connection.register("given", given)
        connection.execute(
            "CREATE TEMP TABLE graph_edges AS "
            "SELECT edge_id, payer, payee, amount, second AS in_second, second AS out_second FROM given"
        ).fetchall()
        before = now()
        flow.build(connection)
        found = connection.execute("SELECT * FROM transfer_features").fetchnumpy()
        cost = now() - before
    assert len(found["edge_id"]) == len(table)
    return cost


def _theirs(table: Table) -> Cost | None:
    try:
        snapml = importlib.import_module("snapml")
    except ImportError:
        return None
    made = snapml.GraphFeaturePreprocessor()
    day = flow.DAY
    windows = {f"{name}_tw": day for name in ("fan", "degree", "scatter-gather", "vertex_stats")}
    made.set_params(
        made.get_params()
        | windows
        | {"num_threads": 2, "time_window": day}
        | {"fan": True, "degree": True, "scatter-gather": True, "vertex_stats": True}
    )
    rows = np.ascontiguousarray(table[:, [0, 1, 2, 3, 4]])
    before = now()
    made.fit_transform(rows)
    return now() - before


def _line(name: str, rows: int, cost: Cost) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    rate = f"{rows / cost.wall:,.0f} /s"
    print(f"{name:<56}{cost.wall:>8.1f} s{cost.cpu:>8.1f} CPU s{rate:>14}   peak {peak:.1f} GB", flush=True)


if __name__ == "__main__":
    main()
