"""A receipt on a terminal is short, says everything twice, and never hides how much it left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from data_contracts.checking import Checked
from data_contracts.rendering import render

from .statements34 import statement, write

Check = Callable[..., Checked]


def shown(result: Checked, lang: str) -> str:
    console = Console(width=200, record=True, file=None, quiet=True)
    with console.capture() as capture:
        console.quiet = False
        console.print(render(result.receipt, lang))
    return capture.get()


@pytest.fixture
def result(tmp_path: Path, checked: Check) -> Checked:
    rows = statement(300)
    for row in rows[10:40]:
        row["交易对手账卡号"] = "6.22E+18"
    rows[5]["对手户名"] = "[red]甲[/red]"
    rows[5]["交易金额"] = "坏[b]"
    return checked(write(tmp_path / "a.csv", rows))


def test_chinese_first_with_english_beside(result: Checked) -> None:
    text = shown(result, "both")
    assert "接收，部分隔离" in text
    assert "accepted with quarantine" in text
    assert "坏[b]" in text
    assert text.index("金额无法识别") < text.index("The amount cannot be read")


def test_one_language_alone(result: Checked) -> None:
    assert "The amount" not in shown(result, "zh")
    assert "金额无法识别" not in shown(result, "en")


def test_the_terminal_is_spared_but_told(result: Checked) -> None:
    text = shown(result, "both")
    assert text.count("6.22E+18") == 5
    assert "另有 25 处未列出" in text
