"""What 300 labels are worth: the ranker against rules and detector, at party level, on subjects held back.

    .venv/bin/python -m benchmarks.ranker --home DIR [--labels 300] [--errors 0.0] [--seeds 3]

DIR is the data home that ``fundwatch demo`` left (``var/demo``). On the last day of five months before its last night
a simulated office reviews what stands highest among one half of the subjects, and as many drawn at random; the
ranker is trained and calibrated on these labels as ``train-ranker`` does. Both orders are then held against the truth
over the other half, of whom no label was seen. A subject counts as planted once its scheme has begun, whether or not
it was active in the month that is scored. Leaves with 1 when the median ratio misses the bar.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from detectors import features
from detectors.ranker import Example, fit, refitted, rules_of, split
from detectors.ranker_rows import Case
from fundwatch.city.office import Office
from fundwatch.domain.hits import Suppression
from fundwatch.domain.keys import date_of, month_of, record_text
from fundwatch.domain.scoring import score
from fundwatch.store.operations import history
from fundwatch.store.operations.database import reading
from fundwatch.store.settings import Settings
from fundwatch.store.warehouse import open_manifest
from pipelines import models
from pipelines.detection import explanations, hits_between, signals_on
from pipelines.facts import case_of, facts_of, query_hashes
from pipelines.installation import Installation
from pipelines.night import last_night
from pipelines.queries import rows
from pipelines.scores import _best

BAR = 1.5
MONTHS = 5
STEP = 30
TRAILING = 30


@dataclass(frozen=True, slots=True)
class Month:
    """All subjects on one day: their cases, scores and accounts by group key."""

    day: int
    cases: dict[int, Case]
    scores: dict[int, float]
    accounts: dict[int, list[str]]


def months_of(installation: Installation) -> list[Month]:
    """Return the last five months of a data home, as ``fundwatch scores`` sees them, oldest first."""
    last = last_night(installation)
    assert last is not None, "run fundwatch demo first"
    with reading(installation.operations) as operations:
        manifest = history.head(operations)
    connection = open_manifest(installation.settings, manifest)
    try:
        days = [last.as_of - STEP * back for back in range(MONTHS)][::-1]
        return [_month(installation, connection, day) for day in days]
    finally:
        connection.close()


def _month(installation: Installation, connection: Any, day: int) -> Month:
    hits, _ = hits_between(installation, connection, day - TRAILING + 1, day)
    model = models.load_in_force(installation.settings)
    assert model is not None, "run fundwatch train first"
    signals, _ = signals_on(connection, model, day, every=True)
    best = _best([*hits, *signals])
    explained: dict[int, list[Suppression]] = defaultdict(list)
    for one in explanations(installation, connection, day, set(best)):
        explained[one.subject.key].append(one)
    facts = facts_of(installation, features.compute(connection, day))
    accounts = {row["group_key"]: row["accounts"].split("|") for row in rows(connection, "reported_groups")}
    cases, scores = {}, {}
    for group in accounts:
        items = tuple(best[group].values()) if group in best else ()
        cases[group] = case_of(items, explained[group], facts.get(group), query_hashes())
        scores[group] = score(items, explained[group])[0]
    return Month(day, cases, scores, accounts)


def labels_of(months: list[Month], half: list[int], office: Office, count: int, seed: int) -> list[Example]:
    """Return labels of one half: each month what stands highest and is not yet reviewed, and as many at random."""
    rng = np.random.default_rng(seed)
    seen: set[int] = set()
    found = []
    for month in months:
        share = count // (2 * len(months))
        open_ = [group for group in half if group in month.cases and group not in seen]
        top = sorted(open_, key=lambda group: (-month.scores[group], group))[:share]
        rest = sorted(set(open_) - set(top))
        drawn = [int(group) for group in rng.choice(rest, share, replace=False)]
        for group in [*top, *drawn]:
            verdict = office.judge(record_text(group), month.accounts[group], date_of(month.day))
            found.append(Example(record_text(group), month_of(month.day), verdict.truth, month.cases[group]))
        seen |= {*top, *drawn}
    return found


def trial(
    installation: Installation, months: list[Month], truth: dict[str, Any], count: int, errors: float, seed: int
) -> dict[str, float]:
    """Return both average precisions over the held-back half, with what they rest on."""
    office = Office.of_truth(truth, error_rate=errors, seed=seed)
    order = np.random.default_rng(seed).permutation(sorted(months[-1].cases))
    half, held = [int(one) for one in order[::2]], [int(one) for one in order[1::2]]
    examples = labels_of(months, half, office, count, seed)
    known = features.catalogue()
    parts = split(examples)
    fitted = fit(
        parts,
        rules=rules_of(installation.rules.active_rules()),
        features=known.names,
        peers=[peer.name for peer in known.peers],
        queries=query_hashes(),
        seed=seed,
        now=datetime.now(UTC),
    )
    ranker = refitted(fitted, parts)
    last = months[-1]
    truths = [office.is_planted(last.accounts[group], date_of(last.day)) for group in held]
    by_score = average_precision_score(truths, [last.scores[group] for group in held])
    by_ranker = average_precision_score(truths, ranker.order_values([last.cases[group] for group in held]))
    return {
        "labels": len(examples),
        "upheld": sum(one.truth for one in examples),
        "held": len(held),
        "planted": sum(truths),
        "score": float(by_score),
        "ranker": float(by_ranker),
        "ratio": float(by_ranker / by_score),
    }


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=Path("var/demo"))
    parser.add_argument("--labels", type=int, default=300)
    parser.add_argument("--errors", type=float, default=0.0)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    if not (options.home / "city" / "truth.json").is_file():
        print(f"{options.home} is no demonstration: run fundwatch demo, or give --home")
        return 0
    truth = json.loads((options.home / "city" / "truth.json").read_text(encoding="utf-8"))
    with Installation.open(Settings.from_environment({"FUNDWATCH_HOME": str(options.home)})) as installation:
        months = months_of(installation)
        trials = [
            trial(installation, months, truth, options.labels, options.errors, seed) for seed in range(options.seeds)
        ]
    names = ("labels", "upheld", "held", "planted", "score", "ranker", "ratio")
    print(f"nights {', '.join(date_of(month.day).isoformat() for month in months)}; errors {options.errors:.0%}")
    print(f"{'seed':6}" + "".join(f"{name:>10}" for name in names) + f"{'base':>10}")
    for seed, one in enumerate(trials):
        figures = "".join(
            f"{one[name]:>10.3f}" if isinstance(one[name], float) else f"{one[name]:>10}" for name in names
        )
        print(f"{seed:<6}{figures}{one['planted'] / one['held']:>10.3f}")
    ratios = [one["ratio"] for one in trials]
    middle = statistics.median(ratios)
    print(f"ratio of PR-AUC, median {middle:.2f}, from {min(ratios):.2f} to {max(ratios):.2f}   bar {BAR}")
    return 0 if middle >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
