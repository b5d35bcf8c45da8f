"""Peers: who is compared with whom, and what is usual among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundwatch.domain.errors import ConfigurationError

Float64 = NDArray[np.float64]
Strings = NDArray[np.str_]

EVERYONE = "all"
_NORMAL_IQR = 1.3489795003921634  # interquartile range of the standard normal distribution
_NORMAL_P98 = 4.6526957480816815  # its distance from the 1st to the 99th percentile


@dataclass(frozen=True, slots=True, eq=False)
class PeerStatistics:
    """What is usual in one fitted peer group; arrays have one entry per feature.

    ``median`` (stands in for an undefined value), ``low`` (1st percentile) and ``high`` (99th) are in the feature's
    own unit; ``centre`` and ``scale`` (IQR / 1.349, so that a unit is a standard deviation of a normal distribution)
    are on the compared scale, log1p where declared. ``known`` is the share of rows where the feature is defined.
    """

    rows: int
    median: Float64
    centre: Float64
    scale: Float64
    low: Float64
    high: Float64
    known: Float64

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the statistics as named arrays."""
        return {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> PeerStatistics:
        """Rebuild the statistics from ``to_arrays``; raises KeyError when one is missing."""
        values = {field.name: arrays[field.name].astype(np.float64) for field in fields(cls) if field.name != "rows"}
        return cls(rows=int(arrays["rows"]), **values)

    def standardise(self, X: Float64, log1p: NDArray[np.bool_]) -> Float64:
        """Return the robust z of every value, undefined values at their median; shape as ``X`` (rows, features)."""
        filled = np.where(np.isnan(X), self.median, X)
        return (compared(filled, log1p) - self.centre) / self.scale


def compared(X: Float64, log1p: NDArray[np.bool_]) -> Float64:
    """Return values on the scale on which they are compared: sign(x) · ln(1 + |x|) where declared."""
    return np.where(log1p, np.sign(X) * np.log1p(np.abs(X)), X)


def measure(X: Float64, log1p: NDArray[np.bool_], wider: PeerStatistics | None) -> PeerStatistics:
    """Return the statistics of one peer group from its rows (rows, features), NaN where undefined.

    A feature that is defined for no row takes the statistics of the wider group, or zero where there is none. Where
    half of the rows share a value the IQR is zero: then the span from the 1st to the 99th percentile serves, then 1.
    """
    width = X.shape[1]
    table = np.empty((5, width))
    for column in range(width):
        defined = X[~np.isnan(X[:, column]), column]
        if len(defined):
            table[:, column] = _column(defined, log1p[column : column + 1])
        elif wider is not None:
            inherited = (wider.median, wider.centre, wider.scale, wider.low, wider.high)
            table[:, column] = [values[column] for values in inherited]
        else:
            table[:, column] = (0.0, 0.0, 1.0, 0.0, 0.0)
    median, centre, scale, low, high = table
    return PeerStatistics(len(X), median, centre, scale, low, high, known=1.0 - np.isnan(X).mean(axis=0))


def _column(values: Float64, log1p: NDArray[np.bool_]) -> tuple[float, float, float, float, float]:
    low, median, high = (float(value) for value in np.quantile(values, (0.01, 0.5, 0.99)))
    first, lower, centre, upper, last = np.quantile(compared(values, log1p), (0.01, 0.25, 0.5, 0.75, 0.99))
    scale = (upper - lower) / _NORMAL_IQR or (last - first) / _NORMAL_P98 or 1.0
    return median, float(centre), float(scale), low, high


@dataclass(frozen=True, slots=True)
class PeerTree:
    """Which group each peer label falls back to; every chain ends at ``all``."""

    parents: Mapping[str, str]

    def chain(self, label: str) -> tuple[str, ...]:
        """Return the label and what it falls back to, the widest last; raise ConfigurationError on a circle."""
        chain = [label]
        while chain[-1] in self.parents:
            following = self.parents[chain[-1]]
            if following in chain:
                raise ConfigurationError(
                    f"同类组 {label} 的上级成环，请修正。",
                    f"the fallbacks of peer group {label} form a circle; mend them.",
                    code="D005",
                )
            chain.append(following)
        return tuple(chain) if chain[-1] == EVERYONE else (*chain, EVERYONE)

    def members(self, labels: Strings) -> dict[str, NDArray[np.bool_]]:
        """Return, for every group from the widest on, which rows belong to it, those of narrower groups included."""
        chains = {str(label): self.chain(str(label)) for label in np.unique(labels)}
        names = {EVERYONE}.union(*chains.values())
        order = sorted(names, key=lambda name: (len(self.chain(name)), name))
        return {name: np.isin(labels, [label for label, chain in chains.items() if name in chain]) for name in order}

    def fitted(self, labels: Strings, groups: Sequence[str]) -> Strings:
        """Return the narrowest fitted group of every row."""
        distinct, which = np.unique(labels, return_inverse=True)
        narrowest = [next(name for name in self.chain(str(label)) if name in groups) for label in distinct]
        return np.array(narrowest, dtype=np.str_)[which]
