"""A backtest: what past months would have looked like under other settings. Nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from duckdb import DuckDBPyConnection

from fundwatch.domain.alerts import Alert
from fundwatch.domain.errors import ConfigurationError, InputError
from fundwatch.domain.hits import Hit, Signal, Suppression
from fundwatch.domain.keys import day_number, record_text
from fundwatch.domain.review import Disposition, ReviewState
from fundwatch.domain.snapshot import alert_from_json
from fundwatch.evaluation.diff import Difference, Filed, difference
from fundwatch.evaluation.replay import NO_BUDGET, Stretch, replay
from fundwatch.store.manifests import Manifest
from fundwatch.store.operations import history, queue
from fundwatch.store.operations.conclusions import last_conclusions
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.writing import slices
from fundwatch.store.warehouse import open_manifest
from pipelines import subjects
from pipelines.comparing import Change, Pair, pair_of
from pipelines.installation import Installation
from pipelines.subjects import SubjectCard

_NIGHT_BUDGET = 1
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
class Backtest:
    """The answer: the differences, how many hits each side had, the cards of the subjects, and what it rests on."""

    question: Question
    pair: Pair
    difference: Difference
    hits: tuple[int, int]
    cards: dict[int, SubjectCard]
    manifests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    """Evenings that see one manifest."""

    manifest: Manifest
    days: tuple[int, int]


def backtest(installation: Installation, question: Question) -> Backtest:
    """Compare today's settings with the tried ones over the evenings of the question.

    Raises ConfigurationError as ``pair_of`` does, InputError for days that cannot be.
    """
    first, last = day_number(question.from_day), day_number(question.to_day)
    if first > last:
        raise InputError("起始日晚于截止日，请更正。", "the first day lies after the last; mend it.", code="K105")
    if question.by_night and question.known_at is not None:
        raise ConfigurationError(
            "--by-night 与 --known-at 只能选一个。", "choose one of --by-night and --known-at.", code="K106"
        )
    pair = pair_of(installation, question.change)
    spans = _spans(installation, question, first, last)
    nights = _nights(installation, first, last)
    ids = frozenset(pair.before.entries) | frozenset(pair.after.entries) if question.is_whole else pair.differing
    found = [_Found(installation, span, pair, ids, nights) for span in spans]
    affected = {group for one in found for group in one.differing_groups()}
    filed = _filed(installation, found[-1], affected, every=pair.suppressors_differ)
    recomputed = ids | ({signal.term for one in found for signal in one.signals} if pair.models_differ else set())
    context = [] if question.is_whole else _context(filed, recomputed, (first, last))
    if pair.suppressors_differ:
        affected |= {item.subject.key for item in context}
        affected |= {item.subject.key for one in found for side in one.items for item in side}
    explained = [one.explained(affected, context) for one in found]
    budget = _NIGHT_BUDGET if pair.models_differ else NO_BUDGET
    before, after = (
        replay(
            [one.stretch(side, affected, context, readings) for one, readings in zip(found, explained, strict=True)],
            detector_budget=budget,
        )
        for side in (0, 1)
    )
    told = difference(before, after, [one for _, one in filed])
    return Backtest(
        question,
        pair,
        told,
        (sum(len(one.items[0]) for one in found), sum(len(one.items[1]) for one in found)),
        found[-1].cards(row.alert for row in told.rows),
        tuple(span.manifest.manifest_id for span in spans),
    )


class _Found:
    """What both settings find on the evenings of one manifest; ``items`` has one list for each side."""

    def __init__(
        self, installation: Installation, span: _Span, pair: Pair, ids: frozenset[str], nights: Sequence[int]
    ) -> None:
        self.installation, self.span, self.pair = installation, span, pair
        own = [day for day in nights if span.days[0] <= day <= span.days[1]]
        with self.opened() as connection:
            shared = pair.before.hits(connection, ids - pair.differing, span.days)
            self.items: tuple[list[Item], list[Item]] = tuple(  # type: ignore[assignment]
                [*shared, *side.hits(connection, ids & pair.differing, span.days), *side.signals(connection, own)]
                for side in (pair.before, pair.after)
            )
        self.signals = [item for side in self.items for item in side if isinstance(item, Signal)]

    @contextmanager
    def opened(self) -> Iterator[DuckDBPyConnection]:
        """Open the relations of the manifest, read-only and without the warehouse."""
        connection = open_manifest(self.installation.settings, self.span.manifest)
        try:
            yield connection
        finally:
            connection.close()

    def differing_groups(self) -> set[int]:
        """Return the subjects of which the two sides do not find the same."""
        return differing_groups(*self.items)

    def explained(
        self, groups: Collection[int], context: Sequence[Item]
    ) -> tuple[Sequence[Suppression], Sequence[Suppression]]:
        """Return the innocent readings of each side for these subjects, as of every evening between their items."""
        items = [item for side in (0, 1) for item in self._items(side, groups, context)]
        if not items:
            return (), ()
        suspects = sorted({item.subject.key for item in items})
        days = min(item.window_to for item in items), max(item.window_to for item in items)
        with self.opened() as connection:
            before = self.pair.before.suppressions(connection, suspects, days)
            if not self.pair.suppressors_differ:
                return before, before
            return before, self.pair.after.suppressions(connection, suspects, days)

    def stretch(
        self,
        side: int,
        groups: Collection[int],
        context: Sequence[Item],
        explained: tuple[Sequence[Suppression], Sequence[Suppression]],
    ) -> Stretch:
        """Return what one side found of these subjects, with the context's items of these days."""
        items = self._items(side, groups, context)
        suspects = sorted({item.subject.key for item in items})
        evenings = {(item.subject.key, item.window_to) for item in items}
        with self.opened() as connection:
            return Stretch(
                self.span.manifest.manifest_id,
                items,
                [one for one in explained[side] if (one.subject.key, one.window_to) in evenings],
                subjects.groups_of_parties(connection, suspects),
                subjects.anchors_of(connection, suspects),
            )

    def _items(self, side: int, groups: Collection[int], context: Sequence[Item]) -> list[Item]:
        first, last = self.span.days
        own = [item for item in self.items[side] if item.subject.key in groups]
        return own + [item for item in context if item.subject.key in groups and first <= item.window_to <= last]

    def cards(self, alerts: Iterator[Alert]) -> dict[int, SubjectCard]:
        """Return the cards of the subjects of some alerts."""
        anchors = {alert.subject.key: alert.anchor for alert in alerts}
        with self.opened() as connection:
            return subjects.cards_of(connection, anchors.keys(), anchors) if anchors else {}


def differing_groups(before: Sequence[Item], after: Sequence[Item]) -> set[int]:
    """Return the subjects (group keys) of which two settings do not find the same."""
    marks: tuple[dict[int, set[object]], ...] = (defaultdict(set), defaultdict(set))
    for side, items in zip(marks, (before, after), strict=True):
        for item in items:
            side[item.subject.key].add(_mark(item))
    return {group for group in marks[0].keys() | marks[1].keys() if marks[0].get(group) != marks[1].get(group)}


def _mark(item: Item) -> object:
    grade = item.severity if isinstance(item, Hit) else item.percentile
    opens = isinstance(item, Signal) or item.opens_alert
    return item.term, item.window_from, item.window_to, item.strength, grade, opens


def _spans(installation: Installation, question: Question, first: int, last: int) -> list[_Span]:
    with reading(installation.operations) as connection:
        if not question.by_night:
            instant = question.known_at
            manifest = history.head(connection) if instant is None else history.head_at(connection, instant)
            return [_Span(manifest, (first, last))]
        told = {row["as_of"]: row for row in queue.night_records(connection) if row["status"] == "published"}
        spans, begins = [], first
        for as_of in sorted(told):
            day = day_number(as_of)
            if begins <= day:
                manifest = history.by_id(connection, told[as_of]["manifest_id"])
                spans.append(_Span(manifest, (begins, min(day, last))))
                begins = day + 1
            if begins > last:
                return spans
        return [*spans, _Span(history.head(connection), (begins, last))]


def _nights(installation: Installation, first: int, last: int) -> list[int]:
    """Return the as-of days of the nights in the range; without any, one evening a week back from the last."""
    with reading(installation.operations) as connection:
        days = sorted({day_number(row["as_of"]) for row in queue.night_records(connection)})
    own = [day for day in days if first <= day <= last]
    return own or list(range(last, first - 1, -7))[::-1]


def _filed(
    installation: Installation, found: _Found, affected: Collection[int], *, every: bool
) -> list[tuple[Alert, Filed]]:
    """Return the queue's alerts on the affected subjects (or all), each with what the office concluded on it."""
    with found.opened() as relations, reading(installation.operations) as connection:
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


def _context(filed: Sequence[tuple[Alert, Filed]], recomputed: Collection[str], days: tuple[int, int]) -> list[Item]:
    """Return what the queue's alerts hold of other rules and detectors with windows that end within the days."""
    return [
        replace(standing.item, subject=replace(standing.item.subject, key=one.group))
        for alert, one in filed
        for standing in alert.standings
        if standing.item.term not in recomputed and days[0] <= standing.item.window_to <= days[1]
    ]
