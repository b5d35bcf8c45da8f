"""What intake costs: check against a bare read, contract against Polars, ingest at two sizes.

``python -m benchmarks.intake`` runs all parts, each in a process of its own so that peak memory is each one's;
``python -m benchmarks.intake check`` runs one. Ratios hold on a busy machine where seconds do not. ``--rows`` and
``--many`` make the files smaller. The parts: check, start, contract, ingest.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from benchmarks.contract_in_polars import judge_in_polars
from benchmarks.extracts import Extract, transcode, write_extract
from benchmarks.unit import Cost, now
from data_contracts.catalogue import load_catalogue
from data_contracts.checking import Sender
from data_contracts.compiling import compile_table
from data_contracts.expectations import expectations_of
from data_contracts.expressions import install_macros
from data_contracts.faulting import Checking, find_faults, judge
from data_contracts.reading import load_staged, stage_file
from data_contracts.recognition import known_headers, recognise
from data_contracts.repeated import judge_repeated
from fundwatch.store.settings import Settings
from pipelines.examining import Source, looked_into
from pipelines.installation import Installation
from pipelines.night import begun, intake, step
from pipelines.publication import publish
from pipelines.relating import relate

_SENDER = Sender("610900-B01", "bank")
_REGISTER = """[[institution]]
code = "610900-B01"
name = "安康示例银行"
sector = "bank"
region = "610902"
legal_basis = "防范和处置非法集资条例第十条"
approval_no = "示例〔2026〕1 号"
"""


@contextmanager
def _home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "institutions.toml").write_text(_REGISTER, encoding="utf-8")
        yield home


def _settings(home: Path, memory: str = "") -> Settings:
    """Return the settings of an installation as it comes, or with another limit of memory."""
    return Settings.from_environment({"FUNDWATCH_HOME": str(home), "FUNDWATCH_MEMORY_LIMIT": memory})


def _peak() -> float:
    """Return the peak resident memory of this process and its greatest child together, in GB: an upper bound."""
    sizes = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(sizes) * 1024 / 1e9


class _Watch(threading.Thread):
    """Looks at the resident memory of this process and its children together until it is stopped."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self.done = threading.Event()

    def run(self) -> None:
        """Look every fiftieth of a second."""
        while not self.done.wait(0.02):
            own = Path("/proc/self/task").glob("*/children")
            children = [number for path in own for number in path.read_text().split()]
            self.peak = max(self.peak, sum(_resident(number) for number in ["self", *children]))

    def stop(self) -> float:
        """Return the peak in GB."""
        self.done.set()
        self.join()
        return self.peak / 1e9


def _resident(process: str) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _with_children() -> Cost:
    """Return what this process and its children have used so far."""
    here, times = now(), os.times()
    return Cost(here.cpu + times.children_user + times.children_system, here.wall)


def _line(name: str, cost: Cost, unit: Cost | None = None) -> None:
    ratio = f"{cost.cpu / unit.cpu:>10.2f}{cost.wall / unit.wall:>10.2f}" if unit else ""
    print(f"{name:<44}{cost.cpu:>9.2f}{cost.wall:>9.2f}{ratio}", flush=True)


def _bare_read(path: Path) -> Cost:
    """Return what DuckDB alone needs to read a UTF-8 file as text into a table."""
    connection = duckdb.connect(config={"threads": 2})
    before = now()
    connection.execute("CREATE TABLE bare AS SELECT * FROM read_csv($path, all_varchar = true)", {"path": str(path)})
    cost = now() - before
    connection.close()
    return cost


def bare(path: Path) -> None:
    """Print the cost of a bare read, for ``check`` to divide by."""
    cost = _bare_read(path)
    print(cost.cpu, cost.wall)


def _alone(part: str, rows: int, *more: str) -> list[float]:
    """Run a part in a process of its own and return the figures that it prints last."""
    command = [sys.executable, "-m", "benchmarks.intake", part, "--rows", str(rows), *more]
    told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    return [float(word) for word in told.stdout.splitlines()[-1].split()]


def checked(path: Path) -> None:
    """Check one file as ``fundwatch check`` does, and print CPU and wall seconds and peak memory in GB."""
    watch = _Watch()
    watch.start()
    with _home() as home, Installation.open(_settings(home, "1GB")) as installation:
        before = _with_children()
        with looked_into(installation, Source(path, _SENDER.code)) as (_, _, receipt):
            cost = _with_children() - before
    print(receipt.verdict, receipt.rows_read, receipt.rows_quarantined, file=sys.stderr)
    print(cost.cpu, cost.wall, watch.stop())


def check(rows: int) -> None:
    """Check a GB18030 file of 34 columns and compare with the bare read of the same content, three rounds in turn."""
    with _home() as home:
        plain = write_extract(home / "plain.csv", Extract(rows))
        foreign = transcode(plain, home / "foreign.csv")
        rounds = [
            (_alone("bare", rows, "--file", str(plain)), _alone("checked", rows, "--file", str(foreign)))
            for _ in range(3)
        ]
    rounds.sort(key=lambda pair: pair[1][0] / pair[0][0])
    unit, ours = rounds[1]
    print(f"{rows:,} rows x 34 columns, median of three rounds")
    _line("bare read_csv of UTF-8 text", Cost(*unit))
    _line("check of GB18030 (bar 5)", Cost(*ours[:2]), Cost(*unit))
    peak = max(found[2] for _, found in rounds)
    print(f"peak memory of all processes at one time, memory_limit 1 GB: {peak:.2f} GB (bar 1.5)")


def start(_rows: int) -> None:
    """Time ``fundwatch check`` of 100,000 rows from start of the process to its end (bar 3 s)."""
    with _home() as home:
        path = transcode(write_extract(home / "plain.csv", Extract(100_000)), home / "a.csv")
        program = [sys.executable, "-c", "from fundwatch.cli.main import run; run()"]
        command = [*program, "check", str(path), "--institution", _SENDER.code, "--json"]
        environment = os.environ | {"FUNDWATCH_HOME": str(home)}
        costs = []
        for _ in range(3):
            before = _with_children()
            done = subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
            assert done.returncode in (0, 3), done.returncode
            costs.append(_with_children() - before)
    _line("fundwatch check of 100,000 rows (bar 3 s)", sorted(costs, key=lambda cost: cost.wall)[1])


def contract(rows: int) -> None:
    """Compare the compiled contract with one Polars pass of the same expectations over the same staged text."""
    catalogue = load_catalogue()
    contracts = tuple(catalogue.for_sector("bank"))
    connection = duckdb.connect(config={"threads": 2})
    with _home() as home:
        path = write_extract(home / "plain.csv", Extract(rows))
        (raw,) = load_staged(connection, stage_file(path, known_headers(contracts), home), "b")
        connection.execute(f"COPY {raw.name} TO '{home / 'staged.parquet'}' (FORMAT parquet)")
        install_macros(connection)
        match = recognise(raw, contracts).match
        assert match is not None
        items = expectations_of(match, match.last_place)
        before = now()
        repeated = judge_repeated(connection, raw, match, items, "b_0_odd")
        compiled_table = compile_table(raw, match, items, "b_0_judged", repeated=repeated)
        checking = Checking(connection, "b_0", raw, match, compiled_table)
        judge(checking)
        find_faults(checking)
        compiled = now() - before
        found = connection.execute("SELECT count(DISTINCT _row) FROM b_0_hits").fetchall()[0][0]
        connection.close()
        polars, theirs = judge_in_polars(home / "staged.parquet", match, items)
    print(f"rows with a fault: compiled {found}, Polars {theirs}")
    _line("one Polars pass, in memory", polars)
    _line("compiled contract (bar 2.5)", compiled, polars)


def _ingest(rows: int) -> tuple[Cost, float]:
    with _home() as home:
        path = write_extract(home / "canonical.csv", Extract(rows), "canonical")
        with Installation.open(_settings(home)) as installation:
            before = _with_children()
            with begun(installation, "ingest") as run_id:
                for work in (intake(sources=[Source(path, _SENDER.code)]), relate, publish):
                    draft = step(installation, run_id, work)
            cost = _with_children() - before
            (receipt,) = draft.outcomes
        assert receipt["rows_accepted"] > 0.99 * rows, receipt["verdict"]
    return cost, _peak()


def ingested(rows: int) -> None:
    """Take one file in and print its cost: ten columns of the canonical layout, the whole way into the relations."""
    cost, peak = _ingest(rows)
    print(cost.cpu, cost.wall, peak)


def grow(rows: int, many: int) -> None:
    """Compare the cost per row of a large file with that of a smaller one."""
    found = []
    for size in (rows, many):
        cpu, wall, peak = _alone("ingested", size)
        found.append(Cost(cpu / size, wall / size))
        _line(f"ingest {size:,} rows, peak {peak:.1f} GB", Cost(cpu, wall))
    cpu, wall = found[1].cpu / found[0].cpu, found[1].wall / found[0].wall
    print(f"cost per row, large / small: {cpu:.2f} CPU, {wall:.2f} wall (bar 1.2)")


_PARTS: dict[str, Callable[[int], None]] = {
    "check": check,
    "start": start,
    "contract": contract,
    "ingested": ingested,
}


_OF_A_FILE: dict[str, Callable[[Path], None]] = {"bare": bare, "checked": checked}


def main() -> None:
    """Run the part named, or all of them."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("part", nargs="?", default="all")
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--many", type=int, default=10_000_000)
    options.add_argument("--file", type=Path)
    chosen = options.parse_args()
    if chosen.part == "all":
        print(f"{'':<44}{'CPU s':>9}{'wall s':>9}{'CPU x':>10}{'wall x':>10}", flush=True)
        for part in ("check", "start", "contract", "ingest"):
            own = [
                sys.executable,
                "-m",
                "benchmarks.intake",
                part,
                "--rows",
                str(chosen.rows),
                "--many",
                str(chosen.many),
            ]
            subprocess.run(own, check=True)  # noqa: S603 - ourselves
    elif chosen.part in _OF_A_FILE:
        _OF_A_FILE[chosen.part](chosen.file)
    elif chosen.part == "ingest":
        grow(chosen.rows, chosen.many)
    else:
        _PARTS[chosen.part](chosen.rows)


if __name__ == "__main__":
    main()
