"""Tuning is data: who, why, from when, and within bounds."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import day_number
from rules.catalogue import Catalogue
from rules.tuning import Tuning, change_of, read_tuning, tune

APRIL = day_number(date(2026, 4, 1))
CHANGE: dict[str, Any] = {
    "id": "many_payers_one_collector",
    "parameter": "min_payers",
    "value": 40,
    "author": "analyst-a",
    "approver": "analyst-b",
    "reason": "backtest",
    "effective_from": "2026-04-01",
}


def test_the_repository_tunes_nothing(catalogue: Catalogue) -> None:
    assert read_tuning(catalogue.folder / "tuning.toml") == []


def test_a_change_holds_from_its_day_on(catalogue: Catalogue) -> None:
    rule = catalogue.rule("T01")
    tuning = tune(catalogue, [change_of(CHANGE, "case")])
    assert tuning.effective(rule, APRIL - 1)["min_payers"] == 30
    assert tuning.effective(rule, APRIL)["min_payers"] == 40
    segments = list(tuning.segments(rule, APRIL - 3, APRIL + 3))
    assert [(one.from_day, one.to_day, one.values["min_payers"]) for one in segments] == [
        (APRIL - 3, APRIL - 1, 30),
        (APRIL, APRIL + 3, 40),
    ]


def test_of_two_changes_on_one_day_the_later_listed_holds(catalogue: Catalogue) -> None:
    changes = [change_of(CHANGE | {"value": value}, "case") for value in (40, 50)]
    assert tune(catalogue, changes).effective(catalogue.rule("T01"), APRIL)["min_payers"] == 50


def test_an_override_holds_on_every_day(catalogue: Catalogue) -> None:
    rule = catalogue.rule("T01")
    tuning = Tuning().overriding(rule, {"min_payers": 35})
    assert tuning.effective(rule, APRIL - 1000)["min_payers"] == 35
    with pytest.raises(ConfigurationError):
        Tuning().overriding(rule, {"min_payers": 10_000})


@pytest.mark.parametrize(
    "change",
    [
        {"value": 4},
        {"value": 40.5},
        {"value": True},
        {"value": "40"},
        {"approver": "analyst-a"},
        {"approver": " "},
        {"reason": ""},
        {"parameter": "min_people"},
        {"id": "no_such_rule"},
    ],
)
def test_what_nobody_approved_or_bounds_forbid_is_refused(catalogue: Catalogue, change: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        tune(catalogue, [change_of(CHANGE | change, "case")])


@pytest.mark.parametrize("text", ["x = 1", "[[change]]\nid = 'a'", "[[change]", "change = 3"])
def test_a_malformed_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tuning.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError):
        read_tuning(path)


def test_the_documented_example_is_valid(catalogue: Catalogue, tmp_path: Path) -> None:
    lines = (catalogue.folder / "tuning.toml").read_text(encoding="utf-8").splitlines()
    start = lines.index("# [[change]]")
    path = tmp_path / "tuning.toml"
    path.write_text("\n".join(line.removeprefix("# ") for line in lines[start:]), encoding="utf-8")
    assert tune(catalogue, read_tuning(path)).effective(catalogue.rule("T01"), APRIL)["min_payers"] == 40
