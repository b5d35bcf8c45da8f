"""``fundwatch rules report``: the report card of each rule."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from fundwatch.cli.terminal import console, print_json_lines, progress


def report(
    rule_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="默认全部 default: all")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON 对象 one JSON object a line")] = False,
) -> int:
    """规则成绩单：成立率与区间、独有发现、重叠、占用、阈值建议（只建议，不生效）。Report cards of rules."""
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.report_card import reports, told

    with Installation.open(settings_of_environment()) as installation, progress("规则成绩单 report cards"):
        found = reports(installation, rule_ids or [])
        rows = [told(one) for one in found]
        names = {one.rule_id: installation.rules.rule(one.rule_id).name.zh for one in found}
    if as_json:
        print_json_lines(rows)
        return 0
    for row in rows:
        _show(row, names[row["id"]], in_full=bool(rule_ids))
    return 0


def _show(row: dict[str, Any], name: str, *, in_full: bool) -> None:
    console.print(f"{row['id']}（{name}）", style="bold", markup=False)
    console.print(
        f"  预警 {row['alerts']} 条，可由其触发的占全部 {row['share_of_alerts']:.1%}，仅由其触发的占 "
        f"{row['opened_alone']:.1%}；{_precision(row)}；独有且成立 {row['unique_upheld']} 条",
        markup=False,
    )
    if row["too_few_labels"]:
        console.print("  结论太少，成立率与阈值都说明不了什么。Too few labels to say anything.", style="dim")
    for one in row["proposals"]:
        console.print(
            f"  阈值建议（不自动生效）{one['parameter']}：{one['current']} → {one['value']}，少报已排除 "
            f"{one['excluded_dropped']} 条，失去已成立 {one['upheld_lost']} 条，"
            f"另有已成立 {one['upheld_weakened']} 条仅剩其他规则",
            markup=False,
        )
    if not in_full:
        return
    shared = "，".join(f"{other} {count}" for other, count in row["overlap"].items())
    console.print(f"  与其他规则同时出现：{shared or '无'}", markup=False)
    for title, key in (("按机构", "by_institution"), ("按月", "by_month")):
        for part, tally in row[key].items():
            console.print(f"  {title} {part}：{_precision(tally)}", markup=False)


def _precision(tally: dict[str, Any]) -> str:
    if tally["precision"] is None:
        return "尚无结论"
    low, high = tally["precision_between"]
    return f"成立 {tally['upheld']}、排除 {tally['excluded']}，成立率 {tally['precision']:.0%}（{low:.0%}～{high:.0%}）"
