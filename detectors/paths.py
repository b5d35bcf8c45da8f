"""Path lengths of a forest booked on features: which splits set a row apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detectors.kernels import Float32, Float64, attribute, compiled, over_threads
from detectors.packing import PackedForest


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
