"""Packed forest against scikit-learn: time, agreement, additivity of the attribution.

    .venv/bin/python benchmarks/forest.py [--rows 2000000] [--features 24] [--rounds 3]

Prints a table and leaves with 1 when a bar is missed. A time bar is missed only if both the wall and the CPU ratio
exceed it, since machines are shared; the two ways take turns, and the median round counts.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import IsolationForest

from detectors.packing import pack
from detectors.paths import attribute_paths

TIME_BAR = 0.5
SCORE_BAR = 1e-12
ADDITIVITY_BAR = 1e-9
EXPLAIN = 1000


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one call: on the wall and of the processor, all threads together."""

    wall: float
    cpu: float


def timed(work: Callable[[], Any]) -> tuple[Timing, Any]:
    """Run ``work`` once and return its times and its answer."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = work()
    return Timing(time.perf_counter() - wall, time.process_time() - cpu), answer


def middle(timings: list[Timing]) -> Timing:
    """Return the medians of several rounds."""
    return Timing(statistics.median(t.wall for t in timings), statistics.median(t.cpu for t in timings))


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--features", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    rng = np.random.default_rng(options.seed)
    X = rng.standard_normal((options.rows, options.features), dtype=np.float32)
    reference = IsolationForest(n_estimators=200, max_samples=256, random_state=options.seed).fit(X[:200_000])
    packing, packed = timed(lambda: pack(reference))
    warm_up, _ = timed(lambda: packed.score_samples(X[:1]))

    theirs: list[Timing] = []
    ours: list[Timing] = []
    for _ in range(options.rounds):
        one, expected = timed(lambda: reference.score_samples(X))
        two, scores = timed(lambda: packed.score_samples(X))
        theirs.append(one)
        ours.append(two)
    slow, fast = middle(theirs), middle(ours)
    difference = float(np.abs(scores - expected).max())

    strangest = X[np.argsort(scores)[:EXPLAIN]]
    attribute_paths(packed, strangest[:1])
    explaining, booked = timed(lambda: attribute_paths(packed, strangest))
    additivity = float(np.abs(booked.base - booked.contributions.sum(axis=1) - booked.path).max())

    print(f"{options.rows:,} rows x {options.features} features, 200 trees x 256, median of {options.rounds} rounds")
    print(f"{'':34}{'wall s':>10}{'CPU s':>10}")
    for name, timing in (
        ("scikit-learn score_samples", slow),
        ("packed score_samples", fast),
        ("packing the fitted forest", packing),
        ("first call (compile or load)", warm_up),
        (f"attribution of the top {EXPLAIN}", explaining),
    ):
        print(f"{name:34}{timing.wall:10.3f}{timing.cpu:10.3f}")
    wall, cpu = fast.wall / slow.wall, fast.cpu / slow.cpu
    print(f"{'packed / scikit-learn':34}{wall:10.2f}{cpu:10.2f}   bar {TIME_BAR}")
    print(f"{'greatest difference of a score':34}{difference:10.1e}{'':10}   bar {SCORE_BAR:.0e}")
    print(f"{'additivity of the attribution':34}{additivity:10.1e}{'':10}   bar {ADDITIVITY_BAR:.0e}")
    held = (wall <= TIME_BAR or cpu <= TIME_BAR) and difference <= SCORE_BAR and additivity <= ADDITIVITY_BAR
    print("all bars held" if held else "a bar was missed")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
