"""Whose hands make an entry: somebody else's device, or an agent at the counter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fundwatch.city.journal import Hand
from fundwatch.city.world import World

NO_DEVICES, NO_AGENTS = 1, 0
"""The bank whose statements name no device, and the one whose statements name no agent (``houses``)."""


@contextmanager
def operated(world: World, *, device: int = -1, agent: int = -1) -> Iterator[None]:
    """Let entries of the journal be made by another hand than the holder's own."""
    world.journal.hands.append(Hand(device, agent))
    world.journal.hand = len(world.journal.hands) - 1
    try:
        yield
    finally:
        world.journal.hand = 0


def accounts_seen(world: World, count: int, *, without_bank: int) -> list[int]:
    """Return main accounts of ``count`` people of the city who play no part, none of them at the given bank."""
    found = [
        account
        for account in world.crowd(min(count * 3, len(world.people) // 3), strangers=0.0)
        if world.account(account).reported and world.account(account).bank != without_bank
    ]
    return found[:count]


def night(world: World) -> int:
    """Return a second of the day between 23:00 and 05:59, never midnight sharp."""
    return (23 * 3600 + world.between(1, 6 * 3600 + 3000)) % 86_400 or 1
