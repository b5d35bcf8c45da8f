"""Control samples: drawn once a night, reviewed like alerts, and never told apart by what a reviewer sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from fundwatch.domain.errors import InputError
from fundwatch.domain.review import Disposition
from fundwatch.store.operations import audit, controls, ordering, queue
from fundwatch.store.operations.commit import AlertRow, Change, commit
from fundwatch.store.operations.controls import ControlRow
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.lease import WRITER, acquire

NIGHT = date(2026, 2, 28)
ROWS = tuple(
    ControlRow(NIGHT, "m", f"s{number}", "near" if number else "rest", 9, {"n": number}) for number in range(3)
)


@pytest.fixture
def drawn(engine: Engine, now: datetime) -> Engine:
    with writing(engine) as connection:
        controls.file(connection, ROWS, now)
    return engine


def test_a_night_keeps_the_sample_it_drew_first(drawn: Engine, now: datetime) -> None:
    other = replace(ROWS[0], subject="s9")
    with writing(drawn) as connection:
        controls.file(connection, [*ROWS, other], now)
        controls.file(connection, [replace(other, as_of=NIGHT + timedelta(days=1))], now)
        assert {one.subject for one in controls.drawn(connection, NIGHT)} == {"s0", "s1", "s2"}
        assert len(controls.drawn(connection)) == 4


def test_order_and_id_tell_nothing_of_the_stratum(drawn: Engine) -> None:
    with reading(drawn) as connection:
        found = controls.drawn(connection, NIGHT)
    assert [one.sample_id for one in found] == sorted(one.sample_id for one in found)
    assert replace(ROWS[0], stratum="near").sample_id == ROWS[0].sample_id


def test_two_people_settle_a_sample_as_they_do_an_alert(drawn: Engine, now: datetime) -> None:
    name = ROWS[0].sample_id
    given = {"disposition": Disposition.NORMAL_BUSINESS, "causes": ["payroll"], "note": "", "now": now}
    with writing(drawn) as connection:
        with pytest.raises(InputError, match="原因代码"):
            controls.decide(connection, name, actor="li", **given | {"causes": []})  # type: ignore[arg-type]
        assert controls.decide(connection, name, actor="li", **given) == "decided"  # type: ignore[arg-type]
        with pytest.raises(InputError, match="已有结论"):
            controls.decide(connection, name, actor="zhou", **given)  # type: ignore[arg-type]
        with pytest.raises(InputError, match="同一人"):
            controls.sign(connection, name, actor="li", note="", now=now)
        assert controls.sign(connection, name, actor="zhou", note="再看", now=now, returned=True) == "new"
        assert controls.decide(connection, name, actor="zhou", **given) == "decided"  # type: ignore[arg-type]
        assert controls.sign(connection, name, actor="li", note="", now=now) == "closed"
        with pytest.raises(InputError, match="没有待复核"):
            controls.sign(connection, name, actor="wang", note="", now=now)
        with pytest.raises(InputError, match="对照样本"):
            controls.sign(connection, "CS-NONE", actor="li", note="", now=now)
        assert [event.kind for event in controls.events(connection, name)] == [
            "decided",
            "returned",
            "decided",
            "confirmed",
        ]
        assert len(audit.entries(connection, subject=f"control:{name}")) == 4


def alert(number: int, score: float, order: tuple[str, float] | None) -> AlertRow:
    return AlertRow(
        alert_id=f"A{number}",
        anchor=f"p{number}",
        episode=1,
        score=score,
        level="blue",
        first_seen=NIGHT,
        as_of=NIGHT,
        manifest_id="m",
        content={"number": number, "score": score},
        facts={"values": {"x": score}},
        order=order,
    )


def test_a_ranker_orders_the_whole_list_or_none_of_it(engine: Engine, now: datetime) -> None:
    lease = acquire(engine, WRITER, "host:1", now, timedelta(minutes=2))
    rows = (alert(1, 90.0, ("r", 0.2)), alert(2, 50.0, ("r", 0.9)), alert(3, 70.0, None))
    commit(engine, lease, Change(alerts=rows), now=now, actor="nightly")
    with writing(engine) as connection:
        assert not ordering.is_complete(connection, "r")
        ordered = [one.alert_id for one in queue.ranked(connection, ranker="r")]
        assert ordered == ["A2", "A1", "A3"]
        ordering.file_orders(connection, "r", {("A3", 1): 0.5, ("A1", 1): 0.99})
        assert ordering.is_complete(connection, "r")
        found = queue.ranked(connection, ranker="r")
        assert [(one.alert_id, one.order_value) for one in found] == [("A2", 0.9), ("A3", 0.5), ("A1", 0.2)]
        assert [one.alert_id for one in queue.ranked(connection)] == ["A1", "A3", "A2"]
        assert ordering.facts_of(connection, ["A1"]) == {("A1", 1): {"values": {"x": 90.0}}}


def test_facts_and_order_are_no_part_of_the_content(engine: Engine, now: datetime) -> None:
    lease = acquire(engine, WRITER, "host:1", now, timedelta(minutes=2))
    commit(engine, lease, Change(alerts=(alert(1, 90.0, None),)), now=now, actor="nightly")
    changed = replace(alert(1, 90.0, ("r", 0.1)), facts={"values": {}})
    done = commit(engine, lease, Change(alerts=(changed,)), now=now, actor="nightly")
    assert (done.raised, done.grown) == ((), ())
    commit(engine, lease, Change(alerts=(alert(1, 91.0, ("r", 0.3)),)), now=now, actor="nightly")
    with reading(engine) as connection:
        assert set(ordering.facts_of(connection, ["A1"])) == {("A1", 1), ("A1", 2)}
        assert [one.order_value for one in queue.ranked(connection, ranker="r")] == [0.3]
