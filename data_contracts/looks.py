"""What the cells of a column look like, told from samples of them; no sample leaves this module."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from data_contracts.currencies import CODES, SPELLINGS
from data_contracts.vocabulary import DATE_FORMATS, Kind
from fundwatch.domain.identifiers import is_resident_id, is_uscc, luhn_holds, normalise_identifier

_DATES = ("iso", "slash", "dotted", "chinese", "dashed", "compact")
_CLOCKS = ("clock", "hhmmss", "hhmm")
_MONEY = re.compile(r"[-(]?[￥¥]?-?\d{1,3}(,\d{3})*(\.\d{1,4})?\)?|-?\d+\.\d{1,4}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_ACCOUNT = re.compile(r"\d{10,25}")
_CARD = re.compile(r"[3-6]\d{15}|62\d{17}")
_IN_OR_OUT = "借 贷 收 付 进 出 入 支 借方 贷方 收入 支出 转入 转出 C D CR DR CRDT DBIT IN OUT"
_DIRECTIONS = frozenset(_IN_OR_OUT.split())
_CURRENCIES = frozenset(word.upper() for words in SPELLINGS.values() for word in words) | frozenset(CODES)
_YES_OR_NO = "是 否 Y N 1 0 TRUE FALSE 成功 失败 现 转 现金 转账"
_BOOLEANS = frozenset(_YES_OR_NO.split())
_MOST, _HMMSS = 0.8, 5


@dataclass(frozen=True, slots=True)
class Look:
    """What a column looks like: ``kind`` (None: plain text or empty), in words, its date formats, whether it varies."""

    kind: Kind | None
    zh: str
    en: str
    formats: tuple[str, ...] = ()
    is_direction: bool = False
    is_constant: bool = False


_NOTHING = Look(None, "空或一般文字", "empty or plain text")


def _most(hits: Sequence[bool]) -> bool:
    return bool(hits) and sum(hits) >= _MOST * len(hits)


def _formats(cells: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Return the fewest formats, the most frequent first, that spell every cell; nothing if some cell has none."""
    left, found = list(cells), []
    for name in names:
        spelled = [cell for cell in left if re.fullmatch(DATE_FORMATS[name], cell)]
        if spelled:
            found.append(name)
            left = [cell for cell in left if cell not in spelled]
    return tuple(found) if not left else ()


def _moment(cells: Sequence[str]) -> Look | None:
    dates = _formats(cells, _DATES)
    years = [re.match(r"(19|20)\d\d", cell) is not None for cell in cells]
    if dates and all(years):
        return Look(Kind.TIMESTAMP, f"日期（{'、'.join(dates)}）", f"dates ({', '.join(dates)})", dates)
    clocks = _formats(cells, ("clock",))
    if not clocks and _most([len(cell) >= _HMMSS for cell in cells]):
        clocks = _formats(cells, _CLOCKS)
    return Look(Kind.TIMESTAMP, "时间", "clock times", clocks) if clocks else None


def _identifier(cells: Sequence[str], constant: bool) -> Look | None:
    plain = [normalise_identifier(cell) for cell in cells]
    if _most([is_resident_id(cell) or is_uscc(cell) for cell in plain]):
        return Look(Kind.TOKEN, "校验通过的证件号码", "document numbers that pass their check", is_constant=constant)
    if _most([bool(_CARD.fullmatch(cell)) and luhn_holds(cell) for cell in plain]):
        return Look(Kind.ACCOUNT, "通过 Luhn 校验的卡号", "card numbers that pass Luhn", is_constant=constant)
    if _most([bool(_ACCOUNT.fullmatch(cell)) for cell in plain]):
        return Look(Kind.ACCOUNT, "长号码，像账号", "long numbers like accounts", is_constant=constant)
    return None


def look_of(samples: Sequence[str]) -> Look:
    """Return what a column looks like from some of its cells, empty ones left aside."""
    cells = [cell.strip() for cell in samples if cell.strip(" \t\u3000-—")]
    if not cells:
        return _NOTHING
    constant = len(set(cells)) == 1
    words = [cell.upper() in _DIRECTIONS for cell in cells]
    if all(words):
        return Look(Kind.ENUM, "收付或借贷的写法", "words for in and out", is_direction=True)
    if all(cell.upper() in _CURRENCIES for cell in cells):
        return Look(Kind.CURRENCY, "币种", "currencies")
    if all(cell.upper() in _BOOLEANS for cell in cells):
        return Look(Kind.BOOLEAN, "是否或成败的写法", "yes or no")
    found = _moment(cells) or _identifier(cells, constant)
    if found is not None:
        return found
    if all(_MONEY.fullmatch(cell) for cell in cells) and any("." in cell for cell in cells):
        return Look(Kind.MONEY, "金额", "amounts")
    if all(_NUMBER.fullmatch(cell) for cell in cells):
        return Look(Kind.INTEGER, "数字", "numbers")
    return _NOTHING
