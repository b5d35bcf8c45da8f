"""Hints that many faults of one column are one cause: the same value, the same way of writing, the same stretch."""

from __future__ import annotations

import re
from collections.abc import Sequence

Words = tuple[str, str]
NO_WORDS: Words = ("", "")
_FEWEST = 3
_WHOLE_COLUMN = 0.95
_STRETCH_ROWS = 5
_LONGEST_EXAMPLE = 40

_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[Ee]\+?\d+")
_ZERO_TAIL = re.compile(r"\d{9,}0{4,}")
_SHEET_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
_YEAR_LAST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?:\s.*)?")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(?:\s.*)?")
_SERIAL = re.compile(r"[345]\d{4}(?:\.\d+)?")
_MASKED = re.compile(r"[0-9A-Za-z]*[*＊xX]{3,}[0-9A-Za-z]*")

_NAMED: tuple[tuple[str, re.Pattern[str], Words], ...] = (
    (
        "",
        _SCIENTIFIC,
        (
            "都是科学计数法，同一原因：文件曾用表格软件打开后保存，末位数字已丢失；逐个补改无用，请从源系统重新导出",
            "all are in scientific notation, one cause: the file was opened and saved in a spreadsheet and the last "
            "digits are lost; mending cells will not help, export again from the source system",
        ),
    ),
    (
        "",
        _SHEET_ERROR,
        (
            "都是表格软件的公式错误值，同一原因：请修好公式，或改为从源系统直接导出",
            "all are error values of a spreadsheet formula, one cause: mend the formula or export them from the source",
        ),
    ),
    (
        "",
        _MASKED,
        ("都带掩码，同一原因：请用未脱敏的导出口径", "all are masked, one cause: export without masking"),
    ),
    (
        "号",
        _ZERO_TAIL,
        (
            "末尾都是一串 0，同一原因：多半被表格软件截断，请从源系统重新导出",
            "all end in a row of zeros, one cause: probably cut by a spreadsheet, export again from the source system",
        ),
    ),
    (
        "日期",
        _YEAR_LAST,
        (
            "都把年份写在最后，日与月分不清，同一原因：请在导出设置中把日期格式改为 年-月-日",
            "all put the year last, so day and month cannot be told apart, one cause: set the export to year-month-day",
        ),
    ),
    (
        "日期",
        _SHORT_YEAR,
        (
            "年份都只有两位，同一原因：请在导出设置中把日期格式改为四位年份的 年-月-日",
            "all have a two-digit year, one cause: set the export to year-month-day with four digits of the year",
        ),
    ),
    (
        "日期",
        _SERIAL,
        (
            "都像表格软件的日期序号，同一原因：请把该列设为日期格式后重新导出",
            "all look like a spreadsheet's day numbers, one cause: format the column as dates and export again",
        ),
    ),
)


def shape_of(value: str) -> str:
    """Return how a value is written: every run of digits as 9, of Latin letters as A, of Chinese as 字."""
    text = re.sub(r"\d+", "9", value.strip())
    text = re.sub(r"[A-Za-z]+", "A", text)
    return re.sub(r"[\u3400-\u9fff]+", "字", text)


def _quoted(value: str) -> str:
    return value if len(value) <= _LONGEST_EXAMPLE else f"{value[:_LONGEST_EXAMPLE]}…"


def value_hint(values: Sequence[str], reason: str) -> Words:
    """Return what the values of one group have in common, Chinese and English; nothing for fewer than three.

    ``reason`` (Chinese) tells what the column is about: only a date is said to be written like a date.
    """
    if len(values) < _FEWEST or not all(value.strip() for value in values):
        return NO_WORDS
    for subject, form, words in _NAMED:
        if subject in reason and all(form.fullmatch(value.strip()) for value in values):
            return words
    first = values[0].strip()
    if all(value.strip() == first for value in values):
        return (
            f"所列各处都是“{_quoted(first)}”，可用查找替换一次改完",
            f'all cells listed read "{_quoted(first)}": one find-and-replace mends them',
        )
    return _shape_hint(values)


def _shape_hint(values: Sequence[str]) -> Words:
    shapes = {shape_of(value) for value in values}
    if len(shapes) > 1:
        return NO_WORDS
    lengths = {len(value.strip()) for value in values}
    if shapes == {"9"}:
        if len(lengths) > 1:
            return NO_WORDS
        length = lengths.pop()
        return f"所列各处都是 {length} 位数字，多半是同一原因", f"all listed have {length} digits, probably one cause"
    if shapes <= {"字", "A"}:
        return NO_WORDS
    example = _quoted(values[0].strip())
    return (
        f"写法都像“{example}”，多半是同一原因，可用同一办法一次改完",
        f'all are written like "{example}", probably one cause: mend them the same way at once',
    )


def spread_hint(rows: Sequence[int], count: int, rows_read: int) -> Words:
    """Return what the places have in common: the whole column, or one unbroken stretch of rows."""
    if count >= _FEWEST and rows_read > 0 and count >= _WHOLE_COLUMN * rows_read:
        return (
            "几乎每一行都如此：问题在导出设置或列的对应，不在个别行",
            "nearly every row is concerned: look at the export settings or the columns, not at single rows",
        )
    if len(rows) >= _STRETCH_ROWS and count == len(rows) and rows[-1] - rows[0] + 1 == len(rows):
        return (
            f"集中在连续的 {len(rows)} 行，多半出自同一次导出或同一网点",
            f"all in {len(rows)} rows on end, probably from one export or one branch",
        )
    return NO_WORDS


def joined(*hints: Words) -> Words:
    """Return the hints as one, empty ones left out."""
    kept = [words for words in hints if words[0]]
    return "；".join(zh for zh, _ in kept), "; ".join(en for _, en in kept)
