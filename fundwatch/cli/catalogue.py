"""``fundwatch rules``: the catalogue of rules and suppressors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from fundwatch.cli.terminal import console, print_json_lines, progress

app = typer.Typer(
    help="规则目录：查看、试运行、校验、新建、锁定。The catalogue of rules.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
AsJson = Annotated[bool, typer.Option("--json", help="每行一个 JSON 对象 one JSON object a line")]
Id = Annotated[str, typer.Argument(metavar="ID", help="规则 id")]


@app.command("list")
def list_rules(as_json: AsJson = False) -> int:
    """列出规则与正常解释。List rules and suppressors."""
    from rules.rule import Rule

    entries = _catalogue().entries
    if as_json:
        print_json_lines(
            {
                "id": entry.id,
                "code": entry.code,
                "version": entry.version,
                "family": entry.family,
                "sectors": list(entry.sectors),
                "status": entry.status,
                "kind": "rule" if isinstance(entry, Rule) else "suppressor",
                "parameters": {name: one.value for name, one in entry.parameters.items()},
            }
            for entry in entries
        )
        return 0
    table = Table(title="规则目录", expand=False)
    for column in ("代码", "id", "名称", "严重度", "行业", "状态"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        grade = "、".join(entry.severities) if isinstance(entry, Rule) else "正常解释"
        table.add_row(entry.code, entry.id, entry.name.zh, grade, " ".join(entry.sectors), entry.status)
    console.print(table)
    return 0


@app.command("show")
def show(rule_id: Id) -> int:
    """查看一条规则：说明、依据、参数、误报与盲区、查询。Show one rule."""
    from rules.rule import Rule

    entry = _catalogue().entry(rule_id)
    console.print(f"[bold]{entry.code} {entry.name.zh}[/] · {entry.name.en}（{entry.id} 第 {entry.version} 版）")
    console.print(f"\n{entry.explanation.zh}\n{entry.explanation.en}", markup=False)
    if isinstance(entry, Rule):
        opens = "可单独开立预警" if entry.opens_alert else "辅助规则，不单独开立预警"
        console.print(f"\n严重度 {'、'.join(entry.severities)}；{opens}", markup=False)
    console.print(f"疑点陈述：{entry.claim.zh}\n{entry.claim.en}", markup=False)
    table = Table(title="参数", expand=False)
    for column in ("参数", "取值", "单位", "范围", "为什么"):
        table.add_column(column, overflow="fold")
    for parameter in entry.parameters.values():
        bounds = f"{parameter.minimum}～{parameter.maximum}" if parameter.minimum is not None else "--"
        table.add_row(parameter.name, str(parameter.value), parameter.unit, bounds, parameter.why)
    console.print(table)
    for basis in entry.legal_basis:
        console.print(
            f"依据：{basis.text}（{basis.valid_from} 起{'，至 ' + basis.valid_to if basis.valid_to else ''}）",
            markup=False,
        )
    console.print(f"常见误报：{entry.false_positives.zh}\n盲区：{entry.blind_spots.zh}", markup=False)
    console.print(f"\n{entry.file.query}", markup=False, style="dim")
    return 0


@app.command("run")
def run(
    rule_id: Id,
    as_of: Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="截止日 last day")],
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="起始日，默认同截止日 first day")
    ] = None,
    sets: Annotated[list[str] | None, typer.Option("--set", metavar="k=v", help="试用参数值 try a value")] = None,
    as_json: AsJson = False,
) -> int:
    """对当前数据试运行一条规则，不写入任何内容。Run one rule over the head manifest; nothing is written."""
    from pipelines.trial import run_one

    with progress(f"试运行 {rule_id} running"):
        outcome = run_one(rule_id, as_of.date(), (since or as_of).date(), _values(sets or []))
    if as_json:
        print_json_lines(outcome)
        return 0
    for row in outcome:
        console.print(
            f"{row['window'][1]} 主体 {row['subject']} 强度 {row['strength']:.2f}：{row['claim']}", markup=False
        )
    console.print(f"共 {len(outcome)} 次命中。{len(outcome)} hits.")
    return 0


@app.command("test")
def test(
    rule_ids: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="默认全部 default: all")] = None,
) -> int:
    """检查目录的规矩与每条规则的用例。Check the laws of the catalogue and every case."""
    from pipelines.trial import check_catalogue

    with progress("校验规则 testing rules"):
        failures, count = check_catalogue(rule_ids or [])
    for sentence in failures:
        console.print(sentence, markup=False)
    console.print(f"{count} 条规则与正常解释，{len(failures)} 处不合格。{count} entries, {len(failures)} failures.")
    return 1 if failures else 0


@app.command("new")
def new(
    rule_id: Id,
    code: Annotated[str, typer.Option(help="可疑类型代码，如 T02 typology code")],
    family: Annotated[str, typer.Option(help="文件夹，如 collection family")],
) -> int:
    """从模板新建规则与用例：先写用例，再写查询。Write a rule and its cases from the template."""
    from rules.scaffold import new as scaffold

    for path in scaffold(_catalogue(), rule_id, code, family):
        console.print(f"已写出 {path}", markup=False)
    return 0


@app.command("lock")
def lock() -> int:
    """锁定目录：查询或参数变了而版本未变则拒绝。Lock versions, queries and parameters."""
    from rules.locking import lock as write_lock

    changed = write_lock(_catalogue())
    console.print(f"已锁定；变动 {len(changed)} 条：{', '.join(changed) or '无'}。Locked.", markup=False)
    return 0


def _catalogue() -> Any:
    from pipelines.installation import RULES_FOLDER
    from rules.catalogue import load_catalogue

    return load_catalogue(RULES_FOLDER)


def _values(sets: list[str]) -> Mapping[str, str]:
    values = {}
    for one in sets:
        name, sign, value = one.partition("=")
        if not sign or not name or not value:
            raise typer.BadParameter(f"应写成 参数=值，而不是 {one} write name=value", param_hint="--set")
        values[name] = value
    return values
