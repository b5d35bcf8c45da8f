"""Drift: how far the features and the score of a night lie from those of the training window.

For every peer group the training values of a feature are cut into tenths; a night is compared with what each tenth
then held by the population stability index, Σ (q − p) ln(q / p) over the bins (Siddiqi, Credit Risk Scorecards, 2006,
ch. 10). Undefined values are a bin of their own. The reference knows counts only, no rows of anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import chi2

from detectors.features import Feature
from detectors.peers import Float64
from fundwatch.domain.errors import ConfigurationError

SHIFTED, DRIFTED = 0.10, 0.25
"""The customary lines of the index (Siddiqi 2006): below 0.10 nothing has changed, from 0.25 on much has."""
CHANCE = 0.999
"""And no index counts that chance alone exceeds in one comparison of a thousand: with some 50 comparisons a night that
is a false word every three weeks. Under no change the index is about χ²(bins − 1) × (1 / n + 1 / m) (Yurdakul &
Naranjo, Statistical Properties of the Population Stability Index, Journal of Risk Model Validation 14(4), 2020)."""
LEAST_ROWS = 100
"""Fewer rows tonight or in training are too few to compare ten bins."""
SCORE = "score"
"""The name under which the detector's own percentile is compared."""
_TENTHS = tuple(place / 10 for place in range(1, 10))
_HALF = 0.5
"""Added to every bin's count, so that an empty bin has a finite logarithm (Jeffreys' prior)."""


class Change(StrEnum):
    """What an index says."""

    NONE = "none"
    SHIFTED = "shifted"
    DRIFTED = "drifted"


@dataclass(frozen=True, slots=True)
class Bins:
    """One measure in one peer group at training: edges between bins (in its unit), counts, the last the undefined.

    ``days`` is how many snapshots the counts are from: the same groups stand in each, so that the effective number of
    rows is that of one snapshot. ``median`` is None where no value was defined.
    """

    name: str
    peer: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    days: int
    median: float | None


@dataclass(frozen=True, slots=True)
class Drift:
    """One measure of tonight against training; ``index`` is the population stability index, ``rows`` tonight's."""

    name: str
    peer: str
    index: float
    line: float
    change: Change
    rows: int
    median_then: float | None
    median_now: float | None
    undefined_then: float
    undefined_now: float


def reference(frames: Sequence[pl.DataFrame], names: Sequence[str]) -> tuple[Bins, ...]:
    """Return what training saw: tenths of every measure by peer group, from frames with ``peer`` and these columns.

    Groups with fewer than ``LEAST_ROWS`` rows a snapshot are left out. The order of frames and rows does not matter.
    """
    joined = pl.concat([frame.select("peer", *names) for frame in frames])
    bins = []
    for (peer,), part in sorted(joined.group_by("peer"), key=lambda pair: str(pair[0][0])):
        if part.height >= LEAST_ROWS * len(frames):
            for name in names:
                bins.append(_bins(name, str(peer), part[name].to_numpy().astype(np.float64), len(frames)))
    return tuple(bins)


def compare(bins: Sequence[Bins], frame: pl.DataFrame) -> tuple[Drift, ...]:
    """Return the drift of every measure that the frame holds enough rows of, the greatest index first."""
    found = []
    for one in bins:
        values = frame.filter(pl.col("peer") == one.peer)[one.name].to_numpy().astype(np.float64)
        if len(values) >= LEAST_ROWS:
            found.append(_drift(one, values))
    return tuple(sorted(found, key=lambda drift: (-drift.index, drift.peer, drift.name)))


def stability_index(then: Sequence[int] | NDArray[np.int64], now: Sequence[int] | NDArray[np.int64]) -> float:
    """Return Σ (q − p) ln(q / p) of two counts over the same bins, half an item added to each bin; never negative."""
    first, second = (np.asarray(counts, dtype=np.float64) + _HALF for counts in (then, now))
    p, q = first / first.sum(), second / second.sum()
    return float(np.sum((q - p) * np.log(q / p)))


def chance_line(bins: int, then: float, now: float) -> float:
    """Return the index that chance exceeds once in a thousand, for so many bins and rows at training and tonight."""
    return float(chi2.ppf(CHANCE, bins - 1)) * (1.0 / then + 1.0 / now)


def in_words(drift: Drift, features: Sequence[Feature], peers: Mapping[str, str]) -> dict[str, str]:
    """Return one sentence in Chinese and in English; ``peers`` has the Chinese name of each peer group."""
    known = {feature.name: (feature.zh, feature.en) for feature in features}
    zh, en = known.get(drift.name, ("检测器评分", "the detector's score"))
    much = {Change.NONE: ("无明显变化", "no marked change"), Change.SHIFTED: ("有所偏移", "has shifted")}
    said_zh, said_en = much.get(drift.change, ("明显漂移", "has drifted"))
    then_zh, now_zh = (_figure(value, "无") for value in (drift.median_then, drift.median_now))
    then_en, now_en = (_figure(value, "none") for value in (drift.median_then, drift.median_now))
    gap = abs(drift.undefined_now - drift.undefined_then) >= 0.1
    lost_zh = f"，缺失占比 {drift.undefined_then:.0%} → {drift.undefined_now:.0%}" if gap else ""
    lost_en = f", undefined {drift.undefined_then:.0%} → {drift.undefined_now:.0%}" if gap else ""
    return {
        "zh": f"{peers.get(drift.peer, drift.peer)}的特征“{zh}”与训练期相比{said_zh}："
        f"PSI {drift.index:.2f}，中位数 {then_zh} → {now_zh}{lost_zh}",
        "en": f"{drift.peer}: {en} {said_en} against the training window: "
        f"PSI {drift.index:.2f}, median {then_en} → {now_en}{lost_en}",
    }


def to_json(bins: Sequence[Bins]) -> list[dict[str, Any]]:
    """Return a reference as plain data."""
    return [asdict(one) for one in bins]


def from_json(data: Sequence[Mapping[str, Any]]) -> tuple[Bins, ...]:
    """Return the reference that ``to_json`` wrote; raise ConfigurationError when it is of another form."""
    try:
        return tuple(Bins(**{**one, "edges": tuple(one["edges"]), "counts": tuple(one["counts"])}) for one in data)
    except (KeyError, TypeError) as error:
        raise ConfigurationError(
            "模型的漂移参照不可识别，请重新运行 fundwatch train。",
            "the model's drift reference is of another form; run fundwatch train again.",
            code="D030",
        ) from error


def _bins(name: str, peer: str, values: Float64, days: int) -> Bins:
    defined = values[~np.isnan(values)]
    edges = np.unique(np.quantile(defined, _TENTHS)) if len(defined) else np.zeros(0)
    median = float(np.median(defined)) if len(defined) else None
    return Bins(name, peer, tuple(edges.tolist()), tuple(_counted(values, edges).tolist()), days, median)


def _counted(values: Float64, edges: Float64) -> NDArray[np.int64]:
    """Return how many values lie up to each edge, beyond the last, and how many are undefined."""
    missing = np.isnan(values)
    counts = np.bincount(np.searchsorted(edges, values[~missing], side="left"), minlength=len(edges) + 1)
    return np.append(counts, missing.sum())


def _drift(bins: Bins, values: Float64) -> Drift:
    now = _counted(values, np.asarray(bins.edges))
    total = sum(bins.counts)
    index = stability_index(bins.counts, now)
    line = chance_line(len(bins.counts), total / bins.days, len(values))
    defined = values[~np.isnan(values)]
    change = Change.NONE
    if index >= max(SHIFTED, line):
        change = Change.DRIFTED if index >= max(DRIFTED, line) else Change.SHIFTED
    return Drift(
        name=bins.name,
        peer=bins.peer,
        index=index,
        line=line,
        change=change,
        rows=len(values),
        median_then=bins.median,
        median_now=float(np.median(defined)) if len(defined) else None,
        undefined_then=bins.counts[-1] / total,
        undefined_now=float(now[-1]) / len(values),
    )


def _figure(value: float | None, none: str) -> str:
    return none if value is None else f"{value:.3g}"
