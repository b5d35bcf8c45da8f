"""Laws of assembling: reruns change nothing, evidence grows alerts, closed ones come back only for a reason."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.alerts import Alert, Assembly, KnownAlert, Night, alert_id_of, assemble
from fundwatch.domain.hits import Hit, RecordRef, Severity, Signal, Subject, Suppression
from fundwatch.domain.review import ReviewState
from fundwatch.domain.snapshot import alert_from_json, alert_to_json


def hit(group: int = 1, day: int = 100, *, code: str = "T01", strength: float = 0.6, opens: bool = True) -> Hit:
    records = (RecordRef("transactions", day * 1000 + group, "deposit"),)
    severity = Severity.HIGH if code != "T08" else Severity.CRITICAL
    return Hit(
        f"rule_{code}", code, 1, Subject("group", group), day - 29, day, severity, strength, (), records, {}, opens
    )


def signal(group: int, strength: float) -> Signal:
    return Signal("forest", "T24", "m1", Subject("group", group), 71, 100, "person", 99.9, strength, ())


def run(found, known=(), *, day: int = 100, manifest: str = "m1", suppressions=(), groups=None, **night) -> Assembly:
    return assemble(
        found,
        suppressions,
        known,
        group_of=groups or {},
        anchor_of={},
        night=Night(day, manifest, **night),
    )


def queue(assembly: Assembly, state: ReviewState = ReviewState.NEW) -> list[KnownAlert]:
    return [KnownAlert(change.alert, state) for change in assembly.changes]


def only(assembly: Assembly) -> Alert:
    (change,) = assembly.changes
    return change.alert


def test_one_alert_per_subject_with_typologies_as_facets() -> None:
    alert = only(run([hit(), hit(code="T08"), hit(day=95)]))
    assert alert.codes == {"T01", "T08"}
    assert alert.alert_id == alert_id_of(1, 95)
    assert alert.window == (71, 100)


def test_the_id_rests_on_anchor_and_first_day_alone() -> None:
    first, second = only(run([hit(strength=0.5)])), only(run([hit(strength=0.9)], manifest="m2", day=101))
    assert first.alert_id == second.alert_id


def test_a_rerun_changes_nothing() -> None:
    first = run([hit(), hit(code="T08")])
    again = run([hit(code="T08"), hit()], queue(first), manifest="m2")
    assert again.changes == ()
    assert again.unchanged == 1


def test_new_evidence_makes_a_new_version_of_the_same_alert() -> None:
    first = run([hit()])
    (change,) = run([hit(day=107, strength=0.8)], queue(first), day=107, manifest="m2").changes
    assert (change.kind, change.alert.version) == ("grown", 2)
    assert change.alert.alert_id == only(first).alert_id
    assert change.alert.first_seen_day == 100


def test_a_weaker_hit_of_the_same_rule_does_not_replace_a_stronger_one() -> None:
    first = run([hit(strength=0.9)])
    assert run([hit(day=107, strength=0.6)], queue(first), day=107).changes == ()


def test_a_long_pause_begins_a_new_episode() -> None:
    first = run([hit()])
    (change,) = run([hit(day=300)], queue(first), day=300).changes
    assert change.kind == "new"
    assert change.alert.alert_id != only(first).alert_id


def test_a_group_that_gains_members_keeps_its_alert() -> None:
    first = run([hit(group=5)])
    (change,) = run([hit(group=2, day=107, code="T08")], queue(first), day=107, groups={5: 2}).changes
    assert change.kind == "grown"
    assert change.alert.anchor == 5
    assert change.alert.subject.key == 2


def test_boosters_alone_open_nothing() -> None:
    assembly = run([hit(code="T06", opens=False)])
    assert (assembly.changes, assembly.summarised) == ((), ())


def test_a_closed_alert_comes_back_only_for_a_reason() -> None:
    first = run([hit(strength=0.5)])
    closed = [KnownAlert(only(first), ReviewState.CLOSED)]
    assert run([hit(day=107, strength=0.55)], closed, day=107).changes == ()
    (higher,) = run([hit(day=107, strength=1.0)], closed, day=107).changes
    assert higher.kind == "recurred"
    (other,) = run([hit(day=107, code="T13")], closed, day=107).changes
    assert other.kind == "recurred"


def test_a_closed_alert_comes_back_when_its_explanation_expires() -> None:
    explained = Suppression("payroll", "F1", 1, Subject("group", 1), 71, 100, 0.3, 105, frozenset(), (), ())
    first = run([hit(strength=0.5)], suppressions=[explained])
    closed = [KnownAlert(only(first), ReviewState.CLOSED)]
    assert run([hit(day=104, strength=0.5)], closed, day=104).changes == ()
    (change,) = run([hit(day=107, strength=0.5)], closed, day=107).changes
    assert change.kind == "recurred"
    assert change.alert.explanations == ()


def test_merged_alerts_stay_merged() -> None:
    merged = [KnownAlert(only(run([hit()])), ReviewState.MERGED)]
    assert run([hit(day=107, code="T08")], merged, day=107).changes == ()


def test_a_replayed_night_files_a_summary_and_no_flood() -> None:
    assembly = run([hit(), hit(group=2)], replay=True)
    assert assembly.changes == ()
    assert len(assembly.summarised) == 2


def test_a_backfill_files_old_windows_in_the_summary() -> None:
    assembly = run([hit(day=100), hit(group=2, day=190)], day=200, backfill_before_day=150)
    assert [change.alert.subject.key for change in assembly.changes] == [2]
    assert [alert.subject.key for alert in assembly.summarised] == [1]


def test_an_alert_budget_decides_how_many_detector_alerts_a_night_shows() -> None:
    signals = [signal(group, 0.5 + group / 100) for group in range(1, 8)]
    assembly = run([*signals, hit(group=3)], detector_budget=2)
    assert {change.alert.subject.key for change in assembly.changes} == {3, 6, 7}


items = st.lists(
    st.builds(
        hit,
        group=st.integers(1, 3),
        day=st.integers(90, 100),
        code=st.sampled_from(["T01", "T08", "T13"]),
        strength=st.sampled_from([0.5, 0.75, 1.0]),
    ),
    min_size=1,
    max_size=8,
)


@given(items, st.randoms())
def test_the_result_does_not_depend_on_the_order_of_hits(found: list[Hit], random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert run(shuffled) == run(found)


@given(items)
def test_an_alert_survives_the_way_to_the_queue_and_back(found: list[Hit]) -> None:
    for change in run(found).changes:
        assert alert_from_json(alert_to_json(change.alert)) == change.alert
        assert not change.alert.same_content(replace(change.alert, score=change.alert.score + 1))
