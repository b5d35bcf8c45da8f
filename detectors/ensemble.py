"""The ensemble that nights use: the highest rank that any of its members gives a row among its peers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from detectors.distance import PeerDistance
from detectors.forest import PeerForest
from detectors.peers import Float64
from detectors.ranking import Learned, PeerRanking, midranks, total
from detectors.tails import PeerTails

_TIE_BREAK = 1e-3
"""Weight of the mean rank beside the highest: it only orders rows of which a member says equally much."""


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """What every member learned of one group, and its scores of the fitted rows in rising order, by member."""

    members: Mapping[str, tuple[Learned, Float64]]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all members as named arrays, ``<member>/…``."""
        arrays: dict[str, NDArray[Any]] = {}
        for name, (learned, reference) in self.members.items():
            arrays |= {f"{name}/{part}": array for part, array in learned.to_arrays().items()}
            arrays[f"{name}/reference"] = reference
        return arrays


class PeerEnsemble(PeerRanking):
    """Ranks rows by the highest of their ranks in a forest, in tails on the side of risk, and by distance.

    The members see the same rows, peers and scales. The score is the greatest of their ranks (0 to 1) plus a
    thousandth of the mean rank. README.md tells what each member and the maximum were measured to be worth.

    Parameters: those of ``PeerForest`` and ``PeerTails``.
    """

    least: ClassVar[Mapping[str, int]] = {**PeerForest.least, **PeerTails.least}

    def __init__(
        self,
        n_estimators: int = 200,
        max_samples: int = 256,
        max_points: int = 2048,
        random_state: int = 0,
        min_peers: int = 200,
        max_rows: int = 200_000,
        log1p: Sequence[str] = (),
        parents: Mapping[str, str] | None = None,
        sides: Mapping[str, int] | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_samples = max_samples
        self.max_points = max_points
        self.random_state = random_state
        self.min_peers = min_peers
        self.max_rows = max_rows
        self.log1p = log1p
        self.parents = parents
        self.sides = sides

    def members(self) -> dict[str, PeerRanking]:
        """Return the members by name, with this ensemble's parameters and unfitted."""
        return {
            "forest": PeerForest(self.n_estimators, self.max_samples, self.random_state),
            "tails": PeerTails(self.max_points, self.random_state, sides=self.sides),
            "distance": PeerDistance(self.random_state),
        }

    def learn(self, scaled: NDArray[np.float32], names: tuple[str, ...]) -> Joined:
        """Let every member learn one peer group."""
        joined = {}
        for name, member in self.members().items():
            learned = member.learn(scaled, names)
            joined[name] = (learned, np.sort(member.strangeness(learned, scaled)))
        return Joined(joined)

    def strangeness(self, learned: Joined, scaled: NDArray[np.float32]) -> Float64:
        """Return the highest rank of every row and a thousandth of its mean rank."""
        ranks = list(self.ranks(learned, scaled).values())
        highest: Float64 = np.maximum.reduce(ranks)
        return highest + _TIE_BREAK * total(np.column_stack(ranks)) / len(ranks)

    def ranks(self, learned: Joined, scaled: NDArray[np.float32]) -> dict[str, Float64]:
        """Return the rank, 0 to 1, that each member gives every row."""
        return {
            name: midranks(learned.members[name][1], member.strangeness(learned.members[name][0], scaled))
            for name, member in self.members().items()
        }

    def shares(self, learned: Joined, scaled: NDArray[np.float32]) -> Float64:
        """Return the mean of the members' shares, those of each row scaled so that their sizes add up to one."""
        mean = np.zeros(scaled.shape)
        members = self.members()
        for name, member in members.items():
            booked = member.shares(learned.members[name][0], scaled)
            size = np.abs(booked).sum(axis=1, keepdims=True)
            mean += booked / np.where(size > 0, size, 1.0) / len(members)
        return mean

    def rarity(self, learned: Joined, scaled: NDArray[np.float32]) -> Float64:
        """Return the share of peers at or beyond every value on its nearer side, as the tails know it."""
        tails = learned.members["tails"][0]
        return PeerTails().rarity(tails, scaled)  # type: ignore[arg-type]  # the member of this name learns tails

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Joined:
        """Rebuild what every member learned."""
        joined = {}
        for name, member in self.members().items():
            prefix = f"{name}/"
            own = {part.removeprefix(prefix): array for part, array in arrays.items() if part.startswith(prefix)}
            joined[name] = (member.restore(own), own["reference"].astype(np.float64))
        return Joined(joined)
