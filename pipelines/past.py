"""What a backtest takes from the operations database: evenings with their manifests, and the queue's alerts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from duckdb import DuckDBPyConnection

from fundwatch.domain.alerts import Alert
from fundwatch.domain.hits import Hit, Signal
from fundwatch.domain.keys import day_number, record_text
from fundwatch.domain.review import Disposition, ReviewState
from fundwatch.domain.snapshot import alert_from_json
from fundwatch.evaluation.diff import Filed
from fundwatch.store.manifests import Manifest
from fundwatch.store.operations import history, night_records, queue
from fundwatch.store.operations.conclusions import last_conclusions
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.writing import slices
from pipelines import subjects
from pipelines.comparing import Change
from pipelines.installation import Installation

Item = Hit | Signal


class Knowledge(StrEnum):
    """Which data an evening of the past sees."""

    TODAY = "today"
    INSTANT = "instant"
    NIGHT = "night"

    @property
    def zh(self) -> str:
        """Return the sentence that says so."""
        return {
            "today": "按今天已知的全部数据（含迟报、补正）",
            "instant": "按指定时刻已知的数据",
            "night": "每一夜按其当时的清单",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Question:
    """A backtest that is asked for: what to try, over which evenings, with which knowledge.

    Rules that do not differ count with what the queue holds of them; ``is_whole`` runs them all again instead.
    """

    change: Change
    from_day: date
    to_day: date
    known_at: datetime | None = None
    by_night: bool = False
    is_whole: bool = False

    @property
    def knowledge(self) -> Knowledge:
        """Return which data an evening sees."""
        return Knowledge.NIGHT if self.by_night else Knowledge.INSTANT if self.known_at else Knowledge.TODAY


@dataclass(frozen=True, slots=True)
class Span:
    """Evenings that see one manifest."""

    manifest: Manifest
    days: tuple[int, int]


def spans_of(installation: Installation, question: Question, first: int, last: int) -> list[Span]:
    """Return the evenings of the days by the manifest they see, in order."""
    with reading(installation.operations) as connection:
        if not question.by_night:
            instant = question.known_at
            manifest = history.head(connection) if instant is None else history.head_at(connection, instant)
            return [Span(manifest, (first, last))]
        told = {row["as_of"]: row for row in night_records.every_night(connection) if row["status"] == "published"}
        spans, begins = [], first
        for as_of in sorted(told):
            day = day_number(as_of)
            if begins <= day:
                manifest = history.by_id(connection, told[as_of]["manifest_id"])
                spans.append(Span(manifest, (begins, min(day, last))))
                begins = day + 1
            if begins > last:
                return spans
        return [*spans, Span(history.head(connection), (begins, last))]


def nights_of(installation: Installation, first: int, last: int) -> list[int]:
    """Return the as-of days of the nights in the range; without any, one evening a week back from the last."""
    with reading(installation.operations) as connection:
        days = sorted({day_number(row["as_of"]) for row in night_records.every_night(connection)})
    own = [day for day in days if first <= day <= last]
    return own or list(range(last, first - 1, -7))[::-1]


def filed_of(
    installation: Installation, relations: DuckDBPyConnection, affected: Collection[int], *, every: bool
) -> list[tuple[Alert, Filed]]:
    """Return the queue's alerts on the affected subjects (or all), each with what the office concluded on it."""
    with reading(installation.operations) as connection:
        if every:
            heads = queue.ranked(connection)
            group_of: dict[int, int] = {}
        else:
            group_of = subjects.groups_of_parties(relations, affected)
            wanted = sorted(record_text(party) for party in group_of)
            heads = [head for part in slices(wanted) for head in queue.anchors(connection, part)]
        concluded = last_conclusions(connection, [head.alert_id for head in heads])
    rows = []
    for head in heads:
        alert = alert_from_json(head.content["alert"])
        group = group_of.get(alert.anchor, alert.subject.key)
        disposition = Disposition(concluded[head.alert_id]) if head.alert_id in concluded else None
        rows.append((alert, Filed(head.alert_id, group, alert.window, ReviewState(head.state), disposition)))
    return rows


def context_of(filed: Sequence[tuple[Alert, Filed]], recomputed: Collection[str], days: tuple[int, int]) -> list[Item]:
    """Return what the queue's alerts hold of other rules and detectors with windows that end within the days."""
    return [
        replace(standing.item, subject=replace(standing.item.subject, key=one.group))
        for alert, one in filed
        for standing in alert.standings
        if standing.item.term not in recomputed and days[0] <= standing.item.window_to <= days[1]
    ]
