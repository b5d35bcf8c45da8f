"""Commands of the analyst and the office: nightly, train, alerts, alert, verify, scores."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.padding import Padding
from rich.text import Text

from fundwatch.cli.terminal import console, print_json_lines, progress

AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="截止日：只看到这一天为止的入账 last booking day"),
]
AsJson = Annotated[bool, typer.Option("--json", help="每行一个 JSON 对象 one JSON object a line")]
_LEVELS = {
    "red": ("■ 红", "bold red"),
    "orange": ("▲ 橙", "dark_orange"),
    "yellow": ("◆ 黄", "yellow"),
    "blue": ("● 蓝", "blue"),
}


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for name, command in (
        ("nightly", nightly),
        ("train", train),
        ("alerts", alerts),
        ("alert", alert),
        ("verify", verify),
        ("scores", scores),
    ):
        app.command(name)(command)


def nightly(
    as_of: AsOf = None,
    known_at: Annotated[str | None, typer.Option(metavar="INSTANT", help="按该时刻已知的数据重放 ISO instant")] = None,
    inbox: Annotated[Path | None, typer.Option(help="收件夹 inbox folder")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="不经 Prefect 运行 run without Prefect")] = False,
    as_json: AsJson = False,
) -> int:
    """运行夜间批次：收件、校验、派生关系、规则、检测器、发布。Run the nightly flow."""
    if inbox is not None and not inbox.is_dir():
        raise typer.BadParameter("收件夹不存在 no such inbox folder", param_hint="--inbox")
    day = as_of.date().isoformat() if as_of else None
    instant = parsed_instant(known_at)
    outcomes = _plain(day, instant, inbox) if plain else _flow(day, instant, inbox)
    show_nights(outcomes, as_json=as_json)
    return max((5 for outcome in outcomes if outcome["failures"]), default=0)


def show_nights(outcomes: Sequence[Mapping[str, Any]], *, as_json: bool = False) -> None:
    """Print the outcome of nights."""
    from fundwatch.domain.report_days import overdue_in_words
    from pipelines.drifting import lines_of
    from pipelines.presenting import paired
    from pipelines.shadow import sentence

    if as_json:
        print_json_lines(outcomes)
        return
    for outcome in outcomes:
        console.print(
            f"截止 {outcome['as_of']}：收件 {outcome['received']}（退回 {outcome['rejected']}），"
            f"命中 {outcome['hits']}，信号 {outcome['signals']}，新增预警 {outcome['new']}，更新 {outcome['grown']}，"
            f"复现 {outcome['recurred']}，无变化 {outcome['unchanged']}，转入汇总 {outcome['summarised']}，"
            f"数据不足 {outcome['no_data']}"
        )
        if outcome["pairing"]:
            console.print(f"  {paired(outcome['pairing'])}", style="dim", markup=False)
        for line in lines_of(outcome.get("drift", {})):
            console.print(f"  {line}", style="dim", markup=False)
        for overdue in outcome["overdue"]:
            told = overdue_in_words(overdue)
            console.print(f"  缺报：{told['zh']} {told['en']}", markup=False)
        for one in outcome["shadow"]:
            console.print(f"  {sentence(one)}", style="dim", markup=False)
        for note in [*outcome["notes"], *outcome["failures"]]:
            console.print(f"  提示：{note['zh']} {note['en']}", style="dim", markup=False)


def parsed_instant(text: str | None) -> str | None:
    """Return an instant with its time zone as ISO text; raise BadParameter for what is none."""
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            "请写成 2026-03-01T08:00:00+08:00 write an ISO instant", param_hint="--known-at"
        ) from error
    return (parsed if parsed.tzinfo else parsed.astimezone()).isoformat()


def _flow(day: str | None, known_at: str | None, inbox: Path | None) -> Sequence[Mapping[str, Any]]:
    from pipelines.installation import settings_of_environment
    from pipelines.orchestration import prefect_environment

    os.environ.update(prefect_environment(settings_of_environment()))
    from pipelines.flows.nightly import nightly as flow

    with progress("夜间批次（Prefect）nightly flow"):
        return flow(as_of=day, known_at=known_at, inbox=str(inbox.absolute()) if inbox else None)


def _plain(day: str | None, known_at: str | None, inbox: Path | None) -> Sequence[Mapping[str, Any]]:
    from pipelines.plain import nights

    with progress("夜间批次 nightly"):
        return nights(day, known_at, inbox)


def train(
    as_of: AsOf = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="只作影子运行，不启用 run it in shadow only")] = False,
    adopt: Annotated[bool, typer.Option("--adopt", help="启用影子模型 put the shadow model in force")] = False,
) -> int:
    """重新训练检测器并启用。Fit the detector anew and put it in force."""
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.shadow import adopt as adopt_shadow
    from pipelines.training import train_now

    if shadow and adopt:
        raise typer.BadParameter("--shadow 与 --adopt 只能选一个 choose one of them", param_hint="--adopt")
    with Installation.open(settings_of_environment()) as installation:
        if adopt:
            model_id = adopt_shadow(installation.settings)
        else:
            with progress("训练 training"):
                model_id, card = train_now(installation, as_of.date().isoformat() if as_of else None, shadow=shadow)
            console.print(card, markup=False)
    state = "作影子运行，只入简报。Model in shadow." if shadow else "已启用。Model in force."
    console.print(f"模型 {model_id[:16]} {state}")
    return 0


def alerts(as_of: AsOf = None, as_json: AsJson = False) -> int:
    """列出预警：有启用的排序模型时按其次序，否则按风险评分。List the alerts by ranker, or by score."""
    from fundwatch.store.operations import queue
    from fundwatch.store.operations.database import reading
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.presenting import alert_json
    from pipelines.ranking import listed

    with Installation.open(settings_of_environment()) as installation:
        with reading(installation.operations) as connection:
            # What a past night's list looked like is told by the score, which never changes afterwards.
            ranker = None if as_of else listed(installation, connection)
            found = queue.ranked(connection, as_of=as_of.date() if as_of else None, ranker=ranker)
        rows = [alert_json(one) | {"rank": place} for place, one in enumerate(found, start=1)]
    if as_json:
        print_json_lines(rows)
    else:
        show_alerts(rows, ranker=ranker)
    return 0


def show_alerts(rows: Sequence[Mapping[str, Any]], limit: int | None = None, *, ranker: str | None = None) -> None:
    """Print the ranked list as a table."""
    if not rows:
        console.print("暂无预警。No alerts yet. 运行 fundwatch nightly 后再看。")
        return
    order = f"按排序模型 {ranker[:12]} 的次序，评分与等级不变" if ranker else "按风险评分"
    console.print(f"[bold]预警线索 {len(rows)} 条[/]（{order}；系统只提示疑点，不作违法认定）")
    for place, row in enumerate(rows[:limit], start=1):
        word, style = _LEVELS[row["level"]]
        head = f"{place:>3}. [{style}]{word} {row['score']:.1f}[/] [bold]{row['alert_id']}[/]"
        console.print(f"{head} {' '.join(row['typologies'])} · 首次发现 {row['first_seen']}")
        console.print(Padding(Text(row["claim"]), (0, 0, 0, 5)))
    if limit is not None and len(rows) > limit:
        console.print(f"……另有 {len(rows) - limit} 条，运行 fundwatch alerts 查看全部。")


def alert(
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="预警编号 alert id")], as_json: AsJson = False
) -> int:
    """查看一条预警及其证据。Show one alert with its evidence."""
    from fundwatch.cli.dossier import show_alert
    from fundwatch.store.operations import queue
    from fundwatch.store.operations.database import reading
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.presenting import alert_json

    with Installation.open(settings_of_environment()) as installation:
        with reading(installation.operations) as connection:
            found = queue.get(connection, alert_id)
        if as_json:
            print(json.dumps(alert_json(found), ensure_ascii=False))  # noqa: T201
        else:
            show_alert(found, installation.rules)
    return 0


def verify(
    alert_ids: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="预警编号 alert ids")] = None,
    every: Annotated[bool, typer.Option("--all", help="核验全部预警 every alert")] = False,
    as_json: AsJson = False,
) -> int:
    """按当时的清单重算预警并比对。Rebuild alerts from their manifests and compare."""
    from fundwatch.store.operations import queue
    from fundwatch.store.operations.database import reading
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.verification import Agreement, Verifier

    if bool(alert_ids) == every:
        raise typer.BadParameter("请给出预警编号，或用 --all 核验全部 give alert ids, or --all", param_hint="ID")
    with Installation.open(settings_of_environment()) as installation:
        wanted = list(alert_ids or [])
        if every:
            with reading(installation.operations) as connection:
                wanted = [one.alert_id for one in queue.ranked(connection)]
        outcomes = []
        with Verifier(installation) as verifier, progress(f"核验 {len(wanted)} 条预警 verifying", len(wanted)) as bar:
            for alert_id in wanted:
                outcomes.append(verifier.verify(alert_id))
                bar.advance(bar.task_ids[0])
    for one in outcomes:
        if as_json:
            row = {"alert_id": one.alert_id, "version": one.version, "agreement": str(one.agreement)}
            print_json_lines([row | {"differences": list(one.differences)}])
            continue
        console.print(f"{one.alert_id} 第 {one.version} 版：{one.agreement.zh} {one.agreement}")
        for difference in one.differences:
            console.print(f"  {difference['zh']} {difference['en']}", markup=False)
    return max((1 for one in outcomes if one.agreement is not Agreement.EQUAL), default=0)


def scores(
    as_of: Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="截止日 last booking day")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.parquet", help="输出文件 output file")],
) -> int:
    """输出所有主体在某日的评分。Write the score of every subject on a day."""
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.scores import write_scores

    with Installation.open(settings_of_environment()) as installation, progress("评分 scoring"):
        count = write_scores(installation, as_of.date(), out)
    console.print(f"已写出 {count} 个主体的评分：{out}。{count} subjects written.")
    return 0
