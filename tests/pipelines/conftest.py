"""A small synthetic city that has lived through four nights, shared by the tests that only look at it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from fundwatch.city.sample import write_sample
from fundwatch.store.settings import Settings
from pipelines.installation import Installation
from pipelines.plain import nights

LAST_DAY = date(2026, 10, 31)
NIGHTS = [LAST_DAY - timedelta(days=back) for back in (21, 14, 7, 0)]


@dataclass(frozen=True)
class City:
    """A data home after its nights, the extracts it was fed, and the outcome of each night."""

    home: Path
    folder: Path
    outcomes: list[dict]

    @property
    def settings(self) -> Settings:
        return Settings.from_environment({"FUNDWATCH_HOME": str(self.home)})


@pytest.fixture(scope="session")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extracts of a city of 300 people over 90 days."""
    folder = tmp_path_factory.mktemp("extracts")
    write_sample(folder, seed=11, persons=300, days=90, last_day=LAST_DAY)
    return folder


@pytest.fixture(scope="session")
def city(extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    """The city after four weekly nights; tests must not change it."""
    home = tmp_path_factory.mktemp("home")
    shutil.copy(extracts / "institutions.toml", home)
    outcomes = run_nights(home, extracts / "inbox", NIGHTS)
    return City(home, extracts, outcomes)


@pytest.fixture
def own_city(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    """A copy of the city that a test may change."""
    home = tmp_path / "home"
    shutil.copytree(city.home, home)
    monkeypatch.setenv("FUNDWATCH_HOME", str(home))
    return City(home, city.folder, city.outcomes)


@pytest.fixture
def installation(own_city: City) -> Iterator[Installation]:
    with Installation.open(own_city.settings) as opened:
        yield opened


def run_nights(home: Path, inbox: Path, days: list[date]) -> list[dict]:
    """Run nights without Prefect in a data home."""
    before = os.environ.get("FUNDWATCH_HOME")
    os.environ["FUNDWATCH_HOME"] = str(home)
    try:
        return [dict(outcome) for day in days for outcome in nights(day.isoformat(), None, inbox)]
    finally:
        if before is None:
            del os.environ["FUNDWATCH_HOME"]
        else:
            os.environ["FUNDWATCH_HOME"] = before
