"""Commands that learn from the review: train-ranker, control-sample, recall-estimate."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from fundwatch.cli.terminal import console, print_json_lines, progress
from fundwatch.domain.masking import mask_account

AsJson = Annotated[bool, typer.Option("--json", help="每行一个 JSON 对象 one JSON object a line")]
Day = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="起始日 first night")]
_STRATA = {"near": "线下邻近 just below the line", "rest": "其余未预警 the rest without an alert"}


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for name, command in (
        ("train-ranker", train_ranker),
        ("control-sample", control_sample),
        ("recall-estimate", recall_estimate),
    ):
        app.command(name)(command)


def train_ranker() -> int:
    """用处置结论训练排序模型；胜过现行排序才启用。Train the ranker on decisions; it takes over only if it wins."""
    from detectors.ranker_storing import render
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.ranking import train_now

    with Installation.open(settings_of_environment()) as installation, progress("训练排序模型 training the ranker"):
        ranker, choice = train_now(installation)
    console.print(render(ranker), markup=False)
    console.print(f"{choice.zh}{choice.en}", markup=False)
    return 0


def control_sample(
    as_of: Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="截止日 night")],
    as_json: AsJson = False,
) -> int:
    """列出某夜的对照样本：与预警同样初审、复核，看不到所属层。List a night's control sample, to be reviewed blind."""
    from fundwatch.domain.review import ReviewState
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.sampling import listed

    with Installation.open(settings_of_environment()) as installation:
        rows = listed(installation, as_of.date())
    if as_json:
        print_json_lines(rows)
        return 0
    if not rows:
        console.print("这一夜没有对照样本。No control sample on that night.")
    for row in rows:
        accounts = "、".join(mask_account(number) for number in row["accounts"][:3])
        state = ReviewState(row["state"]).zh
        console.print(f"{row['sample_id']} {state} · {row['subject_kind']} · 账户 {accounts}", markup=False)
    if rows:
        console.print("用 fundwatch decide、fundwatch confirm 像预警一样给出结论；资金去向见 fundwatch trace。")
    return 0


def recall_estimate(
    since: Day = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="终止日 last night")] = None,
    as_json: AsJson = False,
) -> int:
    """由已复核的对照样本估计漏报，给出区间。Estimate what the alerts miss, with an interval."""
    from dataclasses import asdict

    from pipelines.installation import Installation, settings_of_environment
    from pipelines.sampling import recall, told

    with Installation.open(settings_of_environment()) as installation:
        outcome = recall(installation, since.date() if since else None, until.date() if until else None)
    plain = told(outcome["estimate"])
    if as_json:
        strata = [asdict(one) for one in outcome["strata"]]
        row = {"nights": outcome["nights"], "open_alerts": outcome["open_alerts"], "strata": strata}
        print_json_lines([row | plain])
    else:
        _show(outcome, plain)
    return 0


def _show(outcome: dict[str, Any], plain: dict[str, Any]) -> None:
    for one in outcome["strata"]:
        console.print(
            f"{_STRATA[one.stratum]}：每夜约 {one.population:.0f} 个主体，抽取 {one.drawn}，有结论 {one.known}，"
            f"其中成立 {one.upheld}",
            markup=False,
        )
    low, high = plain["missed_between"]
    point = "未知" if plain["missed"] is None else f"约 {plain['missed']:.1f}"
    console.print(
        f"漏报主体 missed：{point}，95% 区间 {low:.1f}～{high:.1f}（{outcome['nights']} 夜样本）", markup=False
    )
    low, high = plain["recall_between"]
    point = "未知" if plain["recall"] is None else f"{plain['recall']:.1%}"
    console.print(
        f"查全率 recall：{point}，95% 区间 {low:.1%}～{high:.1%}（以已成立的 {plain['found']} 个主体计）", markup=False
    )
    if outcome["open_alerts"]:
        console.print(f"另有 {outcome['open_alerts']} 条预警尚无结论，未计入。Alerts not yet decided are not counted.")
    if plain["too_few_reviewed"]:
        names = "；".join(_STRATA[name] for name in plain["too_few_reviewed"])
        console.print(f"复核样本不足，区间说明不了什么 too few reviewed：{names}", markup=False)
