"""Records of nights, newest first."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from fundwatch.store.operations import night_records
from fundwatch.store.operations.commit import Change, NightRow, commit
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.lease import WRITER, acquire


def test_the_nights_finished_last_come_first(engine: Engine, now: datetime) -> None:
    lease = acquire(engine, WRITER, "host:1", now, timedelta(minutes=2))
    for step, day in enumerate((2, 3, 1)):
        night = NightRow(date(2026, 2, day), f"m{day}", "published", {})
        commit(engine, lease, Change(night=night), now=now + timedelta(seconds=step), actor="nightly")
    with reading(engine) as connection:
        assert [one["as_of"].day for one in night_records.newest(connection, 2)] == [1, 3]
        last = night_records.last_published(connection)
    assert last is not None and last["as_of"] == date(2026, 2, 3), "the latest day, not the latest to finish"
