"""What other settings would change: the alerts of two replays held against each other and against the queue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fundwatch.domain.alerts import EPISODE_GAP_DAYS, Alert
from fundwatch.domain.review import Disposition, ReviewState

_CONFIRMING = frozenset({Disposition.COUNTY_VERIFICATION, Disposition.OPEN_CASE, Disposition.HAND_TO_POLICE})


class Kind(StrEnum):
    """What becomes of an alert under the other settings, in the order of urgency."""

    LOST_CONFIRMED = "lost_confirmed"
    GAINED = "gained"
    LOST = "lost"
    CHANGED = "changed"

    @property
    def zh(self) -> str:
        """Return the word the office uses."""
        return {"lost_confirmed": "丢失已确认", "gained": "新增", "lost": "丢失", "changed": "变化"}[self.value]


@dataclass(frozen=True, slots=True)
class Filed:
    """An alert of the queue: whom it is about, its days, its state, and what the office last concluded on it."""

    alert_id: str
    group: int
    window: tuple[int, int]
    state: ReviewState
    disposition: Disposition | None = None

    @property
    def is_confirmed(self) -> bool:
        """Return whether the office closed it with a disposition that follows it up."""
        return self.disposition in _CONFIRMING


@dataclass(frozen=True, slots=True)
class Row:
    """One alert that differs: as it stands before and after, and the alert of the queue on the same episode."""

    kind: Kind
    before: Alert | None
    after: Alert | None
    filed: Filed | None

    @property
    def alert(self) -> Alert:
        """Return the alert after, or before where there is none after."""
        found = self.after or self.before
        assert found is not None, "a row has at least one side"
        return found

    @property
    def is_confirmed(self) -> bool:
        """Return whether the office confirmed the subject's episode."""
        return self.filed is not None and self.filed.is_confirmed

    @property
    def delta(self) -> float:
        """Return the score after less the score before (0 where there is no alert)."""
        return (self.after.score if self.after else 0.0) - (self.before.score if self.before else 0.0)


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows with lost confirmed ones first, then gained, lost, changed; ``same`` counts the alerts that stay."""

    rows: tuple[Row, ...]
    same: int

    def count(self, kind: Kind) -> int:
        """Return how many rows are of a kind."""
        return sum(row.kind is kind for row in self.rows)


def difference(before: Sequence[Alert], after: Sequence[Alert], filed: Iterable[Filed]) -> Difference:
    """Pair the alerts of two replays by subject and episode and say what is gained, lost or changed.

    Alerts of one subject are one where their ids are equal or their days lie within the pause that ends an episode.
    """
    by_group: dict[int, list[Filed]] = defaultdict(list)
    for one in filed:
        by_group[one.group].append(one)
    rows: list[Row] = []
    same = 0
    for old, new in _paired(before, after):
        present = new or old
        assert present is not None
        known = _nearest(present, by_group[present.subject.key])
        if old is None:
            rows.append(Row(Kind.GAINED, None, new, known))
        elif new is None:
            is_confirmed = known is not None and known.is_confirmed
            rows.append(Row(Kind.LOST_CONFIRMED if is_confirmed else Kind.LOST, old, None, known))
        elif _told(old) != _told(new):
            rows.append(Row(Kind.CHANGED, old, new, known))
        else:
            same += 1
    order = list(Kind)
    rows.sort(key=lambda row: (order.index(row.kind), not row.is_confirmed, -abs(row.delta), row.alert.alert_id))
    return Difference(tuple(rows), same)


def _paired(before: Sequence[Alert], after: Sequence[Alert]) -> list[tuple[Alert | None, Alert | None]]:
    """Return every alert once; equal ids first, then the two nearest starts of one episode, whichever side is first."""
    old = {alert.alert_id: alert for alert in before}
    new = {alert.alert_id: alert for alert in after}
    pairs: list[tuple[Alert | None, Alert | None]] = [
        (old.pop(name), new.pop(name)) for name in sorted({*old} & {*new})
    ]
    by_group: dict[int, list[Alert]] = defaultdict(list)
    for alert in new.values():
        by_group[alert.subject.key].append(alert)
    near = [(a, b) for a in old.values() for b in by_group[a.subject.key] if _within_reach(b.window, a.window)]
    near.sort(key=lambda pair: _apart(*pair))
    for a, b in near:
        if a.alert_id in old and b.alert_id in new:
            pairs.append((old.pop(a.alert_id), new.pop(b.alert_id)))
    return [*pairs, *((alert, None) for alert in old.values()), *((None, alert) for alert in new.values())]


def _apart(one: Alert, other: Alert) -> tuple[int, int, list[str]]:
    """Order pairs: nearest starts, then the earliest; blind to sides, so the reverse comparison pairs the same."""
    days = one.episode_day, other.episode_day
    return max(days) - min(days), min(days), sorted((one.alert_id, other.alert_id))


def _nearest(alert: Alert, filed: Sequence[Filed]) -> Filed | None:
    """Return the filed alert of the same episode; of several a confirmed one, then the one that began first."""
    near = [one for one in filed if _within_reach(one.window, alert.window)]
    return min(near, key=lambda one: (not one.is_confirmed, one.window, one.alert_id), default=None)


def _within_reach(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] + EPISODE_GAP_DAYS and one[1] >= other[0] - EPISODE_GAP_DAYS


def _told(alert: Alert) -> tuple[object, ...]:
    """What the office would see differ: score, typologies, terms' strengths to 0.001, and the first night."""
    terms = tuple((term.name, round(term.strength, 3)) for term in alert.terms)
    return alert.score, alert.codes, alert.first_seen_day, terms
