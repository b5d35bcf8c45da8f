"""One city for all tests of its making, and one small sample on disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from fundwatch.city.journal import Entries
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.legs import Legs, legs_of
from fundwatch.city.pace import Pace
from fundwatch.city.plan import build
from fundwatch.city.sample import SampleSummary, write_sample
from fundwatch.city.world import World

LAST_DAY = date(2026, 6, 30)


@dataclass(frozen=True)
class Made:
    """A city with its closed journal and its legs."""

    world: World
    lenders: dict[str, list[Lender]]
    entries: Entries
    legs: Legs
    openings: object


def make(seed: int, persons: int, days: int, pace: Pace = Pace.QUICK) -> Made:
    """Build a city and close its books."""
    world, lenders = build(seed=seed, persons=persons, days=days, last_day=LAST_DAY, pace=pace)
    entries = world.journal.close()
    legs, openings = legs_of(world, entries, {})
    return Made(world, lenders, entries, legs, openings)


@pytest.fixture(scope="session")
def city() -> Made:
    """A city large enough for every difficulty."""
    return make(3, 1500, 150)


@pytest.fixture(scope="session")
def slow_city() -> Made:
    """The same city with slow, lossy layering and cash-out schemes."""
    return make(3, 1500, 150, Pace.SLOW)


@pytest.fixture(scope="session")
def village() -> Made:
    """The smallest kind: only blatant schemes, two firms a sector."""
    return make(7, 300, 90)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleSummary]:
    """A small sample as written to disk."""
    out = tmp_path_factory.mktemp("city") / "sample"
    out.mkdir()
    return out, write_sample(out, seed=7, persons=300, days=75, last_day=LAST_DAY)
