"""Tail ranks by peer group: how few peers lie as far out, feature by feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from detectors.peers import Float64
from detectors.ranking import PeerRanking, total

_LONGER = 2
_OUTER = 256
"""Distinct values kept whole at either end of a feature when the middle is thinned."""


@dataclass(frozen=True, slots=True, eq=False)
class Tails:
    """The empirical distributions of one group's features, one after the other.

    ``values`` are distinct scaled values in rising order, ``upto`` the rows at or below each, ``offsets`` (features +
    1) where each feature begins; ``rows`` of the group; ``side`` per feature: 1 upper tail, −1 lower, 0 none, 2 the
    longer of both.
    """

    values: NDArray[np.float32]
    upto: NDArray[np.int64]
    offsets: NDArray[np.int64]
    rows: int
    side: NDArray[np.int64]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the distributions as named arrays."""
        return {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}

    def outer(self, scaled: NDArray[np.float32]) -> tuple[Float64, Float64]:
        """Return the shares of the group at or below and at or above each value; shape (rows, features) each."""
        lower, upper = np.empty(scaled.shape), np.empty(scaled.shape)
        for column in range(scaled.shape[1]):
            part = slice(self.offsets[column], self.offsets[column + 1])
            reached = np.concatenate(([0], self.upto[part]))
            lower[:, column] = reached[np.searchsorted(self.values[part], scaled[:, column], side="right")]
            upper[:, column] = self.rows - reached[np.searchsorted(self.values[part], scaled[:, column], side="left")]
        return lower / self.rows, upper / self.rows


class PeerTails(PeerRanking):
    """Ranks rows by Σ −ln(share of peers at or beyond the value), over the features.

    With ``sides`` (column name → 1, −1 or 0) only the tail on the side of risk counts, and a feature of side 0 not at
    all. Without, every feature counts by the longer of its tails, which is what ECOD comes to for any feature with
    some skew (Li, Zhao et al., ECOD: Unsupervised Outlier Detection Using Empirical Cumulative Distribution
    Functions, IEEE TKDE 2022; PyOD is the reference of the tests). A value beyond all peers counts as half a peer.

    Parameters, beside those of every ranking: ``sides``; ``max_points`` distinct values kept of a feature: beyond
    that the middle of the distribution is thinned. Nothing is drawn but the sample of ``max_rows``.
    """

    least: ClassVar[Mapping[str, int]] = {"max_points": 4 * _OUTER, **PeerRanking.least}

    def __init__(
        self,
        max_points: int = 2048,
        random_state: int = 0,
        min_peers: int = 200,
        max_rows: int = 200_000,
        log1p: Sequence[str] = (),
        parents: Mapping[str, str] | None = None,
        sides: Mapping[str, int] | None = None,
    ) -> None:
        self.max_points = max_points
        self.random_state = random_state
        self.min_peers = min_peers
        self.max_rows = max_rows
        self.log1p = log1p
        self.parents = parents
        self.sides = sides

    def learn(self, scaled: NDArray[np.float32], names: tuple[str, ...]) -> Tails:
        """Count the distributions of one peer group."""
        values, upto, side = [], [], []
        for column, name in enumerate(names):
            distinct, counts = np.unique(scaled[:, column], return_counts=True)
            reached = np.cumsum(counts)
            kept = _thinned(len(distinct), self.max_points)
            values.append(distinct[kept])
            upto.append(reached[kept])
            side.append(_LONGER if self.sides is None else self.sides.get(name, 0))
        return Tails(
            values=np.concatenate(values).astype(np.float32),
            upto=np.concatenate(upto).astype(np.int64),
            offsets=np.concatenate(([0], np.cumsum([len(part) for part in values]))).astype(np.int64),
            rows=len(scaled),
            side=np.array(side, dtype=np.int64),
        )

    def strangeness(self, learned: Tails, scaled: NDArray[np.float32]) -> Float64:
        """Return the sum of what the features add."""
        return total(self.shares(learned, scaled))

    def shares(self, learned: Tails, scaled: NDArray[np.float32]) -> Float64:
        """Return −ln of the tail of every value on the side that counts."""
        least = 0.5 / learned.rows
        lower, upper = (-np.log(np.maximum(part, least)) for part in learned.outer(scaled))
        answers = {1: upper, -1: lower, 0: np.zeros_like(lower), _LONGER: np.maximum(lower, upper)}
        return np.column_stack([answers[int(side)][:, column] for column, side in enumerate(learned.side)])

    def rarity(self, learned: Tails, scaled: NDArray[np.float32]) -> Float64:
        """Return the share of peers at or beyond every value on its nearer side."""
        return np.minimum(*learned.outer(scaled))

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Tails:
        """Rebuild the distributions."""
        kinds = {"values": np.float32, "upto": np.int64, "offsets": np.int64, "side": np.int64}
        return Tails(rows=int(arrays["rows"]), **{name: arrays[name].astype(kind) for name, kind in kinds.items()})


def _thinned(distinct: int, most: int) -> NDArray[np.int64]:
    if distinct <= most:
        return np.arange(distinct)
    middle = np.linspace(_OUTER, distinct - _OUTER - 1, most - 2 * _OUTER).astype(np.int64)
    return np.unique(np.concatenate((np.arange(_OUTER), middle, np.arange(distinct - _OUTER, distinct))))
