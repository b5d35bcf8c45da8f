"""Laws of the score: it orders, it is monotone, its points add up, and some hits are never explained away."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.hits import Hit, Measure, Severity, Signal, Subject, Suppression, strength_of, weakest_strength
from fundwatch.domain.scoring import DETECTOR_WEIGHT, WEIGHTS, Level, level_of, score

SUBJECT = Subject("group", 1)
strengths = st.floats(0.5, 1.0)


def hit(code: str = "T01", severity: Severity = Severity.HIGH, strength: float = 1.0, rule: str | None = None) -> Hit:
    return Hit(rule or f"rule_{code}", code, 1, SUBJECT, 1, 30, severity, strength, (), ())


def suppression(factor: float = 0.3, applies_to: frozenset[str] = frozenset()) -> Suppression:
    return Suppression("payroll", "F1", 1, SUBJECT, 1, 30, factor, 210, applies_to, (), ())


hits = st.builds(
    hit,
    code=st.sampled_from(["T01", "T08", "T10", "T13", "M01"]),
    severity=st.sampled_from(list(Severity)),
    strength=strengths,
    rule=st.uuids().map(str),
)


@given(st.lists(hits, min_size=1, max_size=8))
def test_score_is_the_complement_of_the_product_and_points_add_up(items: list[Hit]) -> None:
    total, terms = score(items, [])
    expected = 100 * (1 - math.prod(1 - WEIGHTS[item.severity] * item.strength for item in items))
    # Sums of logarithms and products may fall on different sides of a half.
    assert total == round(total, 1)
    assert abs(total - expected) <= 0.05 + 1e-9
    assert sum(term.points for term in terms) == pytest.approx(expected, abs=1e-9)


@given(st.lists(hits, min_size=1, max_size=6), hits)
def test_another_hit_never_lowers_the_score(items: list[Hit], more: Hit) -> None:
    assert score([*items, more], [])[0] >= score(items, [])[0]


@given(st.lists(hits, min_size=1, max_size=6), st.randoms())
def test_order_does_not_matter(items: list[Hit], random) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)
    assert score(shuffled, []) == score(items, [])


def test_a_suppressor_multiplies_strength_and_is_named() -> None:
    total, (term,) = score([hit()], [suppression()])
    assert total == round(100 * 0.60 * 0.3, 1)
    assert term.suppressors == ("payroll",)
    assert term.raw_strength == 1.0


def test_a_suppressor_touches_only_what_it_explains() -> None:
    assert score([hit("T01")], [suppression(applies_to=frozenset({"T16"}))])[0] == 60.0


def test_returns_financed_by_new_deposits_are_never_suppressed_together() -> None:
    both = [hit("T08", Severity.CRITICAL), hit("T10", Severity.CRITICAL)]
    assert score(both, [suppression()])[0] == score(both, [])[0]
    assert score(both[:1], [suppression()])[0] < score(both[:1], [])[0]


def test_other_hits_beside_that_pair_are_still_explained() -> None:
    three = [hit("T08", Severity.CRITICAL), hit("T10", Severity.CRITICAL), hit("T01")]
    explained = {term.code: term.suppressors for term in score(three, [suppression()])[1]}
    assert explained == {"T08": (), "T10": (), "T01": ("payroll",)}


def test_a_detector_alone_never_passes_yellow() -> None:
    total, _ = score([signal()], [])
    assert total == 100 * DETECTOR_WEIGHT
    assert level_of(total) is Level.YELLOW


def signal() -> Signal:
    return Signal("forest", "T24", "1", SUBJECT, 1, 30, "person", 100.0, 1.0, ())


def strengths_of(items: list[Hit | Signal], suppressions: list[Suppression]) -> dict[str, float]:
    return {term.code: term.strength for term in score(items, suppressions)[1]}


def test_a_signal_is_explained_where_every_hit_is() -> None:
    schools = suppression(applies_to=frozenset({"T01"}))
    everything = [hit("T01"), signal()]
    assert strengths_of(everything, [schools]) == {"T01": 0.3, "T24": 0.3}
    assert strengths_of([*everything, hit("T13")], [schools]) == {"T01": 0.3, "T13": 1.0, "T24": 1.0}
    assert strengths_of([signal()], [schools]) == {"T24": 1.0}


def test_a_signal_is_explained_no_further_than_the_hit_that_stays_strongest() -> None:
    both = [suppression(applies_to=frozenset({"T01", "T13"})), suppression(0.5, frozenset({"T13"}))]
    assert strengths_of([hit("T01"), hit("T13"), signal()], both) == {"T01": 0.3, "T13": 0.15, "T24": 0.3}


def test_a_signal_beside_the_protected_pair_stays_whole() -> None:
    items = [hit("T08", Severity.CRITICAL), hit("T10", Severity.CRITICAL), signal()]
    assert strengths_of(items, [suppression()])["T24"] == 1.0


@pytest.mark.parametrize(
    ("points", "level"),
    [
        (80, Level.RED),
        (79.9, Level.ORANGE),
        (60, Level.ORANGE),
        (59.9, Level.YELLOW),
        (40, Level.YELLOW),
        (39.9, Level.BLUE),
    ],
)
def test_levels_begin_at_their_line(points: float, level: Level) -> None:
    assert level_of(points) is level


def test_strength_is_half_at_the_threshold_and_one_at_full() -> None:
    assert strength_of(30, 30, 150) == 0.5
    assert strength_of(150, 30, 150) == 1.0
    assert strength_of(90, 30, 150) == 0.75
    assert strength_of(1000, 30, 150) == 1.0


def test_lower_is_graver_where_full_lies_below_the_threshold() -> None:
    assert strength_of(0.10, 0.10, 0.0) == 0.5
    assert strength_of(0.0, 0.10, 0.0) == 1.0


def test_a_hit_takes_its_weakest_measure() -> None:
    measures = (Measure("a", 150, "persons", 30, 150), Measure("b", 0.6, "share", 0.6, 1.0), Measure("c", 9, "count"))
    assert weakest_strength(measures) == 0.5
