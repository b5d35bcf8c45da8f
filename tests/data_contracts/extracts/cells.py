"""One cell of an extract: what is written and what it means, drawn by the kind of its column."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from data_contracts.contract import Column, Contract
from data_contracts.vocabulary import Kind

from . import numbers

PLACES = {"yuan": 2, "wan": 6, "fen": 0}
"""Decimal places of an amount in a unit, down to hundredths of the currency."""
_SCALED = {
    "percent": Decimal(100),
    "fraction": Decimal(10_000),
    "permille": Decimal(100),
    "permille_a_month": Decimal(120),
    "gram": Decimal(1000),
    "kilogram": Decimal(1_000_000),
    "milligram": Decimal(1),
}
"""Stored whole numbers per one of the source's unit, as the README of the contracts tells the units."""
_WORDS = (
    "货款", "汉滨区新城街道", "转账,往来", '说"好"的', "第一行\n第二行", "Ａ座１２楼", "红包😀", "=1+1", "+86", "@安康",
    "a;b|c", "安康㐂", "5\" 管", "it's", "尾款 二", "０", "null值", "6.22E+18 吨", "工资/代发", "——备",
)  # fmt: skip
_BOOLEANS = {"true": ("是", "Y", "1", "成功"), "false": ("否", "N", "0", "失败")}
_CURRENCIES = {"CNY": ("CNY", "156", "RMB", "人民币"), "USD": ("USD", "840", "美元"), "HKD": ("HKD", "344", "港币")}

Typed = int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class Cell:
    """What is written, what it means (None: empty), and the same as a true value where a spreadsheet keeps it whole."""

    text: str
    value: object
    typed: Typed = None


EMPTY = Cell("", None)


def money_text(fen: int, unit: str, separator: str = ".") -> str:
    """Return hundredths as an amount in a unit, exactly."""
    places = PLACES[unit]
    whole, rest = divmod(abs(fen), 10**places)
    sign = "-" if fen < 0 else ""
    return f"{sign}{whole}" if places == 0 else f"{sign}{whole}{separator}{rest:0{places}d}"


def money(fen: int, column: Column, feed: Contract) -> Cell:
    """Return a cell with an amount of hundredths."""
    unit = column.unit or feed.amount_unit
    return Cell(money_text(fen, unit, feed.decimal_separator), fen, number_of(money_text(fen, unit)))


def number_of(text: str) -> Typed:
    """Return the number of a text that fifteen significant digits hold, else None."""
    plain = text.lstrip("-")
    significant = plain.replace(".", "").lstrip("0")
    if not re.fullmatch(r"0|[1-9]\d*|\d+\.\d+", plain) or len(significant) > 15:
        return None
    return float(text) if "." in text else int(text)


DAY_SPELLINGS: Mapping[str, str] = {
    "iso": "%Y-%m-%d",
    "slash": "%Y/%m/%d",
    "dotted": "%Y.%m.%d",
    "chinese": "%Y年%m月%d日",
    "compact": "%Y%m%d",
    "yymmdd": "%y%m%d",
    "dmy_dotted": "%d.%m.%Y",
    "dashed": "%Y-%m-%d",
}
TIME_SPELLINGS: Mapping[str, str] = {
    "iso": " %H:%M:%S",
    "slash": " %H:%M:%S",
    "dotted": " %H:%M:%S",
    "chinese": " %H:%M:%S",
    "compact": "%H%M%S",
    "dashed": "-%H.%M.%S.000000",
}
CLOCKS: Mapping[str, str] = {"hhmmss": "%H%M%S", "hhmm": "%H%M", "clock": "%H:%M:%S"}


def day(value: date, column: Column, draw: random.Random) -> Cell:
    """Return a cell with a day in one of the column's usual spellings."""
    usual = [name for name in column.formats if name in DAY_SPELLINGS]
    return Cell(value.strftime(DAY_SPELLINGS[draw.choice(usual)]), value, value)


def moment(value: datetime, precision: str, column: Column, draw: random.Random) -> Cell:
    """Return a cell with an instant, or the part of it that the column holds, in a usual spelling."""
    if column.part == "time":
        named = [name for name in column.formats if name in CLOCKS] or ["clock"]
        return Cell(value.strftime(CLOCKS[draw.choice(named)]), (value, precision)) if precision == "second" else EMPTY
    if column.part == "date" or precision == "day":
        made = day(value.date(), column, draw)
        return Cell(made.text, (value, precision), made.typed)
    timed = [name for name in column.formats if name in TIME_SPELLINGS]
    if precision == "minute":
        return Cell(value.strftime("%Y-%m-%d %H:%M"), (value, precision))
    name = draw.choice(timed)
    typed = value if value.time() != time(0) else None
    return Cell(value.strftime(DAY_SPELLINGS[name] + TIME_SPELLINGS[name]), (value, precision), typed)


def _bounded(draw: random.Random, column: Column) -> int:
    low = column.limits.minimum if column.limits.minimum is not None else -(10 ** draw.randrange(2, 12))
    high = min(column.limits.maximum or 10**15, 10 ** draw.randrange(3, 14))
    return draw.randint(low, max(low, high))


def _scaled(draw: random.Random, column: Column) -> Cell:
    factor = _SCALED[column.unit or "milligram"]
    highest = min(Decimal(column.limits.maximum or 10**6) / factor, Decimal(10**5))
    text = str((highest * draw.randrange(1, 1000) / 1000).quantize(Decimal("0.01"), ROUND_HALF_UP))
    value = int((Decimal(text) * factor).quantize(Decimal(1), ROUND_HALF_UP))
    return Cell(text, value, number_of(text))


def _text(draw: random.Random, column: Column) -> Cell:
    if column.limits.pattern:
        text = _patterned(draw, column.limits.pattern, column.limits.max_length or 12)
    else:
        text = draw.choice(_WORDS) + draw.choice(("", "", "甲", " 1"))
        text = text[: column.limits.max_length or 200]
    return Cell(text, told(text))


def told(text: str) -> str:
    """Return what a text means: line breaks within a cell are no more than a blank, and blanks around it nothing."""
    return re.sub(r"[\r\n\u2028]+", " ", text).strip(" \t\u00a0\u3000")


def _patterned(draw: random.Random, pattern: str, longest: int) -> str:
    made: list[Callable[[], str]] = [
        lambda: f"20{draw.randrange(10, 27)}-{draw.randrange(1, 13):02d}",
        lambda: numbers.digits(draw, draw.randrange(2, longest)),
        lambda: f"{draw.choice('ABC')}{numbers.digits(draw, 6)}",
    ]
    for candidate in (make() for make in made):
        if re.search(pattern, candidate):
            return candidate
    raise AssertionError(f"teach the generator to draw {pattern}")


def _code(draw: random.Random, column: Column) -> Cell:
    if column.limits.pattern:
        text = _patterned(draw, column.limits.pattern, column.limits.max_length or 12)
    else:
        size = draw.randrange(3, 1 + min(column.limits.max_length or 18, 18))
        text = draw.choice(("", "", "GZ", "A-", "0"))[: size - 1] + numbers.digits(draw, size)
        text = text[-(column.limits.max_length or 40) :]
    return Cell(text, text, number_of(text))


def _account(draw: random.Random, column: Column) -> Cell:
    if column.limits.pattern:
        return _code(draw, column)
    made = (
        numbers.card(draw),
        numbers.digits(draw, 15),
        "26" + numbers.digits(draw, 15),
        f"0{numbers.digits(draw, 12)}",
    )
    text = draw.choice((*made, f"610-{numbers.digits(draw, 8)}"))
    return Cell(text, text, number_of(text))


def _identity(draw: random.Random, column: Column) -> Cell:
    if column.kind is Kind.USCC or column.identity == "uscc":
        text = numbers.credit_code(draw)
        return Cell(text, text)
    if column.identity == "any" and draw.random() < 0.3:
        text = draw.choice((numbers.credit_code(draw), f"E{numbers.digits(draw, 8)}"))
        return Cell(text, text)
    if draw.random() < 0.2:
        old = numbers.old_resident(draw)
        return Cell(old, numbers.lengthened(old), number_of(old))
    text = numbers.resident(draw)
    return Cell(text, text)


def spelled(value: str, spellings: Mapping[str, tuple[str, ...]], draw: random.Random) -> str:
    """Return one of the spellings of a value that no other value has."""
    others = {text.upper() for key, texts in spellings.items() if key != value for text in (*texts, key)}
    own = [text for text in spellings.get(value) or (value,) if text.upper() not in others]
    return draw.choice(own or [value])


def boolean(value: bool, column: Column, draw: random.Random) -> Cell:
    """Return a cell with a yes or no."""
    word = "true" if value else "false"
    if column.values and word not in column.values:
        return Cell("XX-00", None)
    return Cell(spelled(word, column.values, draw) if column.values else draw.choice(_BOOLEANS[word]), value)


def currency(value: str, column: Column, draw: random.Random) -> Cell:
    """Return a cell with a currency in one of its spellings."""
    return Cell(spelled(value, {**_CURRENCIES, **column.values}, draw), value)


def _enumeration(draw: random.Random, column: Column, feed: Contract) -> Cell:
    allowed = feed.table.column(column.targets[0]).allowed
    known = sorted(set(column.values) & set(allowed)) or list(allowed)
    if column.unknown_value == "empty" and draw.random() < 0.3:
        return Cell("有限责任公司", None)
    value = draw.choice(known)
    return Cell(spelled(value, column.values, draw), value)


def drawn(column: Column, feed: Contract, draw: random.Random) -> Cell:
    """Return a filled cell of a column, by its kind."""
    match column.kind:
        case Kind.TEXT:
            return _text(draw, column)
        case Kind.CODE:
            return _code(draw, column)
        case Kind.ACCOUNT:
            return _account(draw, column)
        case Kind.TOKEN | Kind.USCC:
            return _identity(draw, column)
        case Kind.MONEY:
            return money(_bounded(draw, column), column, feed)
        case Kind.SCALED:
            return _scaled(draw, column)
        case Kind.INTEGER:
            text = str(draw.randrange(column.limits.minimum or 0, min(column.limits.maximum or 999, 999) + 1))
            return Cell(text, int(text), int(text))
        case Kind.DAY:
            return day(date(1990, 1, 1) + timedelta(days=draw.randrange(15_000)), column, draw)
        case Kind.TIMESTAMP:
            instant = datetime(2024, 1, 1) + timedelta(seconds=draw.randrange(10**8))
            return moment(instant, "second", column, draw)
        case Kind.BOOLEAN:
            return boolean(draw.random() < 0.5, column, draw)
        case Kind.CURRENCY:
            return currency("CNY", column, draw)
        case _:
            return _enumeration(draw, column, feed)
