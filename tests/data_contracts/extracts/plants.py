"""One fault in one cell: what is written instead, what must be said about it, and what becomes of the row."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from data_contracts.contract import Column, Contract
from data_contracts.vocabulary import Kind

from . import numbers
from .making import Extract, must_fill

MASKED = "6222****0001"
KEPT = object()
"""The text planted is kept as it is, under a warning."""


@dataclass(frozen=True, slots=True)
class Plant:
    """A wrong text for a column. ``codes`` are the codes that may name it; ``effect`` is what the row then says.

    An effect of ``error`` keeps the row out, ``emptied`` makes the cell empty, ``kept`` leaves the text.
    """

    name: str
    text: str
    codes: frozenset[str]
    effect: str = "error"


def _plant(name: str, text: str, *codes: str, effect: str = "error") -> Plant:
    return Plant(name, text, frozenset(codes), effect)


_WRONG_DAYS = ("2024-13-05", "2024-02-30", "2024-07-0S", "昨天", "03/04/2024", "20241301")
_WRONG_AMOUNTS = ("12.34.56", "1O0.00", "一百", "=1+1", "6.22E+18", "12a", "1,23")


def _amounts(column: Column, feed: Contract) -> Iterator[Plant]:
    for text in _WRONG_AMOUNTS:
        yield _plant(f"no amount: {text}", text, "F002", "F014", "F052", "F053")
    if (column.unit or feed.amount_unit) == "yuan":
        yield _plant("more than hundredths", "1.005", "F003", "F052")
    if column.part is None and (column.limits.minimum or 0) > 0:
        yield _plant("nothing", "0", "F004")
    if "amount" not in column.targets and column.limits.minimum is not None and column.limits.minimum >= 0:
        yield _plant("negative", "-500", "F004")
    if "amount" in column.targets and feed.negative_amount == "refuse" and feed.table.id == "transactions":
        yield _plant("negative", "-500", "F021")


def _accounts(column: Column, feed: Contract) -> Iterator[Plant]:
    own = column.required or bool(
        set(column.targets)
        & {*feed.table.row_key, *must_fill(feed), *(name for group in feed.one_of for name in group)}
    )
    if column.limits.pattern:
        return
    effect = "error" if own else "kept"
    yield _plant("digits lost", "6.22202E+18", "F014")
    yield _plant("masked", MASKED, "F015", effect=effect)
    yield _plant("strange signs", "6222(0)21?0", "F017", effect=effect)


def _identities(column: Column, feed: Contract, draw: random.Random) -> Iterator[Plant]:
    yield _plant("digits lost", "6.10902E+17", "F014", "F011", "F012")
    if column.kind is Kind.USCC or column.identity == "uscc":
        code = numbers.credit_code(draw)
        yield _plant("a wrong sign of the code", numbers.other_digit(draw, code, 3), "F012")
        return
    yield _plant("a wrong digit", numbers.other_digit(draw, numbers.resident(draw), draw.randrange(8, 17)), "F011")
    told_by_it = feed.key_fallback == "none" and bool(set(column.targets) & set(feed.key_needs))
    yield _plant("masked", "610902********0013", "F015", effect="error" if told_by_it else "emptied")


def _by_kind(column: Column, feed: Contract, draw: random.Random) -> Iterator[Plant]:
    match column.kind:
        case Kind.MONEY:
            yield from _amounts(column, feed)
        case Kind.SCALED | Kind.INTEGER:
            yield _plant("no number", "三成", "F018")
            yield _plant("a letter O", "1O", "F018")
        case Kind.DAY:
            for text in _WRONG_DAYS:
                yield _plant(f"no day: {text}", text, "F005", "F050")
        case Kind.TIMESTAMP if column.part == "time":
            yield _plant("the 25th hour", "25:00:00", "F007")
            yield _plant("no time", "上午", "F007")
        case Kind.TIMESTAMP:
            for text in _WRONG_DAYS:
                yield _plant(f"no moment: {text}", text, "F005", "F006", "F050")
        case Kind.ACCOUNT:
            yield from _accounts(column, feed)
        case Kind.CODE if not column.limits.pattern:
            yield _plant("digits lost", "6.22202E+18", "F014")
        case Kind.TOKEN | Kind.USCC:
            yield from _identities(column, feed, draw)
        case Kind.ENUM | Kind.BOOLEAN if column.unknown_value == "fault":
            yield _plant("not a value", "也许吧", "F008")
            yield _plant("a stray O", "O", "F008")
        case Kind.CURRENCY:
            yield _plant("no currency", "贝壳", "F019")
        case _:
            return


def plants_of(column: Column, feed: Contract, seed: int) -> list[Plant]:
    """Return every fault that can be planted in a column; those of a column whose bad cells are emptied empty it."""
    if column.ignored is not None or not column.targets:
        return []
    draw = random.Random(seed)
    made = list(_by_kind(column, feed, draw))
    if column.bad_value == "empty":
        made = [
            Plant(one.name, one.text, one.codes, "emptied" if one.effect == "error" else one.effect) for one in made
        ]
    if column.required and column.part not in ("debit", "credit"):
        made += [_plant("nothing where something must be", text, "F001") for text in ("", "——")]
    if column.limits.pattern and column.kind is not Kind.TEXT:
        made = [one for one in made if one.codes != {"F009"}]
    return made


def side_of(extract: Extract, row: int, place: int) -> bool:
    """Whether a column holds something in a row: of two amount columns only the filled one is a place for a fault."""
    column = extract.columns[place]
    return column.part not in ("debit", "credit") or bool(extract.rows[row][place].value)
