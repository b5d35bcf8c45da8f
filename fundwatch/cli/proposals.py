"""``fundwatch rules propose / approve / reject / proposals``: how a tuning comes into force."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from fundwatch.cli.terminal import console, print_json_lines

Change = Annotated[int, typer.Argument(metavar="CHANGE", help="调参编号 number of the proposal")]
Person = Annotated[str, typer.Option("--as", metavar="NAME", help="处理人，不得为提出人 who decides, not the author")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``fundwatch rules``."""
    for name, command in (("propose", propose), ("approve", approve), ("reject", reject), ("proposals", proposals)):
        app.command(name)(command)


def propose(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="规则 id")],
    sets: Annotated[list[str], typer.Option("--set", metavar="k=v", help="参数值 a value")],
    author: Annotated[str, typer.Option(metavar="A", help="提出人 who proposes")],
    reason: Annotated[str, typer.Option(metavar="R", help="理由 why")],
    from_day: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="生效日 first day in force")],
) -> int:
    """提出一条调参；另一人批准之前不生效。Propose a tuning; it holds once a second person approves."""
    from fundwatch.cli.catalogue import parsed_values
    from pipelines import proposals as tunings
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation:
        number = tunings.propose(
            installation, rule_id, parsed_values(sets), author=author, reason=reason, from_day=from_day.date()
        )
    console.print(
        f"已提出第 {number} 号调参，待另一人批准：fundwatch rules approve {number} --as NAME。Not yet in force.",
        markup=False,
    )
    return 0


def approve(
    change: Change, person: Person, note: Annotated[str | None, typer.Option(help="备注 a note")] = None
) -> int:
    """批准一条调参，使其从生效日起有效。Approve a tuning as a second person."""
    from pipelines import proposals as tunings
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation:
        first = tunings.approve(installation, change, person, note)
    console.print(f"第 {change} 号调参自 {first} 起生效。In force from {first}.", markup=False)
    return 0


def reject(change: Change, person: Person, reason: Annotated[str, typer.Option(metavar="R", help="理由 why")]) -> int:
    """不批准一条调参。Turn a proposed tuning down."""
    from pipelines import proposals as tunings
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation:
        tunings.reject(installation, change, person, reason)
    console.print(f"第 {change} 号调参未通过。Turned down.", markup=False)
    return 0


def proposals(
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON 对象 one JSON object a line")] = False,
) -> int:
    """列出提出过的调参及其结果。List proposed tunings and what became of them."""
    from fundwatch.domain.proposals import ProposalState
    from pipelines import proposals as tunings
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation:
        found = tunings.listed(installation)
    if as_json:
        print_json_lines(asdict(one) for one in found)
        return 0
    table = Table()
    for column in ("编号", "规则", "参数", "生效日", "提出人 · 理由", "状态"):
        table.add_column(column, overflow="fold")
    for one in found:
        values = "\n".join(f"{name} {one.former[name]} → {value}" for name, value in sorted(one.wanted.items()))
        state = ProposalState(one.state).zh + (f"（{one.decided_by}）" if one.decided_by else "")
        told = f"{one.author}：{one.reason}"
        table.add_row(str(one.proposal), one.rule_id, values, one.from_day.isoformat(), told, state)
    console.print(table if found else "尚无调参提议。No proposals yet.")
    return 0
