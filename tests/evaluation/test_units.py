"""Figures by unit, checked against a city of six groups done by hand."""

from __future__ import annotations

import json

from rich.console import Console

from fundwatch.evaluation import (
    TransferRow,
    by_party,
    by_scheme,
    by_transfer,
    party_scores,
    units_as_json,
    units_as_table,
)
from tests.evaluation.test_evaluation import alert, look_alike, subject

GROUPS = {"g1": ["a1", "a2"], "g2": ["a3"], "g3": ["a4"], "g4": ["a5"], "g5": ["n1"], "g6": ["a7"]}
TRUTH = {
    "subjects": [
        subject("S001", ["T17"], "blatant", "A1", "A3"),  # two groups
        subject("S002", ["T01"], "faint", "A4", expert="2026-02-27"),
        subject("S003", ["T01"], "faint", "elsewhere"),  # no group holds it
    ],
    "benign": [look_alike("B004", "school_fees", "N1")],
}
ALERTS = [
    alert("x", 90, ["T01"], "A3", seen="2026-03-04")
    | {
        "evidence": [
            {"record_kind": "transactions", "record_id": f"{7:015x}"},
            {"record_kind": "loans", "record_id": "9"},
        ]
    },
    alert("y", 70, ["T01"], "N1") | {"evidence": [{"record_kind": "transactions", "record_id": f"{20:015x}"}]},
    alert("z", 30, ["T01"], "A4", "A7", seen="2026-03-01")
    | {"evidence": [{"record_kind": "transactions", "record_id": f"{7:015x}"}]},
]
ORDER = 1 / 3 * 1 / 1 + 1 / 3 * 2 / 4 + 1 / 3 * 3 / 6
"""g2 first; g1 among the two last with zero, with g4; g3 equals g6 in third and fourth place."""


def test_a_group_is_scored_by_its_best_alert_or_stands_at_zero() -> None:
    assert [(party.subject_id, party.score) for party in party_scores(GROUPS, ALERTS)] == [
        ("g1", 0.0), ("g2", 90.0), ("g3", 30.0), ("g4", 0.0), ("g5", 70.0), ("g6", 30.0),
    ]  # fmt: skip


def test_given_scores_take_the_place_of_alerts() -> None:
    assert [party.score for party in party_scores(GROUPS, ALERTS, {"g1": 5.0, "unknown": 9.0})] == [5.0, 0, 0, 0, 0, 0]


def test_parties_are_all_groups_and_planted_those_with_a_planted_account() -> None:
    found = by_party(party_scores(GROUPS, ALERTS), ALERTS, TRUTH)
    assert (found.ranked.items, found.ranked.positives, found.ranked.look_alikes) == (6, 3, 1)
    assert found.ranked.average_precision == ORDER
    assert (found.covered.count, found.covered.n) == (2, 3)
    assert (found.delay.days, found.delay.n) == (2.5, 2)  # three days after March 1st, two after February 27th


def test_schemes_are_one_item_each_with_their_best_group() -> None:
    found = by_scheme(party_scores(GROUPS, ALERTS), ALERTS, TRUTH)
    assert (found.ranked.items, found.ranked.positives, found.ranked.look_alikes) == (5, 2, 1)
    assert found.ranked.average_precision == 1 / 2 + 1 / 2 * 2 / 4
    assert (found.covered.count, found.covered.n) == (2, 3)


def test_transfers_are_marked_by_the_evidence_that_cites_either_record() -> None:
    transfers = [
        TransferRow((7, 8), 20_513),  # 2026-03-01; cited by x and z
        TransferRow((9,), 20_513),  # planted, not cited: a loan has that number
        TransferRow((20, 21), 20_514),  # of a look-alike, cited
        TransferRow((30, 31), 20_514),
    ]
    entries = [("S001", 7), ("S001", 8), ("S002", 9), ("S002", 77), ("B004", 21)]
    found = by_transfer(transfers, ALERTS, entries)
    assert (found.ranked.items, found.ranked.positives, found.ranked.look_alikes) == (4, 2, 1)
    assert found.ranked.average_precision == 1 / 2 + 1 / 2 * 2 / 4
    assert (found.delay.days, found.delay.n) == (0.0, 1)
    assert (found.covered.count, found.covered.n) == (3, 4)


def test_json_and_table_show_the_base_rate_of_every_figure() -> None:
    units = {"party": by_party(party_scores(GROUPS, ALERTS), ALERTS, TRUTH)}
    told = json.loads(json.dumps(units_as_json(units)))["party"]
    assert (told["base_rate"], told["positives"], told["items"]) == (0.5, 3, 6)
    assert told["look_alike_base_rate"] == round(1 / 6, 4)
    assert told["recall_at_1_percent"] == {"value": round(1 / 3, 4), "first": 1, "n": 3}
    console = Console(width=120)
    with console.capture() as captured:
        console.print(units_as_table(units))
    assert "PR-AUC" in captured.get()
    assert f"{ORDER:.3f} (50.00%)" in captured.get()
    assert units_as_json({}) == {}


def test_an_empty_city_has_no_figures() -> None:
    none = {"subjects": [], "benign": []}
    assert by_party([], [], none).ranked.average_precision is None
    assert by_transfer([], [], []).delay.days is None
