"""Boosted trees as flat arrays, scored by own code equal to scikit-learn to 1e-12; no pickle, nothing to execute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from fundwatch.domain.errors import ConfigurationError

Float64 = NDArray[np.float64]
_NODE = ("feature", "threshold", "missing_left", "left", "right", "value")


@dataclass(frozen=True, slots=True, eq=False)
class BoostedTrees:
    """The nodes of all trees one after the other; a leaf names itself as both children.

    A row goes left where ``x <= threshold``, and an unknown value where ``missing_left`` says so. ``root`` has one
    entry a tree; the margin of a row is ``baseline`` plus the values of its leaves, in log-odds.
    """

    feature: NDArray[np.int32]
    threshold: Float64
    missing_left: NDArray[np.bool_]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: Float64
    root: NDArray[np.int32]
    baseline: float
    n_columns: int

    def margins(self, X: Float64) -> Float64:
        """Return the log-odds of every row of ``X``, float64 (rows, n_columns); unknown values are NaN.

        Raises ConfigurationError for another number of columns.
        """
        if X.ndim != 2 or X.shape[1] != self.n_columns:
            raise ConfigurationError(
                f"排序模型需要 {self.n_columns} 列。", f"the ranker needs {self.n_columns} columns.", code="D030"
            )
        rows = np.arange(len(X))
        total = np.full(len(X), self.baseline)
        for root in self.root:
            node = np.full(len(X), root, dtype=np.int32)
            while True:
                seen = X[rows, self.feature[node]]
                goes_left = np.where(np.isnan(seen), self.missing_left[node], seen <= self.threshold[node])
                following = np.where(goes_left, self.left[node], self.right[node])
                if (following == node).all():
                    break
                node = following
            total += self.value[node]
        return total

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the trees as named arrays, fit for an ``.npz`` without pickle."""
        return {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> BoostedTrees:
        """Rebuild the trees; raise ConfigurationError when a part is missing or a node points astray."""
        try:
            parts = {field.name: arrays[field.name] for field in fields(cls)}
        except KeyError as error:
            raise _damaged() from error
        trees = cls(**parts | {name: parts[name].item() for name in ("baseline", "n_columns")})
        trees._verify()
        return trees

    def _verify(self) -> None:
        """A child lies after its parent or is itself, so that every walk ends."""
        nodes = np.arange(len(self.feature))
        sizes = {len(getattr(self, name)) for name in _NODE}
        if len(sizes) != 1 or not len(nodes) or not len(self.root):
            raise _damaged()
        for child in (self.left, self.right):
            if (child < nodes).any() or (child >= len(nodes)).any():
                raise _damaged()
        if (self.left == nodes).tolist() != (self.right == nodes).tolist():
            raise _damaged()
        if (self.feature < 0).any() or (self.feature >= self.n_columns).any():
            raise _damaged()
        if (self.root < 0).any() or (self.root >= len(nodes)).any() or not np.isfinite(self.value).all():
            raise _damaged()


def flatten(model: HistGradientBoostingClassifier) -> BoostedTrees:
    """Return the trees of a fitted binary classifier without categorical columns."""
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in _NODE}
    roots, offset = [], 0
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        own = np.arange(len(nodes)) + offset
        leaf = nodes["is_leaf"].astype(bool)
        parts["feature"].append(np.where(leaf, 0, nodes["feature_idx"]))
        parts["threshold"].append(np.where(leaf, 0.0, nodes["num_threshold"]))
        parts["missing_left"].append(nodes["missing_go_to_left"].astype(bool))
        parts["left"].append(np.where(leaf, own, nodes["left"].astype(np.int64) + offset))
        parts["right"].append(np.where(leaf, own, nodes["right"].astype(np.int64) + offset))
        parts["value"].append(np.where(leaf, nodes["value"], 0.0))
        roots.append(offset)
        offset += len(nodes)
    joined = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    return BoostedTrees(
        feature=joined["feature"].astype(np.int32),
        threshold=joined["threshold"].astype(np.float64),
        missing_left=joined["missing_left"],
        left=joined["left"].astype(np.int32),
        right=joined["right"].astype(np.int32),
        value=joined["value"].astype(np.float64),
        root=np.array(roots, dtype=np.int32),
        baseline=float(np.ravel(model._baseline_prediction)[0]),
        n_columns=int(model.n_features_in_),
    )


def _damaged() -> ConfigurationError:
    return ConfigurationError(
        "排序模型已损坏：请重新运行 fundwatch train-ranker。",
        "the ranker is damaged: run fundwatch train-ranker again.",
        code="D031",
    )
