"""What all detectors share: peers, scaling, samples and ranks, with scikit-learn's conventions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from detectors.peers import EVERYONE, Float64, PeerStatistics, PeerTree, Strings, measure
from fundwatch.domain.errors import ConfigurationError

_CHUNK = 200_000  # rows scaled at a time: bounds the memory of a night


class Learned(Protocol):
    """What a detector has learned of one peer group; it can be written as named arrays."""

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return it as named arrays."""


class PeerRanking(BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn carries no types
    """Ranks rows by how strange they are among their own peers; what strange means is the kind's own matter.

    A peer group of fewer than ``min_peers`` rows falls back to the group that ``parents`` names for it, finally to
    all rows; a wider group contains the rows of its narrower ones. Within a group an undefined value (NaN) is taken
    as the group's median, ``log1p`` columns are compared as sign(x)·ln(1+|x|), and every column is scaled by median
    and interquartile range. There is no ``contamination``: a detector ranks, an alert budget decides.

    Every kind takes ``random_state`` an integer; ``min_peers``; ``max_rows`` used of a group, drawn with the seed;
    ``log1p`` column names; ``parents`` fallback of each label.

    Fitted: ``feature_names_in_``, ``n_features_in_``, ``log1p_`` (mask), ``groups_`` (fitted groups, widest first),
    and by group ``learned_``, ``statistics_``, ``reference_`` (scores of the fitted rows in rising order).
    """

    least: ClassVar[Mapping[str, int]] = {"min_peers": 2, "max_rows": 2}
    """The integer parameters of the kind and the least value of each."""

    random_state: int
    min_peers: int
    max_rows: int
    log1p: Sequence[str]
    parents: Mapping[str, str] | None

    @abstractmethod
    def learn(self, scaled: NDArray[np.float32], names: tuple[str, ...]) -> Learned:
        """Learn one peer group from its scaled rows (rows, features), whose columns have these names."""

    @abstractmethod
    def strangeness(self, learned: Any, scaled: NDArray[np.float32]) -> Float64:
        """Return how strange scaled rows are in a learned group, higher is stranger; shape (rows,)."""

    @abstractmethod
    def shares(self, learned: Any, scaled: NDArray[np.float32]) -> Float64:
        """Return what each feature adds to the strangeness of scaled rows; shape (rows, features)."""

    @abstractmethod
    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Learned:
        """Rebuild what was learned of a group from its arrays; raises KeyError when one is missing."""

    def fit(
        self,
        X: pl.DataFrame | ArrayLike,
        y: object = None,  # noqa: ARG002  # scikit-learn's signature
        *,
        peers: Sequence[str] | None = None,
    ) -> Self:
        """Fit one ranking per peer group; ``y`` is ignored; the order of the rows does not matter.

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
        learned: dict[str, Learned] = {}
        statistics: dict[str, PeerStatistics] = {}
        reference: dict[str, Float64] = {}
        for group, member in tree.members(_labels(peers, len(rows))).items():
            if group != EVERYONE and int(member.sum()) < self.min_peers:
                continue
            wider = next((statistics[name] for name in tree.chain(group)[1:] if name in statistics), None)
            sample = self._sample(rows[member])
            statistics[group] = measure(sample, mask, wider)
            scaled = statistics[group].standardise(sample, mask).astype(np.float32)
            learned[group] = self.learn(scaled, names)
            reference[group] = np.sort(self.strangeness(learned[group], scaled))
        self.feature_names_in_ = np.array(names, dtype=object)
        self.n_features_in_ = len(names)
        self.log1p_ = mask
        self.groups_ = tuple(learned)
        self.learned_, self.statistics_, self.reference_ = learned, statistics, reference
        return self

    def decision_function(self, X: pl.DataFrame | ArrayLike, *, peers: Sequence[str] | None = None) -> Float64:
        """Return the anomaly score of every row, higher is stranger; shape (rows,).

        Scores of different peer groups are not on one scale; compare their ranks (``scoring.percentiles``).
        Raises ConfigurationError when columns are missing, added or reordered, or before ``fit``.
        """
        rows = self.matrix(X)
        groups = self.peer_groups(peers, len(rows))
        scores = np.empty(len(rows))
        for group in self.groups_:
            member = np.flatnonzero(groups == group)
            for part in (member[at : at + _CHUNK] for at in range(0, len(member), _CHUNK)):
                scores[part] = self.strangeness(self.learned_[group], self.scaled(rows[part], group))
        return scores

    def score_samples(self, X: pl.DataFrame | ArrayLike, *, peers: Sequence[str] | None = None) -> Float64:
        """Return the opposite of the anomaly score, as scikit-learn does: lower is stranger; shape (rows,)."""
        return -self.decision_function(X, peers=peers)

    def peer_groups(self, peers: Sequence[str] | None, rows: int) -> Strings:
        """Return the fitted group that each row is compared with; shape (rows,)."""
        self._check_fitted()
        return PeerTree(dict(self.parents or {})).fitted(_labels(peers, rows), self.groups_)

    def scaled(self, rows: Float64, group: str) -> NDArray[np.float32]:
        """Return rows (rows, features) as ``group`` sees them: robust z, float32."""
        limit = float(np.finfo(np.float32).max)
        return np.clip(self.statistics_[group].standardise(rows, self.log1p_), -limit, limit).astype(np.float32)

    def contributions(self, rows: Float64, group: str) -> Float64:
        """Return what each feature adds to the strangeness of rows (rows, features) in the features' own units."""
        return self.shares(self.learned_[group], self.scaled(rows, group))

    def rarity(self, learned: Any, scaled: NDArray[np.float32]) -> Float64 | None:  # noqa: ARG002
        """Return the share of peers at or beyond each scaled value, None where the kind knows no tails."""
        return None

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

    def _check_parameters(self) -> None:
        for name, least in self.least.items():
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise _refused(
                    f"参数 {name} 必须是不小于 {least} 的整数", f"{name} must be an integer >= {least}", "D007"
                )
        if not isinstance(self.random_state, int):
            raise _refused("random_state 必须是整数", "random_state must be an integer", "D007")

    def _check_fitted(self) -> None:
        if not hasattr(self, "learned_"):
            raise _refused("模型尚未训练", "the detector is not fitted", "D008")


def midranks(reference: Float64, scores: Float64) -> Float64:
    """Return the rank of each score among reference scores in rising order, 0 to 1; shape (rows,).

    (below + equal / 2) / n, kept within half a place of either end, so that the strangest of n reference rows stands
    at (n − ½) / n and nothing stands at 0 or 1.
    """
    below = np.searchsorted(reference, scores, side="left")
    not_above = np.searchsorted(reference, scores, side="right")
    half = 0.5 / len(reference)
    return np.clip((below + not_above) / (2.0 * len(reference)), half, 1.0 - half)


def total(shares: Float64) -> Float64:
    """Return the sum over the features (rows, features), added in their order whatever rows stand beside."""
    summed = np.zeros(len(shares))
    for column in range(shares.shape[1]):
        summed += shares[:, column]
    return summed


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
