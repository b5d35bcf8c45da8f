"""Flow features against their definitions, tried pair by pair and path by path on small random graphs."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors import flow
from fundwatch.sql.file import read_sql_file
from fundwatch.sql.portable import to_spark, violations

FILES = sorted(flow.FOLDER.glob("*.sql"))
DAY = flow.DAY


@dataclass(frozen=True)
class Edge:
    """One transfer of a plain table."""

    number: int
    second: int
    payer: str
    payee: str
    amount: int


@cache
def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 2})


def features_of(edges: list[Edge], **options: int) -> dict[int, dict[str, Any]]:
    """Return the features of each transfer by its number."""
    connection = engine()
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE plain (edge_id BIGINT, second BIGINT, payer TEXT, payee TEXT, amount BIGINT)"
    )
    connection.executemany(
        "INSERT INTO plain VALUES (?, ?, ?, ?, ?)", [(e.number, e.second, e.payer, e.payee, e.amount) for e in edges]
    )
    flow.take_plain(connection)
    flow.build(connection, **options)
    cursor = connection.execute("SELECT * FROM transfer_features")
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["edge_id"]: row for row in found}


def passes_of(edges: list[Edge], speed: flow.Speed) -> dict[int, list[Edge]]:
    """Return, for each transfer, those that may have taken it on."""
    return {
        came.number: [
            went
            for went in edges
            if went.payer == came.payee
            and 0 < went.second - came.second <= speed.reach_days * DAY
            and speed.min_keep * came.amount <= went.amount <= came.amount
        ]
        for came in edges
    }


def fan(edges: list[Edge], edge: Edge, days: int, *, inward: bool) -> int:
    """Return the distinct counterparties of the payee (inward) or of the payer around a transfer."""
    near = [other for other in edges if abs(other.second - edge.second) <= days * DAY]
    if inward:
        return len({other.payer for other in near if other.payee == edge.payee})
    return len({other.payee for other in near if other.payer == edge.payer})


def cycles_of(edges: list[Edge], longest: int) -> dict[int, int]:
    """Return the shortest cycle along slow passes through each transfer, open until they first return."""
    slow = passes_of(edges, flow.SPEEDS[1])
    shortest: dict[int, int] = {}

    def walk(path: list[Edge]) -> Iterator[list[Edge]]:
        for following in slow[path[-1].number]:
            if following.second - path[0].second > flow.SPAN_DAYS * DAY:
                continue
            longer = [*path, following]
            if following.payee == path[0].payer:
                yield longer
            elif len(longer) < longest:
                yield from walk(longer)

    for edge in edges:
        for path in walk([edge]):
            for member in path:
                shortest[member.number] = min(shortest.get(member.number, 99), len(path))
    return shortest


parties = st.sampled_from("abcd")
graphs = (
    st.lists(
        st.tuples(st.integers(0, 9 * DAY), parties, parties, st.sampled_from([50, 80, 95, 100])),
        min_size=1,
        max_size=14,
    )
    .map(lambda rows: [Edge(number, *row) for number, row in enumerate(rows) if row[1] != row[2]])
    .filter(bool)
)


@settings(max_examples=60, deadline=None)
@given(graphs)
def test_features_are_what_their_definitions_say(edges: list[Edge]) -> None:
    found = features_of(edges)
    assert found.keys() == {edge.number for edge in edges}
    cycles = cycles_of(edges, 10)
    for speed in flow.SPEEDS:
        onward = passes_of(edges, speed)
        before = defaultdict(list)
        for number, following in onward.items():
            for went in following:
                before[went.number].append(number)
        for edge in edges:
            row, after = found[edge.number], onward[edge.number]
            assert row[f"{speed.name}_onward"] == len(after)
            assert row[f"{speed.name}_before"] == len(before[edge.number])
            assert row[f"{speed.name}_share"] == pytest.approx(min(1, sum(went.amount for went in after) / edge.amount))
            chains = sum(len(onward[went.number]) for went in after)
            chains += len(before[edge.number]) * len(after)
            chains += sum(len(before[number]) for number in before[edge.number])
            assert row[f"{speed.name}_chains"] == chains
    for edge in edges:
        row = found[edge.number]
        assert row["cycle_transfers"] == cycles.get(edge.number)
        for days in flow.FANS:
            assert row[f"payee_payers_{days}d"] == fan(edges, edge, days, inward=True)
            assert row[f"payer_payees_{days}d"] == fan(edges, edge, days, inward=False)


@settings(max_examples=25, deadline=None)
@given(graphs, st.randoms())
def test_the_order_of_rows_changes_nothing(edges: list[Edge], order: random.Random) -> None:
    shuffled = list(edges)
    order.shuffle(shuffled)
    assert features_of(shuffled) == features_of(edges)


@pytest.mark.parametrize("transfers", range(2, 11))
def test_a_cycle_of_every_length_is_seen_whole(transfers: int) -> None:
    ring = [
        Edge(number, number * DAY, f"p{number}", f"p{(number + 1) % transfers}", 1000 - number)
        for number in range(transfers)
    ]
    found = features_of([*ring, Edge(99, 3 * DAY, "p0", "away", 500)])
    assert {found[number]["cycle_transfers"] for number in range(transfers)} == {transfers}
    assert found[99]["cycle_transfers"] is None


def test_a_ring_that_runs_against_time_is_none() -> None:
    ring = [Edge(0, 3 * DAY, "a", "b", 100), Edge(1, 2 * DAY, "b", "c", 100), Edge(2, DAY, "c", "a", 100)]
    found = features_of(ring)
    assert all(row["cycle_transfers"] is None for row in found.values())


def test_intermediaries_between_one_source_and_one_sink_are_counted() -> None:
    scattered = [Edge(number, number, "source", f"m{number}", 1000) for number in range(4)]
    gathered = [Edge(10 + number, DAY + number, f"m{number}", "sink", 900) for number in range(4)]
    found = features_of([*scattered, *gathered, Edge(20, DAY, "m0", "other", 990)])
    assert {found[number]["intermediaries"] for number in (0, 1, 2, 3, 10, 11, 12, 13)} == {4}
    assert found[20]["intermediaries"] == 0


def test_a_hub_has_no_pass_features_rather_than_zero() -> None:
    came = [Edge(number, number, f"p{number}", "hub", 100) for number in range(5)]
    went = [Edge(10 + number, 100 + number, "hub", f"q{number}", 100) for number in range(5)]
    known, crowded = features_of([*came, *went]), features_of([*came, *went], max_candidates=24)
    assert known[0]["fast_onward"] == 5
    assert known[10]["fast_before"] == 5
    assert crowded[0]["fast_onward"] is None
    assert crowded[10]["fast_before"] is None
    assert crowded[0]["fast_before"] == 0
    assert crowded[0]["payee_payers_1d"] == 5


def test_what_lay_before_is_read_from_before_only() -> None:
    found = features_of(
        [
            Edge(0, 0, "a", "b", 100),
            Edge(1, DAY, "b", "a", 400),
            Edge(2, 3 * DAY, "a", "b", 400),
            Edge(3, 9 * DAY, "a", "c", 400),
        ]
    )
    assert [found[number]["is_first"] for number in range(4)] == [1, 1, 0, 1]
    assert [found[number]["is_paid_back"] for number in range(4)] == [0, 1, 1, 0]
    assert found[2]["days_since_pair"] == 3
    assert found[0]["against_own_amounts"] is None
    assert found[2]["against_own_amounts"] == pytest.approx(1.3862943611)
    assert found[3]["against_own_amounts"] == pytest.approx(0.6931471805)


def test_no_feature_reads_further_ahead_than_it_says() -> None:
    """Cutting the table after a day changes no feature whose look-ahead ends by then."""
    chance = random.Random(3)
    edges = [
        Edge(number, chance.randrange(60 * DAY), *chance.sample("abcdefgh", 2), chance.choice([60, 80, 95, 100]))
        for number in range(250)
    ]
    whole = features_of(edges)
    for cut in (20, 40):
        past = features_of([edge for edge in edges if edge.second < cut * DAY])
        for edge in edges:
            for feature in flow.features():
                if edge.second + feature.look_ahead_days * DAY < cut * DAY:
                    assert past[edge.number][feature.name] == whole[edge.number][feature.name], feature.name


def test_a_day_without_a_clock_counts_as_the_longest_stay() -> None:
    connection = engine()
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE transfers (transfer_id BIGINT, day INTEGER, "at" TIMESTAMP, time_precision TEXT,
        from_party BIGINT, to_party BIGINT, from_group BIGINT, to_group BIGINT, from_kind TEXT, to_kind TEXT,
        amount_cny BIGINT)"""
    )
    rows = [
        (1, 10, "1970-01-11 00:00:00", "day", 1, 2, 1, 2, "person", "person", 100),
        (2, 10, "1970-01-11 00:00:00", "day", 2, 3, 2, 3, "person", "person", 100),
        (3, 11, "1970-01-12 09:00:00", "second", 2, 4, 2, 4, "person", "firm", 100),
        (4, 11, "1970-01-12 09:00:00", "second", 2, 5, 2, 5, "person", "clearing", 100),
        (5, 11, "1970-01-12 09:00:00", "second", 2, 6, 2, 2, "person", "person", 100),
    ]
    connection.executemany("INSERT INTO transfers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    flow.take_transfers(connection, 0, 20)
    flow.build(connection)
    found = connection.execute(
        "SELECT edge_id, fast_onward, fast_stay_hours, slow_onward FROM transfer_features ORDER BY edge_id"
    ).fetchall()
    connection.execute("DROP TABLE temp.transfers")
    assert [row[0] for row in found] == [1, 2, 3]
    assert found[0][1:] == (1, pytest.approx(86399 / 3600), 2)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_steps_stay_in_the_portable_subset(path: Any) -> None:
    file = read_sql_file(path)
    assert violations(file) == []
    assert to_spark(file)
    assert file.front_matter["id"] == path.stem
    assert file.front_matter["zh"]
    assert file.front_matter["en"]
