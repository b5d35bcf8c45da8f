"""Why a row is strange: the features that add most to it, and the sentences that say so."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detectors.features import Feature
from detectors.peers import Float64
from detectors.ranking import PeerRanking
from fundwatch.domain.hits import Reason

_Z_SHOWN = 99.9
_DECIMALS = {"persons": 0, "share": 2, "ratio": 2, "log_ratio": 2, "days": 1}
_UNIT_ZH = {"persons": " 人", "days": " 天"}
_UNIT_EN = {"persons": " persons", "days": " days"}


def breaches(estimator: PeerRanking, features: Sequence[Feature], rows: Float64, group: str) -> NDArray[np.bool_]:
    """Return which values lie beyond their peers on the side of risk; shape (rows, features).

    +1: above the 99th percentile of the group; −1: below the first; 0 and undefined values: never.
    """
    usual = estimator.statistics_[group]
    direction = np.array([feature.risk_direction for feature in features])
    with np.errstate(invalid="ignore"):
        beyond: NDArray[np.bool_] = ((direction > 0) & (rows > usual.high)) | ((direction < 0) & (rows < usual.low))
    return beyond


def reasons(
    estimator: PeerRanking,
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
        booked = estimator.shares(estimator.learned_[group], scaled)
        rare = estimator.rarity(estimator.learned_[group], scaled)
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
                    None if rare is None else float(rare[at, column]),
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


def _reason(feature: Feature, value: float, median: float, z: float, contribution: float, rare: float | None) -> Reason:
    shown_zh, usual_zh = (_figure(number, feature.unit, _UNIT_ZH) for number in (value, median))
    shown_en, usual_en = (_figure(number, feature.unit, _UNIT_EN) for number in (value, median))
    score = f"{z:.1f}" if abs(z) <= _Z_SHOWN else (f">{_Z_SHOWN}" if z > 0 else f"<-{_Z_SHOWN}")
    sign = "=" if abs(z) <= _Z_SHOWN else ""
    tail_zh, tail_en = ("", "") if rare is None else _tail(rare)
    return Reason(
        feature=feature.name,
        zh=f"{feature.zh} {shown_zh}，同类中位 {usual_zh}（稳健 z{sign}{score}{tail_zh}）",
        en=f"{feature.en} {shown_en}, median of peers {usual_en} (robust z{sign}{score}{tail_en})",
        value=value,
        peer_median=median,
        robust_z=z,
        contribution=contribution,
    )


def _tail(rare: float) -> tuple[str, str]:
    """Say how few peers lie as far out, in percent, rounded up so that none is never claimed of some."""
    percent = math.ceil(1000.0 * rare) / 10.0
    if percent == 0.0:
        return "，同类中无一及此", ", reached by none of its peers"
    return f"，同类中 {percent:.1f}% 及此", f", reached by {percent:.1f} % of its peers"


def _figure(number: float, unit: str, names: dict[str, str]) -> str:
    return f"{number:.{_DECIMALS[unit]}f}{names.get(unit, '')}"
