"""The suite says exactly what the contract's expectations say."""

from __future__ import annotations

import json
import re

import pytest

from data_contracts import expectations as kinds
from data_contracts.catalogue import Catalogue, load_catalogue
from data_contracts.expectations import Expectation, expectations_of
from data_contracts.recognition import Match, Matched
from data_contracts.suite import bounds_of, profile_suite_of, python_regex, suite_of
from data_contracts.wording import CELL_WORDINGS
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.receipts import Level


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def full_match(catalogue: Catalogue, feed: str) -> Match:
    """A file that has every header of the feed, as the contract spells them."""
    contract = catalogue.feeds[feed]
    columns = tuple(Matched(column, place, column.header) for place, column in enumerate(contract.columns, 1))
    return Match(contract, 1, columns, (), (), (), len(columns), False)


def test_every_expectation_of_every_feed_is_told_once_with_severity_code_and_wording(catalogue: Catalogue) -> None:
    severities = {Level.ERROR: "critical", Level.WARNING: "warning"}
    for feed in catalogue.feeds:
        items = expectations_of(full_match(catalogue, feed), cells=7)
        suite = suite_of(feed, dict(enumerate(items)))
        told = [entry.to_json_dict() for entry in suite.expectation_configurations]
        assert len(told) == len(items)
        for place, (entry, item) in enumerate(zip(told, items, strict=True)):
            assert entry["meta"]["place"] == place
            assert entry["meta"]["code"] == item.code
            assert entry["meta"]["kind"] == item.kind
            assert entry["meta"]["zh"] == CELL_WORDINGS[item.code].filled({"detail": item.detail}).reason
            assert entry["severity"] == severities[item.level]


def test_a_suite_survives_its_own_json(catalogue: Catalogue) -> None:
    items = expectations_of(full_match(catalogue, "pawn_ticket_ledger"))
    suite = suite_of("pawn_ticket_ledger", dict(enumerate(items)))
    text = json.dumps(suite.to_json_dict(), ensure_ascii=False)
    assert "必填项为空" in text
    assert json.loads(text)["name"] == "pawn_ticket_ledger"


def test_a_kind_that_the_suite_does_not_know_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError) as raised:
        suite_of("strange", {0: Expectation("expect_the_unexpected", "amount", "F001")})
    assert raised.value.code == "C003"
    assert "expect_the_unexpected" in raised.value.en


def test_every_kind_an_engine_contract_can_use_is_known_to_the_suite() -> None:
    arguments = {
        kinds.MATCH: {"regex": "^a$"},
        kinds.NOT_MATCH: {"regex": "a"},
        kinds.IN_SET: {"value_set": ["a"]},
        kinds.LENGTHS: {"min_value": 1, "max_value": 2},
        kinds.ANY_NOT_NULL: {"columns": ["a", "b"]},
        kinds.EXACTLY_ONE: {"columns": ["a", "b"]},
        kinds.NUMBER_BETWEEN: {"minimum": 1, "maximum": 2, "multiplier": 1, "divisor": 1, "absolute": False},
        kinds.ROW_WIDTH: {"cells": 3},
    }
    items = [
        Expectation(kind, "a", "F001", arguments=arguments.get(kind, {}))
        for kind in sorted(kinds.GX_KINDS | kinds.OWN_KINDS)
    ]
    assert len(suite_of("all", dict(enumerate(items))).expectations) == len(items)


@pytest.mark.parametrize(
    ("pattern", "text", "holds"), [(r"^\d+$", "12\n", False), (r"^\d+$", "١٢", False), (r"\$", "a$b", True)]
)
def test_a_pattern_means_in_python_what_it_means_in_the_engine(pattern: str, text: str, holds: bool) -> None:
    assert bool(re.search(python_regex(pattern), text)) is holds


def test_a_batch_profile_is_bounded_by_what_the_contract_declares(catalogue: Catalogue) -> None:
    contract = catalogue.feeds["pkdd99_trans"]
    bounds = {bound.measure: bound for bound in bounds_of(contract)}
    assert set(bounds) == {"rows", "rows_per_day", "empty_percent__is_cash", "balance_agreement_percent"}
    assert bounds["balance_agreement_percent"].at_least == pytest.approx(99.0)
    assert bounds["empty_percent__is_cash"].level is Level.WARNING
    told = [entry.to_json_dict() for entry in profile_suite_of(contract).expectation_configurations]
    assert {entry["kwargs"]["column"] for entry in told} == set(bounds)
    assert {entry["severity"] for entry in told} == {"critical", "warning"}


def test_feeds_without_balances_have_no_balance_bound(catalogue: Catalogue) -> None:
    for contract in catalogue.feeds.values():
        measures = {bound.measure for bound in bounds_of(contract)}
        assert ("balance_agreement_percent" in measures) is (contract.table.id == "transactions")
