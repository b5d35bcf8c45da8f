"""The command ``backtest``: what past months would have looked like under other settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from fundwatch.cli.catalogue import parsed_values
from fundwatch.cli.night import parsed_instant
from fundwatch.cli.terminal import console, print_json_lines, progress
from fundwatch.domain.masking import mask_account
from fundwatch.domain.review import ReviewState
from fundwatch.domain.scoring import level_of
from fundwatch.evaluation.diff import Kind

_DAY = ["%Y-%m-%d"]
_SHOWN = 60


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("backtest")(backtest)


def backtest(
    from_day: Annotated[datetime, typer.Option("--from", formats=_DAY, help="首个夜晚 first evening")],
    to_day: Annotated[datetime, typer.Option("--to", formats=_DAY, help="最后一夜 last evening")],
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule", metavar="ID", help="要试的规则或正常解释，默认全部影子规则 rule to try; default: all in shadow"
        ),
    ] = None,
    sets: Annotated[list[str] | None, typer.Option("--set", metavar="k=v", help="试用参数值 try a value")] = None,
    off: Annotated[bool, typer.Option("--off", help="试停用 --rule 所指规则 try without the rule")] = False,
    proposal: Annotated[
        int | None, typer.Option("--proposal", metavar="CHANGE", help="试用一条待批调参 try a proposed tuning")
    ] = None,
    rules_folder: Annotated[
        Path | None, typer.Option("--rules-folder", metavar="DIR", help="试用另一份规则目录 try another catalogue")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="ID", help="试用另一个模型 try another model")] = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", metavar="INSTANT", help="按该时刻已知的数据 data known at an instant")
    ] = None,
    by_night: Annotated[
        bool, typer.Option("--by-night", help="每一夜按其当时的清单 each evening by its night's manifest")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="其余规则也重新运行（较慢） run the other rules again too")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象 one JSON object")] = False,
) -> int:
    """回测：换一种设置，过去的预警会多出、丢失、变化哪些；不写入任何内容。Compare past alerts under other settings."""
    from pipelines.backtest import backtest as run
    from pipelines.backtest_words import as_json as told_of
    from pipelines.comparing import Change
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.past import Question
    from pipelines.proposals import proposed_values

    if rules_folder is not None and not rules_folder.is_dir():
        raise typer.BadParameter("没有这个目录 no such folder", param_hint="--rules-folder")
    instant = parsed_instant(known_at)
    with Installation.open(settings_of_environment()) as installation:
        values: Mapping[str, str] = parsed_values(sets or [])
        if proposal is not None:
            if rule or values or off:
                raise typer.BadParameter(
                    "--proposal 不与 --rule 并用 not together with --rule", param_hint="--proposal"
                )
            rule, values = proposed_values(installation, proposal)
        question = Question(
            Change(rule, values, off, rules_folder, model),
            from_day.date(),
            to_day.date(),
            datetime.fromisoformat(instant) if instant else None,
            by_night,
            whole,
        )
        with progress("回测 backtest"):
            found = run(installation, question)
    told = told_of(found)
    if as_json:
        print_json_lines([told])
        return 0
    from pipelines.backtest_words import CAVEAT, change_words, rests_on

    console.print("；".join(change_words(one) for one in told["changes"]), style="bold", markup=False)
    console.print(rests_on(found), markup=False)
    summary = told["summary"]
    counts = "，".join(f"{kind.zh} {summary[kind.value]}" for kind in Kind)
    hits = told["hits"]
    console.print(f"命中 {hits['before']} → {hits['after']}；预警：{counts}，不变 {summary['same']}", markup=False)
    if told["rows"]:
        console.print(_table(told["rows"][:_SHOWN]))
    if len(told["rows"]) > _SHOWN:
        console.print(f"……另有 {len(told['rows']) - _SHOWN} 条，加 --json 查看全部。")
    console.print(CAVEAT, style="dim", markup=False)
    return 0


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(expand=False)
    for column in ("", "主体", "预警 · 状态", "评分 前 → 后", "可疑类型 前 → 后", "首次提示 前 → 后"):
        table.add_column(column, overflow="fold")
    for row in rows:
        subject = mask_account(row["subject_ids"][0]) if row["subject_ids"] else row["subject"]
        state = f"{row['alert_id']}\n{ReviewState(row['state']).zh}" if row["alert_id"] else "--"
        codes = [" ".join(row[f"typologies_{side}"] or ["--"]) for side in ("before", "after")]
        days = [row[f"first_seen_{side}"] or "--" for side in ("before", "after")]
        table.add_row(
            Kind(row["kind"]).zh + (" ✔已确认" if row["confirmed"] and row["kind"] == Kind.CHANGED else ""),
            subject,
            state,
            f"{_graded(row['score_before'])} → {_graded(row['score_after'])}",
            codes[0] if codes[0] == codes[1] else " → ".join(codes),
            days[0] if days[0] == days[1] else " → ".join(days),
        )
    return table


def _graded(score: float | None) -> str:
    return "--" if score is None else f"{level_of(score).zh} {score:.1f}"
