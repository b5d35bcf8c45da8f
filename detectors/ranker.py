"""The ranker: boosted trees over what was known of a case, trained on the office's settled decisions.

It gives an order, never a score: no alert appears or disappears by it, and no level or claim changes. It is judged,
and calibrated by Platt's scaling, on months it was not trained on, and then trained once more on all labels: its value
estimates the share of upheld leads among cases like it.
"""

from __future__ import annotations

import importlib.metadata
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from detectors.ranker_rows import Case, columns_of, direction_of, matrix
from detectors.ranker_trees import BoostedTrees, flatten
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.scoring import score

MIN_EACH = 30
"""Subjects upheld, and subjects excluded, below which there is nothing to learn from."""
MIN_HELD = 10
"""Labels of each kind in the months held back, without which no ranker can be judged."""
PARAMETERS: Mapping[str, float | int] = {
    "max_iter": 200,
    "max_leaf_nodes": 6,
    "learning_rate": 0.05,
    "min_samples_leaf": 10,
    "max_features": 0.3,
    "l2_regularization": 5.0,
}
"""Small trees and strong shrinking: a few hundred labels, some of them wrong; chosen on the synthetic city (seed 7)."""
PRIOR_WEIGHT = 2.0
"""How much of the score's own evidence is added to what the trees learnt; chosen with them on the same city."""
_LEAST_DOUBT = 1e-4
_LIBRARIES = ("scikit-learn", "numpy")


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled case: whom it is about, its month ``YYYY-MM``, and whether it was upheld."""

    subject: str
    month: str
    truth: bool
    case: Case


@dataclass(frozen=True, slots=True)
class Card:
    """What must be known to trust, repeat or retire a ranker; ``trained_at`` (UTC) is no part of its identity."""

    columns: tuple[str, ...]
    seed: int
    parameters: Mapping[str, float | int]
    queries: Mapping[str, str]
    labels: Mapping[str, int]
    months: Mapping[str, tuple[str, ...]]
    metrics: Mapping[str, float]
    slope: float
    intercept: float
    libraries: Mapping[str, str]
    trained_at: str

    @property
    def last_month(self) -> str:
        """Return the last month, ``YYYY-MM``, of which a label was seen: fair trials are made of later ones."""
        return max(month for months in self.months.values() for month in months)


@dataclass(frozen=True, slots=True, eq=False)
class Ranker:
    """Fitted trees with their card; ``ranker_id`` is the sha256 of both, empty until stored."""

    trees: BoostedTrees
    card: Card
    ranker_id: str = field(default="")

    def order_values(self, cases: Sequence[Case]) -> NDArray[np.float64]:
        """Return the calibrated order value of every case, 0–1: higher goes first."""
        if not cases:
            return np.empty(0)
        margins = self.margins(cases)
        values: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(self.card.slope * margins + self.card.intercept)))
        return values

    def margins(self, cases: Sequence[Case]) -> NDArray[np.float64]:
        """Return what orders the cases before calibration: what the trees learnt on top of the score's evidence.

        A few hundred labels cannot teach anew what the weights of the rules say; where they are silent or wrong, the
        order falls back to the score's.
        """
        weight = float(self.card.parameters.get("prior_weight", 0.0))
        return self.trees.margins(matrix(cases, self.card.columns)) + weight * evidence(cases)


@dataclass(frozen=True, slots=True)
class Split:
    """Examples to train on and examples of later months held back; no subject is in both."""

    train: tuple[Example, ...]
    held: tuple[Example, ...]
    held_months: tuple[str, ...]


def split(examples: Sequence[Example], *, min_each: int = MIN_EACH, min_held: int = MIN_HELD) -> Split:
    """Hold back the last third of the months, more where they hold too few labels of a kind.

    A subject of a held-back month is trained on in no month. Raises ConfigurationError, saying how many labels there
    are, when there are too few of a kind in all, or when no split leaves enough on both sides.
    """
    upheld = len({one.subject for one in examples if one.truth})
    excluded = len({one.subject for one in examples if not one.truth} - {one.subject for one in examples if one.truth})
    if min(upheld, excluded) < min_each:
        raise ConfigurationError(
            f"标注不足：成立 {upheld} 个、排除 {excluded} 个主体，各需至少 {min_each} 个；预警仍按风险评分排序。",
            f"too few labels: {upheld} subjects upheld, {excluded} excluded, {min_each} of each are needed; "
            "alerts stay in the order of the score.",
            code="D032",
        )
    months = sorted({one.month for one in examples})
    for count in range(max(1, len(months) // 3), len(months)):
        late = tuple(months[-count:])
        held = tuple(one for one in examples if one.month in late)
        subjects = {one.subject for one in held}
        train = tuple(one for one in examples if one.month not in late and one.subject not in subjects)
        if all(fewest(part) >= min_held for part in (held, train)):
            return Split(train, held, late)
    raise ConfigurationError(
        "标注集中在太少的月份，无法留出未见过的月份检验；请积累更多月份的结论。",
        "the labels lie in too few months to hold some back; go on reviewing.",
        code="D033",
    )


def fit(
    parts: Split,
    *,
    rules: Mapping[str, Sequence[str]],
    features: Sequence[str],
    peers: Sequence[str],
    queries: Mapping[str, str],
    seed: int,
    now: datetime,
) -> Ranker:
    """Train on the earlier months and calibrate on those held back.

    Equal examples and seed give an equal ranker. Raises ConfigurationError when the held-back months show that the
    order is no better than chance.
    """
    columns = columns_of(rules, features, peers)
    trees = _boosted(parts.train, columns, seed)
    truths = np.array([one.truth for one in parts.held])
    card = Card(
        columns=columns,
        seed=seed,
        parameters={**PARAMETERS, "prior_weight": PRIOR_WEIGHT},
        queries=dict(queries),
        labels={
            "train_upheld": sum(one.truth for one in parts.train),
            "train_excluded": sum(not one.truth for one in parts.train),
            "held_upheld": int(truths.sum()),
            "held_excluded": int((~truths).sum()),
        },
        months={"train": tuple(sorted({one.month for one in parts.train})), "held": parts.held_months},
        metrics={},
        slope=1.0,
        intercept=0.0,
        libraries={name: importlib.metadata.version(name) for name in _LIBRARIES},
        trained_at=now.astimezone(UTC).isoformat(timespec="seconds"),
    )
    slope, intercept = platt(Ranker(trees, card).margins([one.case for one in parts.held]), truths)
    return Ranker(trees, replace(card, slope=slope, intercept=intercept))


def evidence(cases: Sequence[Case]) -> NDArray[np.float64]:
    """Return −ln(1 − score / 100) of every case: the sum of evidence that the score is made of, before it is bent."""
    doubt = [1.0 - score(case.items, case.suppressions)[0] / 100.0 for case in cases]
    return -np.log(np.maximum(np.array(doubt, dtype=np.float64), _LEAST_DOUBT))


def refitted(ranker: Ranker, parts: Split) -> Ranker:
    """Return the ranker trained once more on all labels, those of the held-back months among them.

    Calibration and figures stay those of the months held back, on which the former trees were judged: the young labels
    are too many to be left unused.
    """
    trees = _boosted((*parts.train, *parts.held), ranker.card.columns, ranker.card.seed)
    labels = dict(ranker.card.labels) | {"refitted": len(parts.train) + len(parts.held)}
    return Ranker(trees, replace(ranker.card, labels=labels))


def _boosted(examples: Sequence[Example], columns: tuple[str, ...], seed: int) -> BoostedTrees:
    train = sorted(examples, key=lambda one: (one.month, one.subject, one.truth))
    model = HistGradientBoostingClassifier(
        monotonic_cst=[direction_of(name) for name in columns], random_state=seed, early_stopping=False, **PARAMETERS
    )
    with warnings.catch_warnings():
        # A column that is unknown throughout (a feature measured by another query) is expected here.
        warnings.simplefilter("ignore", RuntimeWarning)
        model.fit(matrix([one.case for one in train], columns), np.array([one.truth for one in train]))
    return flatten(model)


def platt(margins: NDArray[np.float64], truths: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and intercept of a logistic curve through margins, with Platt's smoothed targets.

    Source: Platt, Probabilistic outputs for support vector machines, 1999, section 2.2. Raises ConfigurationError
    when the slope is not positive: the order is then no better than chance.
    """
    upheld, excluded = int(truths.sum()), int((~truths).sum())
    high, low = (upheld + 1) / (upheld + 2), 1 / (excluded + 2)
    target = np.where(truths, high, low)
    X = np.concatenate([margins, margins])[:, None]
    y = np.repeat([True, False], len(margins))
    weight = np.concatenate([target, 1.0 - target])
    curve = LogisticRegression(C=1e6, max_iter=1000).fit(X, y, sample_weight=weight)
    slope = float(curve.coef_[0, 0])
    if slope <= 0.0:
        raise ConfigurationError(
            "在留出月份上排序不优于随机，未生成排序模型；预警仍按风险评分排序。",
            "on the months held back the order is no better than chance; alerts stay in the order of the score.",
            code="D034",
        )
    return slope, float(curve.intercept_[0])


def measured(values: Sequence[float] | NDArray[np.float64], truths: Sequence[bool]) -> dict[str, float]:
    """Return average precision, base rate and Brier score of order values over labelled cases."""
    known = np.asarray(truths, dtype=bool)
    given = np.asarray(values, dtype=np.float64)
    return {
        "average_precision": float(average_precision_score(known, given)),
        "base_rate": float(known.mean()),
        "brier": float(np.mean((given - known) ** 2)),
    }


def fewest(examples: Sequence[Example]) -> int:
    """Return how many labels there are of the rarer kind."""
    upheld = sum(one.truth for one in examples)
    return min(upheld, len(examples) - upheld)


def rules_of(entries: Sequence[Any]) -> dict[str, tuple[str, ...]]:
    """Return id and deciding measures of rules, from whatever declares ``id`` and ``measures`` as they do."""
    return {
        entry.id: tuple(name for name, spec in entry.measures.items() if spec.threshold is not None)
        for entry in entries
    }
