"""A receipt on a terminal: what became of the file, why, where, and what mends it; Chinese, English or both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.text import Text

from data_contracts.prose import Prose
from fundwatch.domain.fault_groups import FaultGroup, groups_of, receipt_strip
from fundwatch.domain.fault_places import Strip
from fundwatch.domain.receipts import BatchFault, Level, Receipt, Verdict

Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict or level is shown: a sign beside the colour, so that nothing hangs on colour alone."""

    sign: str
    zh: str
    en: str
    colour: str


VERDICT_LOOKS = {
    Verdict.ACCEPTED: Look("✓", "接收", "accepted", "green"),
    Verdict.QUARANTINE: Look("▲", "接收，部分隔离", "accepted with quarantine", "yellow"),
    Verdict.REJECTED: Look("✗", "拒收", "rejected", "red"),
}
LEVEL_LOOKS = {
    Level.ERROR: Look("▲", "错误", "error", "red"),
    Level.WARNING: Look("◆", "提示", "warning", "yellow"),
    Level.NORMALISED: Look("○", "规整", "normalised", "cyan"),
}
LEVEL_MEANINGS: dict[Level, Words] = {
    Level.ERROR: ("须更正，所在行未接收", "to be mended, the row is kept out"),
    Level.WARNING: ("请核对，不影响接收", "please check, the row is not kept out"),
    Level.NORMALISED: ("已自动处理，无需处理", "done for you, nothing to do"),
}
_GROUPS_SHOWN = {Level.ERROR: 20, Level.WARNING: 10, Level.NORMALISED: 8}
_BLOCKS = "▁▂▃▄▅▆▇█"
_PART_WIDTH = 3
_LONGEST_VALUE = 40
_CAUSE: Words = ("原因", "cause")
_REMEDY: Words = ("处理", "remedy")
_SHARED: Words = ("共性", "shared")
_PLACE: Words = ("位置", "place")
_CONTENT: Words = ("内容", "reads")


def spoken(words: Words, lang: str, between: str = " / ") -> str:
    """Return Chinese, English, or Chinese with English beside it (``lang`` zh, en, both)."""
    zh, en = words
    return {"zh": zh, "en": en}.get(lang, f"{zh}{between}{en}" if en != zh else zh)


def first_of(words: Words, lang: str) -> str:
    """Return the English only where English alone is wanted."""
    return words[1] if lang == "en" else words[0]


def sentence(words: Words) -> Words:
    """Return both with their full stop."""
    zh, en = words
    return zh if zh.endswith(("。", "？", "！")) else f"{zh}。", en if en.endswith((".", "?", "!")) else f"{en}."


def next_step(receipt: Receipt) -> Words:
    """Return what the sender does now."""
    if receipt.verdict is Verdict.REJECTED:
        return (
            "这个文件未接收：请按下列说明更正后重新报送；此前已接收的批次不受影响。",
            "This file was not taken: mend it as told below and send it again; batches taken before still stand.",
        )
    if receipt.verdict is Verdict.QUARANTINE:
        kept = receipt.rows_quarantined
        en = (
            "1 row was not taken: mend and send only that one"
            if kept == 1
            else (f"{kept:,} rows were not taken: mend and send only those")
        )
        return (
            f"{kept:,} 行未接收：请只更正这 {kept:,} 行后补报，其余行无须重报。",
            f"{en}; the others need not be sent again.",
        )
    levels = {fault.level for fault in receipt.batch_faults} | {total.level for total in receipt.totals}
    if Level.WARNING in levels:
        return "全部接收；有几处请核对。", "All rows were taken; some places are worth a look."
    return "全部接收，无需处理。", "All rows were taken; nothing to do."


def file_facts(receipt: Receipt) -> Words:
    """Return contract and counts in one line."""
    read, taken, kept = f"{receipt.rows_read:,}", f"{receipt.rows_accepted:,}", f"{receipt.rows_quarantined:,}"
    return (
        f"契约 {receipt.contract or '未识别'} · 读取 {read} 行 · 接收 {taken} 行 · 隔离 {kept} 行",
        f"contract {receipt.contract or 'unknown'} · read {read} · accepted {taken} · quarantined {kept}",
    )


def group_title(group: FaultGroup, lang: str) -> str:
    """Return the first line of a group: code, sheet, column and header, how often."""
    where = " ".join(part for part in (group.sheet, group.column, group.header) if part)
    count = first_of((f"{group.count:,} 处", f"×{group.count:,}"), lang)
    return " · ".join(part for part in (group.code, where, count) if part)


def shown_value(value: str) -> str:
    """Return a value on one line, cut where it is long."""
    text = " ".join(value.split("\n"))
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def examples_of(group: FaultGroup, lang: str) -> str:
    """Return the examples with their rows; a single fault's place is told already."""
    if group.count == 1:
        return "".join(f"“{shown_value(value)}”" for _, value in group.examples)
    if lang == "en":
        return ", ".join(f"row {row} “{shown_value(value)}”" for row, value in group.examples)
    return "，".join(f"第 {row} 行“{shown_value(value)}”" for row, value in group.examples)


def _told(label: Words, words: Words, lang: str, indent: int) -> Iterator[Prose]:
    """Yield one paragraph a language; beside Chinese the English stands beneath, without a label of its own."""
    zh, en = sentence(words)
    if lang != "en":
        yield Prose(zh, label[0], indent)
    if lang == "en":
        yield Prose(en, label[1], indent)
    elif lang == "both":
        yield Prose(en, indent=indent + 2 * len(label[0]) + 1, style="dim")


def _batch_fault(fault: BatchFault, lang: str) -> Iterator[RenderableType]:
    look = LEVEL_LOOKS[fault.level]
    yield Prose(f"{fault.code} {spoken((look.zh, look.en), lang)}", look.sign, 1, look.colour, look.colour)
    yield from _told(_CAUSE, (fault.reason, fault.reason_en), lang, 3)
    yield from _told(_REMEDY, (fault.remedy, fault.remedy_en), lang, 3)


def _group(group: FaultGroup, lang: str) -> Iterator[RenderableType]:
    look = LEVEL_LOOKS[group.level]
    yield Prose(group_title(group, lang), look.sign, 1, look.colour, look.colour)
    if group.rows:
        yield Prose(first_of(group.place(), lang), first_of(_PLACE, lang), 3)
    if group.examples:
        yield Prose(examples_of(group, lang), first_of(_CONTENT, lang), 3)
    yield from _told(_CAUSE, (group.reason, group.reason_en), lang, 3)
    if group.hint:
        yield from _told(_SHARED, (group.hint, group.hint_en), lang, 3)
    yield from _told(_REMEDY, (group.remedy, group.remedy_en), lang, 3)


def _section_head(level: Level, groups: Sequence[FaultGroup], lang: str) -> Iterator[RenderableType]:
    look, meaning = LEVEL_LOOKS[level], LEVEL_MEANINGS[level]
    count = sum(group.count for group in groups)
    many = (f" {count:,} 处", f" ×{count:,}") if count else ("", "")
    words = (f"{look.zh}{many[0]}：{meaning[0]}", f"{look.en}{many[1]}: {meaning[1]}")
    yield Text()
    yield Prose(spoken(words, lang), style=f"bold {look.colour}")


def _left_out(groups: Sequence[FaultGroup], level: Level, lang: str) -> Iterator[RenderableType]:
    left = len(groups) - _GROUPS_SHOWN[level]
    if left > 0:
        words = (
            f"另有 {left} 组未列出，见错误清单（--receipts）。",
            f"{left} more groups are not shown; see the list of --receipts.",
        )
        yield Prose(spoken(words, lang), indent=1, style="dim")


def _to_mend(groups: Sequence[FaultGroup], level: Level, lang: str) -> Iterator[RenderableType]:
    mine = [group for group in groups if group.level is level]
    if not mine:
        return
    yield from _section_head(level, mine, lang)
    for group in mine[: _GROUPS_SHOWN[level]]:
        yield from _group(group, lang)
    yield from _left_out(mine, level, lang)


def _repairs(receipt: Receipt, groups: Sequence[FaultGroup], lang: str) -> Iterator[RenderableType]:
    """Yield what was put right without loss, a line each: nobody has to do anything about it."""
    mine = [group for group in groups if group.level is Level.NORMALISED]
    notes = [fault for fault in receipt.batch_faults if fault.level is Level.NORMALISED]
    if not mine and not notes:
        return
    look = LEVEL_LOOKS[Level.NORMALISED]
    yield from _section_head(Level.NORMALISED, mine, lang)
    for note in notes:
        told = spoken(sentence((note.reason, note.reason_en)), lang)
        yield Prose(f"{note.code} · {told}", look.sign, 1, "", look.colour)
    for group in mine[: _GROUPS_SHOWN[Level.NORMALISED]]:
        told = first_of((group.reason, group.reason_en), lang)
        values = examples_of(group, lang) if group.column else ""
        place = first_of(group.place(), lang)
        body = f"{group_title(group, lang)} · {' · '.join(part for part in (told, place, values) if part)}"
        yield Prose(body, look.sign, 1, "", look.colour)
    yield from _left_out(mine, Level.NORMALISED, lang)


def strip_text(strip: Strip) -> Text:
    """Return the strip as blocks, one per part of the file: higher for more rows, red where rows are kept out."""
    most = max(*strip.errors, *strip.warnings, 1)
    text = Text("▕")
    for errors, warnings in zip(strip.errors, strip.warnings, strict=True):
        count = errors or warnings
        block = _BLOCKS[max(0, -(-count * len(_BLOCKS) // most) - 1)] if count else "·"
        text.append(block * _PART_WIDTH, style="red" if errors else "yellow" if warnings else "dim")
    return text.append("▏")


def _strip(strip: Strip, lang: str) -> Iterator[RenderableType]:
    ends = [first_of((f"第 {row} 行", f"row {row}"), lang) for row in (strip.first, strip.last)]
    marked = [errors + warnings for errors, warnings in zip(strip.errors, strip.warnings, strict=True)]
    worst = max(range(len(marked)), key=lambda part: (strip.errors[part], marked[part]))
    low, high = strip.bounds(worst)
    count = strip.errors[worst] or strip.warnings[worst]
    yield Text()
    yield Text.assemble(f"{ends[0]} ", strip_text(strip), f" {ends[1]}", no_wrap=True, overflow="ignore")
    words = (
        f"问题行在文件中的分布；最密处：第 {low}–{high} 行，有 {count:,} 行" if high > low else "问题行在文件中的分布",
        f"where the rows concerned lie; most in rows {low}–{high}: {count:,}" if high > low else "where the rows lie",
    )
    yield Prose(spoken(words, lang), style="dim")


def render(receipt: Receipt, lang: str = "both") -> RenderableType:
    """Return the receipt for a Rich console; ``lang`` is zh, en or both. Lists are thinned, counts are complete."""
    look = VERDICT_LOOKS[receipt.verdict]
    name = f"{receipt.file}{' / ' + receipt.sheet if receipt.sheet else ''}"
    groups = groups_of(receipt)
    wanted = [place for place, code in enumerate(("zh", "en")) if lang in (code, "both")]
    style = f"bold {look.colour}"
    parts: list[RenderableType] = [
        Prose(f"{spoken((look.zh, look.en), lang)} · {name}", look.sign, 0, style, style),
        *(Prose(file_facts(receipt)[place], indent=2) for place in wanted),
        *(Prose(next_step(receipt)[place], indent=2, style="bold") for place in wanted),
    ]
    order = tuple(Level)
    heavy = sorted(
        (fault for fault in receipt.batch_faults if fault.level is not Level.NORMALISED),
        key=lambda fault: order.index(fault.level),
    )
    if heavy:
        parts += [Text(), Prose(spoken(("整个文件", "the file as a whole"), lang), style="bold")]
    for fault in heavy:
        parts += _batch_fault(fault, lang)
    strip = receipt_strip(receipt)
    if strip:
        parts += _strip(strip, lang)
    for level in (Level.ERROR, Level.WARNING):
        parts += _to_mend(groups, level, lang)
    parts += _repairs(receipt, groups, lang)
    return Group(*parts)
