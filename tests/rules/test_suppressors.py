"""Innocent readings that rest on a register end with the register's entry; months are those of the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from fundwatch.domain.hits import Suppression
from fundwatch.domain.keys import day_number, key_of
from rules.case_facts import rows_of
from rules.casework import Bench, load_rows
from rules.catalogue import Catalogue
from rules.rule import Suppressor
from rules.running import run_suppressors
from rules.tuning import Tuning

Facts = dict[str, list[dict[str, Any]]]
EVENING = day_number(date(2026, 3, 31))


def _readings(
    name: str,
    facts: dict[str, list[dict[str, Any]]],
    register: list[dict[str, Any]],
    catalogue: Catalogue,
    bench: Bench,
) -> tuple[Suppression, ...]:
    suppressor = catalogue.entry(name)
    assert isinstance(suppressor, Suppressor)
    rows = rows_of(facts, bench.columns)
    rows["parties"] = [{"record_id": number, **row} for number, row in enumerate(register)]
    connection = bench.connect()
    load_rows(connection, bench, rows, EVENING, EVENING)
    suspects = [key_of("subject")]
    found = run_suppressors([suppressor], connection, EVENING, EVENING, Tuning(), suspects)
    connection.close()
    return found


@pytest.mark.parametrize(("name", "kind"), [("licensed_institutions", "licensed"), ("public_money", "public")])
@pytest.mark.parametrize(("until", "holds"), [(None, True), (date(2026, 12, 31), True), (date(2026, 2, 28), False)])
def test_a_register_entry_explains_while_it_is_valid(
    name: str, kind: str, until: date | None, holds: bool, catalogue: Catalogue, bench: Bench
) -> None:
    facts: Facts = {
        "parties": [{"id": "subject", "kind": kind}, {"id": "p", "kind": "person"}],
        "transfers": [{"from": "p", "to": "subject", "on": "2026-03-05", "amount": 50000}],
    }
    register = [{"party_token": "subject", "party_class": kind, "valid_from": date(2020, 1, 1), "valid_to": until}]
    assert bool(_readings(name, facts, register, catalogue, bench)) == holds


def test_a_reading_expires_and_lowers_but_never_deletes(catalogue: Catalogue, bench: Bench) -> None:
    facts: Facts = {
        "parties": [{"id": "subject", "kind": "public"}, {"id": "p", "kind": "person"}],
        "transfers": [{"from": "p", "to": "subject", "on": "2026-03-05", "amount": 50000}],
    }
    (reading,) = _readings("public_money", facts, [], catalogue, bench)
    assert reading.factor == pytest.approx(0.3)
    assert reading.expires_day == EVENING + 180
    assert not reading.applies_to & {"T08", "M01", "G03", "P05"}


def test_months_in_the_payroll_query_are_those_of_the_calendar(catalogue: Catalogue) -> None:
    """The integer calendar of the query numbers months without gap, from 1970 to 2100."""
    tree = catalogue.entry("payroll").file.tree
    ctes = {cte.alias: cte.this.sql(dialect="duckdb") for cte in tree.find_all(type(tree.ctes[0]))}
    wanted = ", ".join(f"{name} AS ({ctes[name]})" for name in ("cycle_days", "cycle_years", "months"))
    connection = duckdb.connect()
    connection.execute("CREATE TABLE days AS SELECT CAST(range AS INTEGER) AS day FROM range(47847)")
    numbered = connection.execute(f"WITH {wanted} SELECT day, month FROM months ORDER BY day").fetchall()
    connection.close()
    days = [date(1970, 1, 1) + timedelta(day) for day, _ in numbered]
    assert [month for _, month in numbered] == [12 * day.year + day.month - 3 for day in days]
