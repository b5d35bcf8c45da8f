"""Report cards: precision, what only one rule finds, and thresholds that labels prefer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fundwatch.domain.hits import Hit, Measure, Severity, Subject
from rules.catalogue import load_catalogue
from rules.report_card import MIN_LABELS, Report, Reviewed, report

CATALOGUE = load_catalogue(Path(__file__).parents[2] / "rules")
RULE = CATALOGUE.rule("just_below_threshold")
SCALE = CATALOGUE.rule("dormant_wake_up")


def hit(count: int, rule: str = RULE.id, *, opens: bool = True) -> Hit:
    measures = (Measure("entry_count", count, "count", 3, 8),)
    return Hit(rule, "T15", 1, Subject("group", 1), 0, 9, Severity.HIGH, 0.7, measures, (), {}, opens)


def case(number: int, truth: bool | None, *items: Hit, month: str = "2026-01") -> Reviewed:
    return Reviewed(f"A{number:02}", items, truth, month, ("610900-B01",))


INNOCENT = [case(number, False, hit(3)) for number in range(8)]
UPHELD = [case(number, True, hit(7)) for number in range(8, 14)]


def card(cases: list[Reviewed], **values: int) -> Report:
    return report(RULE, cases, RULE.defaults() | values)


def test_precision_budget_and_parts() -> None:
    other = case(20, None, hit(5, "layering_chain"))
    found = card([*INNOCENT, *UPHELD, other, case(21, None, hit(4), month="2026-02")])
    assert (found.alerts, found.total.upheld, found.total.excluded) == (15, 6, 8)
    assert found.share == pytest.approx(15 / 16)
    assert found.total.precision == pytest.approx(6 / 14)
    assert found.total.interval.low < 6 / 14 < found.total.interval.high
    assert found.by_month["2026-02"].n == 0
    assert found.by_institution["610900-B01"] == found.total


def test_only_what_no_other_opens_is_unique() -> None:
    together = case(30, True, hit(7), hit(5, "layering_chain"))
    booster = case(31, True, hit(7), hit(5, "remark_keywords", opens=False))
    found = card([together, booster])
    assert found.unique == 1
    assert found.overlap == {"layering_chain": 1, "remark_keywords": 1}
    assert found.alone == 0.5


def test_the_labels_prefer_the_threshold_that_drops_the_innocent_and_loses_nobody() -> None:
    (proposal,) = card([*INNOCENT, *UPHELD]).proposals
    assert (proposal.measure, proposal.value) == ("entry_count", 7)
    assert (proposal.dropped, proposal.lost, proposal.weakened) == (8, 0, 0)


def test_one_lead_lost_outweighs_ten_reviews_unless_another_rule_keeps_it() -> None:
    faint = case(40, True, hit(3))
    assert card([*INNOCENT, *UPHELD, faint]).proposals == ()
    kept = case(40, True, hit(3), hit(5, "layering_chain"))
    (proposal,) = card([*INNOCENT, *UPHELD, kept]).proposals
    assert (proposal.dropped, proposal.lost, proposal.weakened) == (8, 0, 1)


def test_no_threshold_is_proposed_beyond_its_bounds_or_from_too_few_labels() -> None:
    few = card([*INNOCENT[:4], *UPHELD[: MIN_LABELS - 5]])
    assert few.is_thin
    assert few.proposals == ()
    spec = next(name for name, one in RULE.measures.items() if one.threshold is not None)
    limit = RULE.parameters[RULE.measures[spec].threshold or ""].maximum
    assert limit is not None
    far = [case(number, True, hit(int(limit) + 50)) for number in range(8, 14)]
    assert all(one.value <= limit for one in card([*INNOCENT, *far]).proposals)


def test_a_measure_that_some_hit_does_not_reach_is_not_judged() -> None:
    odd = case(50, False, hit(1))
    assert card([*INNOCENT, *UPHELD, odd]).proposals == ()


def test_money_is_proposed_in_yuan() -> None:
    def lump(number: int, truth: bool, fen: int) -> Reviewed:
        measures = (
            Measure("entry_count", 20, "count", 10, 40),
            Measure("amount", fen, "CNY", 20_000_000, 100_000_000),
        )
        return replace(
            case(number, truth),
            items=(Hit(SCALE.id, "T14", 1, Subject("group", 1), 0, 9, Severity.MEDIUM, 0.6, measures, ()),),
        )

    cases = [lump(n, False, 20_000_000) for n in range(8)] + [lump(n, True, 30_000_050) for n in range(8, 14)]
    (proposal,) = report(SCALE, cases, SCALE.defaults()).proposals
    assert (proposal.parameter, proposal.value) == ("min_amount", 300_000.5)
