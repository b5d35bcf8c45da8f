"""The command ``trace``: where money came from and went, as table, JSON or picture."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from fundwatch.cli.terminal import console, print_json_lines, progress
from fundwatch.domain.claims import format_yuan
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import date_of
from fundwatch.domain.tracing.moves import MOST_HOPS, Direction, Method, Terms
from fundwatch.domain.tracing.outcome import Edge, Trace

if TYPE_CHECKING:
    from pipelines.tracing_words import Words

_SHOWN = 60
_DAY = ["%Y-%m-%d"]
_WAYS = ("forward", "backward", "both")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("trace")(trace)


def trace(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="ACCOUNT",
            help="账号或卡号，也可为主体令牌、统一社会信用代码、预警编号、交易编号 account, party, alert or transfer",
        ),
    ],
    hops: Annotated[int, typer.Option(min=1, max=MOST_HOPS, help="追踪层数 hops")] = 3,
    from_day: Annotated[datetime | None, typer.Option("--from", formats=_DAY, help="起始日 first day")] = None,
    to_day: Annotated[datetime | None, typer.Option("--to", formats=_DAY, help="截止日 last day")] = None,
    min_amount: Annotated[
        float, typer.Option(min=0, metavar="YUAN", help="最小金额（元），更小的分支合并 smaller branches are folded")
    ] = 1000,
    max_delay: Annotated[
        int | None, typer.Option(min=0, metavar="DAYS", help="在一处停留的最长天数 longest stay with one party")
    ] = None,
    method: Annotated[Method, typer.Option(help="fifo 先进先出 | proportional 按比例 how amounts are allocated")] = (
        Method.FIFO
    ),
    direction: Annotated[str, typer.Option(help="forward 去向 | backward 来源 | both 两者")] = "both",
    fan: Annotated[int, typer.Option(min=1, max=500, help="一个主体最多展开的分支 branches shown of one party")] = 20,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="输出文件 .json 或 .svg output file")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象 one JSON object")] = False,
    unmask: Annotated[
        str | None, typer.Option(metavar="REASON", help="显示完整名称与账号，理由记入审计 full names, on the record")
    ] = None,
) -> int:
    """追踪资金的来源与去向，打印所用的分配方法。Trace where money came from and went."""
    from pipelines import tracing
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.tracing_words import Words

    if direction not in _WAYS:
        raise typer.BadParameter(f"应为 {'、'.join(_WAYS)} 之一 one of them", param_hint="--direction")
    if out is not None and (out.suffix not in (".json", ".svg") or not out.parent.is_dir()):
        raise ConfigurationError(
            "输出文件须以 .json 或 .svg 结尾，并位于已有的文件夹中。",
            "the output file must end in .json or .svg and lie in a folder that exists.",
            code="C224",
        )
    ways = [Direction.BACKWARD, Direction.FORWARD] if direction == "both" else [Direction(direction)]
    asked = [Terms(way, method, hops, round(min_amount * 100), max_delay, fan) for way in ways]
    first, last = (day.date() if day else None for day in (from_day, to_day))
    with Installation.open(settings_of_environment()) as installation:
        with progress("追踪 tracing"):
            report = tracing.trace(installation, subject.strip(), asked, first, last)
        if unmask is not None:
            tracing.record_unmasking(installation, report, unmask)
    words = Words(report, in_full=unmask is not None)
    if out is not None:
        out.write_text(words.svg() if out.suffix == ".svg" else _json(words), encoding="utf-8")
        console.print(f"已写出：{out}。Written.", markup=False)
    elif as_json:
        print_json_lines([words.to_json()])
    else:
        show_trace(words)
    return 0


def _json(words: Words) -> str:
    return json.dumps(words.to_json(), ensure_ascii=False, indent=1) + "\n"


def show_trace(words: Words) -> None:
    """Print the traces as tables of edges, hop by hop."""
    from pipelines.tracing_words import CAVEAT

    console.print(words.subject(), style="bold", markup=False)
    console.print(words.asked(), markup=False)
    for one in words.report.traces:
        console.print()
        console.print(words.summary(one), markup=False)
        if one.edges:
            console.print(_table(words, one))
        if len(one.edges) > _SHOWN:
            console.print(f"……另有 {len(one.edges) - _SHOWN} 条，加 --json 或 --out 查看全部。")
    console.print()
    console.print(words.rests_on(), markup=False)
    console.print(CAVEAT, markup=False, style="dim")


def _table(words: Words, one: Trace) -> Table:
    is_forward = one.terms.direction is Direction.FORWARD
    table = Table(title=f"{one.terms.direction.zh}（{one.terms.method.zh}）", expand=False)
    for column in ("层", "付款方", "收款方", "追踪金额（元）", "笔数", "日期", "去处" if is_forward else "来处"):
        table.add_column(
            column, overflow="fold", justify="right" if column in ("层", "追踪金额（元）", "笔数") else "left"
        )
    endings = {node.key: node.endings for node in one.nodes}
    for edge in sorted(one.edges, key=_place)[:_SHOWN]:
        near = words.node(edge.source, one.terms.direction)
        far = words.node(edge.target, one.terms.direction, edge.parties)
        payer, payee = (near, far) if is_forward else (far, near)
        first, last = (date_of(day).isoformat() for day in edge.days)
        reasons = "；".join(ending.zh(one.terms.direction) for ending, _ in endings[edge.target])
        ended = "↩ 回流" if edge.is_return else reasons
        days = first if first == last else f"{first}～{last}"
        amount = format_yuan(edge.amount)
        table.add_row(str(edge.source.hop + 1), payer, payee, amount, str(len(edge.moves)), days, ended or "→")
    return table


def _place(edge: Edge) -> tuple[object, ...]:
    return (edge.source.hop, -edge.amount, edge.source, edge.target)
