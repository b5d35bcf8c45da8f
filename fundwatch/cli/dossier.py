"""One alert on a terminal: claim, why, what speaks against it, evidence, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from fundwatch.cli.terminal import console
from fundwatch.domain.claims import Figure, format_figure
from fundwatch.domain.keys import date_of
from fundwatch.domain.masking import mask_account, mask_name
from fundwatch.domain.review import ReviewState
from fundwatch.domain.scoring import Level
from fundwatch.store.operations.queue import Alert
from rules.catalogue import Catalogue

_EVIDENCE_SHOWN = 20


def show_alert(alert: Alert, rules: Catalogue) -> None:
    """Print one alert; names and accounts of people are masked."""
    content = alert.content
    subject = content["subject"]
    level = Level(alert.level)
    state = ReviewState(alert.state).zh
    console.print(f"[bold]{alert.alert_id}[/] {level.zh} {alert.score:.1f} · {state} · 第 {alert.version} 版")
    accounts = "、".join(mask_account(number) for number in subject["accounts"][:6])
    console.print(f"主体：{mask_name(subject['name'])}（{subject['kind']}），账户 {accounts}", markup=False)
    console.print(f"首次发现 {alert.first_seen}，最近更新 {alert.as_of}，属地 {alert.county or '全市'}", markup=False)
    console.print("\n[bold]疑点陈述（系统生成，待人工核实；系统不作违法认定）[/]")
    console.print(content["headline"]["zh"], markup=False)
    _why(content, rules)
    _against(content)
    _evidence(content)
    _legal_basis(content)
    _basis(alert)


def _why(content: Mapping[str, Any], rules: Catalogue) -> None:
    console.print("\n[bold]为何预警[/]（得分相加即评分）")
    standings = {one.get("rule_id") or one["detector_id"]: one for one in content["alert"]["standings"]}
    for term in content["alert"]["terms"]:
        standing = standings[term["name"]]
        window = f"{date_of(standing['window_from'])}～{date_of(standing['window_to'])}"
        head = f"  {standing['code']} {_name_of(standing, rules)}（第 {standing['version']} 版，{window}）"
        console.print(f"{head} +{term['points']:.1f}", markup=False)
        for name, value, threshold in _measures(standing, rules):
            against = f"（阈值 {threshold}）" if threshold != "--" else ""
            console.print(f"      {name}：{value}{against}", markup=False)


def _name_of(standing: Mapping[str, Any], rules: Catalogue) -> str:
    return rules.rule(standing["rule_id"]).name.zh if "rule_id" in standing else "孤立森林"


def _measures(standing: Mapping[str, Any], rules: Catalogue) -> list[tuple[str, str, str]]:
    """Return name, figure and threshold of each measure; a detector's reasons carry their figures themselves."""
    if "measures" not in standing:
        rank = ("同类百分位", f"{standing['percentile']:.2f}", "99.5")
        return [rank, *(("突出特征", reason["zh"], "--") for reason in standing["reasons"])]
    specs = rules.rule(standing["rule_id"]).measures
    return [
        (
            specs[measure["name"]].wording.zh if measure["name"] in specs else measure["name"],
            format_figure(Figure(measure["value"], measure["unit"])),
            format_figure(Figure(measure["threshold"], measure["unit"])),
        )
        for measure in standing["measures"]
    ]


def _against(content: Mapping[str, Any]) -> None:
    console.print("\n[bold]正常解释[/]（已逐项核对）")
    for tried in content["suppressors"]:
        if tried["holds"]:
            explained = " ".join(tried["explains"])
            effect = f"解释 {explained}，强度×{tried['factor']}" if explained else "不解释本预警的类型，强度不变"
            console.print(
                f"  {tried['code']} {tried['zh']}：成立（{effect}），有效至 {tried['expires_on']}。"
                f"{tried['claim']['zh']}",
                markup=False,
            )
        else:
            console.print(f"  {tried['code']} {tried['zh']}：未见", markup=False, style="dim")


def _evidence(content: Mapping[str, Any]) -> None:
    rows = content["evidence"]
    table = Table(title=f"证据 {len(rows)} 条", expand=False)
    for column in ("日期", "本方", "对方", "金额（元）", "摘要", "来源 批次:行"):
        table.add_column(column, overflow="fold", no_wrap=column == "日期")
    for one in rows[:_EVIDENCE_SHOWN]:
        amount = one.get("amount", one.get("principal"))
        sign = {"in": "收 ", "out": "付 "}.get(str(one.get("direction")), "")
        table.add_row(
            str(one.get("booked_on") or one.get("flow_on") or one.get("disbursed_on") or one["record_kind"]),
            f"{mask_name(one.get('account_name'))} {mask_account(one.get('account'))}",
            f"{mask_name(one.get('counterparty_name'))} {mask_account(one.get('counterparty_account'))}",
            f"{sign}{format_figure(Figure(amount, 'CNY'))}",
            str(one.get("summary") or "--"),
            f"{one.get('batch', '--')}:{one.get('row', '--')}",
        )
    console.print(table)
    if len(rows) > _EVIDENCE_SHOWN:
        console.print(f"……另有 {len(rows) - _EVIDENCE_SHOWN} 条，加 --json 查看全部。")


def _legal_basis(content: Mapping[str, Any]) -> None:
    """Print each provision once, with its validity on the last day of the claim that rests on it."""
    said = {
        f"  {one['text']}（{one['validity']['zh']}）": one["holds"]
        for claim in content["claims"]
        for one in claim.get("basis", ())
    }
    if said:
        console.print("\n[bold]依据[/]")
    for line, holds in said.items():
        console.print(line, markup=False, style=None if holds else "bold yellow")


def _basis(alert: Alert) -> None:
    gaps = [f"{one['institution']} 缺 {one['missing']} 天" for one in alert.content["coverage"] if one.get("missing")]
    console.print(f"数据覆盖：{'；'.join(gaps) if gaps else '窗口内各机构均已报送'}", markup=False)
    console.print(f"清单 {alert.manifest_id[:16]}；核验：fundwatch verify {alert.alert_id}", markup=False)
