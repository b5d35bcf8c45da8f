"""The SQL of T01, T13, T15 and T18 against the same definitions written as plain loops, on random transfers."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from fundwatch.domain.keys import day_number
from rules.case_facts import day_of, rows_of
from rules.casework import Bench, load_rows
from rules.catalogue import Catalogue
from rules.reference import calendar
from rules.running import run_rule
from rules.tuning import Tuning

FIRST = day_number(day_of("2026-02-25"))
LAST = FIRST + 44
Row = dict[str, Any]
Oracle = Callable[[list[Row], dict[str, Any], dict[tuple[int, int], int | None]], Iterator[tuple[Any, ...]]]
SLOPE = {"min_payers": 5, "min_person_in": 20000, "min_out_ratio": 0.2, "min_top3_share": 0.6}
DUCT = {"min_days": 2, "min_in": 40000, "max_dwell_hours": 3, "min_ratio": 0.8, "max_balance_share": 0.2}
BELOW = {"min_entries": 2, "near_share": 0.7, "min_density_ratio": 1.5, "compare_days": 12}
RING = {"min_amount": 40000, "min_keep": 0.7}


def random_city(seed: int) -> dict[str, list[Row]]:
    """Return facts of a few people and firms who pay one another, cash and a clearing house, over 45 days."""
    chance = random.Random(seed)
    parties = [
        *({"id": f"p{n}", "kind": "person", "group": f"g{n % 9}"} for n in range(12)),
        *({"id": f"f{n}", "kind": "firm", "group": f"h{n % 4}"} for n in range(5)),
        {"id": "wx", "kind": "clearing", "reported": False},
    ]
    names = [party["id"] for party in parties]
    transfers = []
    for _ in range(chance.choice([60, 150, 260])):
        giver, taker = chance.sample([*names, "cash"], 2)
        if {giver, taker} <= {"wx", "cash"}:
            continue
        transfers.append(
            {
                "from": giver,
                "to": taker,
                "on": f"1970-01-01 + {FIRST + chance.randint(0, 34)}",
                "at": f"{chance.randint(8, 11):02d}:{chance.randint(0, 59):02d}",
                "amount": chance.choice([10000, 20000, 36000, 40000, 45000, 49000, 50000, 60000, 400000]),
                "precision": chance.choice(["second", "second", "minute", "day"]),
                **({} if chance.random() < 0.05 else {"from_balance": chance.choice([0, 0, 900, 60000])}),
                "to_balance": chance.choice([0, 0, 0, 0, 5000, 60000]),
            }
        )
    return {"parties": parties, "transfers": [*transfers, *_conduit_days(chance, names)]}


def _conduit_days(chance: random.Random, names: list[str]) -> Iterator[Row]:
    """Yield days on which money comes in and mostly leaves, in pieces, sometimes over an account left full."""
    for _ in range(24):
        own = chance.choice(["p0", "p9", "f0"])
        source, *targets = chance.sample([name for name in names if name not in ("wx", own)], 4)
        day = FIRST + chance.randint(26, 44)
        for n in range(chance.choice([1, 2, 3])):
            yield {
                "from": source,
                "to": own,
                "on": f"1970-01-01 + {day}",
                "at": f"{8 + n:02d}:{chance.randint(0, 59):02d}",
                "amount": 42000,
                "to_balance": 42000,
            }
            yield {
                "from": own,
                "to": chance.choice(targets),
                "on": f"1970-01-01 + {day}",
                "at": f"{9 + n + chance.choice([0, 0, 0, 3]):02d}:{chance.randint(0, 59):02d}",
                "amount": chance.choice([42000, 41500, 41000, 36000]),
                "precision": chance.choice(["second"] * 7 + ["day"]),
                "from_balance": chance.choice([0, 0, 0, 0, 0, 700, 5000, 80000]),
            }


def _outside(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["from_group"] != row["to_group"]]


def _hours(row: Row, latest: bool) -> int:
    """Return the earliest or latest possible second of the day."""
    if row["time_precision"] == "day":
        return 86400 if latest else 0
    at = row["at"]
    second = at.hour * 3600 + at.minute * 60 + at.second
    return second + (59 if latest and row["time_precision"] == "minute" else 0)


def collectors(rows: list[Row], p: dict[str, Any], _: object) -> Iterator[tuple[Any, ...]]:
    for group in {row["to_group"] for row in rows if row["to_kind"] != "clearing"} - {0}:
        moves = [row for row in _outside(rows) if group in (row["from_group"], row["to_group"])]
        for day in sorted({row["day"] for row in moves}):
            window = [row for row in moves if day - 29 <= row["day"] <= day]
            came = [row for row in window if row["to_group"] == group]
            went = [row for row in window if row["from_group"] == group]
            people = [row for row in came if row["from_kind"] == "person"]
            by_payee: dict[int, int] = defaultdict(int)
            for row in went:
                if row["to_kind"] != "clearing":
                    by_payee[row["to_group"]] += row["amount"]
            total_in, total_out = sum(row["amount"] for row in came), sum(row["amount"] for row in went)
            paid = sum(row["amount"] for row in people)
            if len({row["from_party"] for row in people}) < p["min_payers"] or paid < p["min_person_in"] * 100:
                continue
            top = sum(sorted(by_payee.values())[-3:])
            if total_out / total_in >= p["min_out_ratio"] and top / total_out >= p["min_top3_share"]:
                yield group, day, len({row["from_party"] for row in people}), paid, total_out


def _median_dwell(came: list[Row], went: list[Row], opening: int) -> float:
    """Return the median stay in seconds, weighted by amount, by walking the queue fen by fen in pieces."""
    queue = [(-1, opening), *sorted((_hours(row, False), row["amount"]) for row in came)]
    outs = sorted((_hours(row, True), row["amount"]) for row in went)
    stays: list[tuple[float, int]] = []
    for clock, amount in outs:
        while amount and queue:
            start, left = queue[0]
            taken = min(amount, left)
            if start >= 0:
                stays.append((max(0, clock - start), taken))
            amount -= taken  # noqa: PLW2901
            queue[0] = (start, left - taken)
            if queue[0][1] == 0:
                queue.pop(0)
    stays.extend((float("inf"), left) for start, left in queue if start >= 0)
    total, covered = sum(amount for _, amount in stays), 0
    for stay, amount in sorted(stays):
        covered += amount
        if covered * 2 >= total:
            return stay
    return float("inf")


def conduits(
    rows: list[Row], p: dict[str, Any], balances: dict[tuple[int, int], int | None]
) -> Iterator[tuple[Any, ...]]:
    members: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        for side in ("from", "to"):
            if row[f"{side}_kind"] not in ("clearing", "cash"):
                members[row[f"{side}_group"]].add(row[f"{side}_party"])
    for group, parties in members.items():
        passed = {}
        for day in range(FIRST, LAST + 1):
            today = [row for row in _outside(rows) if row["day"] == day]
            came = [row for row in today if row["to_group"] == group]
            went = [row for row in today if row["from_group"] == group]
            total_in, total_out = sum(row["amount"] for row in came), sum(row["amount"] for row in went)
            if total_in < p["min_in"] * 100 or not p["min_ratio"] <= total_out / total_in <= 1.1:
                continue
            moved = {one: [d for d in range(day - 29, day + 1) if (one, d) in balances] for one in parties}
            last = [balances[one, max(days)] for one, days in moved.items() if days]
            if any(balance is None for balance in last):
                continue
            closing = sum(balance for balance in last if balance is not None)
            if closing > max(100_000, p["max_balance_share"] * total_in):
                continue
            dwell = _median_dwell(came, went, max(0, closing - total_in + total_out))
            if dwell <= p["max_dwell_hours"] * 3600:
                passed[day] = dwell
        for day in passed:
            near = [d for d in passed if day - 29 <= d <= day]
            if len(near) >= p["min_days"]:
                yield group, day, len(near), max(passed[d] for d in near) / 3600


def evaders(rows: list[Row], p: dict[str, Any], _: object) -> Iterator[tuple[Any, ...]]:
    number = {day: count for day, _, count, _ in calendar(FIRST - 60, LAST)}
    lines = {"0501": 5_000_000, "0502": 200_000_000, "0503": 50_000_000}
    sides: dict[tuple[int, int, str, str], list[Row]] = defaultdict(list)
    for row in _outside(rows):
        for side, way in (("from", "out"), ("to", "in")):
            if row[f"{side}_party"] and row[f"{side}_kind"] != "clearing":
                code = "0501" if row["is_cash"] else "0503" if row[f"{side}_kind"] == "person" else "0502"
                sides[row[f"{side}_group"], row[f"{side}_party"], way, code].append(row)
    best: dict[tuple[int, int], int] = {}
    near_share, share = p["near_share"], Fraction(p["near_share"]).limit_denominator(100)
    for (group, _party, _way, code), entries in sides.items():
        line = lines[code]
        totals: dict[int, int] = defaultdict(int)
        for row in entries:
            totals[row["day"]] += row["amount"]
        near = [row for row in entries if near_share * line <= row["amount"] < line]
        counted = {row["day"] for row in near if totals[row["day"]] < line}
        for day in counted:
            window = [d for d in counted if d <= day and number[d] > number[day] - 5]
            months = [row for row in entries if day - p["compare_days"] < row["day"] <= day and row["amount"] < line]
            close = sum(row["amount"] >= share * line for row in months)
            far = sum(share * line / 4 <= row["amount"] < share * line for row in months)
            dense = far == 0 or close / (1 - share) >= Fraction(p["min_density_ratio"]) * far / (share * Fraction(3, 4))
            if len(window) >= p["min_entries"] and dense:
                best[group, day] = max(best.get((group, day), 0), len(window))
    yield from ((group, day, count) for (group, day), count in best.items())


def rings(rows: list[Row], p: dict[str, Any], _: object) -> Iterator[tuple[Any, ...]]:
    edges = [
        row
        for row in _outside(rows)
        if row["amount"] >= p["min_amount"] * 100
        and 0 not in (row["from_group"], row["to_group"])
        and "clearing" not in (row["from_kind"], row["to_kind"])
    ]
    starts: dict[int, list[Row]] = defaultdict(list)
    for row in edges:
        starts[row["from_group"]].append(row)
    best: dict[tuple[int, int], tuple[int, int]] = {}

    def walk(path: list[Row]) -> None:
        last = path[-1]
        if last["to_group"] == path[0]["from_group"]:
            key = path[0]["from_group"], last["day"]
            found = min(row["amount"] for row in path), -len(path)
            best[key] = max(best.get(key, found), found)
            return
        if len(path) == 6 or last["to_group"] in {row["from_group"] for row in path}:
            return
        for row in starts[last["to_group"]]:
            amounts = [one["amount"] for one in (*path, row)]
            late = row["day"] * 86400 + min(_hours(row, True), 86399)
            early = last["day"] * 86400 + _hours(last, False)
            within = row["day"] - path[0]["day"] <= 9 and row["day"] >= last["day"]
            if within and late >= early and min(amounts) >= p["min_keep"] * max(amounts):
                walk([*path, row])

    for edge in edges:
        walk([edge])
    yield from ((origin, day, low, -length) for (origin, day), (low, length) in best.items())


ORACLES: dict[str, tuple[Oracle, dict[str, Any], tuple[str, ...]]] = {
    "T01": (collectors, SLOPE, ("payer_count", "person_in", "amount_out")),
    "pass_through_no_balance": (conduits, DUCT, ("pass_days", "dwell_hours")),
    "T15": (evaders, BELOW, ("entry_count",)),
    "T18": (rings, RING, ("smallest_amount", "cycle_length")),
}


@pytest.mark.parametrize("code", list(ORACLES))
def test_query_agrees_with_plain_loops(code: str, catalogue: Catalogue, bench: Bench) -> None:
    oracle, values, measures = ORACLES[code]
    rule = catalogue.rule(code)
    tuning = Tuning().overriding(rule, values)
    fired = 0
    for seed in range(12):
        rows = rows_of(random_city(seed), bench.columns)
        connection = bench.connect()
        load_rows(connection, bench, rows, FIRST, LAST)
        ends = connection.execute("SELECT party_key, day, closing_balance FROM party_day").fetchall()
        balances = {(party, day): closing for party, day, closing in ends}
        expected = sorted(oracle(rows["transfers"], values, balances))
        hits = run_rule(rule, connection, FIRST, LAST, tuning).hits
        figures = [{measure.name: measure.value for measure in hit.measures} for hit in hits]
        actual = sorted(
            (hit.subject.key, hit.window_to, *(figure[name] for name in measures))
            for hit, figure in zip(hits, figures, strict=True)
        )
        assert actual == expected, seed
        fired += len(hits)
        connection.close()
    assert fired > 20
