"""A question about absence waits for its reports: nights equal a range, no evening reads what came later."""

from __future__ import annotations

import random
from typing import Any

import pytest

from fundwatch.domain.keys import day_number, key_of
from rules.case_facts import Rows, day_of, rows_of
from rules.casework import Bench, load_rows, read_cases
from rules.catalogue import Catalogue, case_file
from rules.running import run_rule
from rules.tuning import Tuning

FIRST, LAST = day_number(day_of("2026-05-04")), day_number(day_of("2026-06-14"))


def facts_with_gaps(catalogue: Catalogue, bench: Bench, seed: int) -> Rows:
    """Return the base case with its stop of payouts, dues scattered over days, and reports late, missing or in time."""
    chance = random.Random(seed)
    case = read_cases(case_file(catalogue.rule("payout_break"))).cases[0]
    rows = rows_of(case.facts, bench.columns)
    shift = {key_of(f"p{number}"): chance.randint(0, 3) for number in range(12)}
    for row in rows["transfers"]:
        late = max(shift.get(row["from_party"], 0), shift.get(row["to_party"], 0))
        row["day"] += late
    coverage: list[dict[str, Any]] = []
    for institution in ("B1", "B2"):
        for day in range(FIRST - 40, LAST + 1):
            wait = chance.choices([0, 1, 3, 9, 40, None], weights=[80, 7, 5, 5, 2, 1])[0]
            status = "missing" if wait is None else "late" if wait else "received"
            complete = None if wait is None else day + wait
            coverage.append(
                {"institution": institution, "sector": "bank", "day": day, "status": status, "complete_day": complete}
            )
    rows["coverage"] = coverage
    return rows


def test_nights_one_by_one_are_one_run_whatever_comes_late(catalogue: Catalogue, bench: Bench) -> None:
    rule = catalogue.rule("payout_break")
    waited: list[Any] = []
    unanswered = 0
    for seed in range(4):
        connection = bench.connect()
        load_rows(connection, bench, facts_with_gaps(catalogue, bench, seed), FIRST, LAST)
        whole = run_rule(rule, connection, FIRST, LAST, Tuning())
        nights = [run_rule(rule, connection, day, day, Tuning()) for day in range(FIRST, LAST + 1)]
        assert [repr(hit) for night in nights for hit in night.hits] == [repr(hit) for hit in whole.hits]
        assert {one for night in nights for one in night.no_data} == set(whole.no_data)
        assert all(one.waits_for and one.day is not None for one in whole.no_data)
        waited += [measure.value for hit in whole.hits for measure in hit.measures if measure.name == "waited_days"]
        unanswered += len(whole.no_data)
        connection.close()
    # Some were answered on their own evening, some later, some not at once.
    assert None in waited
    assert any(waited)
    assert unanswered


@pytest.mark.parametrize("seed", range(2))
def test_an_evening_does_not_know_what_comes_in_after_it(catalogue: Catalogue, bench: Bench, seed: int) -> None:
    rule = catalogue.rule("payout_break")
    for last in range(FIRST, LAST, 9):
        outcomes = []
        for is_later_known in (True, False):
            rows = facts_with_gaps(catalogue, bench, seed)
            if not is_later_known:
                for row in rows["coverage"]:
                    if row["complete_day"] is not None and row["complete_day"] > last:
                        row |= {"status": "missing", "complete_day": None}
            connection = bench.connect()
            load_rows(connection, bench, rows, FIRST, last)
            outcomes.append(run_rule(rule, connection, FIRST, last, Tuning()))
            connection.close()
        assert outcomes[0] == outcomes[1]


def test_a_question_names_whom_it_waits_for(catalogue: Catalogue, bench: Bench) -> None:
    rule = catalogue.rule("payout_break")
    case = next(case for case in read_cases(case_file(rule)).cases if case.expect == "not_enough_data")
    connection = bench.connect()
    load_rows(connection, bench, rows_of(case.facts, bench.columns), case.from_day, case.to_day)
    (one,) = run_rule(rule, connection, case.from_day, case.to_day, Tuning()).no_data
    assert (one.waits_for, one.day) == (("B2",), case.to_day)
    connection.close()
