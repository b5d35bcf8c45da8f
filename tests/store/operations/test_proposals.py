"""Proposed tunings and what the office concluded, on both engines."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from fundwatch.domain.errors import BusyError, EngineError, InputError
from fundwatch.domain.proposals import ProposalState, check_decision, check_words, day_in_force
from fundwatch.store.operations import audit, proposals, queue, tables
from fundwatch.store.operations.commit import AlertRow, Change, commit
from fundwatch.store.operations.conclusions import last_conclusions
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.lease import WRITER, acquire

DAY = date(2026, 4, 1)
TOLD: dict[str, Any] = {
    "rule_id": "many_payers_one_collector",
    "rule_version": 2,
    "former": {"min_payers": 30},
    "wanted": {"min_payers": 40},
    "from_day": DAY,
    "author": "甲",
    "reason": "误报较多",
}


def test_a_proposal_becomes_tuning_only_when_decided(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        number = proposals.propose(connection, now=now, **TOLD)
        seen = proposals.get(connection, number)
        assert (seen.state, dict(seen.wanted), seen.decided_by) == ("proposed", {"min_payers": 40}, None)
        assert connection.execute(select(tables.tuning)).all() == []
    with writing(engine) as connection:
        proposals.decide(connection, seen, ProposalState.APPROVED, person="乙", note=None, now=now)
        proposals.put_in_force(connection, seen, from_day=DAY, approver="乙", now=now)
    with reading(engine) as connection:
        (row,) = connection.execute(select(tables.tuning)).all()
        assert (row.rule_id, row.parameter, row.value, row.from_day) == (TOLD["rule_id"], "min_payers", 40, DAY)
        assert (row.author, row.approver, row.reason) == ("甲", "乙", "误报较多")
        assert [one.state for one in proposals.listed(connection)] == ["approved"]
        told = audit.entries(connection, subject=f"tuning:{number}")
        assert [(one.actor, one.action) for one in told] == [("甲", "tuning_proposed"), ("乙", "tuning_approved")]


def test_two_who_decide_at_once_decide_once(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        seen = proposals.get(connection, proposals.propose(connection, now=now, **TOLD))
        proposals.decide(connection, seen, ProposalState.REJECTED, person="乙", note="no", now=now)
        with pytest.raises(BusyError):
            proposals.decide(connection, seen, ProposalState.APPROVED, person="丙", note=None, now=now)


def test_the_database_itself_refuses_one_person_twice(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        seen = proposals.get(connection, proposals.propose(connection, now=now, **TOLD))
    with pytest.raises(EngineError), writing(engine) as connection:
        proposals.decide(connection, seen, ProposalState.APPROVED, person="甲", note=None, now=now)


def test_there_is_no_proposal_of_another_number(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(InputError):
        proposals.get(connection, 7)


def test_nobody_decides_on_a_proposal_of_his_own() -> None:
    check_decision(ProposalState.PROPOSED, "甲", "乙")
    for author, person in (("甲", "甲"), ("Ann ", "ann")):
        with pytest.raises(InputError):
            check_decision(ProposalState.PROPOSED, author, person)
    for state in (ProposalState.APPROVED, ProposalState.REJECTED):
        with pytest.raises(InputError):
            check_decision(state, "甲", "乙")
    with pytest.raises(InputError):
        check_words(author="甲", reason="  ")


def test_a_tuning_never_holds_on_a_day_that_a_night_has_evaluated() -> None:
    assert (day_in_force(10, None), day_in_force(10, 5), day_in_force(10, 10), day_in_force(10, 30)) == (10, 10, 11, 31)


def test_the_last_conclusion_of_an_alert_outlives_its_recurrence(engine: Engine, now: datetime) -> None:
    lease = acquire(engine, WRITER, "host:1", now, timedelta(minutes=2))
    rows = tuple(
        AlertRow(
            alert_id=name,
            anchor=name,
            episode=1,
            score=50.0,
            level="yellow",
            first_seen=DAY,
            as_of=DAY,
            manifest_id="m",
            content={},
        )
        for name in ("A", "B", "C")
    )
    commit(engine, lease, Change(alerts=rows), now=now, actor="nightly")

    def event(alert_id: str, to_state: str, **content: Any) -> dict[str, Any]:
        moved = {"kind": to_state, "from_state": "new", "actor": "x", "happened_at": now, "version": 1}
        return moved | {"alert_id": alert_id, "to_state": to_state, "content": content}

    with writing(engine) as connection:
        connection.execute(
            insert(tables.alert_events),
            [
                event("A", "decided", disposition="open_case"),
                event("A", "closed"),
                event("A", "recurred"),
                event("B", "closed", disposition="normal_business"),
                event("B", "recurred"),
                event("B", "decided", disposition="hand_to_police"),
                event("C", "decided", disposition="open_case"),
            ],
        )
        assert last_conclusions(connection, ["A", "B", "C", "D"]) == {"A": "open_case", "B": "normal_business"}
        assert queue.events(connection, "A")[0].kind == "raised"
