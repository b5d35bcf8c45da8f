"""Spellings that lose nothing: the same meaning as a careless hand or an export program writes it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date, datetime

from data_contracts.contract import Column
from data_contracts.vocabulary import Kind

from .cells import Cell
from .making import Extract

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_Spelling = Callable[[str], str]
_AROUND: tuple[_Spelling, ...] = (lambda text: f"{text}\t", lambda text: f"　{text}", lambda text: f" {text}\u00a0")
_NUMBER: tuple[_Spelling, ...] = (
    lambda text: text.translate(_WIDE),
    lambda text: f"{grouped(text)} ",
    lambda text: f"￥{grouped(text)}" if not text.startswith("-") else f"({text[1:]})",
    lambda text: f"({text[1:]})" if text.startswith("-") else f"+{text}",
    lambda text: f"{text[1:]}-" if text.startswith("-") else f"{text}元",
)
_IDENTIFIER: tuple[_Spelling, ...] = (lambda text: text.translate(_WIDE), lambda text: f"{text[:4]} {text[4:]}")
_WORD: tuple[_Spelling, ...] = (
    lambda text: text.translate(_WIDE),
    lambda text: text.lower(),
    lambda text: f" {text}　",
)


def grouped(text: str) -> str:
    """Return a number with commas between groups of three."""
    whole, dot, rest = text.lstrip("-").partition(".")
    return ("-" if text.startswith("-") else "") + f"{int(whole):,}" + dot + rest


def _dates(value: object) -> tuple[_Spelling, ...]:
    instant = value[0] if isinstance(value, tuple) else value
    assert isinstance(instant, date)
    days = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
    if isinstance(instant, datetime) and isinstance(value, tuple) and value[1] == "second":
        days = (
            "%Y-%m-%d %H:%M:%S",
            "%Y/%m/%d %H:%M:%S",
            "%Y%m%d%H%M%S",
            "%Y-%m-%d-%H.%M.%S.000000",
            "%Y-%m-%dT%H:%M:%S",
        )
    return tuple(lambda _, form=form: instant.strftime(form) for form in days)  # type: ignore[misc]


def _ways(column: Column, cell: Cell) -> tuple[_Spelling, ...]:
    match column.kind:
        case Kind.MONEY | Kind.SCALED if re.fullmatch(r"-?\d+(\.\d+)?", cell.text):
            return (*_AROUND, *(_NUMBER if column.kind is Kind.MONEY else _NUMBER[:2]))
        case Kind.CODE | Kind.ACCOUNT | Kind.TOKEN | Kind.USCC:
            return (*_AROUND, *_IDENTIFIER, *([str.lower] if column.kind in (Kind.TOKEN, Kind.USCC) else []))
        case Kind.DAY:
            return (*_AROUND, *_dates(cell.value))
        case Kind.TIMESTAMP if column.part is None:
            return (*_AROUND, *_dates(cell.value))
        case Kind.ENUM | Kind.BOOLEAN | Kind.CURRENCY if not column.verbatim:
            return (*_AROUND, *_WORD)
        case _:
            return _AROUND


def spoiled(extract: Extract, seed: int, share: float = 0.5) -> Extract:
    """Return the extract with some of its cells spelled another way; what they mean stays."""
    draw = random.Random(seed)

    def spoil(column: Column, cell: Cell) -> Cell:
        if not cell.text or cell.value is None or column.ignored is not None or draw.random() > share:
            return cell
        return Cell(draw.choice(_ways(column, cell))(cell.text), cell.value)

    rows = [
        tuple(spoil(column, cell) for column, cell in zip(extract.columns, cells, strict=True))
        for cells in extract.rows
    ]
    return extract.with_rows(rows)
