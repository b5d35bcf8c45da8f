"""The dirt of real extracts: most of it lossless, a few cells beyond repair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from fundwatch.city.journal import Ints

PLACEHOLDER = "-------------------"
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that a check must refuse: 0-based row of the frame, column, what stands there."""

    row: int
    column: str
    value: str


def _put(frame: pl.DataFrame, column: str, rows: Ints, values: list[str]) -> pl.DataFrame:
    return frame.with_columns(frame[column].scatter(pl.Series(rows), pl.Series(values, dtype=pl.String)).alias(column))


def soil(frame: pl.DataFrame, rng: np.random.Generator, *, rate: float = 0.004) -> pl.DataFrame:
    """Return a 34-column frame with tabs, full-width digits, thousands separators, placeholders at a low rate.

    Nothing is lost: each cell still means what it meant.
    """
    count = len(frame)
    hit = max(1, round(count * rate)) if count else 0

    def some() -> Ints:
        return np.sort(rng.choice(count, hit, replace=False)) if hit else np.empty(0, dtype=np.int64)

    rows = some()
    frame = _put(frame, "交易账号", rows, [f"{text}\t" for text in frame["交易账号"].gather(rows)])
    rows = some()
    frame = _put(frame, "交易流水号", rows, [text.translate(_WIDE) for text in frame["交易流水号"].gather(rows)])
    rows = some()
    frame = _put(frame, "对手户名", rows, [f"{text}　" for text in frame["对手户名"].gather(rows)])
    rows = some()
    frame = _put(frame, "交易余额", rows, [_separated(text) for text in frame["交易余额"].gather(rows)])
    bare = np.flatnonzero((frame["交易对手账卡号"] == "").to_numpy())
    rows = np.sort(rng.choice(bare, len(bare) // 3, replace=False)) if len(bare) else bare
    return _put(frame, "交易对手账卡号", rows, [PLACEHOLDER] * len(rows))


def _separated(text: str) -> str:
    whole, _, cents = text.partition(".")
    return f"{int(whole):,}.{cents}" if not whole.startswith("-") else text


def spoil(frame: pl.DataFrame, ordinary: Ints, rng: np.random.Generator) -> tuple[pl.DataFrame, list[Fault]]:
    """Return the frame with three unusable cells in rows of ordinary life, and where they are.

    An empty direction, a day that no calendar has, a masked account: each refuses its row and no other.
    """
    if len(ordinary) < 200:
        return frame, []
    rows = np.sort(rng.choice(ordinary, 3, replace=False))
    faults = [
        Fault(int(rows[0]), "收付标志", ""),
        Fault(int(rows[1]), "交易时间", str(frame["交易时间"][int(rows[1])])[:8] + "32" + " 10:00:00"),
        Fault(int(rows[2]), "交易账号", str(frame["交易账号"][int(rows[2])])[:6] + "**********"),
    ]
    for fault in faults:
        frame = _put(frame, fault.column, np.array([fault.row]), [fault.value])
    return frame, faults
