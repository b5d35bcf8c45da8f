"""The annual cost that M03 decides without iteration is the internal rate of return found by bisection."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from fundwatch.domain.keys import day_number, key_of
from rules.case_facts import rows_of
from rules.casework import Bench, load_rows
from rules.catalogue import Catalogue
from rules.running import run_rule
from rules.tuning import Tuning

FIRST = date(2026, 1, 5)
LAST = date(2026, 6, 30)
LINE, TOLERANCE = 0.24, 0.001
Flow = tuple[float, float]


def rate_of(excess: Callable[[float], float]) -> float:
    """Return the nominal rate at which an excess that falls with the rate is zero."""
    low, high = 1e-6, 10.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return low


def worth(flows: list[Flow], rate: float) -> float:
    return float(sum(amount * (1 + rate / 12) ** (-12 * age / 365) for age, amount in flows))


def coming(left: float, start: float, months: float, rate: float, *, amortises: bool) -> list[Flow]:
    """Return the payments of what is left, month by month, with interest at a nominal rate."""
    if months <= 0:
        return [(start, left)]
    month = 365 / 12
    if amortises:
        count = max(1, int(months + 0.5))
        return [
            (start + month * step, left / count + left * (1 - (step - 1) / count) * rate / 12)
            for step in range(1, count + 1)
        ]
    whole: list[Flow] = [(start + month * step, left * rate / 12) for step in range(1, int(months) + 1)]
    return [*whole, (start + month * months, left * (1 + (months - int(months)) * rate / 12))]


def made(chance: random.Random, number: int) -> dict[str, Any]:
    """Return one firm with one loan and what was paid back on it so far."""
    principal = chance.choice([8_000, 20_000, 60_000, 150_000])
    amortises = chance.random() < 0.6
    months = chance.choice([6, 12, 18, 24])
    rate = chance.choice([900, 1500, 1800, 2100, 2400, 3000])
    start = FIRST + timedelta(days=chance.randint(0, 20))
    left, flows = principal, []
    for month in range(1, chance.randint(1, 5) + 1):
        part = round(principal / months) if amortises else 0
        interest = round(left * rate / 10_000 / 12 * chance.choice([1, 1, 1.6]), 2)
        last = chance.random() < 0.15
        part = left if last else min(part, left)
        flows.append((start + timedelta(days=30 * month), part, interest, chance.choice([0, 0, 0, 150])))
        left -= part
        if left <= 0:
            break
    due = start + timedelta(days=round(months * 365 / 12))
    return {
        "number": number,
        "principal": principal,
        "amortises": amortises,
        "rate": rate,
        "start": start,
        "due": due,
        "fees": chance.choice([0, 0, 100, 600, 1500]),
        "flows": flows,
    }


def facts_of(loans: list[dict[str, Any]]) -> dict[str, Any]:
    facts: dict[str, Any] = {"parties": [], "firms": [], "loans": [], "loan_flows": []}
    for loan in loans:
        code = f"M{loan['number']}"
        facts["parties"].append({"id": f"f{loan['number']}", "kind": "firm", "firm_institution": code})
        facts["firms"].append({"institution": code, "sector": "micro_loan", "party": f"f{loan['number']}"})
        facts["loans"].append(
            {
                "institution": code,
                "loan_no": "L",
                "borrower_token": "b",
                "principal": loan["principal"],
                "disbursed_on": loan["start"],
                "due_on": loan["due"],
                "annual_rate_bp": loan["rate"],
                "fees": loan["fees"],
                "repayment_method": "等额本金" if loan["amortises"] else "到期还本",
            }
        )
        for day, principal, interest, fees in loan["flows"]:
            facts["loan_flows"].append(
                {
                    "institution": code,
                    "loan_no": "L",
                    "flow_type": "repayment",
                    "flow_on": day,
                    "paid_principal": principal,
                    "paid_interest": interest,
                    "paid_fees": fees,
                }
            )
    return facts


def cost_of(loan: dict[str, Any], evening: date) -> float:
    """Return the lower of the cost to date and over the term, as known on an evening."""
    flows = [flow for flow in loan["flows"] if flow[0] <= evening]
    age = {flow: (flow[0] - loan["start"]).days for flow in flows}
    repaid, interest, fees = (sum(flow[place] for flow in flows) for place in (1, 2, 3))
    left = loan["principal"] - repaid
    back: list[Flow] = [(age[flow], flow[1] + flow[2] + flow[3]) for flow in flows]
    back.append((0, max(0, loan["fees"] - fees)))
    now = (evening - loan["start"]).days
    last = max(age.values(), default=0)
    rate = loan["rate"] / 10_000
    if left > 0:
        if last >= 25:
            running = interest + (fees if sum(flow[3] > 0 for flow in flows) > 1 else 0)
            days = sum(flow[1] * age[flow] for flow in flows) + left * last
            rate = max(rate, 365 * running / days)
        to_date: list[Flow] = [(now, left)]
        run, rest, kept = now, left, back
    else:
        to_date, run = [], last
        rest = sum(flow[1] for flow in flows if age[flow] == last)
        kept = [*back, (last, -rest)]
    months = ((loan["due"] - loan["start"]).days - run) * 12 / 365
    future = coming(rest, run, months, rate, amortises=loan["amortises"])
    received = loan["principal"] * (1 + TOLERANCE)
    return rate_of(lambda r: min(worth([*back, *to_date], r), worth([*kept, *future], r)) - received)


def test_the_line_is_crossed_exactly_where_bisection_says(catalogue: Catalogue, bench: Bench) -> None:
    loans = [made(random.Random(number), number) for number in range(160)]
    connection = bench.connect()
    first, last = day_number(FIRST), day_number(LAST)
    load_rows(connection, bench, rows_of(facts_of(loans), bench.columns), first, last)
    outcome = run_rule(catalogue.rule("M03"), connection, first, last, Tuning(), evidence=False)
    connection.close()
    told = {
        (hit.subject.key, hit.window_to): {one.name: one.value for one in hit.measures}["annual_cost"]
        for hit in outcome.hits
    }
    seen = 0
    for loan in loans:
        evenings = {loan["start"] + timedelta(days=3), *(flow[0] for flow in loan["flows"])}
        for evening in sorted(evenings):
            cost = cost_of(loan, evening)
            found = told.pop((key_of(f"f{loan['number']}"), day_number(evening)), None)
            if abs(cost - LINE) > (0.0005 if loan["amortises"] else 0.003):
                assert (found is not None) == (cost > LINE), (loan, evening, cost, found)
            if found is not None and cost < 0.6:
                assert abs(float(found) - cost) < 0.006, (loan, evening, cost, found)
                seen += 1
    assert seen > 60 and not told
