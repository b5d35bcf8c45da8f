"""A receipt on a terminal is short, says everything twice, and never hides how much it left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from data_contracts.catalogue import Catalogue
from data_contracts.checking import Checked, check
from data_contracts.prose import wrapped
from data_contracts.rendering import render, strip_text
from fundwatch.domain.fault_places import Strip
from fundwatch.domain.receipts import Fault, Level, Receipt, Verdict, column_letter

from .conftest import BANK
from .statements34 import statement, write

Check = Callable[..., Checked]


def shown(receipt: Receipt, lang: str, width: int = 80) -> str:
    console = Console(width=width, no_color=True, force_terminal=False)
    with console.capture() as capture:
        console.print(render(receipt, lang))
    return capture.get()


@pytest.fixture(scope="module")
def receipt(
    tmp_path_factory: pytest.TempPathFactory, engine: duckdb.DuckDBPyConnection, all_contracts: Catalogue
) -> Receipt:
    rows = statement(300)
    for row in rows[10:40]:
        row["交易对手账卡号"] = "6.22E+18"
    rows[5]["对手户名"] = "[red]甲[/red]"
    rows[5]["交易金额"] = "坏[b]"
    rows[60]["开户人证件号码"] = "110105194912310021"
    path = write(tmp_path_factory.mktemp("sent") / "a.csv", rows)
    return check(path, institution=BANK, catalogue=all_contracts, connection=engine)[0].receipt


def test_chinese_first_with_english_beside(receipt: Receipt) -> None:
    text = shown(receipt, "both")
    assert text.startswith("▲ 接收，部分隔离 / accepted with quarantine · a.csv")
    assert text.index("金额无法识别") < text.index("The amount cannot be read")


def test_one_language_alone(receipt: Receipt) -> None:
    assert "The amount" not in shown(receipt, "zh")
    english = shown(receipt, "en")
    assert "金额无法识别" not in english
    assert "row 7, column F" in english


def test_a_cause_is_told_once_with_its_places_and_remedy(receipt: Receipt) -> None:
    text = shown(receipt, "zh")
    assert text.count("6.22E+18") == 1
    group = text[text.index("F014") :]
    assert "I 交易对手账卡号 · 30 处" in group
    assert "位置 第 12–41 行 I 列" in group
    assert "共性 都是科学计数法" in group
    assert group.index("位置") < group.index("原因") < group.index("处理")


def test_what_to_do_comes_first(receipt: Receipt) -> None:
    lines = shown(receipt, "zh").splitlines()
    assert "读取 300 行 · 接收 269 行 · 隔离 31 行" in lines[1]
    assert "请只更正这 31 行后补报" in lines[2]


def test_cells_are_shown_as_they_are_and_are_no_markup(receipt: Receipt) -> None:
    assert "“坏[b]”" in shown(receipt, "both")


@pytest.mark.parametrize("lang", ["zh", "en", "both"])
def test_no_line_is_wider_than_the_terminal(receipt: Receipt, lang: str) -> None:
    for width in (60, 80, 132):
        assert max(cell_len(line) for line in shown(receipt, lang, width).splitlines()) <= width


def test_levels_are_told_without_colour(receipt: Receipt) -> None:
    text = shown(receipt, "zh")
    assert "错误 31 处：须更正" in text
    assert "\n ▲ F002" in text
    assert "\n ◆ F011" in text


def test_groups_left_out_are_counted() -> None:
    faults = tuple(
        Fault(2, "", column_letter(place), f"列{place}", "F001", Level.ERROR, "", "空", "补填", "empty", "fill")
        for place in range(1, 26)
    )
    text = shown(Receipt("a.csv", "B", "c", Verdict.QUARANTINE, 9, 8, 1, (), faults), "zh")
    assert text.count("F001") == 20
    assert "另有 5 组未列出，见错误清单" in text


def test_a_file_that_is_not_recognised_says_why_and_what_next(tmp_path: Path, checked: Check) -> None:
    path = tmp_path / "a.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    receipt = checked(path).receipt
    text = shown(receipt, "zh")
    assert text.startswith("✗ 拒收 · a.csv")
    assert "更正后重新报送" in text
    assert "B050" in text


def test_nothing_wrong_is_said_in_few_lines(tmp_path: Path, checked: Check) -> None:
    receipt = checked(write(tmp_path / "a.csv", statement(30))).receipt
    assert receipt.verdict is Verdict.ACCEPTED
    text = shown(receipt, "zh")
    assert "全部接收，无需处理" in text
    assert len(text.splitlines()) < 10


def test_the_strip_shows_where_and_how_many() -> None:
    strip = Strip(2, 11, (0, 8, 0, 0, 0, 0, 0, 0, 0, 1), (1, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    assert strip_text(strip).plain == "▕▁▁▁███" + "·" * 21 + "▁▁▁▏"


PROSE = st.text(alphabet="甲乙，。（）“”ab1 9-\n：", max_size=120)


@given(PROSE, st.integers(8, 40))
def test_wrapping_loses_nothing_and_keeps_to_the_width(text: str, width: int) -> None:
    lines = list(wrapped(text, width))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line == line.rstrip() for line in lines)


@given(st.text(alphabet="甲乙丙丁，。", max_size=80), st.integers(12, 40))
def test_chinese_wraps_anywhere_but_before_a_closing_mark(text: str, width: int) -> None:
    lines = list(wrapped(text, width))
    if "，，" in text or "，。" in text or "。，" in text or "。。" in text:
        return
    assert all(cell_len(line) <= width for line in lines)
    assert not any(line[0] in "，。" for line in lines[1:])
