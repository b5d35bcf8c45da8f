"""The SQL of T17, T19 and T20 against the same definitions written as plain loops, on random transfers."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fundwatch.domain.keys import day_number
from rules.case_facts import day_of, rows_of
from rules.casework import Bench, load_rows
from rules.catalogue import Catalogue
from rules.running import run_rule
from rules.tuning import Tuning

FIRST = day_number(day_of("2026-02-25"))
LAST = FIRST + 24
YUAN = 100
Row = dict[str, Any]
Found = tuple[int, int, tuple[Any, ...]]  # group, day, figures
RELAY = {"min_parties": 3, "min_fan_payees": 5, "max_overlap": 0.5, "min_out_ratio": 0.6}
SPREAD = {"min_intermediaries": 2, "min_amount": 60000, "max_payers": 4}
CHAIN = {"min_start": 50000, "min_keep": 0.5, "max_hops": 6, "max_payers": 12}


def random_city(seed: int) -> dict[str, list[Row]]:
    """Return facts of a few people who pay one another, cash, a clearing house and a licensed firm."""
    chance = random.Random(seed)
    parties = [
        *({"id": f"p{n}", "kind": "person", "group": f"g{n % 10}"} for n in range(12)),
        {"id": "wx", "kind": "clearing", "reported": False},
        {"id": "fund", "kind": "licensed"},
    ]
    names = [party["id"] for party in parties]
    transfers = []
    for _ in range(chance.choice([60, 130, 220])):
        giver, taker = chance.sample([*names, *names[:12], "cash"], 2)
        if giver == taker or {giver, taker} <= {"wx", "cash"}:
            continue
        transfers.append(
            {
                "from": giver,
                "to": taker,
                "on": f"1970-01-01 + {FIRST + chance.randint(0, 20)}",
                "at": f"{chance.randint(8, 12):02d}:{chance.randint(0, 59):02d}",
                "amount": chance.choice([4000, 5000, 30000, 50000, 60000, 70000, 80000, 100000]),
                "precision": chance.choice(["second", "second", "minute", "day"]),
            }
        )
    return {"parties": parties, "transfers": transfers}


def span(row: Row) -> tuple[int, int]:
    """Return the earliest and the latest second at which a transfer can have happened."""
    start = row["day"] * 86400
    if row["time_precision"] == "day":
        return start, start + 86399
    at = start + row["at"].hour * 3600 + row["at"].minute * 60 + row["at"].second
    return at, at + (59 if row["time_precision"] == "minute" else 0)


def relays(rows: list[Row], p: dict[str, Any]) -> Iterator[Found]:
    """T20: both sides counted by party over seven days, or the people paid alone."""
    outer = [row for row in rows if row["from_group"] != row["to_group"]]
    for group in {row[side] for row in outer for side in ("from_group", "to_group")} - {0}:
        own = [row for row in outer if group in (row["from_group"], row["to_group"])]
        for day in range(FIRST, LAST + 1):
            window = [row for row in own if day - 7 < row["day"] <= day]
            came = [row for row in window if row["to_group"] == group]
            went = [row for row in window if row["from_group"] == group]
            payers = {r["from_party"] for r in came if r["from_party"] and r["from_kind"] != "clearing"}
            payees = {r["to_party"] for r in went if r["to_party"] and r["to_kind"] != "clearing"}
            today = any(
                r["day"] == day
                and all(r[f"{side}_party"] and r[f"{side}_kind"] != "clearing" for side in ("from", "to"))
                for r in window
            )
            people = {r["to_party"] for r in went if r["to_kind"] == "person"}
            given = sum(r["amount"] for r in went if r["to_kind"] == "person")
            inflow, outflow = sum(r["amount"] for r in came), sum(r["amount"] for r in went)
            few = min(len(payers), len(payees))
            relay = (
                few >= p["min_parties"]
                and len(payers & payees) <= p["max_overlap"] * few
                and inflow >= p["min_amount"] * YUAN
                and outflow >= p["min_out_ratio"] * inflow
            )
            fan = len(people) >= p["min_fan_payees"] and given >= p["min_amount"] * YUAN
            if today and relay:
                yield group, day, ("high", len(payers), len(payees), outflow)
            elif today and fan:
                yield group, day, ("medium", None, len(payees), outflow)


def gatherings(rows: list[Row], p: dict[str, Any]) -> Iterator[Found]:
    """T19: the payee who gathered most of what one source scattered over enough intermediaries within seven days."""
    apart = ("clearing", "public", "licensed")
    legs = [
        row
        for row in rows
        if row["from_group"] != row["to_group"]
        and row["from_group"]
        and row["to_group"]
        and row["amount"] >= p["min_leg"] * YUAN
        and row["from_kind"] != "clearing"
        and row["to_kind"] not in apart
    ]
    near = {
        id(leg): sum(1 for r in legs if r["to_group"] == leg["to_group"] and leg["day"] - 7 < r["day"] <= leg["day"])
        for leg in legs
    }
    nodes = {row["from_group"] for row in legs} | {row["to_group"] for row in legs}
    for source in nodes:
        for day in range(FIRST, LAST + 1):
            window = [row for row in legs if day - 7 < row["day"] <= day]
            best: list[tuple[int, int, float]] = []
            for sink in nodes - {source}:
                sums = []
                for helper in nodes - {source, sink}:
                    first = [
                        r
                        for r in window
                        if (r["from_group"], r["to_group"]) == (source, helper) and near[id(r)] <= p["max_payers"]
                    ]
                    since = min((span(r)[0] for r in first), default=0)
                    then = [
                        r for r in window if (r["from_group"], r["to_group"]) == (helper, sink) and span(r)[1] >= since
                    ]
                    got, gave = sum(r["amount"] for r in first), sum(r["amount"] for r in then)
                    if got and gave and gave >= got * p["min_pass_share"]:
                        sums.append((min(got, gave), min(gave / got, 1.0), max(r["day"] for r in then)))
                total = sum(one for one, _, _ in sums)
                if (
                    len(sums) >= p["min_intermediaries"]
                    and total >= p["min_amount"] * YUAN
                    and max(s[2] for s in sums) == day
                ):
                    best.append((total, len(sums), min(s[1] for s in sums)))
            if best:
                yield source, day, max(best)[:2]


def layers(rows: list[Row], p: dict[str, Any]) -> Iterator[Found]:
    """T17: the largest start of a chain that cannot be followed further back, by day of the cash-out."""
    apart = ("clearing", "public", "licensed")
    hops: dict[tuple[int, int, int], list[Row]] = defaultdict(list)
    for row in rows:
        real = row["from_group"] and row["to_group"] and row["from_group"] != row["to_group"]
        if real and row["from_kind"] not in apart and row["to_kind"] not in apart:
            hops[(row["from_party"], row["to_party"], row["day"])].append(row)
    floor = p["min_start"] * YUAN * p["min_keep"] ** (p["max_hops"] - 2)
    edges = []
    for found in hops.values():
        amount = sum(r["amount"] for r in found)
        if amount >= floor:
            times = [span(r) for r in found]
            ends = found[0]["from_group"], found[0]["to_group"]
            edges.append((*ends, found[0]["day"], amount, min(t[0] for t in times), max(t[1] for t in times)))
    edges = [e for e in edges if sum(1 for o in edges if o[1] == e[1] and e[2] - 3 <= o[2] <= e[2]) <= p["max_payers"]]
    limit = p["max_hop_hours"] * 3600

    def follows(before: Any, after: Any) -> bool:
        keeps = p["min_keep"] * before[3] <= after[3] <= before[3]
        return keeps and after[5] >= before[4] and after[4] <= before[5] + limit and before[2] <= after[2]

    def extended(chain: list[Any], day: int) -> Iterator[list[Any]]:
        nodes = {chain[0][0], *(edge[1] for edge in chain)}
        longer = [
            e for e in edges if e[1] == chain[0][0] and e[0] not in nodes and follows(e, chain[0]) and e[2] > day - 16
        ]
        if not longer or len(chain) + 1 >= p["max_hops"]:
            yield chain
            return
        for edge in longer:
            yield from extended([edge, *chain], day)

    for day in range(FIRST, LAST + 1):
        best: dict[int, tuple[int, int]] = {}
        for edge in edges:
            exits = [
                r
                for r in rows
                if r["from_group"] == edge[1]
                and r["to_group"] != edge[1]
                and r["to_kind"] in ("cash", "clearing")
                and span(r)[1] >= edge[4]
                and span(r)[0] <= edge[5] + limit
                and r["day"] <= day
            ]
            if edge[2] <= day - 16 or day not in {r["day"] for r in exits}:
                continue
            if sum(r["amount"] for r in exits) < p["min_keep"] * edge[3]:
                continue
            for chain in extended([edge], day):
                if len(chain) >= 2 and chain[0][3] >= p["min_start"] * YUAN:
                    figures = chain[0][3], len(chain) + 1
                    best[chain[0][0]] = max(best.get(chain[0][0], (0, 0)), figures)
        yield from ((group, day, figures) for group, figures in best.items())


CASES: list[tuple[str, dict[str, Any], Callable[..., Iterator[Found]], tuple[str, ...]]] = [
    ("gather_scatter", RELAY, relays, ("severity", "in_parties", "out_parties", "amount_out")),
    ("scatter_gather", SPREAD, gatherings, ("amount", "intermediaries")),
    ("layering_chain", CHAIN, layers, ("start_amount", "hop_count")),
]


@pytest.mark.parametrize(("name", "values", "test", "figures"), CASES, ids=[case[0] for case in CASES])
def test_the_query_says_what_the_loops_say(
    name: str,
    values: dict[str, Any],
    test: Callable[..., Iterator[Found]],
    figures: tuple[str, ...],
    catalogue: Catalogue,
    bench: Bench,
) -> None:
    rule = catalogue.rule(name)
    seen = 0
    for seed in range(8):
        rows = rows_of(random_city(seed), bench.columns)
        connection = bench.connect()
        load_rows(connection, bench, rows, FIRST, LAST)
        hits = run_rule(rule, connection, FIRST, LAST, Tuning().overriding(rule, values)).hits
        connection.close()
        said = []
        for hit in hits:
            known = {measure.name: measure.value for measure in hit.measures} | {"severity": hit.severity.value}
            said.append((hit.subject.key, hit.window_to, tuple(known[figure] for figure in figures)))
        key = lambda found: (found[1], found[0])  # noqa: E731
        assert sorted(said, key=key) == sorted(test(rows["transfers"], rule.defaults() | values), key=key), seed
        seen += len(hits)
    assert seen >= 20
