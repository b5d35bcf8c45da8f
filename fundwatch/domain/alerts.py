"""Alerts: one per subject and episode, made from hits and signals by a pure function.

The id of an alert rests on its anchor party and the first day of its episode, never on a run, a clock, a score or the
control group: a rerun changes nothing, new evidence makes a new version.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fundwatch.domain.hits import Hit, Signal, Subject, Suppression
from fundwatch.domain.review import OPEN_STATES, ReviewState
from fundwatch.domain.scoring import Level, Term, level_of, score

EPISODE_GAP_DAYS = 90
"""A pause longer than this between the end of one window and the start of the next begins a new episode."""
RECURRENCE_MARGIN = 15.0
"""A closed alert recurs when its score passes the closing score by this much."""
_ID_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """The hit or signal that stands for its rule or detector in an alert, and the manifest it was computed from."""

    item: Hit | Signal
    manifest_id: str

    @property
    def rank(self) -> tuple[float, int, int]:
        """Return what makes one standing better than another of the same rule: strength, severity, recency."""
        severity = self.item.severity.rank if isinstance(self.item, Hit) else 0
        return (self.item.strength, severity, self.item.window_to)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A suppression that holds in an alert, and the manifest it was computed from."""

    suppression: Suppression
    manifest_id: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One version of an alert as assembled: everything that decides, nothing that displays."""

    alert_id: str
    version: int
    anchor: int
    episode_day: int
    first_seen_day: int
    subject: Subject
    standings: tuple[Standing, ...]
    explanations: tuple[Explanation, ...]
    score: float
    terms: tuple[Term, ...]

    @property
    def level(self) -> Level:
        """Return the warning level of the score."""
        return level_of(self.score)

    @property
    def codes(self) -> frozenset[str]:
        """Return the typology codes that stand in the alert."""
        return frozenset(standing.item.code for standing in self.standings)

    @property
    def window(self) -> tuple[int, int]:
        """Return first and last day of what the alert is about."""
        return (
            min(standing.item.window_from for standing in self.standings),
            max(standing.item.window_to for standing in self.standings),
        )

    def same_content(self, other: Alert) -> bool:
        """Return whether both rest on the same facts, whatever manifest they were computed from."""
        return _content(self) == _content(other)


@dataclass(frozen=True, slots=True)
class KnownAlert:
    """An alert as the queue holds it: its current version and its state.

    A closed alert gets no versions until it recurs, so its score is the one it was closed with.
    """

    alert: Alert
    state: ReviewState


@dataclass(frozen=True, slots=True)
class Change:
    """What a night does to the queue: ``new``, ``grown`` or ``recurred``."""

    kind: str
    alert: Alert
    previous_state: ReviewState | None


@dataclass(frozen=True, slots=True)
class Night:
    """What assembling needs to know of a night.

    ``replay`` is set when the night lies before the last published one: what it finds goes to a summary.
    ``backfill_before_day``: a first hit whose window ended earlier than this day came from a backfill and goes there
    too; None on the first night of an installation, to which everything is new.
    ``detector_budget``: how many alerts that rest on a detector alone a night may open.
    """

    as_of_day: int
    manifest_id: str
    replay: bool = False
    backfill_before_day: int | None = None
    detector_budget: int = 1


@dataclass(frozen=True, slots=True)
class Assembly:
    """The outcome of a night: changes for the queue, and what only the analyst's summary shows."""

    changes: tuple[Change, ...]
    summarised: tuple[Alert, ...]
    unchanged: int


def alert_id_of(anchor: int, episode_day: int) -> str:
    """Return the id of the alert on an anchor party's episode."""
    digest = hashlib.sha256(f"{anchor}|{episode_day}".encode()).digest()
    return "AL-" + base64.b32encode(digest).decode("ascii")[:_ID_CHARACTERS]


def assemble(
    found: Iterable[Hit | Signal],
    suppressions: Iterable[Suppression],
    known: Iterable[KnownAlert],
    *,
    group_of: Mapping[int, int],
    anchor_of: Mapping[int, int],
    night: Night,
) -> Assembly:
    """Turn what a night found into changes of the queue.

    ``group_of`` maps the anchor of each known alert to its control group of today, ``anchor_of`` each group to the
    party that anchors a new alert on it. The result does not depend on the order of the inputs.
    """
    by_subject: dict[Subject, list[Hit | Signal]] = defaultdict(list)
    for item in found:
        by_subject[item.subject].append(item)
    explained: dict[Subject, list[Suppression]] = defaultdict(list)
    for suppression in suppressions:
        explained[suppression.subject].append(suppression)
    known_by_group: dict[int, list[KnownAlert]] = defaultdict(list)
    for one in known:
        known_by_group[group_of.get(one.alert.anchor, one.alert.subject.key)].append(one)

    changes: list[Change] = []
    summarised: list[Alert] = []
    unchanged = 0
    for subject in sorted(by_subject):
        items = by_subject[subject]
        episode = _episode_of(items, known_by_group[subject.key])
        alert = _version(subject, items, explained[subject], episode, anchor_of, night)
        change = _change(alert, episode, night)
        if change is not None:
            changes.append(change)
        elif episode is not None:
            unchanged += 1
        elif _opens(alert):
            summarised.append(alert)
    changes, over_budget = _within_budget(changes, night.detector_budget)
    ordered = sorted(changes, key=lambda change: (-change.alert.score, change.alert.alert_id))
    return Assembly(tuple(ordered), tuple(summarised), unchanged + over_budget)


def _episode_of(items: Sequence[Hit | Signal], known: Sequence[KnownAlert]) -> KnownAlert | None:
    """Return the known alert whose episode the items continue: the oldest one in reach."""
    start = min(item.window_from for item in items)
    end = max(item.window_to for item in items)
    reachable = [
        one
        for one in known
        if start <= one.alert.window[1] + EPISODE_GAP_DAYS and end >= one.alert.window[0] - EPISODE_GAP_DAYS
    ]
    return min(reachable, key=lambda one: (one.alert.first_seen_day, one.alert.alert_id), default=None)


def _version(
    subject: Subject,
    items: Sequence[Hit | Signal],
    suppressions: Sequence[Suppression],
    episode: KnownAlert | None,
    anchor_of: Mapping[int, int],
    night: Night,
) -> Alert:
    best: dict[str, Standing] = {}
    explanations: dict[str, Explanation] = {}
    if episode is not None:
        best = {standing.item.term: standing for standing in episode.alert.standings}
        explanations = {
            one.suppression.suppressor_id: one
            for one in episode.alert.explanations
            if one.suppression.expires_day >= night.as_of_day
        }
    for item in sorted(items, key=lambda item: (item.term, item.window_to)):
        challenger = Standing(item, night.manifest_id)
        holder = best.get(item.term)
        if holder is None or challenger.rank > holder.rank:
            best[item.term] = challenger
    for suppression in sorted(suppressions, key=lambda one: (one.suppressor_id, one.window_to)):
        held = explanations.get(suppression.suppressor_id)
        if held is None or held.suppression.window_to < suppression.window_to:
            explanations[suppression.suppressor_id] = Explanation(suppression, night.manifest_id)
    standings = tuple(best[name] for name in sorted(best))
    kept = tuple(explanations[name] for name in sorted(explanations))
    total, terms = score([standing.item for standing in standings], [one.suppression for one in kept])
    if episode is not None:
        known = episode.alert
        return replace(
            known,
            version=known.version + 1,
            subject=subject,
            standings=standings,
            explanations=kept,
            score=total,
            terms=terms,
        )
    anchor = anchor_of.get(subject.key, subject.key)
    episode_day = min(item.window_to for item in items)
    return Alert(
        alert_id_of(anchor, episode_day),
        1,
        anchor,
        episode_day,
        night.as_of_day,
        subject,
        standings,
        kept,
        total,
        terms,
    )


def _change(alert: Alert, episode: KnownAlert | None, night: Night) -> Change | None:
    if night.replay:
        return None
    if episode is None:
        limit = night.backfill_before_day
        is_late = limit is not None and alert.window[1] < limit
        return Change("new", alert, None) if _opens(alert) and not is_late else None
    if alert.same_content(episode.alert):
        return None
    if episode.state in OPEN_STATES:
        return Change("grown", alert, episode.state)
    if episode.state is ReviewState.MERGED:
        return None
    return Change("recurred", alert, episode.state) if _recurs(alert, episode, night.as_of_day) else None


def _recurs(alert: Alert, episode: KnownAlert, as_of_day: int) -> bool:
    expired = any(one.suppression.expires_day < as_of_day for one in episode.alert.explanations)
    return alert.score >= episode.alert.score + RECURRENCE_MARGIN or bool(alert.codes - episode.alert.codes) or expired


def _opens(alert: Alert) -> bool:
    return any(not isinstance(one.item, Hit) or one.item.opens_alert for one in alert.standings)


def _detector_alone(alert: Alert) -> bool:
    return not any(isinstance(one.item, Hit) and one.item.opens_alert for one in alert.standings)


def _within_budget(changes: Sequence[Change], budget: int) -> tuple[list[Change], int]:
    """Keep at most ``budget`` new alerts that rest on a detector alone, strangest first."""
    alone = [change for change in changes if change.kind == "new" and _detector_alone(change.alert)]
    alone.sort(key=lambda change: (-change.alert.score, change.alert.alert_id))
    dropped = {change.alert.alert_id for change in alone[budget:]}
    return [change for change in changes if change.alert.alert_id not in dropped], len(dropped)


def _content(alert: Alert) -> object:
    items = [replace(standing.item) for standing in alert.standings]
    names = {name for term in alert.terms for name in term.suppressors}
    used = [one.suppression for one in alert.explanations if one.suppression.suppressor_id in names]
    return (alert.subject, items, used, alert.score)
