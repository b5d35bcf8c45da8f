"""What nights would have made of what rules find: alerts of past months, assembled evening by evening.

Nothing is reviewed in a replay, so every alert stays open and grows; what the office did lies in the queue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from fundwatch.domain.alerts import EPISODE_GAP_DAYS, Alert, KnownAlert, Night, Standing, assemble
from fundwatch.domain.hits import Hit, Signal, Suppression
from fundwatch.domain.review import ReviewState

Item = Hit | Signal
_Found = TypeVar("_Found", Hit | Signal, Suppression)
NO_BUDGET = 10**9


@dataclass(frozen=True, slots=True)
class Stretch:
    """Evenings that saw the same manifest, with what was found on them.

    An item belongs to the evening on which its window ends, a suppression likewise. ``group_of`` maps parties to the
    control groups of this manifest, ``anchor_of`` groups to the party that anchors a new alert.
    """

    manifest_id: str
    items: Sequence[Item]
    suppressions: Sequence[Suppression] = ()
    group_of: Mapping[int, int] = field(default_factory=dict)
    anchor_of: Mapping[int, int] = field(default_factory=dict)


def replay(stretches: Iterable[Stretch], *, detector_budget: int = NO_BUDGET) -> tuple[Alert, ...]:
    """Return the alerts, as they stand at the end, of one night on each evening; by score, the highest first.

    The same as assembling every evening (``fundwatch.domain.alerts.assemble``); a subject on whom an evening can change
    nothing is left out of it, which spares most of the work.
    """
    alerts: dict[str, Alert] = {}
    for stretch in stretches:
        known: dict[int, list[str]] = defaultdict(list)
        for alert in alerts.values():
            known[stretch.group_of.get(alert.anchor, alert.subject.key)].append(alert.alert_id)
        by_day = _by_day(stretch.items)
        explained = _by_day(stretch.suppressions)
        for day in sorted(by_day):
            found: list[Item] = []
            for group, items in by_day[day].items():
                own = [alerts[name] for name in known.get(group, ())]
                if _may_change(own, items, explained[day].get(group, ()), day):
                    found += items
            if not found:
                continue
            groups = {item.subject.key for item in found}
            assembly = assemble(
                found,
                [one for group in groups for one in explained[day].get(group, ())],
                [KnownAlert(alerts[name], ReviewState.NEW) for group in groups for name in known.get(group, ())],
                group_of=stretch.group_of,
                anchor_of=stretch.anchor_of,
                night=Night(day, stretch.manifest_id, detector_budget=detector_budget),
            )
            for change in assembly.changes:
                if change.alert.alert_id not in alerts:
                    group = stretch.group_of.get(change.alert.anchor, change.alert.subject.key)
                    known[group].append(change.alert.alert_id)
                alerts[change.alert.alert_id] = change.alert
    return tuple(sorted(alerts.values(), key=lambda alert: (-alert.score, alert.alert_id)))


def _by_day(found: Iterable[_Found]) -> dict[int, dict[int, list[_Found]]]:
    by_day: dict[int, dict[int, list[_Found]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        by_day[one.window_to][one.subject.key].append(one)
    return by_day


def _may_change(known: Sequence[Alert], items: Sequence[Item], suppressions: Sequence[Suppression], day: int) -> bool:
    """Say whether an evening's items can open an alert on their subject or change the one it has."""
    if not known:
        return any(not isinstance(item, Hit) or item.opens_alert for item in items)
    if len(known) > 1 or suppressions:
        return True
    (alert,) = known
    if any(one.suppression.expires_day < day for one in alert.explanations):
        return True
    first, last = alert.window
    start, end = min(item.window_from for item in items), max(item.window_to for item in items)
    if start > last + EPISODE_GAP_DAYS or end < first - EPISODE_GAP_DAYS or alert.subject != items[0].subject:
        return True
    best = {standing.item.term: standing.rank for standing in alert.standings}
    return any(item.term not in best or Standing(item, "").rank > best[item.term] for item in items)
