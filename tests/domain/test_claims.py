"""Claims: every number in the sentence is a measure, formatted as people read it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.claims import Figure, format_figure, format_yuan, names_in, render
from fundwatch.domain.errors import ConfigurationError


def test_a_claim_reads_as_people_write() -> None:
    figures = {
        "window_days": Figure(30, "days"),
        "payers": Figure(318, "persons"),
        "amount": Figure(2003100000, "CNY"),
        "share": Figure(0.932, "share"),
    }
    sentence = render("{window_days} 日内 {payers} 名自然人转入 {amount} 元，其中 {share} 转往少数账户", figures)
    assert sentence == "30 日内 318 名自然人转入 20,031,000 元，其中 93.2% 转往少数账户"


def test_a_missing_figure_is_two_dashes_and_zero_is_zero() -> None:
    assert format_figure(Figure(None, "CNY")) == "--"
    assert format_figure(Figure(0, "CNY")) == "0"


@given(st.integers(-(10**15), 10**15))
def test_yuan_reads_back_to_the_same_fen(fen: int) -> None:
    assert re.fullmatch(r"-?\d{1,3}(,\d{3})*(\.\d{2})?", format_yuan(fen))
    whole, _, rest = format_yuan(fen).replace(",", "").lstrip("-").partition(".")
    assert int(whole) * 100 + int(rest or 0) == abs(fen)


def test_a_name_without_a_figure_is_our_error() -> None:
    with pytest.raises(ConfigurationError, match="payers"):
        render("{payers} 名", {})


@pytest.mark.parametrize("template", ["{a.b}", "{a!r}", "{a:>10}", "{0}", "{}"])
def test_a_claim_cites_plain_names_only(template: str) -> None:
    with pytest.raises(ConfigurationError):
        names_in(template)


def test_a_clause_whose_limb_did_not_speak_is_left_out() -> None:
    figures = {"payees": Figure(20, "persons"), "overlap": Figure(None, "share"), "share": Figure(None, "share")}
    assert render("付给 {payees} 人；重合 {overlap}；占 {share}", figures) == "付给 20 人"
    assert render("{payees} people were paid; {overlap} on both sides", figures) == "20 people were paid"
    assert render("重合 {overlap}；占 {share}", figures) == "重合 --；占 --"
