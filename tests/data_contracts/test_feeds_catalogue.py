"""Laws over all contracts together."""

from __future__ import annotations

import itertools

import pytest

from data_contracts.catalogue import Catalogue, load_catalogue
from data_contracts.contract import Contract
from data_contracts.reading.staged import header_form
from data_contracts.vocabulary import LINEAGE, Kind
from fundwatch.store.data_model import CANONICAL
from fundwatch.store.schema import relation


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.mark.parametrize("name", [declared.name for declared in CANONICAL])
def test_a_table_contract_has_the_columns_and_nature_of_the_data_model(name: str, catalogue: Catalogue) -> None:
    table, model = catalogue.tables[name], relation(name)
    assert table.nature == model.kind
    assert [(column.name, column.physical.replace("VARCHAR", "TEXT")) for column in table.columns] == list(
        model.columns
    )


def test_every_contract_table_is_in_the_data_model(catalogue: Catalogue) -> None:
    assert set(catalogue.tables) == {declared.name for declared in CANONICAL}


def test_a_persons_number_is_a_token_everywhere(catalogue: Catalogue) -> None:
    for table in catalogue.tables.values():
        for column in table.columns:
            assert (column.kind is Kind.TOKEN) is column.name.endswith("_token"), (table.id, column.name)


def test_every_key_is_derived_from_the_column_it_is_named_after(catalogue: Catalogue) -> None:
    for table in catalogue.tables.values():
        for column in table.columns:
            if column.kind is Kind.KEY and column.name not in LINEAGE:
                function, source = column.derivation or ("", "")
                assert function == "key_of"
                assert column.name == f"{source}_key" or (column.name, source) == (
                    "counterparty_key",
                    "counterparty_account",
                )


def required_headers(contract: Contract) -> list[set[str]]:
    return [{header_form(text) for text in column.spellings} for column in contract.columns if column.header_required]


def test_no_header_stands_for_two_columns_of_one_feed(catalogue: Catalogue) -> None:
    for contract in catalogue.feeds.values():
        spelled = [header_form(text) for column in contract.columns for text in column.spellings]
        doubled = {text for text in spelled if spelled.count(text) > 1}
        assert not doubled, (contract.id, doubled)


def test_no_two_columns_of_a_feed_fill_the_same_canonical_column(catalogue: Catalogue) -> None:
    for contract in catalogue.feeds.values():
        filled = [(target, column.part) for column in contract.columns for target in column.targets]
        assert len(filled) == len(set(filled)), contract.id


def test_a_file_that_fits_one_feed_of_a_sector_lacks_a_needed_header_of_every_other(catalogue: Catalogue) -> None:
    sectors = {sector for contract in catalogue.feeds.values() for sector in contract.sectors}
    for sector in sorted(sectors):
        for one, other in itertools.permutations(catalogue.for_sector(sector), 2):
            if one.table.id == other.table.id == "transactions":
                continue
            usual = {header_form(column.header) for column in one.columns}
            missing = [needed for needed in required_headers(other) if not needed & usual]
            assert missing, (sector, one.id, other.id)


def test_a_feed_fills_or_derives_every_required_column_of_its_table(catalogue: Catalogue) -> None:
    for contract in catalogue.feeds.values():
        given = {target for column in contract.columns for target in column.targets} | set(contract.constants)
        given |= {"direction"} if any(column.part == "debit" for column in contract.columns) else set()
        for column in contract.table.columns:
            if column.required and column.default is None and column.derivation is None:
                assert column.name in given or (column.name == "currency" and contract.currency), (
                    contract.id,
                    column.name,
                )


def test_what_a_key_needs_is_filled_by_the_feed(catalogue: Catalogue) -> None:
    for contract in catalogue.feeds.values():
        given = {target for column in contract.columns for target in column.targets} | set(contract.constants)
        derived = {column.name for column in contract.table.columns if column.derivation}
        assert set(contract.key_needs) <= given | derived, contract.id


def test_constants_and_spellings_stay_within_the_enumeration(catalogue: Catalogue) -> None:
    for contract in catalogue.feeds.values():
        for name, value in contract.constants.items():
            allowed = contract.table.column(name).allowed
            assert not allowed or value in allowed, (contract.id, name)
        for column in contract.columns:
            if column.kind is Kind.ENUM:
                known = {*contract.table.column(column.targets[0]).allowed, "credit", "debit"}
                assert set(column.values) <= known, (contract.id, column.header)


def test_every_sector_may_send_something(catalogue: Catalogue) -> None:
    for sector in ("bank", "micro_loan", "guarantee", "pawn", "authority"):
        assert catalogue.for_sector(sector)


def test_companion_feeds_are_never_recognised_alone(catalogue: Catalogue) -> None:
    assert "authority_legal_representatives" not in {contract.id for contract in catalogue.for_sector("authority")}
