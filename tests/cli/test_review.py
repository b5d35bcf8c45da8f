"""The review on the command line: codes are asked for, and the empty office is told what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fundwatch.cli.main import execute


def test_a_decision_names_its_case_its_reason_and_its_person(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["decide", "AL-X", "--as", "li", "--disposition", "open_case"]) == 1
    assert "原因代码" in capsys.readouterr().err
    command = ["decide", "AL-X", "--as", "li", "--disposition", "open_case", "--cause", "promised_returns"]
    assert execute(command) == 1
    assert "没有这条预警" in capsys.readouterr().err
    assert execute(["decide", "CS-X", *command[2:]]) == 1
    assert "对照样本" in capsys.readouterr().err
    assert execute(["confirm", "AL-X", "--as", "zhou"]) == 1
    assert execute(["decide", "AL-X", "--as", "li", "--disposition", "guilty"]) == 2
    assert execute(["claim", "--as", "li"]) == 0


def test_without_labels_the_commands_say_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["train-ranker"]) == 2
    assert "各需至少 30 个" in capsys.readouterr().err
    assert execute(["control-sample", "--as-of", "2026-03-01"]) == 0
    assert execute(["recall-estimate"]) == 0
    assert "未知" in capsys.readouterr().out
    assert execute(["recall-estimate", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recall"] is None
    assert execute(["rules", "report", "--json"]) == 0
    cards = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(card["too_few_labels"] and card["precision"] is None for card in cards)
    assert execute(["rules", "report", "layering_chain"]) == 0
    assert execute(["rules", "report", "nothing"]) == 2
