"""A payout that falls due while a report is missing: asked that evening, waited for, answered when the report is in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fundwatch.domain.report_days import overdue_in_words
from fundwatch.domain.snapshot import alert_from_json
from fundwatch.store.operations import ledger, queue
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.settings import Settings
from pipelines.installation import Installation
from pipelines.plain import nights
from pipelines.verification import Agreement, Verifier

BANK = "610900-B01"
REGISTER = f"""
[[institution]]
code = "{BANK}"
name = "示例银行"
sector = "bank"
region = "610902"
legal_basis = "《防范和处置非法集资条例》第十三条"
approval_no = "处非办〔2026〕1号"
"""
PEOPLE = [
    "王一一",
    "李二二",
    "张三三",
    "刘四四",
    "陈五五",
    "杨六六",
    "赵七七",
    "黄八八",
    "周九九",
    "吴十十",
    "徐百百",
    "孙千千",
]
STOP = date(2026, 5, 6)
"""The day on which the fourth payout is due and does not come."""
Row = tuple[date, str, str, int]


def payouts(*days: date) -> list[Row]:
    return [(day, "out", name, 60_000) for day in days for name in PEOPLE]


HISTORY = [
    *((date(2026, 1, 5), "in", name, 5_000_000) for name in PEOPLE),
    *payouts(date(2026, 2, 5), date(2026, 3, 7), date(2026, 4, 6)),
]


class Office:
    """A data home of one bank, its liaison, and a clock that is set by hand."""

    def __init__(self, home: Path) -> None:
        self.home, self.inbox = home, home / "inbox"
        self.sent: dict[str, int] = {}
        (home / "institutions.toml").write_text(REGISTER, encoding="utf-8")

    def send(self, first: date, last: date, rows: Iterable[Row] = ()) -> None:
        """Deliver a file of these days: the rows, and a small purchase each day."""
        shopping = [
            (first + timedelta(days=ahead), "out", "便民商店", 5_000) for ahead in range((last - first).days + 1)
        ]
        entries = sorted([*rows, *shopping])
        frame = pl.DataFrame(
            [
                {
                    "account": "6222000000000001",
                    "account_name": "钱万里",
                    "booked_at": datetime.combine(day, time(10)) + timedelta(minutes=place),
                    "amount": amount,
                    "direction": direction,
                    "counterparty_account": f"62220000000001{[*PEOPLE, '便民商店'].index(name):02d}",
                    "counterparty_name": name,
                    "serial": f"{day:%m%d}{place:04d}",
                }
                for place, (day, direction, name, amount) in enumerate(entries)
            ]
        )
        path = self.inbox / BANK / f"{first:%m%d}-{last:%m%d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path)
        os.utime(path, (0, 0))

    def night(self, as_of: date) -> Any:
        """Run the night of an evening on the following morning."""
        instant = datetime.combine(as_of + timedelta(days=1), time(3), UTC)
        (outcome,) = nights(as_of.isoformat(), None, self.inbox, lambda: instant)
        assert outcome["rejected"] == 0
        assert outcome["failures"] == []
        return outcome

    def open(self) -> Any:
        return Installation.open(Settings.from_environment({"FUNDWATCH_HOME": str(self.home)}))

    def stops(self) -> Sequence[tuple[date, Any]]:
        """Return the evening and the days waited of every alert in which the stop of payouts stands."""
        with self.open() as installation, reading(installation.operations) as connection:
            alerts = [alert_from_json(one.content["alert"]) for one in queue.ranked(connection)]
        return [
            (
                date(1970, 1, 1) + timedelta(days=standing.item.window_to),
                next(one.value for one in standing.item.measures if one.name == "waited_days"),
            )
            for alert in alerts
            for standing in alert.standings
            if standing.item.code == "T12"
        ]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office whose bank sent its history on 1 May, reported until the 5th, and fell silent on the 6th and 7th."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("FUNDWATCH_HOME", str(home))
    made = Office(home)
    made.send(date(2026, 1, 2), date(2026, 4, 30), HISTORY)
    outcome = made.night(date(2026, 4, 30))
    assert outcome["overdue"] == []
    made.send(date(2026, 5, 1), date(2026, 5, 5))
    assert made.night(date(2026, 5, 5))["overdue"] == []
    made.send(date(2026, 5, 8), date(2026, 5, 10))
    return made


def test_a_payout_due_in_a_gap_waits_and_is_answered_when_the_report_is_in(office: Office) -> None:
    outcome = office.night(date(2026, 5, 10))
    (overdue,) = outcome["overdue"]
    assert (overdue["institution"], overdue["days"], overdue["due_on"]) == (BANK, 2, "2026-05-07")
    (waiting,) = overdue["waiting"]
    assert (waiting["code"], waiting["since"], len(waiting["subjects"])) == ("T12", "2026-05-10", 1)
    told = overdue_in_words(overdue)
    assert "自 2026-05-07 起逾期未报" in told["zh"]
    assert "T12 1 个主体（最早 2026-05-10）" in told["zh"]
    assert "overdue since 2026-05-07" in told["en"]
    assert not any(name in told["zh"] for name in PEOPLE)
    assert office.stops() == []
    # The report of both days comes three days after the question: nobody was paid.
    office.send(date(2026, 5, 11), date(2026, 5, 13))
    office.send(date(2026, 5, 6), date(2026, 5, 7))
    outcome = office.night(date(2026, 5, 13))
    assert outcome["overdue"] == []
    assert office.stops() == [(date(2026, 5, 13), 3)]
    again = office.night(date(2026, 5, 13))
    assert (again["new"], again["grown"], again["recurred"], again["overdue"]) == (0, 0, 0, [])
    assert again["hits"] == outcome["hits"] or again["hits"] <= outcome["hits"]
    with office.open() as installation, Verifier(installation) as verifier:
        with reading(installation.operations) as connection:
            found = [one.alert_id for one in queue.ranked(connection)]
        assert [verifier.verify(one).agreement for one in found] == [Agreement.EQUAL] * len(found)


def test_a_late_report_that_shows_the_payouts_answers_no(office: Office) -> None:
    office.night(date(2026, 5, 10))
    office.send(date(2026, 5, 11), date(2026, 5, 12))
    office.send(date(2026, 5, 6), date(2026, 5, 7), payouts(STOP))
    outcome = office.night(date(2026, 5, 12))
    assert outcome["overdue"] == []
    assert office.stops() == []


@pytest.mark.parametrize("is_before_the_night", [True, False])
def test_a_zero_report_answers_too_even_one_that_came_after_the_night(
    office: Office, is_before_the_night: bool
) -> None:
    office.night(date(2026, 5, 10))
    office.send(date(2026, 5, 11), date(2026, 5, 13))
    declared_at = datetime(2026, 5, 14, 2, tzinfo=UTC)
    if is_before_the_night:
        declare_zero(office, declared_at)
        office.night(date(2026, 5, 13))
    else:
        assert office.night(date(2026, 5, 13))["overdue"][0]["waiting"]
        declare_zero(office, declared_at + timedelta(hours=6))
        office.send(date(2026, 5, 14), date(2026, 5, 15))
        office.night(date(2026, 5, 15))
    assert office.stops() == [(date(2026, 5, 13), 3)]


def declare_zero(office: Office, instant: datetime) -> None:
    """Let the liaison declare that there was nothing to report on the days of the gap."""
    with office.open() as installation, writing(installation.operations) as connection:
        for day in (date(2026, 5, 6), date(2026, 5, 7)):
            ledger.declare_nothing(connection, institution=BANK, day=day, declared_by="liaison", now=instant)
