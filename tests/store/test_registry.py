"""The register of institutions is read strictly."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.errors import ConfigurationError, InputError
from fundwatch.store.registry import FeedOverrides, amended, parse_registry, read_registry

PATH = Path("institutions.toml")
BANK = """
[[institution]]
code = "610900-B01"
name = "示例银行安康分行"
sector = "bank"
region = "610902"
legal_basis = "《防范和处置非法集资条例》第十三条"
approval_no = "安处非办〔2026〕1号"
"""


def test_the_documented_form_is_read() -> None:
    text = BANK + (
        'expires_on = 2027-12-31\napprover = "甲"\npurpose = "监测"\n'
        '[institution.feeds]\ndirection = "ledger"\namount_unit = "wan"\nnegative_amount = "refuse"\n'
    )
    registry = parse_registry(text, PATH)
    bank = registry.institution("610900-B01")
    assert len(registry) == 1
    assert list(registry) == [bank]
    assert bank.feeds == FeedOverrides("ledger", "wan", "refuse")
    assert (bank.sector, bank.region, bank.expires_on) == ("bank", "610902", date(2027, 12, 31))
    assert bank.basis_holds_on(date(2027, 12, 31))
    assert not bank.basis_holds_on(date(2028, 1, 1))


def test_feeds_are_optional_and_partial() -> None:
    assert parse_registry(BANK, PATH).institution("610900-B01").feeds == FeedOverrides()
    partial = parse_registry(BANK + '[institution.feeds]\namount_unit = "fen"\n', PATH)
    assert partial.institution("610900-B01").feeds == FeedOverrides(amount_unit="fen")


def test_banks_report_daily_and_firms_monthly_unless_the_register_says_otherwise() -> None:
    def terms(text: str) -> tuple[str, int]:
        one = parse_registry(text, PATH).institution("610900-B01")
        return one.reports, one.due_days

    assert terms(BANK) == ("daily", 1)
    assert terms(BANK + "due_days = 3\n") == ("daily", 3)
    assert terms(BANK.replace('"bank"', '"pawn"')) == ("monthly", 10)
    assert terms(BANK.replace('"bank"', '"pawn"') + 'reports = "daily"\n') == ("daily", 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BANK.replace("name =", "nmae ="), "nmae"),
        (BANK.replace('"bank"', '"banks"'), "sector"),
        (BANK.replace("legal_basis", "# legal_basis"), "legal_basis"),
        (BANK.replace('"安处非办〔2026〕1号"', '" "'), "approval_no"),
        (BANK.replace('"610902"', '"6109"'), "region"),
        (BANK.replace('"610900-B01"', '"../B01"'), "code"),
        (BANK.replace('"610900-B01"', "7"), "code"),
        (BANK + BANK, "twice"),
        (BANK + '[institution.feeds]\ndirection = "both"\n', "direction"),
        (BANK + '[institution.feeds]\nunit = "fen"\n', "unit"),
        (BANK + 'feeds = "x"\n', "feeds"),
        (BANK + 'expires_on = "2027"\n', "expires_on"),
        (BANK + 'reports = "weekly"\n', "reports"),
        (BANK + "due_days = 61\n", "due_days"),
        (BANK + 'due_days = "1"\n', "due_days"),
        ("[institution]\ncode = 1\n", r"\[\[institution\]\]"),
        ("institution = [1]\n", r"\[\[institution\]\]"),
        ("[other]\n", "other"),
        ("[[institution", "TOML"),
    ],
)
def test_every_flaw_is_one_sentence_that_says_what_to_mend(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        parse_registry(text, PATH)
    assert "institutions.toml" in caught.value.en
    assert caught.value.zh.endswith("。")


def test_an_unregistered_institution_is_told_where_to_register() -> None:
    with pytest.raises(ConfigurationError, match=r"enter it in institutions\.toml"):
        parse_registry(BANK, PATH).institution("610900-B02")


def test_a_missing_or_unreadable_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="missing"):
        read_registry(tmp_path / "institutions.toml")
    (tmp_path / "gbk.toml").write_bytes(BANK.encode("gb18030"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        read_registry(tmp_path / "gbk.toml")
    (tmp_path / "institutions.toml").write_text(BANK, encoding="utf-8")
    assert len(read_registry(tmp_path / "institutions.toml")) == 1


VALUES = {
    "code": "610900-B02",
    "name": "另一银行",
    "sector": "bank",
    "region": "610921",
    "legal_basis": "条例第二十一条",
    "approval_no": "测试 1",
    "reports": None,
    "due_days": 3,
    "expires_on": date(2027, 6, 30),
}


def test_an_institution_is_added_and_what_was_written_stays() -> None:
    before = "# 本市登记\n" + BANK + '[institution.feeds]\namount_unit = "wan"  # 该行以万元报送\n'
    after = amended(before, VALUES, code=None, path=PATH)
    assert after.startswith(before)
    found = parse_registry(after, PATH)
    assert (found.institution("610900-B02").due_days, found.institution("610900-B02").reports) == (3, "daily")
    assert found.institution("610900-B01").feeds.amount_unit == "wan"


def test_an_institution_is_changed_in_its_place() -> None:
    before = "# 本市登记\n" + BANK + 'expires_on = 2026-12-31\n[institution.feeds]\namount_unit = "wan"  # 万元\n'
    values = VALUES | {"code": "610900-B01", "name": "改名银行", "expires_on": None}
    after = amended(before, values, code="610900-B01", path=PATH)
    found = parse_registry(after, PATH).institution("610900-B01")
    assert (found.name, found.expires_on, found.feeds.amount_unit) == ("改名银行", None, "wan")
    assert "# 本市登记" in after and "# 万元" in after


def test_a_change_to_the_same_leaves_the_text_alone() -> None:
    once = amended("", VALUES, code=None, path=PATH)
    assert amended(once, VALUES, code="610900-B02", path=PATH) == once


@given(
    st.fixed_dictionaries(
        {
            name: st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=30).filter(
                lambda text: text == text.strip()
            )
            for name in ("name", "legal_basis", "approval_no")
        }
    )
)
def test_any_text_comes_back_as_it_was_given(texts: dict[str, str]) -> None:
    found = parse_registry(amended(BANK, VALUES | texts, code=None, path=PATH), PATH).institution("610900-B02")
    assert {name: getattr(found, name) for name in texts} == texts


def test_what_the_register_does_not_take_is_refused() -> None:
    with pytest.raises(InputError, match="已登记"):
        amended(BANK, VALUES | {"code": "610900-B01"}, code=None, path=PATH)
    with pytest.raises(InputError, match="未登记"):
        amended(BANK, VALUES, code="610900-B09", path=PATH)
    for wrong in ({"region": "61"}, {"sector": "shop"}, {"due_days": 99}, {"name": " "}, {"code": "../x"}):
        with pytest.raises(ConfigurationError):
            amended(BANK, VALUES | wrong, code=None, path=PATH)
