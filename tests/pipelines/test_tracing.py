"""Tracing from a manifest: rows become pools that agree with the statements, and the story is told in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from fundwatch.domain.errors import ConfigurationError, InputError
from fundwatch.domain.keys import day_number, key_of, record_text
from fundwatch.domain.tracing.moves import Direction, Method, Terms
from fundwatch.domain.tracing.outcome import Ending, imbalances
from fundwatch.domain.tracing.timeline import timeline_of
from fundwatch.sql.file import read_sql_file
from fundwatch.sql.portable import to_spark, violations
from fundwatch.store.operations import history, queue, tables
from fundwatch.store.operations.database import reading
from fundwatch.store.warehouse import open_manifest
from pipelines import tracing
from pipelines.installation import Installation
from pipelines.tracing_words import Words
from tests.pipelines.conftest import City
from tests.relations.conftest import Town, entry

FORWARD = Terms(Direction.FORWARD, Method.FIFO, hops=3)
QUERIES = sorted((Path(tracing.__file__).parent / "sql").glob("trace_*.sql"))


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_the_queries_are_portable(path: Path) -> None:
    file = read_sql_file(path)
    assert violations(file) == []
    assert "SELECT" in to_spark(file)


# -- rows become moves ---------------------------------------------------------------------------------------------


@pytest.fixture
def village() -> Town:
    """A and B report; C is heard of only; A also moves money to an account of its own that nobody reports."""
    made = Town().account("A", "TA").account("B", "TB", institution="B2")
    made.add(
        "relationships",
        {"institution": "B1", "subject_token": "TA", "relation": "account_owner", "object_account": "A2"}
        | {"object_account_key": key_of("A2")},
    )
    made.add("reference_fx", {"currency": "CNY", "valid_from_day": 0, "valid_to_day": 99999, "cny_micro": 1_000_000})
    return made


def source(town: Town, first: str = "2025-01-01", last: str = "2025-01-31") -> tracing._Source:
    town.build()
    return tracing._Source(town.connection, *(day_number(date.fromisoformat(day)) for day in (first, last)))


def test_each_side_of_a_pair_keeps_its_own_booking(village: Town) -> None:
    village.add("transactions", entry("A", "2025-01-05T23:58", "out", 700, "B", record_id=1, sequence=4, balance=300))
    village.add(
        "transactions",
        entry("B", "2025-01-06T00:01", "in", 700, "A", record_id=2, sequence=1, balance=900, institution="B2"),
    )
    rows = source(village)
    ((first, second),) = [rows.holdings(frozenset({key_of("TA"), key_of("TB")}))]
    (move,) = first.moves
    assert second.moves == first.moves
    assert {first.party: first.opening, second.party: second.opening} == {key_of("TA"): 1000, key_of("TB"): 200}
    day = day_number(date(2025, 1, 5))
    assert (move.payer.booking.day, move.payer.booking.second, move.payer.booking.sequence) == (day, 86_280, 4)
    assert (move.payee.booking.day, move.payee.booking.second, move.payee.booking.sequence) == (day + 1, 60, 1)
    assert move.payer.is_visible
    assert move.payee.is_visible


def test_own_money_that_leaves_sight_is_counted_and_a_reversal_undoes_it(village: Town) -> None:
    village.add("transactions", entry("A", "2025-01-05T10:00", "out", 700, "A2", record_id=1, sequence=1))
    village.add(
        "transactions", entry("A", "2025-01-05T11:00", "in", 700, "A2", record_id=2, sequence=2, is_reversal=True)
    )
    (holding,) = source(village).holdings(frozenset({key_of("TA")}))
    assert [(move.amount, move.payer.is_visible, move.payee.is_visible) for move in holding.moves] == [
        (700, True, False),
        (700, False, True),
    ]
    assert holding.opening is None
    assert timeline_of([holding]).opening == {key_of("TA"): 700}


def test_a_leg_without_its_partner_is_not_counted_twice_unless_the_other_statement_is_missing(village: Town) -> None:
    village.add("transactions", entry("A", "2025-01-05T10:00", "out", 700, "B", record_id=1))
    village.add("transactions", entry("B", "2025-01-09T10:00", "in", 700, "A", record_id=2, institution="B2"))
    village.add("received_days", {"institution": "B1", "day": day_number(date(2025, 1, 9)), "rows": 0})
    rows = source(village)
    (holding,) = rows.holdings(frozenset({key_of("TA")}))
    assert [(move.move_id, move.payer.is_visible, move.payee.is_visible) for move in holding.moves] == [
        (1, True, False),
        (2, False, True),
    ]
    village.connection.execute("DROP VIEW coverage")
    village.connection.execute("CREATE TABLE coverage (institution TEXT, day INTEGER, status TEXT)")
    day = day_number(date(2025, 1, 9))
    village.connection.execute("INSERT INTO coverage VALUES ('B1', ?, 'missing')", [day])
    (holding,) = rows.holdings(frozenset({key_of("TA")}))
    assert [(move.move_id, move.payer.is_visible) for move in holding.moves] == [(1, True), (2, True)]


def test_money_without_a_value_is_left_out_and_counted(village: Town) -> None:
    village.add("transactions", entry("A", "2025-01-05T10:00", "out", 700, "C", record_id=1, currency="USD", balance=9))
    rows = source(village)
    (holding,) = rows.holdings(frozenset({key_of("TA")}))
    assert holding.moves == ()
    assert holding.opening is None
    assert rows.left_out == {1}


def test_a_party_with_too_many_transfers_is_a_hub(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    village.add(
        "transactions", *(entry("A", f"2025-01-05T10:{n}", "out", 700, "C", record_id=n) for n in range(10, 14))
    )
    rows = source(village)
    monkeypatch.setattr(tracing, "_HUB", 3)
    (holding,) = rows.holdings(frozenset({key_of("TA")}))
    assert holding.is_hub
    assert not holding.moves


# -- a whole city --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def looked_at(city: City) -> Iterator[Installation]:
    """The city of the session, only looked at."""
    with Installation.open(city.settings) as opened:
        yield opened


def busiest(installation: Installation) -> str:
    """The account of the person who passes the most on, none of it a firm's."""
    with reading(installation.operations) as operations:
        manifest = history.head(operations)
    connection = open_manifest(installation.settings, manifest)
    try:
        (found,) = connection.execute(
            "SELECT entities.account FROM entities JOIN transfers ON transfers.from_account = entities.account_key "
            "WHERE entities.is_reported AND entities.party_kind = 'person' AND transfers.legs = 2 "
            "GROUP BY entities.account ORDER BY sum(transfers.amount_cny) DESC, entities.account LIMIT 1"
        ).fetchall()
    finally:
        connection.close()
    return str(found[0])


def test_the_pools_of_a_city_close_with_the_balances_that_its_statements_state(looked_at: Installation) -> None:
    with reading(looked_at.operations) as operations:
        manifest = history.head(operations)
    connection = open_manifest(looked_at.settings, manifest)
    try:
        first, last = connection.execute("SELECT min(day) + 30, max(day) FROM transfers").fetchone()
        stated = dict(
            connection.execute(
                "SELECT party_key, sum(balance) FROM (SELECT entities.party_key, entities.canonical_key, "
                "arg_max(balance, booked_day * CAST(1000000 AS BIGINT) + sequence) AS balance FROM transactions "
                "JOIN entities ON entities.account_key = transactions.account_key WHERE booked_day <= ? "
                "GROUP BY ALL) GROUP BY party_key",
                [last],
            ).fetchall()
        )
        holdings = tracing._Source(connection, first, last).holdings(frozenset(stated))
    finally:
        connection.close()
    known = {one.party for one in holdings if one.opening is not None}
    line = timeline_of(holdings)
    agree = sum(line.closing[party] == stated[party] for party in known)
    # Rows that the city sends spoiled are quarantined and leave a few pools short.
    assert agree / len(known) > 0.9
    assert len(known) / len(stated) > 0.9


@pytest.mark.parametrize("method", Method)
def test_both_ways_add_up_and_are_told_without_names_or_numbers(looked_at: Installation, method: Method) -> None:
    account = busiest(looked_at)
    asked = [Terms(way, method, hops=3, min_amount=100_000) for way in (Direction.BACKWARD, Direction.FORWARD)]
    report = tracing.trace(looked_at, account, asked, None, None)
    assert len(report.traces) == 2
    for one in report.traces:
        assert imbalances(one) == []
        assert one.edges
    words = Words(report)
    told = json.dumps(words.to_json(), ensure_ascii=False)
    picture = words.svg()
    assert picture == words.svg()
    assert method.zh in picture
    assert "清单" in picture
    for party in report.parties.values():
        for text in (told, picture):
            assert not party.account or len(party.account) <= 8 or party.account not in text
            assert party.kind != "person" or not party.name or len(party.name) != 3 or party.name not in text
    plain = json.loads(told)
    ids = {node["id"] for one in plain["traces"] for node in one["nodes"]}
    for one in plain["traces"]:
        assert sum(end["amount"] for end in one["endings"]) + one["returned"] == one["principal"]
        for edge in one["edges"]:
            assert {edge["source"], edge["target"]} == {edge["payer"], edge["payee"]} <= ids
            assert sum(move["traced"] for move in edge["moves"]) == edge["amount"]
    assert account in Words(report, in_full=True).subject()


def test_an_alert_a_party_and_a_transfer_can_be_traced_too(looked_at: Installation) -> None:
    report = tracing.trace(looked_at, busiest(looked_at), [FORWARD], None, None)
    (edge, *_) = report.traces[0].edges
    same = tracing.trace(looked_at, record_text(report.subject), [FORWARD], None, None)
    assert same.account is None
    assert same.traces[0].principal >= report.traces[0].principal
    (move, *_) = edge.moves
    asked = [replace(FORWARD, direction=way) for way in Direction]
    one = tracing.trace(looked_at, record_text(move.move.move_id), asked, None, None)
    assert [trace.principal for trace in one.traces] == [move.move.amount] * 2
    assert Words(one).svg().count("<rect") > 2
    with reading(looked_at.operations) as connection:
        alerts = queue.ranked(connection)
    if alerts:
        found = tracing.trace(looked_at, alerts[0].alert_id, [FORWARD], None, None)
        assert record_text(found.subject) == alerts[0].anchor
        assert tracing.window_of(found)[1] <= alerts[0].content["span"][1]


def test_what_nobody_is_called_and_days_that_cross_are_refused(looked_at: Installation) -> None:
    with pytest.raises(InputError) as refused:
        tracing.trace(looked_at, "6222000000000000", [FORWARD], None, None)
    assert "6222" not in str(refused.value)
    with pytest.raises(ConfigurationError):
        tracing.trace(looked_at, busiest(looked_at), [FORWARD], date(2026, 10, 2), date(2026, 10, 1))


def test_full_names_are_put_on_the_record(installation: Installation) -> None:
    report = tracing.trace(installation, busiest(installation), [FORWARD], None, None)
    with pytest.raises(InputError):
        tracing.record_unmasking(installation, report, " ")
    tracing.record_unmasking(installation, report, "核查需要")
    with reading(installation.operations) as connection:
        entries = connection.execute(select(tables.audit)).all()
    assert any(one.action == "unmask_trace" for one in entries)


def test_an_empty_home_says_what_to_do(own_city: City, tmp_path: Path) -> None:
    settings = replace(own_city.settings, home=tmp_path / "empty", database_url=f"sqlite:///{tmp_path / 'e.sqlite'}")
    settings.home.mkdir()
    with Installation.open(settings) as empty, pytest.raises(InputError):
        tracing.trace(empty, "6222000000000000", [FORWARD], None, None)


def test_every_reason_to_stop_is_worded_in_both_languages_and_ways() -> None:
    for ending in Ending:
        assert all(ending.zh(way) and ending.en(way) for way in Direction)
    assert Ending.CASH.zh(Direction.FORWARD) != Ending.CASH.zh(Direction.BACKWARD)
