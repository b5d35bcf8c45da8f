"""An evaluation report as JSON and as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table

from fundwatch.evaluation.measuring import Delay, Recall, Report, Share
from fundwatch.evaluation.ranking import RECALL_SHARE, Ranked
from fundwatch.evaluation.units import UnitReport

_UNIT_ZH = {"transfer": "转账", "party": "主体（控制组）", "scheme": "团伙"}
_DIFFICULTY_ZH = {"blatant": "明显", "moderate": "中等", "faint": "轻微"}


def _share(share: Share) -> dict[str, Any]:
    return {"count": share.count, "n": share.n, "value": None if share.value is None else round(share.value, 4)}


def _recall(recall: Recall) -> dict[str, Any]:
    return _share(recall.total) | {
        "by_difficulty": {name: _share(share) for name, share in recall.by_difficulty.items()}
    }


def _delay(delay: Delay) -> dict[str, Any]:
    return {"median_days": delay.days, "n": delay.n}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _ranked(ranked: Ranked) -> dict[str, Any]:
    return {
        "items": ranked.items,
        "positives": ranked.positives,
        "base_rate": _rounded(ranked.base_rate),
        "average_precision": _rounded(ranked.average_precision),
        "lift": _rounded(ranked.lift),
        "precision_at": {str(k): _rounded(share) for k, share in ranked.precision.items()},
        "recall_at_1_percent": {"value": _rounded(ranked.recall), "first": ranked.recall_cut, "n": ranked.positives},
        "look_alikes": ranked.look_alikes,
        "look_alike_base_rate": _rounded(ranked.look_alike_base),
        "look_alike_rate_at": {str(k): _rounded(share) for k, share in ranked.look_alike_rate.items()},
    }


def units_as_json(units: Mapping[str, UnitReport]) -> dict[str, Any]:
    """Return the figures of each unit as plain values, base rates beside them."""
    return {
        name: _ranked(unit.ranked) | {"delay": _delay(unit.delay), "covered": _share(unit.covered)}
        for name, unit in units.items()
    }


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as plain values, each figure beside its base."""
    return {
        "alerts": report.alerts,
        "found": _recall(report.found),
        "recall_by_typology": {code: _recall(recall) for code, recall in report.by_typology.items()},
        "precision_at": {str(k): _share(share) for k, share in report.precision.items()},
        "look_alikes_in_top_50": _share(report.look_alikes),
        "false_alarms_by_reason": {reason: _share(share) for reason, share in report.false_alarms.items()},
        "delay": _delay(report.delay)
        | {"by_difficulty": {name: _delay(delay) for name, delay in report.delay_by_difficulty.items()}},
        "missed": list(report.missed),
    }


def _cell(share: Share | None) -> str:
    if share is None or share.value is None:
        return "—"
    return f"{share.value:.0%} ({share.count}/{share.n})"


def _days(delay: Delay) -> str:
    return "—" if delay.days is None else f"{delay.days:+.0f} d (n={delay.n})"


def as_tables(report: Report) -> Group:
    """Return the report as tables in Chinese with English beside it."""
    names = list(report.found.by_difficulty)
    recall = Table(title="查全率 recall")
    recall.add_column("类型 typology")
    recall.add_column("合计 total", justify="right")
    for name in names:
        recall.add_column(f"{_DIFFICULTY_ZH.get(name, '')} {name}".strip(), justify="right")
    rows = [("任一预警 any alert", report.found), *report.by_typology.items()]
    for label, line in rows:
        recall.add_row(label, _cell(line.total), *(_cell(line.by_difficulty.get(name)) for name in names))
    top = Table(title=f"榜首质量 quality of the top (n={report.alerts})")
    top.add_column("指标 measure")
    top.add_column("值 value", justify="right")
    for k, share in report.precision.items():
        top.add_row(f"前 {k} 条命中率 precision@{k}", _cell(share))
    top.add_row("前 50 条中的正常相似 look-alikes in top 50", _cell(report.look_alikes))
    top.add_row("预警延迟中位数 median delay", _days(report.delay))
    for name, delay in report.delay_by_difficulty.items():
        top.add_row(f"　{_DIFFICULTY_ZH.get(name, '')} {name}", _days(delay))
    false = Table(title="正常相似被预警 look-alikes alerted on")
    false.add_column("原因 reason")
    false.add_column("被预警 alerted", justify="right")
    for reason, share in report.false_alarms.items():
        false.add_row(reason, _cell(share))
    return Group(recall, top, false)


def units_as_table(units: Mapping[str, UnitReport]) -> Table:
    """Return the figures of each unit as one table, Chinese first; base rates stand beside every figure."""
    table = Table(title="按单位评估 by unit（括号内为基准 base in brackets）")
    table.add_column("指标 measure")
    for name, unit in units.items():
        table.add_column(
            f"{_UNIT_ZH.get(name, '')} {name}\n{unit.ranked.positives}/{unit.ranked.items}", justify="right"
        )
    lines: dict[str, list[str]] = {
        "平均精确率 PR-AUC": [
            "—"
            if unit.ranked.average_precision is None
            else f"{unit.ranked.average_precision:.3f} ({_part(unit.ranked.base_rate)})"
            for unit in units.values()
        ]
    }
    for k in next((unit.ranked.precision for unit in units.values()), {}):
        lines[f"前 {k} 个命中率 precision@{k}"] = [
            _against(unit.ranked.precision[k], unit.ranked.base_rate) for unit in units.values()
        ]
        lines[f"前 {k} 个中的正常相似 look-alikes@{k}"] = [
            _against(unit.ranked.look_alike_rate[k], unit.ranked.look_alike_base) for unit in units.values()
        ]
    lines["前 1% 的查全率 recall@1%"] = [_against(unit.ranked.recall, RECALL_SHARE) for unit in units.values()]
    lines["延迟中位数 median delay"] = [_days(unit.delay) for unit in units.values()]
    lines["可见的埋设 planted and visible"] = [_cell(unit.covered) for unit in units.values()]
    for label, cells in lines.items():
        table.add_row(label, *cells)
    return table


def _part(share: float | None) -> str:
    return "—" if share is None else f"{share:.2%}"


def _against(share: float | None, base: float | None) -> str:
    return "—" if share is None else f"{share:.1%} ({_part(base)})"
