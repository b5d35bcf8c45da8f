"""Distances by peer group: how far a row lies from the middle of its peers, in the way their features go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from detectors.peers import Float64
from detectors.ranking import PeerRanking, total

_REACH = 10.0
"""A robust z beyond this counts as this: one wild value shall not bend the covariance of all."""
_RIDGE = 1e-3
"""Added to every variance, so that features that copy each other leave the matrix invertible."""


@dataclass(frozen=True, slots=True, eq=False)
class Ellipsoid:
    """The ``centre`` (features,) and the inverse covariance ``precision`` (features, features) of one group."""

    centre: Float64
    precision: Float64

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return centre and precision as named arrays."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class PeerDistance(PeerRanking):
    """Ranks rows by their squared Mahalanobis distance from the mean of their peers.

    It sees combinations that do not go together, where each value alone is usual. The covariance is drawn towards its
    diagonal by features / rows, since a small group cannot teach how many features go together.
    Source: Mahalanobis, On the Generalised Distance in Statistics, 1936.

    Parameters: those of every ranking. Nothing is drawn but the sample of ``max_rows``.
    """

    least: ClassVar[Mapping[str, int]] = PeerRanking.least

    def __init__(
        self,
        random_state: int = 0,
        min_peers: int = 200,
        max_rows: int = 200_000,
        log1p: Sequence[str] = (),
        parents: Mapping[str, str] | None = None,
    ) -> None:
        self.random_state = random_state
        self.min_peers = min_peers
        self.max_rows = max_rows
        self.log1p = log1p
        self.parents = parents

    def learn(self, scaled: NDArray[np.float32], names: tuple[str, ...]) -> Ellipsoid:
        """Measure centre and covariance of one peer group."""
        rows = _within(scaled)
        covariance = np.cov(rows, rowvar=False, bias=True).reshape(len(names), len(names))
        alone = np.diag(np.diag(covariance))
        apart = min(1.0, len(names) / len(rows))
        drawn = (1.0 - apart) * covariance + apart * alone + _RIDGE * np.eye(len(names))
        return Ellipsoid(rows.mean(axis=0), np.linalg.inv(drawn).astype(np.float64))

    def strangeness(self, learned: Ellipsoid, scaled: NDArray[np.float32]) -> Float64:
        """Return the squared distance of every row."""
        return total(self.shares(learned, scaled))

    def shares(self, learned: Ellipsoid, scaled: NDArray[np.float32]) -> Float64:
        """Return what each feature adds to the squared distance; below zero where it goes with the others."""
        away = _within(scaled) - learned.centre
        # Column by column, so that a row's figure does not depend on the rows it is measured together with.
        drawn = np.zeros_like(away)
        for column, weights in enumerate(learned.precision):
            drawn += away[:, column : column + 1] * weights
        return away * drawn

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Ellipsoid:
        """Rebuild centre and precision."""
        return Ellipsoid(arrays["centre"].astype(np.float64), arrays["precision"].astype(np.float64))


def _within(scaled: NDArray[np.float32]) -> Float64:
    return np.clip(scaled.astype(np.float64), -_REACH, _REACH)
