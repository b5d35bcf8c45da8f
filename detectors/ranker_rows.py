"""What a ranker reads of a case: strengths and measures of rules, the detector's rank and its features, by name.

Every column made of hits rises, or stays, when a hit is added or grows stronger; the ranker is held to rise with them.
Figures of a hit that inform without deciding are left out: a hit brings them all at once, so that no bound on each
could keep the whole monotone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fundwatch.domain.hits import Hit, Signal, Suppression
from fundwatch.domain.scoring import score

Float64 = NDArray[np.float64]
_SUMMARY = ("rule_score", "plain_score", "hit_count")
_REACH_CAP = 10.0


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it was: items and explanations, and the detector's facts of the subject on that day.

    ``features`` lacks what was not measured or was measured by another query; ``percentile`` is 0–100 or None.
    """

    items: tuple[Hit | Signal, ...]
    suppressions: tuple[Suppression, ...]
    features: Mapping[str, float] = field(default_factory=dict)
    peer: str | None = None
    percentile: float | None = None


def columns_of(rules: Mapping[str, Sequence[str]], features: Sequence[str], peers: Sequence[str]) -> tuple[str, ...]:
    """Return the column names for rules (id → names of deciding measures), features and peer groups."""
    strengths = [f"rule:{name}" for name in sorted(rules)]
    reaches = [f"reach:{name}.{measure}" for name in sorted(rules) for measure in rules[name]]
    own = [f"feature:{name}" for name in features] + [f"peer:{name}" for name in peers]
    return (*_SUMMARY, *strengths, *reaches, "explained", "percentile", *own)


def direction_of(column: str) -> int:
    """Return +1 for a column with which the order must not fall, −1 for explanations, 0 where either may be right."""
    if column in _SUMMARY or column.startswith(("rule:", "reach:")):
        return 1
    return -1 if column == "explained" else 0


def matrix(cases: Sequence[Case], columns: Sequence[str]) -> Float64:
    """Return the cases as float64 (cases, columns); a hit that is absent is 0, a fact that is unknown NaN."""
    rows = np.full((len(cases), len(columns)), np.nan)
    for place, case in enumerate(cases):
        values = _values(case)
        for column, name in enumerate(columns):
            absent = 0.0 if name.startswith(("rule:", "reach:", "peer:")) else math.nan
            rows[place, column] = values.get(name, absent)
    return rows


def _values(case: Case) -> dict[str, float]:
    hits = [item for item in case.items if isinstance(item, Hit)]
    total, terms = score(hits, case.suppressions)
    plain, _ = score(hits, ())
    values = {
        "rule_score": total,
        "plain_score": plain,
        "hit_count": float(len(hits)),
        "explained": 1.0 - min((one.factor for one in case.suppressions), default=1.0),
        "percentile": math.nan if case.percentile is None else case.percentile,
    }
    values |= {f"rule:{term.name}": term.strength for term in terms}
    for hit in hits:
        values |= _reaches(hit)
    values |= {f"feature:{name}": value for name, value in case.features.items()}
    if case.peer is not None:
        values[f"peer:{case.peer}"] = 1.0
    return values


def _reaches(hit: Hit) -> dict[str, float]:
    """Return how far each deciding measure goes: 0.5 at its threshold, 1 at full, and on beyond it."""
    found = {}
    for measure in hit.measures:
        value, threshold, full = measure.value, measure.threshold, measure.full
        if not isinstance(value, int | float) or threshold is None or full is None or threshold == full:
            continue
        reach = 0.5 + 0.5 * (value - threshold) / (full - threshold)
        found[f"reach:{hit.rule_id}.{measure.name}"] = min(max(reach, 0.0), _REACH_CAP)
    return found
