"""Why a row is strange: path lengths booked on features, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detectors.features import Feature
from detectors.forest import PeerForest
from detectors.kernels import Float32, Float64, attribute, compiled, over_threads
from detectors.packing import PackedForest
from fundwatch.domain.hits import Reason

_Z_SHOWN = 99.9
_DECIMALS = {"persons": 0, "share": 2, "ratio": 2, "log_ratio": 2, "days": 1}
_UNIT_ZH = {"persons": " 人", "days": " 天"}
_UNIT_EN = {"persons": " persons", "days": " days"}


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """Path lengths booked on features, in splits per tree.

    ``base`` is the mean path of the training rows, ``contributions`` (rows, features) by how much each feature
    shortened the path of a row, ``path`` (rows,) the mean path of the row: path = base − Σ contributions, exactly up
    to rounding. The anomaly score is 2^(−path / c) with c the normal path, so more shortening is stranger.
    """

    base: float
    contributions: Float64
    path: Float64


def attribute_paths(forest: PackedForest, X: Float32) -> Attribution:
    """Book the path of every row on the features that shortened it.

    At each split the expected path length (over the training rows beneath) changes; the change is booked on the
    split's feature, and the sum of the changes telescopes. ``X`` is float32 (rows, features), scaled as for scoring.
    """
    rows = forest.checked(X)
    contributions = np.zeros(rows.shape)
    kernel = compiled(attribute)

    def work(part: slice) -> None:
        kernel(
            rows[part],
            forest.feature,
            forest.threshold,
            forest.child,
            forest.expected,
            forest.root,
            forest.levels,
            contributions[part],
        )

    over_threads(work, len(rows))
    return Attribution(
        base=float(forest.expected[forest.root].mean()),
        contributions=contributions / forest.trees,
        path=forest.path_lengths(rows) / forest.trees,
    )


def breaches(estimator: PeerForest, features: Sequence[Feature], rows: Float64, group: str) -> NDArray[np.bool_]:
    """Return which values lie beyond their peers on the side of risk; shape (rows, features).

    +1: above the 99th percentile of the group; −1: below the first; 0 and undefined values: never.
    """
    usual = estimator.statistics_[group]
    direction = np.array([feature.risk_direction for feature in features])
    with np.errstate(invalid="ignore"):
        beyond: NDArray[np.bool_] = ((direction > 0) & (rows > usual.high)) | ((direction < 0) & (rows < usual.low))
    return beyond


def reasons(
    estimator: PeerForest,
    features: Sequence[Feature],
    X: pl.DataFrame,
    groups: Sequence[str],
    *,
    top: int = 3,
) -> list[tuple[Reason, ...]]:
    """Return, for every row, the features that contributed most to its strangeness, the greatest first.

    Undefined features give no reason. If none of the ``top`` lies beyond its peers on the side of risk while another
    feature does, the strongest such feature takes the last place. ``groups`` is the fitted peer group of each row.
    """
    rows = estimator.matrix(X)
    answers: list[tuple[Reason, ...]] = [()] * len(rows)
    labels = np.asarray(list(groups), dtype=np.str_)
    for group in estimator.groups_:
        member = np.flatnonzero(labels == group)
        if len(member) == 0:
            continue
        scaled = estimator.scaled(rows[member], group)
        booked = attribute_paths(estimator.forests_[group], scaled).contributions
        beyond = breaches(estimator, features, rows[member], group)
        median = estimator.statistics_[group].median
        for at, row in enumerate(member):
            chosen = _chosen(booked[at], beyond[at], np.isnan(rows[row]), top)
            answers[row] = tuple(
                _reason(
                    features[column],
                    float(rows[row, column]),
                    float(median[column]),
                    float(scaled[at, column]),
                    float(booked[at, column]),
                )
                for column in chosen
            )
    return answers


def _chosen(booked: Float64, beyond: NDArray[np.bool_], undefined: NDArray[np.bool_], top: int) -> list[int]:
    order = [int(column) for column in np.lexsort((np.arange(len(booked)), -booked)) if not undefined[column]]
    chosen = order[:top]
    strongest = next((column for column in order if beyond[column]), None)
    if strongest is not None and strongest not in chosen:
        chosen[-1] = strongest
    return chosen


def _reason(feature: Feature, value: float, median: float, z: float, contribution: float) -> Reason:
    shown_zh, usual_zh = (_figure(number, feature.unit, _UNIT_ZH) for number in (value, median))
    shown_en, usual_en = (_figure(number, feature.unit, _UNIT_EN) for number in (value, median))
    score = f"{z:.1f}" if abs(z) <= _Z_SHOWN else (f">{_Z_SHOWN}" if z > 0 else f"<-{_Z_SHOWN}")
    sign = "=" if abs(z) <= _Z_SHOWN else ""
    return Reason(
        feature=feature.name,
        zh=f"{feature.zh} {shown_zh}，同类中位 {usual_zh}（稳健 z{sign}{score}）",
        en=f"{feature.en} {shown_en}, median of peers {usual_en} (robust z{sign}{score})",
        value=value,
        peer_median=median,
        robust_z=z,
        contribution=contribution,
    )


def _figure(number: float, unit: str, names: dict[str, str]) -> str:
    return f"{number:.{_DECIMALS[unit]}f}{names.get(unit, '')}"
