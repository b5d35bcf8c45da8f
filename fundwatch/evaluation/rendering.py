"""An evaluation report as JSON and as tables for a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Group
from rich.table import Table

from fundwatch.evaluation.measuring import Delay, Recall, Report, Share

_DIFFICULTY_ZH = {"blatant": "明显", "moderate": "中等", "faint": "轻微"}


def _share(share: Share) -> dict[str, Any]:
    return {"count": share.count, "n": share.n, "value": None if share.value is None else round(share.value, 4)}


def _recall(recall: Recall) -> dict[str, Any]:
    return _share(recall.total) | {
        "by_difficulty": {name: _share(share) for name, share in recall.by_difficulty.items()}
    }


def _delay(delay: Delay) -> dict[str, Any]:
    return {"median_days": delay.days, "n": delay.n}


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
