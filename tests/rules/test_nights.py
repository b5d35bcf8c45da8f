"""For every rule: nights run one by one give the hits of one run, and no night reads what comes after it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fundwatch.domain.hits import Hit
from rules.case_facts import rows_of
from rules.casework import FIRES, Bench, Case, load_rows, read_cases
from rules.catalogue import Catalogue, case_file, load_catalogue
from rules.rule import Rule
from rules.running import run_rule
from rules.tuning import Tuning, change_of, tune

IDS = [rule.id for rule in load_catalogue(Path(__file__).parents[2] / "rules").rules]
NIGHTS = 8


def _busy_facts(case: Case, seed: int) -> dict[str, list[dict[str, Any]]]:
    """Return a case's facts with random transfers among its parties around its last day."""
    chance = random.Random(seed)
    entities = rows_of({"parties": case.facts.get("parties", ())}, {})["entities"]
    names = sorted({row["account"] for row in entities if row["is_reported"]})
    others = [*sorted({row["account"] for row in entities}), "cash"]
    transfers = []
    for _ in range(120):
        own, other = chance.choice(names), chance.choice(others)
        if own == other:
            continue
        ends = (own, other) if chance.random() < 0.5 else (other, own)
        transfers.append(
            {
                "from": ends[0],
                "to": ends[1],
                "on": f"1970-01-01 + {case.to_day + chance.randint(-25, 4)}",
                "at": f"{chance.randint(0, 23):02d}:{chance.randint(0, 59):02d}",
                "amount": chance.choice([1000, 9000, 45000, 48000, 50000, 60000, 100000, 200000]),
                "precision": chance.choice(["second", "minute", "day"]),
                "from_balance": chance.choice([0, 500, 100000]),
                "to_balance": chance.choice([0, 500, 100000]),
            }
        )
    return {**case.facts, "transfers": [*case.facts.get("transfers", ()), *transfers]}


def _loose(rule: Rule) -> Tuning:
    """Return the tuning under which a rule fires most easily, as far as the names of its parameters tell."""
    easy = {
        name: parameter.maximum if name.startswith("max_") else parameter.minimum
        for name, parameter in rule.parameters.items()
        if name.startswith(("min_", "max_")) and parameter.unit != "text"
    }
    return Tuning().overriding(rule, {name: value for name, value in easy.items() if value is not None})


def _unordered(hits: Iterable[Hit]) -> list[str]:
    return sorted(repr(replace(hit, parameters={})) for hit in hits)


@pytest.mark.parametrize("name", IDS)
def test_nights_one_by_one_are_one_run(name: str, catalogue: Catalogue, bench: Bench) -> None:
    rule = catalogue.rule(name)
    seen = 0
    for seed, case in enumerate([case for case in read_cases(case_file(rule)).cases if case.expect == FIRES][:2]):
        connection = bench.connect()
        rows = rows_of(_busy_facts(case, seed), bench.columns)
        first, last = case.to_day - NIGHTS // 2, case.to_day + NIGHTS // 2 - 1
        load_rows(connection, bench, rows, first, last)
        for tuning in (Tuning().overriding(rule, case.parameters), _loose(rule)):
            whole = run_rule(rule, connection, first, last, tuning)
            nights = [run_rule(rule, connection, day, day, tuning) for day in range(first, last + 1)]
            assert _unordered(hit for night in nights for hit in night.hits) == _unordered(whole.hits)
            assert {one for night in nights for one in night.no_data} == set(whole.no_data)
            seen += len(whole.hits)
            bare = run_rule(rule, connection, first, last, tuning, evidence=False)
            assert bare.hits == tuple(replace(hit, records=()) for hit in whole.hits)
            # What an answer waits for is evidence.
            assert bare.no_data == tuple(dict.fromkeys(replace(one, waits_for=(), day=None) for one in whole.no_data))
            assert all(hit.records for hit in whole.hits)
        connection.close()
    assert seen


@pytest.mark.parametrize("name", IDS)
def test_a_night_reads_nothing_later(name: str, catalogue: Catalogue, bench: Bench) -> None:
    rule = catalogue.rule(name)
    case = next(case for case in read_cases(case_file(rule)).cases if case.expect == FIRES)
    outcomes = []
    for with_later in (True, False):
        rows = rows_of(_busy_facts(case, 3), bench.columns)
        if not with_later:
            rows["transfers"] = [row for row in rows["transfers"] if row["day"] <= case.to_day]
            rows["transactions"] = [row for row in rows["transactions"] if row["booked_day"] <= case.to_day]
        connection = bench.connect()
        load_rows(connection, bench, rows, case.to_day, case.to_day)
        outcomes.append(run_rule(rule, connection, case.to_day - 2, case.to_day, _loose(rule)))
        connection.close()
    assert outcomes[0] == outcomes[1]


def test_a_change_of_tuning_inside_the_range_splits_it(catalogue: Catalogue, bench: Bench) -> None:
    rule = catalogue.rule("T01")
    case = [case for case in read_cases(case_file(rule)).cases if case.expect == FIRES][1]
    later = {"from": "shop_a", "to": "s0", "on": f"1970-01-01 + {case.to_day + 1}", "amount": 9000}
    rows = rows_of({**case.facts, "transfers": [*case.facts["transfers"], later]}, bench.columns)
    connection = bench.connect()
    load_rows(connection, bench, rows, case.to_day, case.to_day)
    assert len(run_rule(rule, connection, case.to_day - 1, case.to_day + 2, Tuning()).hits) == 2
    change = {
        "id": rule.id,
        "parameter": "min_payers",
        "value": 31,
        "author": "a",
        "approver": "b",
        "reason": "case",
        "effective_from": case.to_day + 1,
    }
    tuning = tune(catalogue, [change_of(change, "case")])
    range_hits = run_rule(rule, connection, case.to_day - 1, case.to_day + 2, tuning).hits
    nights = [run_rule(rule, connection, case.to_day + step, case.to_day + step, tuning).hits for step in range(-1, 3)]
    assert range_hits == tuple(hit for night in nights for hit in night)
    assert [(hit.window_to, hit.parameters["min_payers"]) for hit in range_hits] == [(case.to_day, 30)]
    connection.close()
