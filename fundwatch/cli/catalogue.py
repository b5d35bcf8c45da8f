"""``fundwatch rules``: the catalogue of rules and suppressors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from fundwatch.cli.report_card import report
from fundwatch.cli.terminal import console, print_json_lines, progress
from fundwatch.domain.keys import day_number

app = typer.Typer(
    help="规则目录：查看、试运行、校验、新建、锁定。The catalogue of rules.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
AsJson = Annotated[bool, typer.Option("--json", help="每行一个 JSON 对象 one JSON object a line")]
Id = Annotated[str, typer.Argument(metavar="ID", help="规则 id")]
app.command("report")(report)


@app.command("list")
def list_rules(as_json: AsJson = False) -> int:
    """列出规则与正常解释。List rules and suppressors."""
    from fundwatch.cli.rule_page import catalogue_table
    from rules.rule import Rule

    entries = _catalogue().entries
    if as_json:
        print_json_lines(
            {
                "id": entry.id,
                "code": entry.code,
                "version": entry.version,
                "family": entry.family,
                "name": asdict(entry.name),
                "sectors": list(entry.sectors),
                "severities": [one.value for one in entry.severities] if isinstance(entry, Rule) else [],
                "status": entry.status,
                "kind": "rule" if isinstance(entry, Rule) else "suppressor",
                "legal_basis": [asdict(one) for one in entry.legal_basis],
                "parameters": {name: one.value for name, one in entry.parameters.items()},
            }
            for entry in entries
        )
        return 0
    console.print(catalogue_table(entries, _today()))
    return 0


@app.command("show")
def show(
    rule_id: Id,
    as_sql: Annotated[bool, typer.Option("--sql", help="连同查询语句 with the query")] = False,
) -> int:
    """查看一条规则：说明、门槛、陈述、依据、误报、盲区、参数。Show one rule as a page."""
    from fundwatch.cli.rule_page import RulePage
    from pipelines.installation import tuning_in_force

    catalogue, today = _catalogue(), _today()
    entry = catalogue.entry(rule_id)
    tuning = tuning_in_force()
    for part in RulePage(entry, today, tuning.effective(entry, day_number(today))).parts():
        console.print(part, markup=False)
    if as_sql:
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
        outcome = run_one(rule_id, as_of.date(), (since or as_of).date(), parsed_values(sets or []))
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


def _today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def _catalogue() -> Any:
    from pipelines.installation import RULES_FOLDER
    from rules.catalogue import load_catalogue

    return load_catalogue(RULES_FOLDER)


def parsed_values(sets: list[str]) -> Mapping[str, str]:
    """Return the parameters named by ``--set``; raise BadParameter for what is not name=value."""
    values = {}
    for one in sets:
        name, sign, value = one.partition("=")
        if not sign or not name or not value:
            raise typer.BadParameter(f"应写成 参数=值，而不是 {one} write name=value", param_hint="--set")
        values[name] = value
    return values
