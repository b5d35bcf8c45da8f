"""Figures by unit over a small city that has lived through its nights."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from fundwatch.domain.errors import InputError
from fundwatch.evaluation import UnitReport
from fundwatch.store.operations import queue
from fundwatch.store.operations.database import reading
from pipelines.evaluating import ENTRIES, best_scores, units_of
from pipelines.installation import Installation
from pipelines.presenting import alert_json
from tests.pipelines.conftest import City


def units(city: City, scores: tuple[Path, ...] = (), *, entries: bool = True) -> dict[str, UnitReport]:
    truth = json.loads((city.folder / "truth.json").read_text(encoding="utf-8"))
    with Installation.open(city.settings) as installation:
        with reading(installation.operations) as connection:
            alerts = [alert_json(one) for one in queue.ranked(connection)]
        planted = city.folder / ENTRIES if entries else None
        return units_of(installation, alerts, truth, entries=planted, scores=scores)


def test_all_units_are_measured_and_order_better_than_chance(city: City) -> None:
    found = units(city)
    assert list(found) == ["transfer", "party", "scheme"]
    for unit in found.values():
        assert unit.ranked.base_rate is not None
        assert unit.ranked.average_precision is not None
        assert unit.ranked.base_rate < unit.ranked.average_precision <= 1
    assert found["transfer"].covered.value is not None
    assert found["transfer"].covered.value > 0.8
    assert found["transfer"].delay.n > 0


def test_without_the_planted_rows_transfers_are_left_out(city: City) -> None:
    assert list(units(city, entries=False)) == ["party", "scheme"]


def test_several_files_of_scores_count_with_the_highest(city: City, tmp_path: Path) -> None:
    known = units(city)["party"].ranked
    first, second = tmp_path / "first.parquet", tmp_path / "second.parquet"
    for path, score in ((first, 1.0), (second, 2.0)):
        pl.DataFrame({"subject_id": ["0" * 15, "1" * 15], "score": [score, 1.0]}).write_parquet(path)
    assert best_scores([first, second]) == {"0" * 15: 2.0, "1" * 15: 1.0}
    nobody = units(city, (first, second))["party"].ranked
    assert nobody.average_precision == pytest.approx(known.base_rate)


def test_the_planted_rows_are_those_of_the_subjects_of_the_truth(city: City) -> None:
    planted = pl.read_parquet(city.folder / ENTRIES)
    truth = json.loads((city.folder / "truth.json").read_text(encoding="utf-8"))
    named = {entry["id"] for kind in ("subjects", "benign") for entry in truth[kind]}
    assert planted.columns == ["subject_id", "institution", "account", "serial_no"]
    assert set(planted["subject_id"]) <= named
    assert len(set(planted["subject_id"])) > 0.6 * len(named)
    assert planted.select("institution", "serial_no").is_duplicated().sum() == 0


def test_a_file_of_another_form_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "other.parquet"
    pl.DataFrame({"subject": ["a"]}).write_parquet(path)
    with pytest.raises(InputError, match="subject_id"):
        best_scores([path])
    path.write_text("no parquet")
    with pytest.raises(InputError):
        best_scores([path])
