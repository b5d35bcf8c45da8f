"""Terms of remarks: disguised spellings are read, negations win over the term inside them, names stay names."""

from __future__ import annotations

import re

import pytest

from fundwatch.domain.keys import key_of
from rules.reference import tables

from .conftest import Row, Town, entry

LEXICON, GLYPHS = (tables(0, 0)[f"reference_{name}"] for name in ("lexicon", "glyphs"))


def _rows(table: str) -> list[Row]:
    found = {"lexicon": LEXICON, "glyphs": GLYPHS}[table]
    names = [name for name, _ in found.columns]
    return [dict(zip(names, row, strict=True)) for row in found.rows]


def _town(town: Town) -> Town:
    town.rows["reference_lexicon"] = _rows("lexicon")
    town.rows["reference_glyphs"] = _rows("glyphs")
    return town.account("A", "TA").account("B", "TB")


def _said(town: Town, remark: str | None, summary: str | None = "转账", name: str = "fundraising_strong") -> set[str]:
    town.rows["transactions"] = [entry("A", "2025-03-05T10:00:00", "out", 1000, "B", summary=summary, remark=remark)]
    town.build()
    return {term for (term,) in town.ask(f"SELECT term FROM remark_terms WHERE class = '{name}'")}


@pytest.mark.parametrize(
    ("remark", "terms"),
    [
        ("投资款", {"投资款", "投资"}),
        ("投姿款", {"投资款", "投资"}),
        ("投 资 款", {"投资款", "投资"}),
        ("投.资-款 第3期", {"投资款", "投资"}),
        ("投0资", {"投资"}),
        ("李cai", {"理财"}),
        ("ＬＩＣＡＩ", {"理财"}),
        ("理 C A I 产品", {"理财"}),
        ("泰达币充值", {"USDT"}),
        ("usdt", {"USDT"}),
        ("认購原始股", {"认购", "原始股"}),
        ("養老床位預定金", {"养老床位", "预定金"}),
        ("养老 床位", {"养老床位"}),
        ("退休金投资", {"投资"}),
        ("贷款利息 另付利息", {"利息"}),
        ("返li", {"返利"}),
    ],
)
def test_terms_are_read_however_they_are_written(town: Town, remark: str, terms: set[str]) -> None:
    assert _said(_town(town), remark) == terms


@pytest.mark.parametrize(
    "remark",
    ["利息税", "结息", "贷款利息", "银行利息", "退投资款", "退理财本金款", "退预定金余款", "理财赎回", "活期理财赎回",
     "李财旺生活费", "货款", "", None, "￥1,000.00", "城建投资有限公司货款", "代养老人取药"],
)  # fmt: skip
def test_negations_and_names_are_no_terms(town: Town, remark: str | None) -> None:
    assert _said(_town(town), remark) == set()


def test_a_term_does_not_arise_between_summary_and_remark(town: Town) -> None:
    assert _said(_town(town), "股金户", "转入") == set()
    assert _said(_town(town), "益民超市", "代收") == set()
    assert _said(_town(town), "入股", "转账") == {"入股"}
    assert _said(_town(town), "养 老 床 位", None) == {"养老床位"}


def test_spellings_are_read_in_strong_terms_only_and_classes_keep_apart(town: Town) -> None:
    assert _said(_town(town), "三月工资", "代发", "salary") == {"工资", "代发"}
    assert _said(_town(town), "物业费与房租", name="property_fee") == {"物业", "房租"}
    assert {name for (name,) in town.ask("SELECT DISTINCT class FROM remark_terms")} == {"property_fee", "rent"}


def test_a_term_counts_while_it_is_in_force(town: Town) -> None:
    _town(town)
    for row in town.rows["reference_lexicon"]:
        if row["term"] == "理财":
            row["valid_to_day"] = 20151
    assert _said(town, "理财") == set()  # 20152 is 2025-03-05
    town.rows["transactions"] = [entry("A", "2025-03-04T10:00:00", "out", 1000, "B", summary="转账", remark="理财")]
    town.build()
    assert len(town.relation("remark_terms")) == 1


def test_every_transfer_is_named_once_a_term_and_none_without_a_glyph_table(town: Town) -> None:
    _town(town).rows["reference_glyphs"] = []
    first = entry("A", "2025-03-05T10:00:00", "out", 1000, "B", summary="转账", remark="理财 理财 收益")
    second = entry("B", "2025-03-05T10:00:00", "in", 1000, "A", summary="转账", remark="理财")
    town.rows["transactions"] = [first, second]
    town.build()
    assert {(key, term) for key, _, _, term in town.relation("remark_terms")} == {
        (first["record_id"], "理财"),
        (first["record_id"], "收益"),
    }
    assert key_of("A") != first["record_id"]


def test_negations_are_expressions_that_every_engine_reads() -> None:
    patterns = [row["term"] for row in _rows("lexicon") if row["class"] == "fundraising_negation"]
    assert all(re.compile(pattern) and not re.search(r"\\|\(\?[=!<]", pattern) for pattern in patterns)
    others = [row["term"] for row in _rows("lexicon") if row["class"] != "fundraising_negation"]
    assert not [term for term in others if re.search(r"[\s.*+?(){}\[\]|^$]", term)]


def test_every_spelling_has_two_characters_at_least() -> None:
    """The relation finds a spelling by its first two characters."""
    apart = re.compile("(name|account|channel|negation)$|^bank_entry$")
    assert all(len(row["term"]) >= 2 for row in _rows("lexicon") if not apart.search(row["class"]))
    assert all(len(row["written"]) >= 2 for row in _rows("glyphs") if row["kind"] == "spelling")
