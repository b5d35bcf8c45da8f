"""The audit chain shows every change, also to one who can write into the database file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from fundwatch.store.operations import audit
from fundwatch.store.operations.database import reading, writing


def _fill(engine: Engine, now: datetime, count: int = 5) -> None:
    for number in range(count):
        with writing(engine) as connection:
            instant = now + timedelta(seconds=number, microseconds=number)
            detail = {"number": number, "share": 0.1 * number, "说明": "测试"}
            audit.append(connection, now=instant, actor="甲", action="reveal", subject=f"s{number}", detail=detail)


def _without_triggers(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_no_{verb}"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        connection.execute(text(statement))


def test_an_untouched_chain_is_sound(engine: Engine, now: datetime) -> None:
    _fill(engine, now)
    with reading(engine) as connection:
        assert audit.first_broken(connection) is None
        assert [entry.entry for entry in audit.entries(connection)] == [1, 2, 3, 4, 5]
        assert [entry.subject for entry in audit.entries(connection, subject="s2")] == ["s2"]


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET actor = '乙' WHERE entry = 3", 3),
        ("UPDATE audit SET subject = 'other' WHERE entry = 1", 1),
        ("UPDATE audit SET action = 'other' WHERE entry = 5", 5),
        ("UPDATE audit SET detail = '{}' WHERE entry = 2", 2),
        ("UPDATE audit SET digest = 'x' WHERE entry = 4", 4),
        ("UPDATE audit SET happened_at = '2020-01-01 00:00:00' WHERE entry = 4", 4),
        ("DELETE FROM audit WHERE entry = 2", 2),
        ("DELETE FROM audit WHERE entry = 5", 5),
        ("DELETE FROM audit", 1),
    ],
)
def test_every_tampering_is_found_and_located(engine: Engine, now: datetime, statement: str, broken: int) -> None:
    _fill(engine, now)
    _without_triggers(engine, statement)
    with reading(engine) as connection:
        assert audit.first_broken(connection) == broken


def test_an_entry_and_its_act_stand_or_fall_together(engine: Engine, now: datetime, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), writing(engine) as connection:
        audit.append(connection, now=now, actor="a", action="b", subject="c", detail={})
        raise RuntimeError("killed")
    _fill(engine, now, 1)
    with reading(engine) as connection:
        assert audit.first_broken(connection) is None
        assert len(audit.entries(connection)) == 1


def test_the_newest_come_first_by_actor_action_and_subject(engine: Engine, now: datetime) -> None:
    _fill(engine, now)
    with writing(engine) as connection:
        audit.append(connection, now=now, actor="乙", action="export", subject="s1", detail={})
    with reading(engine) as connection:
        assert [one.entry for one in audit.newest(connection, most=2)] == [6, 5]
        assert [one.entry for one in audit.newest(connection, before=3)] == [2, 1]
        assert [one.entry for one in audit.newest(connection, actor="乙")] == [6]
        assert [one.entry for one in audit.newest(connection, subject="s1", action="reveal")] == [2]
        assert audit.actions(connection) == ["export", "reveal"]
