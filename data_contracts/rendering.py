"""A receipt for people: a terminal table in Chinese, in English, or both."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from fundwatch.domain.receipts import BatchFault, Fault, Level, Receipt, Verdict

_VERDICTS = {
    Verdict.ACCEPTED: ("接收", "accepted", "green"),
    Verdict.QUARANTINE: ("接收，部分隔离", "accepted with quarantine", "yellow"),
    Verdict.REJECTED: ("拒收", "rejected", "red"),
}
_LEVELS = {
    Level.ERROR: ("错误", "error", "red"),
    Level.WARNING: ("提示", "warning", "yellow"),
    Level.NORMALISED: ("规整", "normalised", "cyan"),
}
_SHOWN = 40
_SHOWN_PER_CODE = 5


def _both(zh: str, en: str, lang: str) -> str:
    return {"zh": zh, "en": en}.get(lang, f"{zh}\n{en}")


def thinned(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults worth a line on a terminal: gravest first, a few per code and column."""
    order = list(Level)
    seen: dict[tuple[str, str], int] = {}
    kept: list[Fault] = []
    for fault in sorted(faults, key=lambda fault: (order.index(fault.level), fault.row)):
        place = (fault.code, fault.column)
        seen[place] = seen.get(place, 0) + 1
        if seen[place] <= _SHOWN_PER_CODE:
            kept.append(fault)
    return kept[:_SHOWN]


def _fault_table(receipt: Receipt, lang: str) -> Table:
    table = Table(show_lines=False, expand=False)
    for zh, en, style in (
        ("行", "row", ""),
        ("列", "column", ""),
        ("级别", "level", ""),
        ("内容", "value", "dim"),
        ("原因", "reason", ""),
        ("处理", "remedy", ""),
    ):
        table.add_column(
            _both(zh, en, "zh" if lang == "zh" else "en" if lang == "en" else "zh"), style=style, overflow="fold"
        )
    for fault in thinned(receipt.faults):
        zh, en, colour = _LEVELS[fault.level]
        table.add_row(
            str(fault.row),
            escape(f"{fault.column} {fault.header}".strip()),
            Text(_both(zh, en, "en" if lang == "en" else "zh"), style=colour),
            escape(fault.value),
            escape(_both(fault.reason, fault.reason_en, lang)),
            escape(_both(fault.remedy, fault.remedy_en, lang)),
        )
    return table


def _batch_line(fault: BatchFault, lang: str) -> Text:
    zh, en, colour = _LEVELS[fault.level]
    line = _both(f"{zh}：{fault.reason}。{fault.remedy}。", f"{en}: {fault.reason_en}. {fault.remedy_en}.", lang)
    return Text(f"{fault.code} {line}", style=colour)


def render(receipt: Receipt, lang: str = "both") -> RenderableType:
    """Return the receipt for a Rich console; ``lang`` is zh, en or both. Lists are thinned, counts are complete."""
    zh, en, colour = _VERDICTS[receipt.verdict]
    name = f"{receipt.file}{' / ' + receipt.sheet if receipt.sheet else ''}"
    head = Text(f"{name}  {_both(zh, en, lang).replace(chr(10), ' ')}", style=f"bold {colour}")
    read, accepted, kept = receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined
    counts = Text(
        _both(
            f"契约 {receipt.contract or '未识别'}  读取 {read} 行  接收 {accepted}  隔离 {kept}",
            f"contract {receipt.contract or 'unknown'}  read {read}  accepted {accepted}  quarantined {kept}",
            lang,
        )
    )
    parts: list[RenderableType] = [head, counts, *(_batch_line(fault, lang) for fault in receipt.batch_faults)]
    if receipt.faults:
        parts.append(_fault_table(receipt, lang))
        hidden = sum(total.count for total in receipt.totals) - len(thinned(receipt.faults))
        if hidden > 0:
            parts.append(
                Text(
                    _both(
                        f"另有 {hidden} 处未列出，用 --json 查看。", f"{hidden} more are not shown; use --json.", lang
                    ),
                    style="dim",
                )
            )
    return Group(*parts)
