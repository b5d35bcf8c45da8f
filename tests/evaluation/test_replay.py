"""A replay is one night on every evening, and its differences are told in the order of urgency."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fundwatch.domain.alerts import Alert, KnownAlert, Night, assemble
from fundwatch.domain.hits import Hit, Severity, Signal, Subject, Suppression
from fundwatch.domain.review import Disposition, ReviewState
from fundwatch.evaluation.diff import Filed, Kind, difference
from fundwatch.evaluation.replay import Stretch, replay


def hit(group: int, day: int, code: str = "T01", strength: float = 0.6, *, opens: bool = True) -> Hit:
    subject = Subject("group", group)
    return Hit(f"rule_{code}", code, 1, subject, day - 29, day, Severity.HIGH, strength, (), (), {}, opens)


def explained(group: int, day: int, name: str, lasts: int) -> Suppression:
    subject = Subject("group", group)
    return Suppression(name, "F1", 1, subject, day - 29, day, 0.3, day + lasts, frozenset({"T01"}), (), ())


def evening_by_evening(stretches: list[Stretch]) -> list[Alert]:
    """The plain way: every evening assembled with everything known so far."""
    known: dict[str, Alert] = {}
    for stretch in stretches:
        for day in sorted({item.window_to for item in stretch.items}):
            assembly = assemble(
                [item for item in stretch.items if item.window_to == day],
                [one for one in stretch.suppressions if one.window_to == day],
                [KnownAlert(alert, ReviewState.NEW) for alert in known.values()],
                group_of=stretch.group_of,
                anchor_of=stretch.anchor_of,
                night=Night(day, stretch.manifest_id, detector_budget=10**9),
            )
            known |= {change.alert.alert_id: change.alert for change in assembly.changes}
    return sorted(known.values(), key=lambda alert: (-alert.score, alert.alert_id))


_hits = st.builds(
    hit,
    st.integers(1, 3),
    st.integers(100, 420),
    st.sampled_from(["T01", "T08", "T10", "T13"]),
    st.sampled_from([0.5, 0.6, 0.75, 1.0]),
    opens=st.booleans(),
)
_signals = st.builds(
    lambda group, day, strength: Signal(
        "forest", "T24", "m", Subject("group", group), day - 29, day, "person", 99.9, strength, ()
    ),
    st.integers(1, 3),
    st.integers(100, 420),
    st.sampled_from([0.5, 0.9]),
)
_suppressions = st.builds(
    explained, st.integers(1, 3), st.integers(100, 420), st.sampled_from(["payroll", "rent"]), st.integers(0, 200)
)


@settings(deadline=None)
@given(st.lists(_hits | _signals, max_size=40), st.lists(_suppressions, max_size=12), st.integers(150, 400))
def test_a_replay_is_one_night_on_every_evening(items, suppressions, border) -> None:
    def unique(found):
        return list({(one.subject, getattr(one, "term", ""), one.code, one.window_to): one for one in found}.values())

    items = unique(items)
    # As in a run: an innocent reading is looked for on evenings on which its subject has an item.
    evenings = {(item.subject, item.window_to) for item in items}
    suppressions = [one for one in unique(suppressions) if (one.subject, one.window_to) in evenings]

    def part(name: str, first: int, last: int, group_of: dict[int, int]) -> Stretch:
        return Stretch(
            name,
            [item for item in items if first <= item.window_to <= last],
            [one for one in suppressions if first <= one.window_to <= last],
            group_of,
        )

    # In the second manifest the party that group 3 was named after belongs to group 1.
    for stretches in (
        [part("a", 0, 999, {})],
        [part("a", 0, border, {}), part("b", border + 1, 999, {1: 1, 2: 2, 3: 1})],
    ):
        assert list(replay(stretches)) == evening_by_evening(stretches)


def test_a_night_s_budget_holds_for_alerts_of_a_detector_alone() -> None:
    alone = [replay_signal(group, 0.5 + group / 10) for group in (1, 2, 3)]
    assert [alert.subject.key for alert in replay([Stretch("m", alone)], detector_budget=1)] == [3]
    assert len(replay([Stretch("m", alone)])) == 3


def replay_signal(group: int, strength: float) -> Signal:
    return Signal("forest", "T24", "m", Subject("group", group), 71, 100, "person", 99.9, strength, ())


def alerts_of(*items: Hit) -> tuple[Alert, ...]:
    return replay([Stretch("m", items)])


def filed(group: int, disposition: Disposition | None, window: tuple[int, int] = (71, 110)) -> Filed:
    state = ReviewState.CLOSED if disposition else ReviewState.NEW
    return Filed(f"AL-{group}", group, window, state, disposition)


def test_confirmed_leads_that_would_be_lost_come_first() -> None:
    before = alerts_of(hit(1, 100, strength=1.0), hit(2, 100), hit(3, 100), hit(5, 100), hit(6, 100))
    after = alerts_of(hit(3, 100, strength=0.9), hit(4, 100), hit(5, 100))
    known = [filed(2, Disposition.OPEN_CASE), filed(1, Disposition.NORMAL_BUSINESS), filed(3, None)]
    told = difference(before, after, known)
    assert [(row.kind, row.alert.subject.key) for row in told.rows] == [
        (Kind.LOST_CONFIRMED, 2),
        (Kind.GAINED, 4),
        (Kind.LOST, 1),
        (Kind.LOST, 6),
        (Kind.CHANGED, 3),
    ]
    assert told.same == 1
    changed = told.rows[-1]
    assert changed.before is not None and changed.after is not None
    assert changed.before.score < changed.after.score
    assert changed.filed == filed(3, None)
    assert told.rows[0].delta == -before[1].score


@pytest.mark.parametrize("disposition", Disposition)
def test_only_a_disposition_that_follows_the_lead_up_confirms_it(disposition: Disposition) -> None:
    (row,) = difference(alerts_of(hit(1, 100)), (), [filed(1, disposition)]).rows
    follows = {Disposition.COUNTY_VERIFICATION, Disposition.OPEN_CASE, Disposition.HAND_TO_POLICE}
    assert (row.kind is Kind.LOST_CONFIRMED) == (disposition in follows)


def test_a_confirmed_lead_of_another_episode_is_not_this_one() -> None:
    (row,) = difference(alerts_of(hit(1, 500)), (), [filed(1, Disposition.OPEN_CASE)]).rows
    assert (row.kind, row.filed) == (Kind.LOST, None)


def test_an_alert_that_begins_later_is_the_same_alert() -> None:
    (row,) = difference(alerts_of(hit(1, 100), hit(1, 110)), alerts_of(hit(1, 110)), []).rows
    assert row.kind is Kind.CHANGED
    assert row.before is not None and row.after is not None
    assert (row.before.first_seen_day, row.after.first_seen_day) == (100, 110)


@given(st.lists(_hits, max_size=25), st.lists(_hits, max_size=25))
@settings(deadline=None)
@example([hit(2, 100), hit(2, 220)], [hit(2, 160), hit(2, 280)])
def test_every_alert_is_told_exactly_once_and_the_reverse_swaps_gains_and_losses(old, new) -> None:
    before, after = (
        alerts_of(*{(one.subject, one.term, one.window_to): replace(one, opens_alert=True) for one in side}.values())
        for side in (old, new)
    )
    told, back = difference(before, after, []), difference(after, before, [])
    listed = [id(side) for row in told.rows for side in (row.before, row.after) if side]
    assert len(listed) == len(set(listed))
    assert told.count(Kind.GAINED) + told.count(Kind.CHANGED) + told.same == len(after)
    assert told.count(Kind.LOST) + told.count(Kind.CHANGED) + told.same == len(before)
    assert (told.count(Kind.GAINED), told.count(Kind.LOST)) == (back.count(Kind.LOST), back.count(Kind.GAINED))
    assert difference(before, before, []).rows == ()
