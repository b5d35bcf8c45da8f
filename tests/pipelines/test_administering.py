"""Settings that administrators change: they reach the next night, and leave what was published alone."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from fundwatch.domain.errors import BusyError
from fundwatch.domain.keys import day_number
from fundwatch.store.operations import queue
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.lease import local_lock
from pipelines.administering import Administration
from pipelines.installation import Installation
from pipelines.verification import Agreement, Verifier
from rules.reference import Notice
from tests.pipelines.conftest import LAST_DAY, City, run_nights


def test_working_days_reach_the_next_night_and_leave_the_past_alone(installation: Installation, own_city: City) -> None:
    with reading(installation.operations) as connection:
        before = [one.alert_id for one in queue.ranked(connection, limit=3)]
    assert before
    night = LAST_DAY + timedelta(days=1)
    friday = day_number(night) + (4 - night.weekday()) % 7
    Administration(installation).enter(Notice(friday, friday, False, "测试假日", "测试"), by="sys")
    run_nights(own_city.home, own_city.folder / "inbox", [night])
    with installation.warehouse() as warehouse:
        found = warehouse.execute(
            "SELECT day - $friday, is_workday, holiday FROM reference_calendar"
            " WHERE day BETWEEN $friday - 1 AND $friday",
            {"friday": friday},
        ).fetchall()
    assert sorted(found) == [(-1, True, None), (0, False, "测试假日")]
    with Verifier(installation) as verifier:
        assert [verifier.verify(one).agreement for one in before] == [Agreement.EQUAL] * len(before)


def test_two_administrators_do_not_write_over_each_other(installation: Installation) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with local_lock(installation.settings.locks / "administration.lock"):
            held.set()
            done.wait(60)

    other = threading.Thread(target=hold)
    other.start()
    held.wait(60)
    with pytest.raises(BusyError):
        Administration(installation).enter(Notice(1, 1, False, "a", "b"), by="sys")
    done.set()
    other.join()
    assert not installation.notices
