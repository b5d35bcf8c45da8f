"""The case harness: facts as people write them, and failures as sentences."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import day_number, key_of
from rules.case_facts import Columns, day_of, expanded, fen_of, rows_of
from rules.casework import Bench, check_cases, read_cases
from rules.catalogue import Catalogue, load_catalogue
from rules.scaffold import new


def test_repetition_counts_and_computes() -> None:
    items = [{"id": "p{i}", "on": "2026-03-01 + {j} * 30", "accounts": ["a{i}{j}"], "repeat": {"i": 2, "j": 2}}]
    assert [(item["id"], day_of(item["on"]), item["accounts"]) for item in expanded(items)] == [
        ("p0", date(2026, 3, 1), ["a00"]),
        ("p0", date(2026, 3, 31), ["a01"]),
        ("p1", date(2026, 3, 1), ["a10"]),
        ("p1", date(2026, 3, 31), ["a11"]),
    ]


@given(st.integers(-1_000_000, 1_000_000), st.integers(0, 9999), st.integers(0, 99))
def test_amounts_compute_in_yuan(base: int, step: int, times: int) -> None:
    assert fen_of(f"{base} + {step} * {times}") == (base + step * times) * 100
    assert fen_of(f"{base} - {step}") == (base - step) * 100


def _columns() -> Columns:
    from fundwatch.store.schema import RELATIONS

    return {name: relation.columns for name, relation in RELATIONS.items()}


def test_transfers_become_legs_of_the_sides_that_report() -> None:
    facts = {
        "parties": [
            {"id": "shop", "kind": "firm", "group": "ring", "accounts": ["a", "b"]},
            {"id": "p", "kind": "person", "reported": False},
        ],
        "transfers": [
            {"from": "p", "to": "b", "on": date(2026, 3, 5), "amount": 100.5, "to_balance": 7},
            {"from": "shop", "to": "cash", "on": date(2026, 3, 6), "amount": 1, "at": "08:30"},
        ],
    }
    rows = rows_of(facts, _columns())
    first, second = rows["transfers"]
    assert (first["legs"], first["out_record"], first["transfer_id"]) == (1, None, first["in_record"])
    assert (first["to_group"], first["to_party"], first["to_account"]) == tuple(map(key_of, ("ring", "shop", "b")))
    assert (first["from_kind"], first["amount_cny"], first["day"]) == ("person", 10_050, day_number(date(2026, 3, 5)))
    assert (second["to_kind"], second["to_party"], second["is_cash"]) == ("cash", 0, True)
    assert [(row["account"], row["direction"], row["balance"]) for row in rows["transactions"]] == [
        ("b", "in", 700),
        ("a", "out", None),
    ]
    assert {row["record_id"] for row in rows["transactions"]} == {first["in_record"], second["out_record"]}


def test_canonical_rows_are_filled_from_their_neighbours() -> None:
    facts = {
        "loans": [{"loan_no": "L1", "principal": 1000, "disbursed_on": "2026-03-01", "receiving_account": "x"}],
        "firms": [{"institution": "M1", "party": "lender"}],
        "parties": [{"id": "lender", "kind": "firm", "group": "g"}],
    }
    rows = rows_of(facts, _columns())
    (loan,) = rows["loans"]
    assert (loan["principal"], loan["disbursed_day"]) == (100_000, day_number(date(2026, 3, 1)))
    assert loan["receiving_account_key"] == key_of("x")
    assert (rows["firms"][0]["party_key"], rows["firms"][0]["group_key"]) == (key_of("lender"), key_of("g"))


@pytest.mark.parametrize(
    "facts",
    [
        {"transfer": []},
        {"transfers": [{"from": "nobody", "to": "cash", "on": date(2026, 3, 5), "amount": 1}]},
        {"parties": [{"id": "p", "colour": "red"}]},
        {"loans": [{"loan_number": "L1"}]},
        {
            "parties": [{"id": "p", "reported": False}],
            "transfers": [{"from": "p", "to": "cash", "on": date(2026, 3, 5), "amount": 1}],
        },
    ],
)
def test_a_slip_in_the_facts_is_refused(facts: dict[str, list[dict[str, object]]]) -> None:
    with pytest.raises(ConfigurationError):
        rows_of(facts, _columns())


def _scaffolded(folder: Path) -> tuple[Catalogue, Path]:
    cases, _ = new(load_catalogue(folder), "many_transfers_in", "T99", "collection")
    return load_catalogue(folder), cases


@pytest.mark.parametrize(
    ("old", "new_text", "says"),
    [
        ("expect: fires", "expect: silent", "expected silent, was fires"),
        ("{transfer_count: 3}", "{transfer_count: 4}", "measure transfer_count is 3, not 4"),
        ("{transfer_count: 3}", "{count: 3}", "there is no measure count"),
        ("subject: subject", "subject: p0", "not about p0"),
        ("subject: subject", "severity: high", "severity is low, not high"),
        ("subject: subject", "records: 2", "there are 3 supporting records"),
        ("fires_at: 3, silent_at: 4", "fires_at: 4, silent_at: 5", "with min_transfers = 4 it does not fire"),
        ("fires_at: 3, silent_at: 4", "fires_at: 2, silent_at: 3", "with min_transfers = 3 it still fires"),
    ],
)
def test_what_does_not_hold_is_said(tmp_path: Path, bench: Bench, old: str, new_text: str, says: str) -> None:
    catalogue, cases = _scaffolded(tmp_path)
    text = cases.read_text(encoding="utf-8")
    assert old in text
    cases.write_text(text.replace(old, new_text, 1), encoding="utf-8")
    (sentence,) = check_cases(catalogue.rules[0], bench)
    assert says in sentence


@pytest.mark.parametrize(
    ("old", "new_text"),
    [
        ("rule: many_transfers_in", "rule: other"),
        ("expect: fires", "expect: maybe"),
        ("name: 超出窗口", "name: 主要误报"),
        ("case: 命中的最小情形", "case: 没有的用例"),
        ("    to: 2026-03-31", "    until: 2026-03-31"),
        ("silent_at: 4", "quiet_at: 4"),
        ("cases:", "cases: ["),
    ],
)
def test_a_malformed_case_file_is_refused(tmp_path: Path, old: str, new_text: str) -> None:
    _, cases = _scaffolded(tmp_path)
    text = cases.read_text(encoding="utf-8")
    assert old in text
    cases.write_text(text.replace(old, new_text), encoding="utf-8")
    with pytest.raises(ConfigurationError):
        read_cases(cases)


def test_cases_travel_with_their_rule(tmp_path: Path, catalogue: Catalogue, bench: Bench) -> None:
    """A catalogue copied elsewhere is checked by the same harness."""
    shutil.copytree(catalogue.folder / "collection", tmp_path / "collection")
    copied = load_catalogue(tmp_path)
    assert check_cases(copied.rule("T01"), bench) == []
