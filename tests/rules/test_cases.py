"""Every case and boundary of the catalogue holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.casework import Bench, check_cases
from rules.catalogue import Catalogue, load_catalogue

IDS = [entry.id for entry in load_catalogue(Path(__file__).parents[2] / "rules").entries]


@pytest.mark.parametrize("name", IDS)
def test_cases_hold(name: str, catalogue: Catalogue, bench: Bench) -> None:
    assert check_cases(catalogue.entry(name), bench) == []
