"""What a header cell says: its readings, the unit it states, and how two header rows join into one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Container, Iterator, Sequence
from functools import lru_cache

from data_contracts.reading.staged import header_form

UNITS = {
    "元": "yuan",
    "人民币元": "yuan",
    "RMB元": "yuan",
    "CNY": "yuan",
    "RMB": "yuan",
    "人民币": "yuan",
    "万元": "wan",
    "万": "wan",
    "人民币万元": "wan",
    "分": "fen",
    "人民币分": "fen",
    "千元": "thousand",
    "百万元": "million",
    "亿元": "hundred million",
    "美元": "USD",
    "%": "percent",
    "‰": "permille",
    "克": "gram",
    "G": "gram",
    "千克": "kilogram",
    "公斤": "kilogram",
    "KG": "kilogram",
    "毫克": "milligram",
    "MG": "milligram",
}
"""Spelling of a unit in a header (compared as headers are) → the unit's word; some words no contract can declare."""

_UNIT_NAMES = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_STATED = re.compile(
    rf"^(?P<base>.+?)(?:[(\[【](?:单位[::]?)?(?P<in>{_UNIT_NAMES})[)\]】]|[/,:_-](?:单位[::]?)?(?P<behind>{_UNIT_NAMES})|(?P<end>万元|元))$"
)
_ABOVE = re.compile(rf"(?:金额)?单位[::]?\(?(?P<unit>{_UNIT_NAMES})(?![A-Z])")
_MARKS = re.compile(r"^[*★●]+|[*★●]+$|[(\[](?:必填|必输|选填|可选|可空|非必填)[)\]]$|:$|^(?:\d{1,2}|[A-Z])[.、]")
_FEWEST_TITLES = 2
"""A row above a header with fewer cells than this is a title, not groups of columns."""
_GROUP_ENDINGS = re.compile(r"(?:信息|资料|情况|明细|数据)$")


def bare_form(text: str) -> str:
    """Return a header as headers are compared, without marks such as ``*`` or ``(必填)``, 帐 written 账."""
    form = header_form(text).replace("帐", "账")
    return _MARKS.sub("", _MARKS.sub("", form))


def stated_unit(text: str) -> tuple[str, str | None]:
    """Return a header without the unit that it states, and that unit's word (None: it states none)."""
    form = bare_form(text)
    found = _STATED.match(form)
    if found is None:
        return form, None
    return found["base"], UNITS[found["in"] or found["behind"] or found["end"]]


@lru_cache(maxsize=20_000)
def readings(text: str) -> tuple[str, ...]:
    """Return the forms under which a header is looked up, the most literal first."""
    return tuple(dict.fromkeys((header_form(text), bare_form(text), stated_unit(text)[0])))


def unit_above(rows: Sequence[tuple[str, ...]]) -> str | None:
    """Return the unit that title rows above a header state (``单位：万元``), None if they state none."""
    for cells in rows:
        found = _ABOVE.search("".join(header_form(cell) for cell in cells))
        if found:
            return UNITS[found["unit"]]
    return None


def _joined(above: str, over: str, below: str, known: Container[str]) -> str:
    """Return the header of a column from two rows: ``above`` its own upper cell, ``over`` that of its group."""
    if not header_form(below):
        return above
    group = header_form(over)
    short = _GROUP_ENDINGS.sub("", group)
    for text in (group + header_form(below), short + header_form(below), header_form(below) + group):
        if group and short and any(form in known for form in readings(text)):
            return text
    return below


def joined_rows(
    head: Sequence[tuple[int, tuple[str, ...]]], known: Container[str], hits: Callable[[tuple[str, ...]], int]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield each two adjoining rows that may be a header in two rows, joined, as (lower row, cells).

    A group title (merged over its columns, so that only the first cell holds it) goes before or behind what stands
    below where together they are known; a title merged over both rows stands for itself. ``hits`` counts the known
    cells of a row: rows of data are not worth joining.
    """
    for (upper_row, upper), (row, lower) in itertools.pairwise(head):
        titles = sum(bool(header_form(cell)) for cell in upper)
        if row != upper_row + 1 or titles < _FEWEST_TITLES or titles == len(upper) or not hits(lower):
            continue
        groups: list[str] = []
        for cell in upper:
            groups.append(cell if header_form(cell) or not groups else groups[-1])
        yield row, tuple(_joined(*cells, known) for cells in zip(upper, groups, lower, strict=True))
