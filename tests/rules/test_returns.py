"""The SQL of T08 and T10 against the same definitions written as plain loops, on random schemes."""

from __future__ import annotations

import random
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from statistics import median, pstdev
from typing import Any

import pytest

from fundwatch.domain.hits import Hit
from fundwatch.domain.keys import day_number
from rules.case_facts import day_of, rows_of
from rules.casework import Bench, load_rows
from rules.catalogue import Catalogue
from rules.reference import calendar
from rules.running import run_rule
from rules.tuning import Tuning

FIRST = day_number(day_of("2026-01-05"))
NIGHTS = range(FIRST + 60, FIRST + 130)
UNITS = (1, 100_000, 1_000_000)
BANDS = {1: (1, 1), 7: (6, 8), 15: (14, 16), 30: (27, 33), 90: (85, 95)}
PER_YEAR = {1: 365, 7: 52, 15: 24, 30: 12, 90: 4}


def _days_off() -> dict[int, tuple[int, int]]:
    """Return for each day how many days off lie just before and just after it, none for a day off itself."""
    works = {day: is_workday for day, is_workday, *_ in calendar(FIRST - 60, FIRST + 200)}
    found = {}
    for day in range(FIRST - 30, FIRST + 170):
        before = after = 0
        while works[day] and not works[day - before - 1]:
            before += 1
        while works[day] and not works[day + after + 1]:
            after += 1
        found[day] = before, after
    return found


OFF = _days_off()
TUNED_T08: dict[str, Any] = {"min_pairs": 4}
TUNED_T10: dict[str, Any] = {"min_return_persons": 3, "min_fresh_share": 0.1, "max_operating_share": 0.5}
Row = dict[str, Any]


def random_scheme(seed: int) -> dict[str, list[Row]]:
    """Return facts of one scheme: deposits, periodic returns that are now and then late or odd, repayments, income."""
    chance = random.Random(seed)
    period, rate = chance.choice([7, 15, 30]), chance.choice([5, 12, 20])
    transfers: list[Row] = []
    for number in range(8):
        nominal = chance.choice([10000, 20000, 30000, 100000])
        start = FIRST + chance.randint(0, 20)
        held_back = chance.choice([0, 0, 0, 3, 6])
        transfers.append(_paid(f"p{number}", "boss", start, nominal * (100 - held_back) // 100))
        own_rate = rate if chance.random() < 0.7 else rate + chance.randint(1, 6)
        for turn in range(1, 110 // period):
            day = start + turn * period + chance.choice([0, 0, 0, 1, 2])
            odd = chance.choice([0, 0, 0, 0, 100])
            transfers.append(_paid("firm", f"p{number}", day, nominal * own_rate // 1000 + odd))
        if chance.random() < 0.4:
            transfers.append(_paid("firm", f"p{number}", start + 50, nominal + nominal * own_rate // 1000))
            transfers.append(_paid(f"p{number}", "boss", start + 52, nominal * chance.choice([1, 2])))
    for _ in range(40):
        day = FIRST + chance.randint(20, 130)
        transfers.append(_paid(f"q{chance.randint(0, 5)}", "boss", day, chance.choice([5000, 20000])))
        transfers.append(_paid("firm", "cash", day + 1, chance.choice([8000, 20000])))
    for _ in range(chance.randint(0, 8)):
        transfers.append(_paid(chance.choice(["client", "wallet"]), "firm", FIRST + chance.randint(60, 130), 9000))
    parties: list[Row] = [
        *({"id": name, "kind": "firm" if name == "firm" else "person", "group": "scheme"} for name in ("firm", "boss")),
        *({"id": f"{letter}{n}", "kind": "person"} for letter in "pq" for n in range(8)),
        {"id": "client", "kind": "firm"},
        {"id": "wallet", "kind": "clearing", "reported": False},
    ]
    return {"parties": parties, "transfers": transfers}


def _paid(giver: str, taker: str, day: int, amount: int) -> Row:
    return {"from": giver, "to": taker, "on": f"1970-01-01 + {day}", "amount": amount}


def _hits(code: str, seed: int, tuned: Row, catalogue: Catalogue, bench: Bench) -> tuple[tuple[Hit, ...], list[Row]]:
    rule = catalogue.rule(code)
    rows = rows_of(random_scheme(seed), bench.columns)
    connection = bench.connect()
    load_rows(connection, bench, rows, NIGHTS[0], NIGHTS[-1])
    found = run_rule(rule, connection, NIGHTS[0], NIGHTS[-1], Tuning().overriding(rule, tuned), evidence=False)
    connection.close()
    (group,) = {row["group_key"] for row in rows["entities"] if row["party_token"] == "firm"}
    outer = [row for row in rows["transfers"] if row["from_group"] != row["to_group"]]
    return tuple(hit for hit in found.hits if hit.subject.key == group), [
        {**row, "is_in": row["to_group"] == group} for row in outer if group in (row["from_group"], row["to_group"])
    ]


def _pairs(rows: list[Row], evening: int) -> dict[int, dict[int, list[int]]]:
    """Return person → day → [deposit, payout] up to an evening."""
    pairs: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for row in rows:
        far = "from" if row["is_in"] else "to"
        if row[f"{far}_kind"] == "person" and row["day"] <= evening:
            pairs[row[f"{far}_party"]][row["day"]][0 if row["is_in"] else 1] += row["amount_cny"]
    return pairs


def _returns(days: dict[int, list[int]], unit: int = 1) -> Iterator[tuple[int, int, int]]:
    """Yield (day, payout, principal) of every return by the recursion itself, deposits rounded up to the unit."""
    principal = 0
    for day, (deposit, payout) in sorted(days.items()):
        if payout and principal:
            if principal >= 100_000 and 2 * principal <= 1000 * payout <= 150 * principal:
                yield day, payout, principal
            if 2 * payout >= principal:
                principal -= min(payout, principal)
        rounded = -(-deposit // unit) * unit
        principal += rounded if 1000 * (rounded - deposit) <= 150 * rounded else deposit


def _qualified(days: dict[int, list[int]], unit: int) -> dict[str, Any] | None:
    returns = list(_returns(days, unit))
    pairs = [(sooner[0], later[0]) for sooner, later in pairwise(returns)]
    if not pairs:
        return None
    middle = median(later - sooner for sooner, later in pairs)
    # what lies between two due dates, if days off moved each payout to its day
    spans = [
        (later - OFF[later][0] - sooner - OFF[sooner][1], later + OFF[later][1] - sooner + OFF[sooner][0])
        for sooner, later in pairs
    ]
    reach = median(least for least, _ in spans), median(most for _, most in spans)
    near = [
        (max(middle - most, least - middle, 0), period, min(max(middle, least), most))
        for period, (least, most) in BANDS.items()
        if reach[0] <= most and reach[1] >= least
    ]
    if not near:
        return None
    _, period, centre = min(near)
    off = median(max(least - centre, centre - most, 0) for least, most in spans)
    rates = [(payout * 1_000_000 + principal // 2) // principal for _, payout, principal in returns]
    steady = pstdev(rates) <= 0.15 * sum(rates) / len(rates)
    if not steady or off > 3:
        return None
    return {
        "count": len(returns),
        "last": returns[-1][0],
        "rate": (sum(rates) + len(rates) // 2) // len(rates),
        "period": period,
        "paid": sum(payout for _, payout, _ in returns),
        "principal": returns[-1][2],
    }


def _expected_t08(rows: list[Row], evening: int) -> tuple[Any, ...] | None:
    readings = []
    for unit in UNITS:
        found = [one for days in _pairs(rows, evening).values() if (one := _qualified(days, unit))]
        for tier, least in (("critical", 3), ("medium", 2)):
            pairs = [one for one in found if one["count"] >= least]
            if len(pairs) < TUNED_T08["min_pairs"] or max(one["last"] for one in pairs) != evening:
                continue
            bins = [[two for two in pairs if 0 <= two["rate"] - one["rate"] < 1000] for one in pairs]
            best = min(bins, key=lambda one: (-len(one), min(two["rate"] for two in one)))
            share = len(best) / len(pairs)
            if share >= 0.4:
                readings.append(((tier != "critical", -share, -len(pairs), unit), tier, pairs, best))
    if not readings:
        return None
    _, tier, pairs, best = min(readings, key=lambda one: one[0])
    periods = Counter(one["period"] for one in best)
    period = min(periods, key=lambda one: (-periods[one], one))
    rate = sum(one["rate"] for one in best) // len(best)
    principal, paid = (sum(one[name] for one in pairs) for name in ("principal", "paid"))
    return tier, len(pairs), len(best) / len(pairs), rate, rate * PER_YEAR[period], period, principal, paid


@pytest.mark.parametrize("seed", range(8))
def test_periodic_returns_agree_with_the_recursion(seed: int, catalogue: Catalogue, bench: Bench) -> None:
    hits, rows = _hits("T08", seed, TUNED_T08, catalogue, bench)
    expected = {evening: _expected_t08(rows, evening) for evening in NIGHTS}
    actual: dict[int, tuple[Any, ...]] = {}
    for hit in hits:
        value = {measure.name: measure.value for measure in hit.measures}
        rates = (round(float(value[name] or 0) * 1_000_000) for name in ("rate", "annual_rate"))
        rest = (value[name] for name in ("period_days", "principal", "returns_paid"))
        actual[hit.window_to] = (hit.severity.value, value["pair_count"], value["modal_share"], *rates, *rest)
    assert actual == {evening: one for evening, one in expected.items() if one is not None}
    assert actual


def _expected_t10(rows: list[Row], evening: int) -> tuple[Fraction, Fraction, int] | None:
    """Return (fresh share, operating share, persons) of an evening by a queue of deposits, None where it is silent."""
    returns: dict[int, int] = defaultdict(int)
    persons = set()
    for person, days in _pairs(rows, evening).items():
        for day, payout, _ in _returns(days):
            if day > evening - 60:
                returns[day] += payout
                persons.add(person)
    seen = [row for row in rows if evening - 67 < row["day"] <= evening]
    halves: list[dict[str, Fraction]] = [defaultdict(Fraction) for _ in range(2)]
    for day, fresh in _fresh_by_queue(seen, returns).items():
        if day > evening - 60:
            half = halves[(evening - day) // 30]
            half["fresh"] += fresh
            half["paid"] += returns[day]
    for row in seen:
        if row["is_in"] and row["day"] > evening - 60:
            half = halves[(evening - row["day"]) // 30]
            half["known"] += row["amount_cny"] if row["from_kind"] != "clearing" else 0
            half["operating"] += row["amount_cny"] if row["from_kind"] == "firm" else 0
    if evening not in returns or any(not half["paid"] for half in halves) or len(persons) < 3:
        return None
    fresh_share = min(half["fresh"] / half["paid"] for half in halves)
    operating = max(half["operating"] / half["known"] if half["known"] else Fraction(0) for half in halves)
    operating += _customers(rows, evening, persons, max(half["known"] for half in halves))
    silent = fresh_share < Fraction(1, 10) or operating > Fraction(1, 2)
    return None if silent else (fresh_share, operating, len(persons))


def _customers(rows: list[Row], evening: int, depositors: set[int], most_known: Fraction) -> Fraction:
    """Return the share of people who, twice as long in as depositors wait for their first money, were paid nothing."""
    pairs = _pairs(rows, evening)
    waits = []
    for person in depositors:
        since = min(day for day, (deposit, _) in pairs[person].items() if deposit)
        waits.append(min(day for day, (_, payout) in pairs[person].items() if payout and day >= since) - since)
    told = evening - max(2 * sorted(waits)[(9 * len(waits) + 9) // 10 - 1], 14)
    seen = [row for row in rows if row["is_in"] and told - 30 < row["day"] <= told and row["from_kind"] != "clearing"]
    payers = {row["from_party"] for row in seen if row["from_kind"] == "person"}
    customers = {payer for payer in payers if not any(payout for _, payout in pairs[payer].values())}
    if len(customers) < 3:
        return Fraction(0)
    paid = sum(row["amount_cny"] for row in seen if row["from_party"] in customers)
    return paid / max(Fraction(sum(row["amount_cny"] for row in seen)), most_known)


def _fresh_by_queue(seen: list[Row], returns: dict[int, int]) -> dict[int, Fraction]:
    """Return how much of each day's returns came from person deposits of the last seven days, first in, first out."""
    days = sorted({row["day"] for row in seen})
    flows = {day: [row for row in seen if row["day"] == day] for day in days}
    sums = {
        day: [sum(row["amount_cny"] for row in flows[day] if row["is_in"] == way) for way in (True, False)]
        for day in days
    }
    short, level = 0, 0
    for day in days:
        level += sums[day][0] - sums[day][1]
        short = max(short, -level)
    queue: deque[list[Any]] = deque([[days[0] - 100, Fraction(short), Fraction(0)]])
    fresh: dict[int, Fraction] = {}
    for day in days:
        came, went = sums[day]
        deposits = sum(row["amount_cny"] for row in flows[day] if row["is_in"] and row["from_kind"] == "person")
        queue.append([day, Fraction(came), Fraction(deposits, came) if came else Fraction(0)])
        left, new = Fraction(went), Fraction(0)
        while left and queue:
            since, amount, share = queue[0]
            taken = min(left, amount)
            new += taken * share if day - since <= 7 else 0
            left -= taken
            queue[0][1] -= taken
            if not queue[0][1]:
                queue.popleft()
        if day in returns:
            fresh[day] = new * returns[day] / went
    return fresh


@pytest.mark.parametrize("seed", range(8))
def test_new_money_agrees_with_a_queue(seed: int, catalogue: Catalogue, bench: Bench) -> None:
    """Shares agree to 1e-6: the query counts whole fen per pair of days. No balance is reported here."""
    hits, rows = _hits("T10", seed, TUNED_T10, catalogue, bench)
    expected = {evening: one for evening in NIGHTS if (one := _expected_t10(rows, evening))}
    assert [hit.window_to for hit in hits] == sorted(expected)
    for hit in hits:
        value = {measure.name: measure.value for measure in hit.measures}
        fresh, operating, persons = expected[hit.window_to]
        assert value["fresh_share"] == pytest.approx(float(fresh), abs=1e-6)
        assert value["operating_share"] == pytest.approx(float(operating), abs=1e-12)
        assert value["return_persons"] == persons
