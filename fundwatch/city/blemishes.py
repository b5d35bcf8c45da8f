"""The dirt of real extracts, all of it lossless: each cell still means what it meant."""

from __future__ import annotations

import numpy as np
import polars as pl

from fundwatch.city.journal import Ints

PLACEHOLDER = "-------------------"
_PAGE = 2000
"""Records on a page."""
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def _put(frame: pl.DataFrame, column: str, rows: Ints, values: list[str]) -> pl.DataFrame:
    return frame.with_columns(frame[column].scatter(pl.Series(rows), pl.Series(values, dtype=pl.String)).alias(column))


def soil(frame: pl.DataFrame, rng: np.random.Generator, *, rate: float = 0.004) -> pl.DataFrame:
    """Return a 34-column frame with tabs, full-width digits, thousands separators, placeholders at a low rate."""
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


def paged(content: bytes, encoding: str, *, records: int = _PAGE) -> bytes:
    """Return delimited text as a print program cuts it: after each page its total, its number and the header again."""
    header, *lines = content.decode(encoding).splitlines(keepends=True)
    blank = "," * header.count(",")
    out = [header]
    for number, start in enumerate(range(0, len(lines), records), 1):
        page = lines[start : start + records]
        if number > 1:
            out += [f"第 {number} 页{blank}\r\n", header]
        out += [*page, f"本页合计 {len(page)} 笔{blank}\r\n"]
    return "".join(out).encode(encoding)
