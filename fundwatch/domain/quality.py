"""The quality score (质量得分) of what an institution sends: an explainable number from 0 to 100, never a judgement.

A batch is scored in parts. Every part has a value from 0 to 1 and a weight; the score is

    100 × Σ weight × value / Σ weight        over the parts that are known,

so a part that cannot be known neither helps nor harms, and is named. The parts and their values:

| part | weight | value |
|---|---|---|
| ``rows`` 行接收率 | 40 | 1 − 10 × share of rows not accepted: each percent costs a tenth, 10 % leave nothing |
| ``cells`` 单元格无警告 | 15 | 1 − 10 × share of cells with a warning |
| ``filled`` 选填项填写率 | 10 | share of the wanted optional cells that are filled |
| ``balances`` 余额勾稽 | 15 | 1 − 10 × share of checkable rows whose balance does not follow |
| ``timely`` 按时报送 | 10 | 1 − 0.2 × days late |
| ``first_time`` 一次通过 | 10 | 1 − 0.25 × resubmissions |

No value falls below 0. An institution's score over a period is the mean of its batches weighted by rows; a batch whose
rows are not known (an unreadable file) weighs as much as the mean of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from fundwatch.domain.receipts import Level, Receipt, Verdict

_WEIGHTS = {"rows": 40, "cells": 15, "filled": 10, "balances": 15, "timely": 10, "first_time": 10}
_STEEP = 10
_LATE_DAY = Fraction(1, 5)
_RESUBMISSION = Fraction(1, 4)
_STEADY = Fraction(2)

PART_NAMES: dict[str, tuple[str, str]] = {
    "rows": ("行接收率", "rows accepted"),
    "cells": ("单元格无警告", "cells without warning"),
    "filled": ("选填项填写率", "wanted cells filled"),
    "balances": ("余额勾稽", "balances that follow"),
    "timely": ("按时报送", "on time"),
    "first_time": ("一次通过", "right the first time"),
}


@dataclass(frozen=True, slots=True)
class BatchFigures:
    """Plain figures of one batch; None is what is not known.

    ``rows_accepted`` of a rejected batch is 0. ``cells_read`` is rows × columns read, ``warnings`` how many of them
    have one. ``wanted_cells`` are optional cells that the office would like, ``filled_cells`` those filled.
    ``checkable_rows`` have a balance that can be proven, ``agreeing_rows`` agree. Raises ValueError for figures that
    contradict each other.
    """

    rows_read: int
    rows_accepted: int
    is_rejected: bool = False
    cells_read: int | None = None
    warnings: int = 0
    wanted_cells: int | None = None
    filled_cells: int = 0
    checkable_rows: int | None = None
    agreeing_rows: int = 0
    days_late: int | None = None
    resubmissions: int | None = None

    def __post_init__(self) -> None:
        pairs = (
            (self.rows_accepted, self.rows_read),
            (self.warnings, self.cells_read),
            (self.filled_cells, self.wanted_cells),
            (self.agreeing_rows, self.checkable_rows),
        )
        for part, whole in pairs:
            if part < 0 or (whole is not None and part > whole):
                raise ValueError(f"{part} of {whole} is no share")
        if (self.days_late or 0) < 0 or (self.resubmissions or 0) < 0:
            raise ValueError("days late and resubmissions are counted from 0")


def figures_of(
    receipt: Receipt,
    *,
    columns: int | None = None,
    checkable_rows: int | None = None,
    agreeing_rows: int = 0,
    days_late: int | None = None,
    resubmissions: int | None = None,
) -> BatchFigures:
    """Return the figures of a batch from its receipt and what else is known; ``columns`` are those read of its rows."""
    cells = columns * receipt.rows_read if columns else None
    warnings = sum(total.count for total in receipt.totals if total.level is Level.WARNING)
    return BatchFigures(
        rows_read=receipt.rows_read,
        rows_accepted=receipt.rows_accepted,
        is_rejected=receipt.verdict is Verdict.REJECTED,
        cells_read=cells,
        warnings=min(warnings, cells) if cells else 0,
        checkable_rows=checkable_rows,
        agreeing_rows=agreeing_rows,
        days_late=days_late,
        resubmissions=resubmissions,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: ``value`` from 0 to 1, ``points`` what it gives of ``possible``, both of the 100."""

    name: str
    value: float
    points: float
    possible: float
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Quality:
    """A score from 0 to 100 with one decimal, None where nothing is known; ``unknown`` names the parts left out."""

    score: float | None
    parts: tuple[Part, ...]
    unknown: tuple[str, ...]

    def words(self) -> tuple[str, str]:
        """Return the score with its reasons in one sentence, Chinese and English."""
        if self.score is None:
            return "没有可计分的内容", "nothing that can be scored"
        zh = [f"质量得分 {self.score:.1f}：" + "；".join(part.zh for part in self.parts)]
        en = [f"quality {self.score:.1f}: " + "; ".join(part.en for part in self.parts)]
        if self.unknown:
            zh.append(f"（{'、'.join(PART_NAMES[name][0] for name in self.unknown)}无从得知，未计入，其余按比例放大）")
            en.append(
                f" ({', '.join(PART_NAMES[name][1] for name in self.unknown)}: not known, left out, the rest "
                "weigh more)"
            )
        return "".join(zh), "".join(en)


def batch_quality(figures: BatchFigures) -> Quality:
    """Return the score of one batch with its parts; the formula stands at the head of this module."""
    values = {name: value for name, value in _values(figures).items() if value is not None}
    unknown = tuple(name for name in _WEIGHTS if name not in values)
    weight = sum(_WEIGHTS[name] for name in values)
    if weight == 0:
        return Quality(None, (), unknown)
    parts = tuple(_part(name, value, weight) for name, value in values.items())
    exact = Fraction(100, weight) * sum((_WEIGHTS[name] * value for name, value in values.items()), Fraction(0))
    return Quality(_shown(exact), parts, unknown)


def _values(figures: BatchFigures) -> dict[str, Fraction | None]:
    """Return each part's exact value from 0 to 1, None where it cannot be known."""
    accepted = _share(figures.rows_accepted, figures.rows_read)
    if figures.is_rejected:
        accepted = Fraction(0)
    warned = _share(figures.warnings, figures.cells_read)
    agreeing = _share(figures.agreeing_rows, figures.checkable_rows)
    late, again = figures.days_late, figures.resubmissions
    return {
        "rows": _steep(accepted),
        "cells": None if warned is None else _steep(1 - warned),
        "filled": _share(figures.filled_cells, figures.wanted_cells),
        "balances": _steep(agreeing),
        "timely": None if late is None else max(Fraction(0), 1 - _LATE_DAY * late),
        "first_time": None if again is None else max(Fraction(0), 1 - _RESUBMISSION * again),
    }


def _share(part: int, whole: int | None) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _steep(share: Fraction | None) -> Fraction | None:
    return None if share is None else max(Fraction(0), 1 - _STEEP * (1 - share))


def _shown(exact: Fraction) -> float:
    """Return a number with one decimal; never 100 unless it is exactly that."""
    tenths = exact * 10
    whole = tenths.numerator // tenths.denominator if exact > 99 else round(tenths)
    return whole / 10


def _part(name: str, value: Fraction, weight: int) -> Part:
    possible = Fraction(100 * _WEIGHTS[name], weight)
    points = possible * value
    zh, en = PART_NAMES[name]
    said = f"{float(points):.1f}/{float(possible):.1f}"
    return Part(name, float(value), float(points), float(possible), f"{zh} {said}", f"{en} {said}")


@dataclass(frozen=True, slots=True)
class DatedScore:
    """The score of one batch, its rows (0: not known) and the day number on which it was received."""

    day: int
    rows: int
    score: float


@dataclass(frozen=True, slots=True)
class PeriodQuality:
    """An institution's score over a period: mean weighted by rows, and how it moves.

    ``trend`` is the score of the later half of the days minus that of the earlier half, None where either half has no
    batch. ``batches`` counts those scored.
    """

    score: float | None
    batches: int
    rows: int
    trend: float | None

    @property
    def direction(self) -> tuple[str, str]:
        """The trend in a word, Chinese and English; two points or less are steady."""
        if self.trend is None:
            return "尚无趋势", "no trend yet"
        if abs(self.trend) <= _STEADY:
            return "平稳", "steady"
        return ("上升", "rising") if self.trend > 0 else ("下降", "falling")


def period_quality(batches: Sequence[DatedScore]) -> PeriodQuality:
    """Return the score of an institution from the scores of its batches of a period, in any order."""
    if not batches:
        return PeriodQuality(None, 0, 0, None)
    middle = Fraction(min(one.day for one in batches) + max(one.day for one in batches), 2)
    whole = _weighted(batches)
    early = _weighted([one for one in batches if one.day < middle])
    late = _weighted([one for one in batches if one.day > middle])
    trend = None if early is None or late is None else round((late - early) * 10) / 10
    score = None if whole is None else _shown(whole)
    return PeriodQuality(score, len(batches), sum(one.rows for one in batches), trend)


def _weighted(batches: Sequence[DatedScore]) -> Fraction | None:
    """Return the mean score weighted by rows; a batch of unknown size weighs as the mean of the others."""
    if not batches:
        return None
    sized = [one.rows for one in batches if one.rows > 0]
    usual = Fraction(sum(sized), len(sized)) if sized else Fraction(1)
    weights = [Fraction(one.rows) if one.rows > 0 else usual for one in batches]
    scores = [Fraction(round(one.score * 10), 10) for one in batches]
    return sum((weight * score for weight, score in zip(weights, scores, strict=True)), Fraction(0)) / sum(weights)
