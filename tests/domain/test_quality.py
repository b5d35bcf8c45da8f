"""The quality score is explainable, bounded, never undefined, and never rewards doing worse."""

from __future__ import annotations

from dataclasses import replace
from math import isclose, isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.quality import BatchFigures, DatedScore, batch_quality, figures_of, period_quality
from fundwatch.domain.receipts import FaultCount, Level, Receipt, Verdict


@st.composite
def some_figures(draw: st.DrawFn) -> BatchFigures:
    rows = draw(st.integers(0, 10_000))
    whole = st.none() | st.integers(0, 10_000)
    cells, wanted, checkable = draw(whole), draw(whole), draw(whole)
    return BatchFigures(
        rows_read=rows,
        rows_accepted=draw(st.integers(0, rows)),
        is_rejected=draw(st.booleans()),
        cells_read=cells,
        warnings=draw(st.integers(0, cells or 0)),
        wanted_cells=wanted,
        filled_cells=draw(st.integers(0, wanted or 0)),
        checkable_rows=checkable,
        agreeing_rows=draw(st.integers(0, checkable or 0)),
        days_late=draw(st.none() | st.integers(0, 40)),
        resubmissions=draw(st.none() | st.integers(0, 9)),
    )


@given(some_figures())
def test_a_score_is_from_0_to_100_and_its_parts_add_up(figures: BatchFigures) -> None:
    quality = batch_quality(figures)
    if quality.score is None:
        assert quality.parts == ()
        return
    assert isfinite(quality.score)
    assert 0 <= quality.score <= 100
    assert isclose(sum(part.points for part in quality.parts), quality.score, abs_tol=0.1)
    assert isclose(sum(part.possible for part in quality.parts), 100)
    assert {part.name for part in quality.parts} | set(quality.unknown) == {
        "rows", "cells", "filled", "balances", "timely", "first_time",
    }  # fmt: skip


BETTER = {
    "rows_accepted": 1,
    "warnings": -1,
    "filled_cells": 1,
    "agreeing_rows": 1,
    "days_late": -1,
    "resubmissions": -1,
}


@given(some_figures(), st.sampled_from(sorted(BETTER)))
def test_doing_better_never_scores_less(figures: BatchFigures, name: str) -> None:
    value = getattr(figures, name)
    if value is None:
        return
    try:
        improved = replace(figures, **{name: value + BETTER[name]})
    except ValueError:
        return
    before, after = batch_quality(figures).score, batch_quality(improved).score
    assert before is None or (after is not None and after >= before)


def test_the_formula_as_it_is_told() -> None:
    quality = batch_quality(BatchFigures(1000, 990, cells_read=10_000, warnings=200, days_late=1, resubmissions=0))
    # 40 × 0.9 + 15 × 0.8 + 10 × 0.8 + 10 × 1 of 75 points that are known
    assert quality.score == round(100 * (36 + 12 + 8 + 10) / 75, 1)
    assert quality.unknown == ("filled", "balances")
    zh, en = quality.words()
    assert zh.startswith("质量得分 88.0：行接收率 48.0/53.3")
    assert "选填项填写率、余额勾稽无从得知" in zh
    assert "left out" in en


def test_a_faultless_batch_has_100_and_only_that() -> None:
    whole = BatchFigures(100_000, 100_000, days_late=0, resubmissions=0)
    assert batch_quality(whole).score == 100
    assert batch_quality(replace(whole, rows_accepted=99_999)).score == 99.9


def test_a_rejected_batch_has_no_points_for_its_rows() -> None:
    assert batch_quality(BatchFigures(0, 0, is_rejected=True)).score == 0
    assert batch_quality(BatchFigures(0, 0)).score is None
    assert batch_quality(BatchFigures(0, 0)).words() == ("没有可计分的内容", "nothing that can be scored")


@pytest.mark.parametrize(
    "changes", [{"rows_accepted": 11}, {"cells_read": 3, "warnings": 4}, {"days_late": -1}, {"rows_accepted": -1}]
)
def test_figures_that_contradict_each_other_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"no share|counted from 0"):
        BatchFigures(**{"rows_read": 10, "rows_accepted": 10, **changes})


def test_figures_from_a_receipt() -> None:
    totals = (FaultCount("F015", Level.WARNING, "I", "账号", 5), FaultCount("F002", Level.ERROR, "F", "金额", 2))
    receipt = Receipt("a", "B", "c", Verdict.QUARANTINE, 10, 8, 2, (), (), "", totals)
    figures = figures_of(receipt, columns=4, days_late=2)
    assert (figures.cells_read, figures.warnings, figures.rows_accepted, figures.days_late) == (40, 5, 8, 2)


def test_a_period_is_weighted_by_rows_and_has_a_trend() -> None:
    found = period_quality([DatedScore(1, 100, 0.0), DatedScore(30, 900, 100.0)])
    assert (found.score, found.batches, found.rows, found.trend) == (90, 2, 1000, 100)
    assert found.direction == ("上升", "rising")
    assert period_quality([DatedScore(1, 100, 80.0), DatedScore(30, 100, 81.5)]).direction == ("平稳", "steady")
    assert period_quality([DatedScore(1, 100, 80.0), DatedScore(30, 100, 60.0)]).direction == ("下降", "falling")
    # An unreadable file has no rows; it weighs as much as the others do.
    assert period_quality([DatedScore(1, 900, 100.0), DatedScore(30, 0, 0.0)]).score == 50
    assert period_quality([DatedScore(1, 900, 100.0)]).direction == ("尚无趋势", "no trend yet")
    assert period_quality([]).score is None


SCORES = st.integers(0, 1000).map(lambda tenths: tenths / 10)


@given(st.lists(st.builds(DatedScore, st.integers(0, 60), st.integers(0, 10_000), SCORES), min_size=1, max_size=12))
def test_a_period_is_bounded_and_its_order_does_not_matter(batches: list[DatedScore]) -> None:
    found = period_quality(batches)
    assert found == period_quality(batches[::-1])
    assert found.score is not None
    scores = [one.score for one in batches]
    assert min(scores) - 0.1 <= found.score <= max(scores) + 0.1
