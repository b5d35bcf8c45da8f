"""Control groups: parties joined by strong links, computed from the links alone."""

from __future__ import annotations

from collections.abc import Iterable


def control_groups(links: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the group key of every party that a link names: the smallest party key of its connected component.

    ``links`` are pairs of party keys. Neither their order nor their direction nor repetition changes the result;
    a party without a link is not listed and is its own group.
    """
    parent: dict[int, int] = {}
    for first, second in links:
        root, other = sorted((_root(parent, first), _root(parent, second)))
        parent[other] = root
    return {party: _root(parent, party) for party in sorted(parent)}


def _root(parent: dict[int, int], party: int) -> int:
    """Return the root of a party's tree, shortening the path on the way; unknown parties become roots."""
    parent.setdefault(party, party)
    while parent[party] != party:
        parent[party] = parent[parent[party]]
        party = parent[party]
    return party
