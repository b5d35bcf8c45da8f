"""A backtest in words: its rows as plain data and the sentences that say what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fundwatch.domain.alerts import Alert
from fundwatch.domain.keys import date_of, day_number, record_text
from fundwatch.evaluation.diff import Kind, Row
from pipelines.backtest import Backtest

CAVEAT = (
    "回测只比较预警的增减，不判断对错；“丢失已确认”指办公室已确认的线索在新设置下不再提示，请先看这些。"
    "A backtest shows what would be raised, not what is right; look first at confirmed leads that would be lost."
)


def as_json(found: Backtest) -> dict[str, Any]:
    """Return a backtest as one JSON object: question, changes, summary and rows in the order of urgency."""
    question = found.question
    return {
        "from": question.from_day.isoformat(),
        "to": question.to_day.isoformat(),
        "knowledge": question.knowledge.value,
        "known_at": question.known_at.isoformat() if question.known_at else None,
        "manifests": list(dict.fromkeys(found.manifests)),
        "others": "rerun" if question.is_whole else "queue",
        "changes": found.pair.told(day_number(question.to_day)),
        "hits": {"before": found.hits[0], "after": found.hits[1]},
        "summary": {kind.value: found.difference.count(kind) for kind in Kind} | {"same": found.difference.same},
        "rows": [_row(row, found) for row in found.difference.rows],
    }


def rests_on(found: Backtest) -> str:
    """Return one sentence on the evenings, the data they see, and what the rules that do not differ count with."""
    question = found.question
    others = (
        "其余规则在同一区间重新运行 the other rules were run again"
        if question.is_whole
        else "其余规则与检测器按队列中预警现有的内容计 the others count with what the queue holds of them"
    )
    known = f"{question.knowledge.zh}（{question.knowledge.value}）"
    return f"{question.from_day} ～ {question.to_day} 的每个夜晚，{known}；{others}。"


def change_words(change: Mapping[str, Any]) -> str:
    """Return one difference of the settings in words."""
    if change["change"] == "model":
        return f"模型 {change['versions'][0]} → {change['versions'][1]}"
    head = f"{change['code']} {change['id']}"
    if change["change"] in ("put_in_force", "left_out"):
        return f"{head}：{'启用 put in force' if change['change'] == 'put_in_force' else '停用 left out'}"
    values = "，".join(f"{name} {was} → {now}" for name, (was, now) in change["parameters"].items())
    rewritten = "规则文件已改写 rewritten" if change["change"] == "rewritten" else ""
    return f"{head}：{'；'.join(part for part in (rewritten, values) if part)}"


def _row(row: Row, found: Backtest) -> dict[str, Any]:
    alert = row.alert
    card = found.cards.get(alert.subject.key)
    return {
        "kind": row.kind.value,
        "subject": record_text(alert.subject.key),
        "subject_kind": card.kind if card else "group",
        "subject_ids": [*card.accounts, *card.usccs, *card.holder_tokens] if card else [],
        "alert_id": row.filed.alert_id if row.filed else None,
        "state": row.filed.state.value if row.filed else None,
        "disposition": row.filed.disposition.value if row.filed and row.filed.disposition else None,
        "confirmed": row.is_confirmed,
        "score_before": row.before.score if row.before else None,
        "score_after": row.after.score if row.after else None,
        **_sides("typologies", row, lambda one: sorted(one.codes)),
        **_sides("first_seen", row, lambda one: date_of(one.first_seen_day).isoformat()),
        "window": [date_of(day).isoformat() for day in alert.window],
    }


def _sides(name: str, row: Row, of: Any) -> dict[str, Any]:
    def told(alert: Alert | None) -> Any:
        return of(alert) if alert else None

    return {f"{name}_before": told(row.before), f"{name}_after": told(row.after)}
