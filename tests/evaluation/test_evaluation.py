"""Figures of an evaluation, checked against counts done by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from fundwatch.domain.errors import InputError
from fundwatch.evaluation import as_json, as_tables, evaluate


def subject(key: str, codes: list[str], difficulty: str, *members: str, expert: str = "2026-03-01") -> dict[str, Any]:
    return {
        "id": key,
        "kind": "group",
        "difficulty": difficulty,
        "typologies": codes,
        "members": {"accounts": list(members)},
        "first_active": "2026-01-01",
        "last_active": "2026-06-01",
        "expert_date": expert,
    }


def look_alike(key: str, reason: str, *members: str) -> dict[str, Any]:
    return subject(key, [], "blatant", *members) | {"reason": reason, "mimics": ["T01"]}


def alert(key: str, score: float, codes: list[str], *ids: str, seen: str = "2026-03-04") -> dict[str, Any]:
    return {"alert_id": key, "score": score, "typologies": codes, "subject_ids": list(ids), "first_seen": seen}


TRUTH = {
    "subjects": [
        subject("S1", ["T01"], "blatant", "A1"),
        subject("S2", ["T08", "T10"], "moderate", "A2", "61090219800101001x"),
        subject("S3", ["T01"], "faint", "A3", expert="2026-05-01"),
    ],
    "benign": [
        look_alike("B1", "school_fees", "N1"),
        look_alike("B2", "school_fees", "N2"),
        look_alike("B3", "charity", "N3"),
    ],
}
ALERTS = [
    alert("c", 90, ["T01"], "A1"),
    alert("a", 80, ["T08"], "61090219800101001X", seen="2026-03-11"),
    alert("b", 80, ["T01"], "N1"),
    alert("d", 40, ["T13"], "Z9"),
]


def test_a_subject_counts_for_a_typology_only_by_an_alert_with_that_code() -> None:
    report = evaluate(ALERTS, TRUTH)
    assert (report.by_typology["T01"].total.count, report.by_typology["T01"].total.n) == (1, 2)
    assert report.by_typology["T08"].total.count == 1
    assert report.by_typology["T10"].total.count == 0
    assert (report.found.total.count, report.found.total.n) == (2, 3)
    assert report.found.by_difficulty["faint"].count == 0
    assert report.missed == ("S3",)


def test_identifiers_compare_without_regard_to_letter_case() -> None:
    assert evaluate(ALERTS[1:2], TRUTH).found.total.count == 1


def test_precision_has_the_alerts_there_are_as_its_base() -> None:
    report = evaluate(ALERTS, TRUTH)
    assert (report.precision[10].count, report.precision[10].n) == (2, 4)
    many = [alert(f"x{number:02d}", 50 - number / 100, ["T01"], "Z") for number in range(30)]
    assert (evaluate(ALERTS + many, TRUTH).precision[20].count, evaluate(ALERTS + many, TRUTH).precision[20].n) == (
        2,
        20,
    )


def test_look_alikes_are_counted_by_reason_and_in_the_top() -> None:
    report = evaluate(ALERTS, TRUTH)
    assert (report.look_alikes.count, report.look_alikes.n) == (1, 4)
    assert (report.false_alarms["school_fees"].count, report.false_alarms["school_fees"].n) == (1, 2)
    assert report.false_alarms["charity"].count == 0


def test_delay_runs_from_the_experts_date_to_the_first_of_several_alerts() -> None:
    later = alert("e", 10, ["T01"], "A1", seen="2026-04-01")
    report = evaluate([*ALERTS, later], TRUTH)
    assert report.delay.n == 2
    assert report.delay.days == (3 + 10) / 2
    assert report.delay_by_difficulty["blatant"].days == 3
    assert report.delay_by_difficulty["faint"].days is None


def test_an_empty_base_is_no_zero() -> None:
    report = evaluate([], {"subjects": [], "benign": []})
    assert report.found.total.value is None
    assert report.precision[10].value is None
    assert report.delay.days is None


@pytest.mark.parametrize("truth", [{}, {"subjects": [{"id": "S"}], "benign": []}, {"subjects": ["S"], "benign": []}])
def test_a_truth_of_another_form_is_an_input_error(truth: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        evaluate([], truth)


def test_an_alert_without_score_is_an_input_error() -> None:
    with pytest.raises(InputError):
        evaluate([{"alert_id": "a"}], TRUTH)


def test_json_and_tables_show_every_figure_with_its_base() -> None:
    report = evaluate(ALERTS, TRUTH)
    shown = json.loads(json.dumps(as_json(report)))
    assert shown["recall_by_typology"]["T01"] == {
        "count": 1,
        "n": 2,
        "value": 0.5,
        "by_difficulty": {"blatant": {"count": 1, "n": 1, "value": 1.0}, "faint": {"count": 0, "n": 1, "value": 0.0}},
    }
    console = Console(width=120)
    with console.capture() as captured:
        console.print(as_tables(report))
    assert "查全率" in captured.get()
    assert "50% (1/2)" in captured.get()


@given(st.lists(st.tuples(st.floats(0, 100), st.sampled_from(["A1", "A2", "A3", "N1", "N2", "Z"])), max_size=30))
def test_order_of_alerts_does_not_matter_and_shares_stay_within_their_base(raised: list[tuple[float, str]]) -> None:
    alerts = [alert(f"{number:03d}", score, ["T01"], member) for number, (score, member) in enumerate(raised)]
    report = evaluate(alerts, TRUTH)
    assert report == evaluate(alerts[::-1], TRUTH)
    for share in (report.found.total, report.look_alikes, *report.precision.values(), *report.false_alarms.values()):
        assert 0 <= share.count <= share.n
