"""The control sample: a few subjects without an alert, drawn each night so that what is missed can be estimated."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Stratum(StrEnum):
    """Where a subject without an alert stands: something spoke of it but below the line, or nothing did."""

    NEAR = "near"
    REST = "rest"


NEAR_PERCENTILE = 97.0
"""Rank among peers from which a subject without an alert counts as just below the line, which is at 99.5."""
SIZES: Mapping[Stratum, int] = {Stratum.NEAR: 3, Stratum.REST: 3}
"""Subjects drawn each night: what two people can look at beside the alerts."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn subject (group key), its stratum and how many the stratum held that night."""

    key: int
    stratum: Stratum
    population: int


def stratify(
    population: Collection[int], *, alerted: Collection[int], spoken_of: Collection[int], ranks: Mapping[int, float]
) -> dict[Stratum, frozenset[int]]:
    """Return the subjects without an alert (group keys) by stratum.

    ``spoken_of`` had a hit or a signal that raised no alert; ``ranks`` are percentiles (0–100) among peers.
    """
    free = frozenset(population) - frozenset(alerted)
    high = {key for key, rank in ranks.items() if rank >= NEAR_PERCENTILE}
    near = free & (frozenset(spoken_of) | high)
    return {Stratum.NEAR: near, Stratum.REST: free - near}


def draw(
    strata: Mapping[Stratum, Collection[int]], *, as_of_day: int, sizes: Mapping[Stratum, int] = SIZES
) -> tuple[Drawn, ...]:
    """Return a simple random sample of each stratum; the seed is the as-of day, so that a rerun draws the same.

    Subjects are ranked by a hash of day, stratum and key, which depends on no order and no library.
    """
    found = []
    for stratum in Stratum:
        keys = strata.get(stratum, ())
        ranked = sorted(keys, key=lambda key, name=stratum: _lot(as_of_day, name, key))  # type: ignore[misc]
        found += [Drawn(key, stratum, len(keys)) for key in ranked[: sizes[stratum]]]
    return tuple(found)


def _lot(as_of_day: int, stratum: Stratum, key: int) -> bytes:
    return hashlib.sha256(f"{as_of_day}|{stratum.value}|{key}".encode()).digest()
