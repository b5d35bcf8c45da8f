"""One line of business that defaults within days is one event, read from the register of firms."""

from __future__ import annotations

from fundwatch.domain.hits import Severity
from fundwatch.domain.keys import key_of
from rules.case_facts import rows_of
from rules.casework import Bench, load_rows, read_cases
from rules.catalogue import Catalogue, case_file
from rules.running import run_rule
from rules.tuning import Tuning


def test_customers_of_one_trade_in_one_week_are_an_event(catalogue: Catalogue, bench: Bench) -> None:
    rule = catalogue.rule("G04")
    case = next(case for case in read_cases(case_file(rule)).cases if "水灾" in case.name)
    found = []
    for scopes in (["魔芋种植"] * 6, [f"行业{number}" for number in range(6)]):
        rows = rows_of(case.facts, bench.columns)
        for row in rows["entities"]:
            row["region"] = None
        rows["parties"] = [
            {"record_id": key_of(f"v{number}"), "party_token": f"v{number}", "business_scope": scope}
            for number, scope in enumerate(scopes)
        ]
        connection = bench.connect()
        load_rows(connection, bench, rows, case.to_day, case.to_day)
        (hit,) = run_rule(rule, connection, case.to_day, case.to_day, Tuning()).hits
        connection.close()
        found.append(hit.severity)
    assert found == [Severity.LOW, Severity.HIGH]
