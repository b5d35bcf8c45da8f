"""Commands that look and do no harm: the catalogue, the list, the check-up, the rebuilding."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from fundwatch.cli.main import execute


@pytest.fixture
def loaded(home: Path, statement: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert execute(["ingest", str(statement), "--institution", "610900-B01"]) == 3
    capsys.readouterr()
    return home


def test_the_catalogue_is_listed_with_its_parameters(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["rules", "list", "--json"]) == 0
    entries = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    # The isolation forest is T24: a detector, not a rule.
    known = {"T": 23, "M": 5, "G": 5, "P": 6, "F": 12}
    expected = {f"{family}{number:02d}" for family in "TMGP" for number in range(1, known[family] + 1)}
    expected |= {f"F{number}" for number in range(1, known["F"] + 1)}
    assert {entry["code"] for entry in entries} == expected
    for entry in entries:
        assert {"id", "code", "version", "family", "sectors", "status", "parameters"} <= entry.keys()
        assert execute(["rules", "show", entry["id"]]) == 0
        assert entry["code"] in capsys.readouterr().out


def test_the_catalogue_keeps_its_laws_and_cases(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["rules", "test", "just_below_threshold", "payroll"]) == 0
    assert "0 处不合格" in capsys.readouterr().out


def test_a_rule_can_be_tried_with_other_values(loaded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tried = ["rules", "run", "many_payers_one_collector", "--from", "2026-08-01", "--as-of", "2026-08-15"]
    assert execute([*tried, "--set", "min_payers=5", "--set", "min_person_in=20000"]) == 0
    assert execute([*tried, "--set", "min_payers=100000"]) == 2
    assert execute([*tried, "--set", "nosuch=1"]) == 2
    assert execute([*tried, "--set", "min_payers"]) == 2
    assert "min_payers" in capsys.readouterr().err


def test_a_night_over_one_bank_and_what_follows_it(
    loaded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["nightly", "--as-of", "2026-09-30", "--plain", "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["as_of"] == "2026-09-30"
    assert execute(["alerts", "--json"]) == 0
    alerts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [alert["score"] for alert in alerts] == sorted((alert["score"] for alert in alerts), reverse=True)
    if alerts:
        assert execute(["alert", alerts[0]["alert_id"]]) == 0
        assert "不作违法认定" in capsys.readouterr().out
        assert execute(["verify", alerts[0]["alert_id"], "--json"]) == 0
    assert execute(["rebuild"]) == 0
    assert execute(["doctor"]) == 0
    assert "✗" not in capsys.readouterr().out
    if outcome["model_id"]:
        out = tmp_path / "scores.parquet"
        assert execute(["scores", "--as-of", "2026-09-30", "--out", str(out)]) == 0
        frame = pl.read_parquet(out)
        assert frame.columns == ["subject_kind", "subject_id", "score", "rule_score", "detector_percentile", "accounts"]
        assert frame["score"].is_between(0, 100).all()


def test_no_alerts_is_said_with_the_next_step(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["alerts"]) == 0
    assert "fundwatch nightly" in capsys.readouterr().out
