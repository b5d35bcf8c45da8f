"""The days that open alerts speak of."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Engine, text

from fundwatch.store.operations import alert_spans
from fundwatch.store.operations.commit import AlertRow, Change, commit
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.lease import WRITER, acquire

NIGHT = date(2026, 2, 28)


def test_open_alerts_are_found_by_the_days_they_speak_of(engine: Engine, now: datetime) -> None:
    lease = acquire(engine, WRITER, "host:1", now, timedelta(minutes=2))

    def row(name: str, first: str, last: str, score: float, county: str = "610902") -> AlertRow:
        content = {"span": [first, last], "subject": {"institutions": ["B1", "B2"]}}
        return AlertRow(name, f"p{name}", 1, score, "blue", NIGHT, NIGHT, "m", content, county)

    rows = (
        row("before", "2026-01-01", "2026-02-09", 9.0),
        row("until", "2026-01-01", "2026-02-10", 1.0),
        row("within", "2026-02-11", "2026-02-12", 2.0, "610921"),
        row("from", "2026-02-20", "2026-03-20", 3.0),
        row("after", "2026-02-21", "2026-03-20", 9.0),
        row("closed", "2026-02-11", "2026-02-12", 9.0),
    )
    commit(engine, lease, Change(alerts=rows), now=now, actor="nightly")
    with writing(engine) as connection:
        connection.execute(text("UPDATE alerts SET state = 'closed' WHERE alert_id = 'closed'"))
    with reading(engine) as connection:
        found = alert_spans.open_spans(connection, date(2026, 2, 10), date(2026, 2, 20))
        there = alert_spans.open_spans(connection, date(2026, 2, 10), date(2026, 2, 20), counties=["610921"])
    assert [one.alert_id for one in found] == ["from", "within", "until"]
    assert [one.alert_id for one in there] == ["within"]
    assert found[0].institutions == {"B1", "B2"}
    assert (found[1].first_day, found[1].last_day) == (20495, 20496)
