"""Commands of the office's review: claim, decide, confirm."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from fundwatch.cli.terminal import console
from fundwatch.domain.review import Disposition

AlertId = Annotated[str, typer.Argument(metavar="ALERT", help="预警或对照样本编号 alert or control sample id")]
Actor = Annotated[str, typer.Option("--as", metavar="NAME", help="经办人 who acts")]
Note = Annotated[str, typer.Option("--note", help="说明 a note")]
_HOURS = timedelta(hours=8)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for name, command in (("claim", claim), ("decide", decide), ("confirm", confirm)):
        app.command(name)(command)


def claim(
    actor: Actor,
    alert_id: Annotated[str | None, typer.Argument(metavar="[ALERT]", help="默认取下一条 default: the next")] = None,
) -> int:
    """认领一条预警初审；不给编号则取评分最高的待初审预警。Claim an alert, or the highest new one."""
    from fundwatch.store.operations import queue, reviewing
    from fundwatch.store.operations.database import writing
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation:
        now = installation.clock()
        with writing(installation.operations) as connection:
            queue.sweep_claims(connection, now)
            if alert_id is None:
                found = queue.claim_next(connection, actor=actor, now=now, ttl=_HOURS)
            else:
                found = reviewing.claim(connection, alert_id, actor=actor, now=now, ttl=_HOURS)
    if found is None:
        console.print("没有待初审的预警。No new alerts.")
        return 0
    console.print(f"{found.alert_id} 由 {actor} 初审。Claimed.", markup=False)
    return 0


def decide(
    alert_id: AlertId,
    actor: Actor,
    disposition: Annotated[Disposition, typer.Option("--disposition", help="处置结论 disposition")],
    causes: Annotated[
        list[str] | None, typer.Option("--cause", metavar="CODE", help="原因代码，可多个 reason codes")
    ] = None,
    note: Note = "",
) -> int:
    """初审：给出处置结论与原因代码，须复核的转待复核。Decide with a disposition and reason codes."""
    from fundwatch.domain.review import ReviewState
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.review import decide_case

    with Installation.open(settings_of_environment()) as installation:
        state = decide_case(
            installation, alert_id, actor=actor, disposition=disposition, causes=causes or [], note=note
        )
    console.print(f"{alert_id}：{disposition.zh}，{ReviewState(state).zh}。{disposition} ({state}).", markup=False)
    return 0


def confirm(
    alert_id: AlertId,
    actor: Actor,
    returned: Annotated[bool, typer.Option("--return", help="退回重审，须写 --note send it back")] = False,
    note: Note = "",
) -> int:
    """复核：另一人签署后结案，或退回。Sign a decision as the second person, or send it back."""
    from fundwatch.domain.review import ReviewState
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.review import sign_case

    with Installation.open(settings_of_environment()) as installation:
        state = sign_case(installation, alert_id, actor=actor, note=note, returned=returned)
    console.print(f"{alert_id}：{ReviewState(state).zh}（{state}）。", markup=False)
    return 0
