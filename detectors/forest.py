"""Isolation forests by peer group, with scikit-learn's conventions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import IsolationForest

from detectors.packing import PackedForest, pack
from detectors.peers import EVERYONE, Float64, PeerStatistics, PeerTree, Strings, measure
from fundwatch.domain.errors import ConfigurationError

_CHUNK = 200_000  # rows scaled at a time: bounds the memory of a night


class PeerForest(BaseEstimator):  # type: ignore[misc]  # scikit-learn carries no types
    """Ranks rows by how easily an isolation forest of their own peers sets them apart.

    A peer group of fewer than ``min_peers`` rows falls back to the group that ``parents`` names for it, finally to
    all rows; a wider group contains the rows of its narrower ones. Within a group an undefined value (NaN) is taken
    as the group's median, ``log1p`` columns are compared as sign(x)·ln(1+|x|), and every column is scaled by median
    and interquartile range. There is no ``contamination``: the detector ranks, an alert budget decides.

    Source: Liu, Ting, Zhou, Isolation Forest, ICDM 2008. Known limit: two seeds share about half of their thousand
    strangest rows, so the seed is fixed, the model is kept, and the forest never decides alone.

    Parameters: ``n_estimators`` trees of ``max_samples`` rows; ``random_state`` an integer; ``min_peers``;
    ``max_rows`` used of a group, drawn with the seed; ``log1p`` column names; ``parents`` fallback of each label.

    Fitted: ``feature_names_in_``, ``n_features_in_``, ``log1p_`` (mask), ``groups_`` (fitted groups, widest first),
    and by group ``forests_``, ``statistics_``, ``reference_`` (scores of the fitted rows in rising order).
    """

    def __init__(
        self,
        n_estimators: int = 200,
        max_samples: int = 256,
        random_state: int = 0,
        min_peers: int = 200,
        max_rows: int = 200_000,
        log1p: Sequence[str] = (),
        parents: Mapping[str, str] | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_samples = max_samples
        self.random_state = random_state
        self.min_peers = min_peers
        self.max_rows = max_rows
        self.log1p = log1p
        self.parents = parents

    def fit(
        self,
        X: pl.DataFrame | ArrayLike,
        y: object = None,  # noqa: ARG002  # scikit-learn's signature
        *,
        peers: Sequence[str] | None = None,
    ) -> Self:
        """Fit one forest per peer group; ``y`` is ignored; the order of the rows does not matter.

        ``X`` is a frame or matrix (rows, features), NaN where undefined, never infinite; ``peers`` one label a row.
        Raises ConfigurationError on impossible parameters, infinite values or fewer than two rows.
        """
        self._check_parameters()
        names, rows = _table(X)
        if len(rows) < 2:
            raise _refused("至少需要两行数据才能训练", "at least two rows are needed to fit", "D006")
        unknown = sorted(set(self.log1p) - set(names))
        if unknown:
            raise _refused(
                f"log1p 指定了不存在的列 {unknown}", f"log1p names columns that are absent: {unknown}", "D002"
            )
        mask = np.isin(np.array(names), list(self.log1p))
        tree = PeerTree(dict(self.parents or {}))
        forests: dict[str, PackedForest] = {}
        statistics: dict[str, PeerStatistics] = {}
        reference: dict[str, Float64] = {}
        for group, member in tree.members(_labels(peers, len(rows))).items():
            if group != EVERYONE and int(member.sum()) < self.min_peers:
                continue
            wider = next((statistics[name] for name in tree.chain(group)[1:] if name in statistics), None)
            sample = self._sample(rows[member])
            statistics[group] = measure(sample, mask, wider)
            scaled = statistics[group].standardise(sample, mask).astype(np.float32)
            forests[group] = self._grow(scaled)
            reference[group] = np.sort(-forests[group].score_samples(scaled))
        self.feature_names_in_ = np.array(names, dtype=object)
        self.n_features_in_ = len(names)
        self.log1p_ = mask
        self.groups_ = tuple(forests)
        self.forests_, self.statistics_, self.reference_ = forests, statistics, reference
        return self

    def decision_function(self, X: pl.DataFrame | ArrayLike, *, peers: Sequence[str] | None = None) -> Float64:
        """Return the anomaly score of every row, 0 to 1, higher is stranger; shape (rows,).

        Scores of different peer groups are not on one scale; compare their ranks (``scoring.percentiles``).
        Raises ConfigurationError when columns are missing, added or reordered, or before ``fit``.
        """
        return -self.score_samples(X, peers=peers)

    def score_samples(self, X: pl.DataFrame | ArrayLike, *, peers: Sequence[str] | None = None) -> Float64:
        """Return the opposite of the anomaly score, as scikit-learn does: lower is stranger; shape (rows,)."""
        rows = self.matrix(X)
        groups = self.peer_groups(peers, len(rows))
        scores = np.empty(len(rows))
        for group in self.groups_:
            member = np.flatnonzero(groups == group)
            for part in (member[at : at + _CHUNK] for at in range(0, len(member), _CHUNK)):
                scores[part] = self.forests_[group].score_samples(self.scaled(rows[part], group))
        return scores

    def peer_groups(self, peers: Sequence[str] | None, rows: int) -> Strings:
        """Return the fitted group that each row is compared with; shape (rows,)."""
        self._check_fitted()
        return PeerTree(dict(self.parents or {})).fitted(_labels(peers, rows), self.groups_)

    def scaled(self, rows: Float64, group: str) -> NDArray[np.float32]:
        """Return rows (rows, features) as the forest of ``group`` sees them: robust z, float32."""
        limit = float(np.finfo(np.float32).max)
        return np.clip(self.statistics_[group].standardise(rows, self.log1p_), -limit, limit).astype(np.float32)

    def matrix(self, X: pl.DataFrame | ArrayLike) -> Float64:
        """Return ``X`` as float64 (rows, features); raise ConfigurationError unless its columns are those fitted."""
        self._check_fitted()
        names, rows = _table(X)
        expected = tuple(self.feature_names_in_)
        if hasattr(X, "columns") and names != expected:
            missing = [name for name in expected if name not in names]
            what = f"missing {missing}" if missing else "added or in another order"
            raise _refused(f"特征列与模型不符（缺 {missing}，或多余、顺序不同）", f"feature columns are {what}", "D002")
        if rows.shape[1] != self.n_features_in_:
            raise _refused(
                f"需要 {self.n_features_in_} 列特征，得到 {rows.shape[1]} 列",
                f"{self.n_features_in_} features are needed, got {rows.shape[1]}",
                "D002",
            )
        return rows

    def _sample(self, rows: Float64) -> Float64:
        """A fixed sample that depends on the set of rows, not on their order."""
        ordered = rows[np.lexsort(rows.T[::-1])]
        if len(ordered) <= self.max_rows:
            return ordered
        chosen = np.random.default_rng(self.random_state).choice(len(ordered), self.max_rows, replace=False)
        return ordered[np.sort(chosen)]

    def _grow(self, scaled: NDArray[np.float32]) -> PackedForest:
        forest = IsolationForest(
            n_estimators=self.n_estimators,
            max_samples=min(self.max_samples, len(scaled)),
            contamination="auto",
            random_state=self.random_state,
        )
        return pack(forest.fit(scaled))

    def _check_parameters(self) -> None:
        for name, least in (("n_estimators", 1), ("max_samples", 2), ("min_peers", 2), ("max_rows", 2)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise _refused(
                    f"参数 {name} 必须是不小于 {least} 的整数", f"{name} must be an integer >= {least}", "D007"
                )
        if not isinstance(self.random_state, int):
            raise _refused("random_state 必须是整数", "random_state must be an integer", "D007")

    def _check_fitted(self) -> None:
        if not hasattr(self, "forests_"):
            raise _refused("模型尚未训练", "the forest is not fitted", "D008")


def _table(X: Any) -> tuple[tuple[str, ...], Float64]:
    """Names and values of a frame (polars, pandas) or a plain matrix, whose columns are x0, x1, …"""
    values = np.asarray(X.to_numpy() if hasattr(X, "to_numpy") else X, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] == 0:
        raise _refused("特征必须是二维表", f"features must be a table, got shape {values.shape}", "D006")
    if np.isinf(values).any():
        raise _refused("特征不得为无穷大", "features must not be infinite", "D006")
    names = tuple(str(name) for name in X.columns) if hasattr(X, "columns") else _plain_names(values.shape[1])
    return names, values


def _plain_names(width: int) -> tuple[str, ...]:
    return tuple(f"x{column}" for column in range(width))


def _labels(peers: Sequence[str] | None, rows: int) -> Strings:
    labels = np.full(rows, EVERYONE) if peers is None else np.asarray(list(peers), dtype=np.str_)
    if labels.shape != (rows,):
        raise _refused("每行必须有一个同类标签", f"{rows} peer labels are needed, got {labels.shape}", "D006")
    return labels


def _refused(zh: str, en: str, code: str) -> ConfigurationError:
    return ConfigurationError(f"{zh}。", f"{en}.", code=code)
