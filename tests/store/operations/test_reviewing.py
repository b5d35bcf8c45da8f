"""Decisions with reason codes and two signatures, as events that nothing changes afterwards."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from fundwatch.domain.errors import InputError
from fundwatch.domain.review import Disposition
from fundwatch.store.operations import audit, queue, reviewing
from fundwatch.store.operations.commit import AlertRow, Change, commit
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.lease import WRITER, Lease, acquire

NIGHT = date(2026, 2, 28)


def row(score: float) -> AlertRow:
    return AlertRow(
        alert_id="A1",
        anchor="p1",
        episode=1,
        score=score,
        level="blue",
        first_seen=NIGHT,
        as_of=NIGHT,
        manifest_id="m",
        content={"score": score},
        county="610902",
    )


@pytest.fixture
def lease(engine: Engine, now: datetime) -> Lease:
    held = acquire(engine, WRITER, "host:1", now, timedelta(minutes=2))
    commit(engine, held, Change(alerts=(row(1.0),)), now=now, actor="nightly")
    return held


def decide(engine: Engine, now: datetime, actor: str = "li", **named: object) -> queue.Alert:
    given = {"disposition": Disposition.OPEN_CASE, "causes": ["promised_returns"], "note": ""} | named
    with writing(engine) as connection:
        return reviewing.decide(connection, "A1", actor=actor, now=now, **given)  # type: ignore[arg-type]


def test_two_people_close_an_alert_and_the_events_say_how(engine: Engine, lease: Lease, now: datetime) -> None:
    decided = decide(engine, now)
    assert (decided.state, decided.claimed_by) == ("decided", None)
    with pytest.raises(InputError, match="同一人"), writing(engine) as connection:
        reviewing.sign(connection, "A1", actor="li", note="", now=now)
    with writing(engine) as connection:
        closed = reviewing.sign(connection, "A1", actor="zhou", note="", now=now)
        assert closed.state == "closed"
        found = queue.events(connection, "A1")
        assert [entry.action for entry in audit.entries(connection)][-2:] == ["decided", "confirmed"]
    assert [event.kind for event in found] == ["raised", "claimed", "decided", "confirmed"]
    assert found[-1].content == {
        "disposition": "open_case",
        "causes": ["promised_returns"],
        "decided_by": "li",
        "decided_version": 1,
        "note": "",
    }


def test_a_signature_names_the_version_decided_though_the_alert_has_grown(
    engine: Engine, lease: Lease, now: datetime
) -> None:
    decide(engine, now)
    commit(engine, lease, Change(alerts=(row(2.0),)), now=now, actor="nightly")
    with writing(engine) as connection:
        assert reviewing.sign(connection, "A1", actor="zhou", note="", now=now).version == 2
        assert queue.events(connection, "A1")[-1].content["decided_version"] == 1


def test_a_decision_without_its_reason_moves_nothing(engine: Engine, lease: Lease, now: datetime) -> None:
    for causes in ([], ["payroll"]):
        with pytest.raises(InputError, match="原因代码"):
            decide(engine, now, causes=causes)
    with reading(engine) as connection:
        assert queue.get(connection, "A1").state == "new"


def test_what_is_watched_needs_one_person_and_can_be_taken_up_again(
    engine: Engine, lease: Lease, now: datetime
) -> None:
    watched = decide(engine, now, disposition=Disposition.KEEP_WATCHING, causes=["too_little_yet"])
    assert watched.state == "snoozed"
    with pytest.raises(InputError, match="没有待复核"), writing(engine) as connection:
        reviewing.sign(connection, "A1", actor="zhou", note="", now=now)
    assert decide(engine, now).state == "decided"


def test_a_decision_sent_back_is_the_second_person_s_to_make_anew(engine: Engine, lease: Lease, now: datetime) -> None:
    decide(engine, now)
    with pytest.raises(InputError, match="理由"), writing(engine) as connection:
        reviewing.send_back(connection, "A1", actor="zhou", note="", now=now)
    with writing(engine) as connection:
        back = reviewing.send_back(connection, "A1", actor="zhou", note="看第三笔", now=now)
    assert (back.state, back.claimed_by) == ("claimed", "zhou")
    with pytest.raises(InputError, match="他人"):
        decide(engine, now, actor="li")
    assert decide(engine, now, actor="zhou").state == "decided"
    with writing(engine) as connection:
        assert reviewing.sign(connection, "A1", actor="li", note="", now=now).state == "closed"


def test_nobody_decides_what_another_holds_or_what_waits_or_is_closed(
    engine: Engine, lease: Lease, now: datetime
) -> None:
    with writing(engine) as connection:
        assert reviewing.claim(connection, "A1", actor="li", now=now).claimed_by == "li"
        assert reviewing.claim(connection, "A1", actor="li", now=now).revision == 2
    with pytest.raises(InputError, match="他人"):
        decide(engine, now, actor="zhou")
    decide(engine, now, actor="li")
    with pytest.raises(InputError, match="待复核"):
        decide(engine, now, actor="zhou")
    with writing(engine) as connection:
        reviewing.sign(connection, "A1", actor="zhou", note="", now=now)
    with pytest.raises(InputError, match="不能转为"):
        decide(engine, now, actor="zhou")


def test_another_county_s_alert_cannot_be_decided_or_signed(engine: Engine, lease: Lease, now: datetime) -> None:
    with pytest.raises(InputError, match="没有这条预警"):
        decide(engine, now, counties=["610921"])
    decide(engine, now, counties=["610902"])
    with pytest.raises(InputError, match="没有这条预警"), writing(engine) as connection:
        reviewing.sign(connection, "A1", actor="zhou", note="", now=now, counties=["610921"])
