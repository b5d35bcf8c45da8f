"""A backtest: what past months would have looked like under other settings. Nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from fundwatch.domain.alerts import Alert
from fundwatch.domain.errors import ConfigurationError, InputError
from fundwatch.domain.hits import Hit, Signal, Suppression
from fundwatch.domain.keys import day_number
from fundwatch.evaluation.diff import Difference, difference
from fundwatch.evaluation.replay import NO_BUDGET, Stretch, replay
from fundwatch.store.warehouse import open_manifest
from pipelines import subjects
from pipelines.comparing import Pair, pair_of
from pipelines.installation import Installation
from pipelines.past import Item, Question, Span, context_of, filed_of, nights_of, spans_of
from pipelines.subjects import SubjectCard

_NIGHT_BUDGET = 1


@dataclass(frozen=True, slots=True)
class Backtest:
    """The answer: the differences, how many hits each side had, the cards of the subjects, and what it rests on."""

    question: Question
    pair: Pair
    difference: Difference
    hits: tuple[int, int]
    cards: dict[int, SubjectCard]
    manifests: tuple[str, ...]


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
    spans = spans_of(installation, question, first, last)
    with ExitStack() as stack:
        # The views over one manifest are made once; those over many are closed in between, to spare memory.
        keep = stack if len(spans) == 1 else None
        return _compared(installation, question, pair, [_Found(installation, span, pair, keep) for span in spans])


def _compared(installation: Installation, question: Question, pair: Pair, found: Sequence[_Found]) -> Backtest:
    first, last = found[0].span.days[0], found[-1].span.days[1]
    nights = nights_of(installation, first, last)
    ids = frozenset(pair.before.entries) | frozenset(pair.after.entries) if question.is_whole else pair.differing
    for one in found:
        one.look(ids, nights)
    affected = {group for one in found for group in one.differing_groups()}
    with found[-1].opened() as relations:
        filed = filed_of(installation, relations, affected, every=pair.suppressors_differ)
    recomputed = ids | ({signal.term for one in found for signal in one.signals} if pair.models_differ else set())
    context = [] if question.is_whole else context_of(filed, recomputed, (first, last))
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
        tuple(one.span.manifest.manifest_id for one in found),
    )


class _Found:
    """What both settings find on the evenings of one manifest; ``items`` has one list for each side."""

    def __init__(self, installation: Installation, span: Span, pair: Pair, keep: ExitStack | None) -> None:
        self.installation, self.span, self.pair = installation, span, pair
        self.items: tuple[list[Item], list[Item]] = ([], [])
        self.signals: list[Signal] = []
        self._kept: DuckDBPyConnection | None = None
        if keep is not None:
            self._kept = open_manifest(installation.settings, span.manifest)
            keep.callback(self._kept.close)

    def look(self, ids: frozenset[str], nights: Sequence[int]) -> None:
        """Run these rules, and the models on these nights, under both settings."""
        pair, days = self.pair, self.span.days
        own = [day for day in nights if days[0] <= day <= days[1]]
        with self.opened() as connection:
            shared = pair.before.hits(connection, ids - pair.differing, days)
            for items, side in zip(self.items, (pair.before, pair.after), strict=True):
                items.extend([*shared, *side.hits(connection, ids & pair.differing, days)])
                items.extend(side.signals(connection, own))
        self.signals = [item for side in self.items for item in side if isinstance(item, Signal)]

    @contextmanager
    def opened(self) -> Iterator[DuckDBPyConnection]:
        """Open the relations of the manifest, read-only and without the warehouse."""
        if self._kept is not None:
            yield self._kept
            return
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
            codes = {item.code for item in items}
            before = self.pair.before.suppressions(connection, suspects, days, codes)
            if not self.pair.suppressors_differ:
                return before, before
            return before, self.pair.after.suppressions(connection, suspects, days, codes)

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
