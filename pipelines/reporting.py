"""The night's report: who reported, what was refused, alerts by level; figures and codes only."""

from __future__ import annotations

from collections import Counter
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from fundwatch.domain.keys import date_of
from fundwatch.domain.report_days import overdue_in_words
from fundwatch.domain.scoring import Level
from fundwatch.store.operations import ledger
from fundwatch.store.operations.database import reading
from pipelines import drafts
from pipelines.drafts import Draft
from pipelines.drifting import lines_of
from pipelines.installation import Installation
from pipelines.presenting import paired
from pipelines.shadow import sentence

_VERDICTS = {"accepted": "通过", "accepted_with_quarantine": "部分隔离", "rejected": "退回"}


def write_artifacts(installation: Installation, run_id: str) -> None:
    """Write the artifacts of a run for the analyst's page."""
    draft = drafts.load(installation.settings, run_id)
    day = date_of(draft.as_of).isoformat() if draft.as_of is not None else draft.run_id
    received = received_table(draft)
    if received:
        create_table_artifact(received, key="received", description=f"{day} 收到的文件 files received")
    create_table_artifact(
        reporting_table(installation, draft), key="coverage", description=f"{day} 报送情况 who reported"
    )
    if draft.as_of is not None:
        if draft.shadow:
            create_table_artifact(shadow_table(draft), key="shadow", description=f"{day} 影子规则与模型 in shadow")
        create_markdown_artifact(summary(draft), key="night", description=f"{day} 夜间批次 night")


def received_table(draft: Draft) -> list[dict[str, Any]]:
    """Return one row per file that the run took in; codes and counts, no names of people and no cell values."""
    rows: list[dict[str, Any]] = []
    for receipt in draft.received:
        codes = Counter(fault["code"] for fault in receipt["faults"] if fault["level"] == "error")
        codes.update(fault["code"] for fault in receipt["batch_faults"] if fault["level"] == "error")
        rows.append(
            {
                "机构 institution": receipt["institution"],
                "批次 batch": receipt["batch"],
                "契约 contract": receipt["contract"],
                "结论 verdict": _VERDICTS[receipt["verdict"]],
                "行数 rows": receipt["rows_read"],
                "隔离 quarantined": receipt["rows_quarantined"],
                "问题 faults": ", ".join(f"{code}×{count}" for code, count in sorted(codes.items())),
            }
        )
    return rows


def reporting_table(installation: Installation, draft: Draft) -> list[dict[str, Any]]:
    """Return one row per institution: batches loaded, up to which day, and since when a report is overdue."""
    with reading(installation.operations) as connection:
        loaded = ledger.list_batches(connection, states=[ledger.LOADED])
    overdue = {one["institution"]: one["due_on"] for one in draft.overdue}
    rows = []
    for institution in installation.registry:
        own = [batch for batch in loaded if batch.institution == institution.code]
        last = max((batch.last_day for batch in own if batch.last_day is not None), default=None)
        rows.append(
            {
                "机构 institution": institution.code,
                "类别 sector": institution.sector,
                "已入库批次 batches": len(own),
                "数据至 data until": date_of(last).isoformat() if last is not None else "--",
                "逾期自 overdue since": overdue.get(institution.code, ""),
                "本次收到 now": sum(1 for one in draft.received if one["institution"] == institution.code),
            }
        )
    return rows


def shadow_table(draft: Draft) -> list[dict[str, Any]]:
    """Return one row per rule, suppressor or model in shadow; figures only."""
    return [
        {
            "代码 code": one["code"],
            "规则或模型 id": one["id"],
            "版本 version": one["version"],
            "发现 found": one["found"],
            "主体 subjects": one["subjects"],
            "当夜未被其他提示 unseen": one["unseen"],
            "数据不足 no data": one["no_data"],
            "未能运行 failed": one["failure"]["zh"] if one["failure"] else "",
        }
        for one in draft.shadow
    ]


def summary(draft: Draft) -> str:
    """Return the night's page in Markdown."""
    outcome = draft.outcome
    levels = outcome.get("by_level", {})
    lines = [
        f"# 夜间批次 {date_of(draft.as_of or 0).isoformat()}",
        "",
        f"- 评估区间 {date_of(outcome['from_day']).isoformat()} ～ {date_of(draft.as_of or 0).isoformat()}",
        f"- 规则命中 {outcome['hits']}，模型信号 {outcome['signals']}，数据不足 {outcome['no_data']}",
        f"- 新增预警 {outcome['new']}，更新 {outcome['grown']}，复现 {outcome['recurred']}，"
        f"无变化 {outcome['unchanged']}，转入汇总 {outcome['summarised']}",
        *([f"- {paired(outcome['pairing'])}"] if outcome.get("pairing") else []),
        *(f"- 缺报：{told['zh']} {told['en']}" for told in map(overdue_in_words, outcome.get("overdue", ()))),
        *(f"- {sentence(one)}" for one in outcome.get("shadow", ())),
        "",
        "| 等级 level | 本次变动 changed |",
        "|---|---|",
        *(f"| {level.zh} {level.value} | {levels.get(level.value, 0)} |" for level in Level),
        "",
        *(f"- {line}" for line in lines_of(outcome.get("drift", {}))),
        "",
        f"清单 manifest `{outcome['manifest_id'][:16]}` · 模型 model `{(outcome['model_id'] or '--')[:16]}`",
    ]
    lines += ["", *(f"> {note['zh']} {note['en']}" for note in draft.notes)] if draft.notes else []
    return "\n".join(lines)
