"""Plain cells: the usual spelling of a column, which needs no repair and passes most of its checks by its form alone.

Nearly every cell of a good extract is plain, so one search spares cleaning, several checks and the question whether the
record is data. It is an economy and nothing else: tests hold each promise of ``Plain`` against the full formulation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from data_contracts import expectations as kinds
from data_contracts.cleaning import NO_AMOUNTS, spellings_of
from data_contracts.contract import Column, Contract
from data_contracts.expectations import Expectation, shift_of
from data_contracts.expressions import Expression, column, matches, text
from data_contracts.recognition import Match
from data_contracts.vocabulary import Kind

_DIGITS = "^[0-9]{1,40}$"
_CODE = "^[A-DF-Za-df-z]{0,8}[0-9][0-9A-DF-Za-df-z.:_-]*$"
_RESIDENT = r"^[1-9]\d{16}[0-9X]$"
_MONEY = {2: r"^-?\d{1,12}(\.\d{1,2})?$", 6: r"^-?\d{1,12}(\.\d{1,6})?$", 0: r"^-?\d{1,12}$"}
_DAY = r"^(19|20)\d\d-((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
_CLOCK = r" ([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_PLAIN_WORD = re.compile("[0-9A-Z\u4e00-\u9fff]{1,20}")
_BLANK_WORDS = frozenset({"NULL"})


@dataclass(frozen=True, slots=True)
class Plain:
    """A condition on a cell as sent under which the column's full treatment is known.

    A plain cell is filled and not to be listed as repaired; its cleaned text is itself, or ``becomes`` where the
    column is an enumeration. ``implies`` tells which expectations of the column it passes. ``with_digit``: it begins
    with a letter or digit of ASCII and holds a digit, so it begins no total, footer or repeated header.
    """

    holds: Expression
    implies: Callable[[Expectation], bool]
    with_digit: bool = False
    is_itself: bool = True


def _regexes(*patterns: str) -> Callable[[Expectation], bool]:
    return lambda item: item.kind in (kinds.MATCH, kinds.NOT_MATCH) and item.arguments["regex"] in patterns


def _of_kinds(*names: str) -> Callable[[Expectation], bool]:
    return lambda item: item.kind in names


def _identity_implied(item: Expectation) -> bool:
    shaped = item.kind == kinds.IDENTITY and item.arguments["shape"] == "uscc"
    return shaped or _regexes(kinds.EXPONENT, kinds.MASKED, kinds.CUT_IDENTITY)(item)


def _worded(raw: Expression, source: Column) -> Plain | None:
    """An enumeration, boolean or currency whose spelling stands in the contract letter by letter."""
    pairs = spellings_of(source)
    words = [key for key, _ in pairs if _PLAIN_WORD.fullmatch(key) and key not in _BLANK_WORDS]
    if source.kind is Kind.CURRENCY:
        words = [key for key, value in pairs if key == value and re.fullmatch("[A-Z]{3}", key)]
        return Plain(_among(raw, words), _regexes(kinds.CURRENCY_CODE)) if words else None
    if not words:
        return None
    values = {value for key, value in pairs if key in words}

    def implied(item: Expectation) -> bool:
        allowed = item.arguments.get("value_set")
        return item.kind == kinds.IN_SET and isinstance(allowed, list) and values <= set(allowed)

    return Plain(_among(raw, words), implied, is_itself=False)


def _among(raw: Expression, words: list[str]) -> Expression:
    return exp.In(this=raw, expressions=[text(word) for word in words])


def plain(raw: Expression, source: Column, contract: Contract, form: str) -> Plain | None:
    """Return when a cell of this column is plain; None where the kind has no usual spelling that tells enough."""
    match source.kind:
        case Kind.ACCOUNT:
            implied = _regexes(kinds.EXPONENT, kinds.MASKED, kinds.ACCOUNT_FORM)
            return Plain(matches(raw, _DIGITS), implied, with_digit=True)
        case Kind.CODE:
            return Plain(matches(raw, _CODE), _regexes(kinds.EXPONENT), with_digit=True)
        case Kind.TOKEN:
            return Plain(matches(raw, _RESIDENT), _identity_implied, with_digit=True)
        case Kind.MONEY if contract.decimal_separator == ".":
            shift = shift_of(source, contract)
            implied = _regexes(kinds.MONEY_FORM, kinds.DECIMALS[shift])
            return Plain(matches(raw, _MONEY[shift]), implied, with_digit=True)
        case Kind.DAY | Kind.TIMESTAMP if source.part != "time" and form != "xlsx" and "iso" in source.formats:
            is_day = source.kind is Kind.DAY or source.part == "date"
            implied = _of_kinds(kinds.DAY if is_day else kinds.TIMESTAMP)
            return Plain(matches(raw, _DAY + ("" if is_day else _CLOCK) + "$"), implied, with_digit=True)
        case Kind.ENUM | Kind.BOOLEAN | Kind.CURRENCY:
            return _worded(raw, source)
        case _:
            return None


def surely_data(match: Match, flags: dict[int, tuple[Expression, Plain]], width: int) -> Expression | None:
    """Return a condition under which ``skipping`` is surely NULL; None where it cannot be told from plain cells.

    ``flags`` are the plain cells' conditions by place. The first cell that is filled is plain with a digit, so the
    record is neither blank nor a total nor a footer; the first column's cell is plain or empty, so it is no repeated
    header; each amount is plain or empty and one of them is not 0, so neither a failure text nor a carried balance
    takes its place.
    """
    if match.contract.skip_rows or not match.read:
        return None
    leading: list[Expression] = []
    for place in range(1, width + 1):
        if place not in flags or not flags[place][1].with_digit:
            break
        leading.append(flags[place][0])
    first = match.read[0]
    amounts = [matched.place for matched in match.read if "amount" in matched.column.targets]
    told = [flags[place][0] for place in amounts if place in flags]
    headed = flags.get(first.place)
    if not leading or headed is None or not headed[1].with_digit or len(amounts) != len(told):
        return None
    if not first.header or not _unlike(first.header, first.column.kind):
        return None
    parts = [_known(leading, default=False), _known([headed[0]], default=True)]
    if told:
        # An amount of zero may stand in a record that only carries a balance forward.
        worth = [exp.Coalesce(this=_surely_not_zero(place), expressions=[exp.false()]) for place in amounts]
        parts += [*(_known([flag], default=True) for flag in told), exp.or_(*worth)]
    return exp.and_(*parts)


def _surely_not_zero(place: int) -> Expression:
    """By the order of texts, which costs less than a list: all spellings of zero lie between two of them."""
    cell = column(f"c{place}")
    behind = exp.GT(this=cell, expression=text(max(NO_AMOUNTS)))
    return exp.or_(behind, exp.LT(this=cell.copy(), expression=text(min(NO_AMOUNTS))))


def _unlike(header: str, kind: Kind) -> bool:
    """Say whether no plain cell of a kind begins with the header: only identifiers may begin with a letter."""
    return not header[0].isascii() or (kind is not Kind.CODE and header[0] not in "0123456789-")


def _known(flags: list[Expression], *, default: bool) -> Expression:
    """Return the first flag that is known, which is that of the first filled cell."""
    return exp.Coalesce(
        this=flags[0].copy(),
        expressions=[*(flag.copy() for flag in flags[1:]), exp.true() if default else exp.false()],
    )
