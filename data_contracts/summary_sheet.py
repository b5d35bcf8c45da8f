"""The first sheet of the annotated workbook: verdict, counts, and what to mend, with links to the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data_contracts.rendering import (
    LEVEL_LOOKS,
    LEVEL_MEANINGS,
    VERDICT_LOOKS,
    examples_of,
    file_facts,
    first_of,
    next_step,
    spoken,
)
from data_contracts.sheets import LEADING_COLUMNS, Styles, put
from fundwatch.domain.fault_groups import FaultGroup, groups_of
from fundwatch.domain.receipts import Level, Receipt, Verdict, column_letter, column_number

NAME = "回执"
Anchors = Mapping[tuple[str, int], tuple[str, int]]
"""Sheet and row of the file → name and 0-based row of the sheet that shows it."""

_LEVEL_OF = {
    Verdict.ACCEPTED: Level.NORMALISED,
    Verdict.QUARANTINE: Level.WARNING,
    Verdict.REJECTED: Level.ERROR,
}
_HEAD_WIDTH = 8
"""The lines of the head reach to this column."""
_COLUMNS = (
    (("级别", "level"), 12),
    (("代码", "code"), 8),
    (("工作表", "sheet"), 12),
    (("列", "column"), 6),
    (("表头", "header"), 18),
    (("处数", "count"), 8),
    (("位置", "place"), 30),
    (("内容举例", "examples"), 30),
    (("原因", "cause"), 44),
    (("共性", "shared"), 40),
    (("处理", "remedy"), 44),
    (("定位", "go to"), 12),
)


def write_summary(
    sheet: Any, styles: Styles, receipt: Receipt, anchors: Anchors, notes: Sequence[str], lang: str
) -> None:
    """Write the sheet: ``anchors`` say where a row is shown, ``notes`` what was left out of the other sheets."""
    for place, (_, width) in enumerate(_COLUMNS):
        sheet.set_column(place, place, width)
    row = _head(sheet, styles, receipt, notes, lang)
    row = _batch_faults(sheet, styles, receipt, row, lang)
    groups = groups_of(receipt)
    if not groups:
        return
    put(sheet, row, 0, spoken(("逐项说明", "what to mend, by cause"), lang), styles.title)
    for place, (words, _) in enumerate(_COLUMNS):
        put(sheet, row + 1, place, spoken(words, lang, "\n"), styles.head)
    first = row + 2
    for offset, group in enumerate(groups):
        _group(sheet, styles, group, first + offset, anchors, lang)
    sheet.autofilter(row + 1, 0, first + len(groups) - 1, len(_COLUMNS) - 1)


def _head(sheet: Any, styles: Styles, receipt: Receipt, notes: Sequence[str], lang: str) -> int:
    look = VERDICT_LOOKS[receipt.verdict]
    name = f"{receipt.file}{' / ' + receipt.sheet if receipt.sheet else ''}"
    put(sheet, 0, 0, spoken(("校验回执", "Check receipt"), lang), styles.title)
    lines = [
        (spoken(("结论", "verdict"), lang), f"{look.sign} {spoken((look.zh, look.en), lang)}"),
        (spoken(("下一步", "next"), lang), spoken(next_step(receipt), lang, " ")),
        (spoken(("文件", "file"), lang), name),
        (spoken(("机构", "institution"), lang), receipt.institution),
        (spoken(("行数", "rows"), lang), spoken(file_facts(receipt), lang)),
        *((spoken(("说明", "note"), lang), note) for note in notes),
    ]
    row = 1
    for label, text in lines:
        put(sheet, row, 0, label, styles.head)
        style = styles.words[_LEVEL_OF[receipt.verdict]] if row == 1 else styles.wide
        sheet.merge_range(row, 1, row, _HEAD_WIDTH, "", style)
        put(sheet, row, 1, text, style)
        row += 1
    for level in Level:
        mark = LEVEL_LOOKS[level]
        put(sheet, row, 0, f"{mark.sign} {spoken((mark.zh, mark.en), lang)}", styles.words[level])
        put(sheet, row, 1, spoken(LEVEL_MEANINGS[level], lang), styles.plain)
        row += 1
    return row + 1


def _batch_faults(sheet: Any, styles: Styles, receipt: Receipt, row: int, lang: str) -> int:
    if not receipt.batch_faults:
        return row
    put(sheet, row, 0, spoken(("整个文件", "the file as a whole"), lang), styles.title)
    titles = {place: _COLUMNS[place][0] for place in (0, 1, 8, 10)}
    for place in range(len(_COLUMNS)):
        put(sheet, row + 1, place, spoken(titles[place], lang, "\n") if place in titles else "", styles.head)
    row += 2
    order = tuple(Level)
    for fault in sorted(receipt.batch_faults, key=lambda fault: order.index(fault.level)):
        look = LEVEL_LOOKS[fault.level]
        put(sheet, row, 0, f"{look.sign} {spoken((look.zh, look.en), lang)}", styles.words[fault.level])
        put(sheet, row, 1, fault.code, styles.wrapped)
        put(sheet, row, 8, spoken((fault.reason, fault.reason_en), lang, "\n"), styles.wrapped)
        put(sheet, row, 10, spoken((fault.remedy, fault.remedy_en), lang, "\n"), styles.wrapped)
        row += 1
    return row + 1


def _group(sheet: Any, styles: Styles, group: FaultGroup, row: int, anchors: Anchors, lang: str) -> None:
    look = LEVEL_LOOKS[group.level]
    put(sheet, row, 0, f"{look.sign} {spoken((look.zh, look.en), lang)}", styles.words[group.level])
    cells = (
        group.code,
        group.sheet,
        group.column,
        group.header,
        str(group.count),
        first_of(group.place(most=20), lang),
        examples_of(group, lang),
        spoken((group.reason, group.reason_en), lang, "\n"),
        spoken((group.hint, group.hint_en), lang, "\n"),
        spoken((group.remedy, group.remedy_en), lang, "\n"),
    )
    for place, text in enumerate(cells, 1):
        put(sheet, row, place, text, styles.wrapped)
    target = next((found for one in group.rows if (found := anchors.get((group.sheet, one)))), None)
    if target is None:
        return
    name, shown_row = target
    quoted = name.replace("'", "''")
    place = column_number(group.column)
    letter = column_letter(LEADING_COLUMNS + place) if place else "A"
    link = f"internal:'{quoted}'!{letter}{shown_row + 1}"
    sheet.write_url(row, len(_COLUMNS) - 1, link, styles.link, first_of(("查看", "show"), lang))
