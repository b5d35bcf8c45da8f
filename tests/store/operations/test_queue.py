"""Claims, moves and the ranked list."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from fundwatch.domain.errors import BusyError, InputError
from fundwatch.store.operations import queue
from fundwatch.store.operations.commit import AlertRow, Change, commit
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.lease import WRITER, acquire

NIGHT = date(2026, 2, 28)
TTL = timedelta(hours=8)


@pytest.fixture
def filled(engine: Engine, now: datetime) -> Engine:
    """Twenty alerts, even ones of county 610902 and odd ones of 610921, the score growing with the number."""
    lease = acquire(engine, WRITER, "host:1", now, timedelta(minutes=2))
    rows = tuple(
        AlertRow(
            alert_id=f"A{number:02}",
            anchor=f"p{number}",
            episode=1,
            score=float(number),
            level="blue",
            first_seen=NIGHT,
            as_of=NIGHT,
            manifest_id="m",
            content={"number": number},
            county="610902" if number % 2 == 0 else "610921",
        )
        for number in range(20)
    )
    commit(engine, lease, Change(alerts=rows), now=now, actor="nightly")
    return engine


def test_the_list_is_ranked_scoped_and_paged(filled: Engine) -> None:
    with reading(filled) as connection:
        assert [alert.alert_id for alert in queue.ranked(connection, limit=3)] == ["A19", "A18", "A17"]
        assert [a.alert_id for a in queue.ranked(connection, counties=["610902"], limit=2, offset=1)] == ["A16", "A14"]
        assert queue.ranked(connection, counties=[]) == []
        assert queue.ranked(connection, states=["closed"]) == []
        assert [alert.alert_id for alert in queue.anchors(connection, ["p3", "p1"])] == ["A01", "A03"]


def test_another_county_s_alert_is_not_there(filled: Engine, now: datetime) -> None:
    with reading(filled) as connection, pytest.raises(InputError):
        queue.get(connection, "A01", counties=["610902"])
    with pytest.raises(InputError), writing(filled) as connection:
        queue.move(
            connection,
            "A01",
            revision=1,
            to_state="closed",
            kind="closed",
            actor="x",
            now=now,
            content={},
            counties=["610902"],
        )


def test_fifty_reviewers_never_claim_the_same(filled: Engine, now: datetime) -> None:
    """Reliability 51."""
    claimed: list[str] = []
    barrier = threading.Barrier(8)

    def work(name: str) -> None:
        barrier.wait()
        while True:
            with writing(filled) as connection:
                alert = queue.claim_next(connection, actor=name, now=now, ttl=TTL)
            if alert is None:
                return
            claimed.append(alert.alert_id)

    threads = [threading.Thread(target=work, args=(f"officer{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == [f"A{number:02}" for number in range(20)]


def test_the_highest_of_one_s_own_county_comes_first(filled: Engine, now: datetime) -> None:
    with writing(filled) as connection:
        alert = queue.claim_next(connection, actor="o", now=now, ttl=TTL, counties=["610902"])
    assert alert is not None
    assert (alert.alert_id, alert.state, alert.claimed_by) == ("A18", "claimed", "o")


def test_a_claim_that_ran_out_returns_by_the_sweep(filled: Engine, now: datetime) -> None:
    with writing(filled) as connection:
        alert = queue.claim_next(connection, actor="o", now=now, ttl=TTL)
        assert alert is not None
        assert queue.sweep_claims(connection, now + TTL / 2) == 0
        assert queue.sweep_claims(connection, now + TTL) == 1
    with reading(filled) as connection:
        assert queue.get(connection, "A19").state == "new"
        assert [event.kind for event in queue.events(connection, "A19")] == ["raised", "claimed", "claim_expired"]


def test_a_decision_on_a_stale_page_is_refused(filled: Engine, now: datetime) -> None:
    """Reliability 52."""
    with writing(filled) as connection:
        seen = queue.get(connection, "A05")
        for actor, state in (("a", "claimed"), ("b", "merged")):
            moved = queue.move(
                connection,
                "A05",
                revision=queue.get(connection, "A05").revision,
                to_state=state,
                kind=state,
                actor=actor,
                now=now,
                content={},
                claim_ttl=TTL if state == "claimed" else None,
            )
        assert (moved.state, moved.claimed_by, moved.revision) == ("merged", None, 3)
    with pytest.raises(BusyError), writing(filled) as connection:
        queue.move(
            connection, "A05", revision=seen.revision, to_state="closed", kind="x", actor="c", now=now, content={}
        )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_claim_walks_an_index(filled: Engine) -> None:
    with reading(filled) as connection:
        query = "SELECT alert_id FROM alerts WHERE state = 'new' ORDER BY score DESC, alert_id LIMIT 1"
        plan = " ".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert "ix_alerts_queue (state=?)" in plan
