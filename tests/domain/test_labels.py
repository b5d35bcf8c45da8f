"""Labels: only what was settled teaches, and it teaches of the version that was decided on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.hits import Subject
from fundwatch.domain.labels import Label, Version, count_both, labels_of, settled
from fundwatch.domain.review import Disposition


@dataclass(frozen=True)
class Event:
    kind: str
    version: int = 1
    content: Mapping[str, Any] = field(default_factory=dict)


def decided(disposition: Disposition, version: int = 1) -> Event:
    return Event("decided", version, {"disposition": disposition.value, "causes": ["x"]})


def versions(count: int) -> list[Version]:
    return [Version(number + 1, 20_000 + number, Subject("group", 7), (), ()) for number in range(count)]


def truths(*events: Event, count: int = 2) -> list[bool | None]:
    return [label.truth for label in labels_of("A", events, versions(count))]


def test_only_the_second_signature_settles_a_decision() -> None:
    assert truths(decided(Disposition.OPEN_CASE)) == [None, None]
    assert truths(decided(Disposition.OPEN_CASE), Event("confirmed")) == [True, None]
    assert truths(decided(Disposition.NORMAL_BUSINESS), Event("confirmed")) == [False, None]


def test_the_label_belongs_to_the_version_decided_though_the_alert_grew_before_the_signature() -> None:
    assert truths(decided(Disposition.OPEN_CASE, 1), Event("grew", 2), Event("confirmed", 2)) == [True, None]


def test_what_was_sent_back_teaches_only_what_is_decided_after() -> None:
    back = (decided(Disposition.OPEN_CASE), Event("returned"))
    assert truths(*back) == [None, None]
    assert truths(*back, decided(Disposition.NORMAL_BUSINESS), Event("confirmed")) == [False, None]


def test_watching_and_bad_data_are_no_negatives() -> None:
    assert truths(decided(Disposition.KEEP_WATCHING)) == [None, None]
    assert truths(decided(Disposition.DATA_PROBLEM), Event("confirmed")) == [None, None]
    assert settled([decided(Disposition.DATA_PROBLEM), Event("confirmed")])[1].truth is None


def test_a_recurrence_decided_anew_is_a_label_of_its_own() -> None:
    first = (decided(Disposition.NORMAL_BUSINESS), Event("confirmed"), Event("recurred", 2))
    assert truths(*first, decided(Disposition.HAND_TO_POLICE, 2), Event("confirmed", 2)) == [False, True]


def test_subjects_are_counted_once_and_upheld_goes_first() -> None:
    one, other = versions(1)[0], Version(1, 20_040, Subject("group", 8), (), ())
    labels = [Label("A", one, False), Label("B", one, True), Label("C", other, False), Label("D", other, None)]
    assert count_both(labels) == (1, 1)
    assert labels[0].month == "2024-10"


@given(st.lists(st.sampled_from(["raised", "claimed", "grew", "confirmed", "returned", "claim_expired"]), max_size=8))
def test_without_a_decision_nothing_is_taught(kinds: list[str]) -> None:
    assert truths(*[Event(kind) for kind in kinds]) == [None, None]
