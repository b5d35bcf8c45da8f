"""The page of runs: with a scheduler that knows a flow, without one, and what is recorded."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert

from fundwatch.console.application import create
from fundwatch.store.operations import audit
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.tables import nights
from tests.console.conftest import office, token
from tests.pipelines.scheduler import register_nightly

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")
COUNTS = {
    "received": 3,
    "rejected": 1,
    "hits": 17,
    "signals": 5,
    "new": 2,
    "grown": 4,
    "recurred": 0,
    "no_data": 6,
    "failures": [{"zh": "文件无法打开。", "en": "the file cannot be opened.", "code": "E1", "batch": "B1"}],
    "notes": [],
    "overdue": [
        {
            "institution": "610900-B02",
            "days": 2,
            "first_day": "2026-02-26",
            "last_day": "2026-02-27",
            "due_on": "2026-02-27",
            "waiting": [],
        }
    ],
}


def publish(desk) -> None:
    row = {"as_of": date(2026, 2, 28), "manifest_id": "m1", "status": "published", "counts": COUNTS}
    with writing(desk.installation.operations) as connection:
        connection.execute(insert(nights).values(**row, finished_at=desk.clock()))


def test_a_night_is_told_with_what_it_asks_to_be_looked_at(desk) -> None:
    publish(desk)
    page = desk.client("ana").get("/runs").text
    assert "2026-02-28" in page and ">17<" in page
    assert "文件无法打开。" in page
    assert "610900-B02 自 2026-02-27 起逾期未报" in page
    assert "1 份文件未能处理" in page


def test_a_scheduler_that_is_silent_is_the_first_thing_said(desk) -> None:
    publish(desk)
    client = desk.client("ana")
    page = client.get("/runs").text
    assert "调度服务没有应答" in page
    assert not re.findall(r'action="/runs"', page), "nothing to press that cannot work"
    refused = client.post("/runs", data={"csrf": token(page), "flow": "nightly"})
    assert refused.status_code == 503 and "fundwatch up" in refused.text


def test_an_analyst_runs_a_night_again_and_it_is_recorded(desk, prefect) -> None:
    register_nightly(prefect)
    publish(desk)
    desk = replace(desk, app=create(office(desk.installation, prefect)))
    client = desk.client("ana")
    page = client.get("/runs").text
    assert "夜间批次" in page and "调度服务没有应答" not in page
    assert page.count('action="/runs"') == 2, "the flow now, and its one night again"
    done = client.post("/runs", data={"csrf": token(page), "flow": "nightly", "as_of": "2026-02-28"})
    assert done.status_code == 200 and "已排入运行" in done.text
    with reading(desk.installation.operations) as connection:
        (entry,) = audit.newest(connection, actor="", action="run_started", subject="", most=None)
    assert (entry.actor, entry.subject, entry.detail["as_of"]) == ("ana", "flow:nightly", "2026-02-28")
    assert entry.detail["run"][:8] in done.text
    for flow, day, status in (("nightly", "2999-01-01", 400), ("nightly", "soon", 400), ("train", "2026-02-28", 400)):
        wrong = client.post("/runs", data={"csrf": token(page), "flow": flow, "as_of": day})
        assert wrong.status_code == status, (flow, day)


def test_whoever_may_only_look_starts_nothing(desk, prefect) -> None:
    register_nightly(prefect)
    desk = replace(desk, app=create(office(desk.installation, prefect)))
    for name in ("sci", "sys"):
        client = desk.client(name)
        page = client.get("/runs")
        assert page.status_code == 200 and 'action="/runs"' not in page.text
        assert client.post("/runs", data={"csrf": token(page.text), "flow": "nightly"}).status_code == 404
    assert desk.client("zhou").get("/runs").status_code == 404
