"""Isolation forests by peer group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

from detectors.packing import PackedForest, pack
from detectors.paths import attribute_paths
from detectors.peers import Float64
from detectors.ranking import PeerRanking


class PeerForest(PeerRanking):
    """Ranks rows by how easily an isolation forest of their own peers sets them apart; scores 0 to 1.

    Source: Liu, Ting, Zhou, Isolation Forest, ICDM 2008. Known limit: two seeds share about half of their thousand
    strangest rows, so the seed is fixed, the model is kept, and the forest never decides alone.

    Parameters, beside those of every ranking: ``n_estimators`` trees of ``max_samples`` rows.
    """

    least: ClassVar[Mapping[str, int]] = {"n_estimators": 1, "max_samples": 2, **PeerRanking.least}

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

    def learn(self, scaled: NDArray[np.float32], names: tuple[str, ...]) -> PackedForest:  # noqa: ARG002
        """Grow the forest of one peer group."""
        forest = IsolationForest(
            n_estimators=self.n_estimators,
            max_samples=min(self.max_samples, len(scaled)),
            contamination="auto",
            random_state=self.random_state,
        )
        return pack(forest.fit(scaled))

    def strangeness(self, learned: PackedForest, scaled: NDArray[np.float32]) -> Float64:
        """Return 2^(−mean path / normal path) of every row."""
        return -learned.score_samples(scaled)

    def shares(self, learned: PackedForest, scaled: NDArray[np.float32]) -> Float64:
        """Return by how many splits each feature shortened the mean path of every row."""
        return attribute_paths(learned, scaled).contributions

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> PackedForest:
        """Rebuild a packed forest."""
        return PackedForest.from_arrays(arrays)
