"""Commands about what was delivered: batches, receipt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fundwatch.cli.data import AsJson, Institution, Lang, Language, Receipts, say_where, show_receipts
from fundwatch.cli.terminal import console, print_json_lines
from fundwatch.domain.visible import visible

if TYPE_CHECKING:
    from pipelines.deliveries import Delivery

_STATES = {
    "received": "已受理",
    "checked": "已校验",
    "loaded": "已入库",
    "rejected": "拒收",
    "retracted": "已撤回",
    "superseded": "已被替换",
}


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("batches")(batches)
    app.command("receipt")(receipt)


def batches(
    institution: Institution = None,
    days: Annotated[int, typer.Option(min=1, help="最近多少天收到的 received in the last days")] = 90,
    as_json: AsJson = False,
) -> int:
    """列出批次及其质量得分。List batches with their state and quality score."""
    from pipelines.deliveries import list_deliveries, period_lines
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation:
        deliveries = list_deliveries(installation, institution=institution, days=days)
    if as_json:
        print_json_lines(one.to_json() for one in deliveries)
        return 0
    console.print(_table(deliveries))
    for line in period_lines(deliveries, days=days):
        console.print(line, markup=False)
    return 0


def receipt(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="批次号 batch")],
    receipts: Receipts = None,
    lang: Lang = Language.BOTH,
    as_json: AsJson = False,
) -> int:
    """再看一个批次的回执。Show the receipt of a batch again, and write its files if asked."""
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.receipting import Wanted, stored_receipt, write_receipts

    with Installation.open(settings_of_environment()) as installation:
        _, found = stored_receipt(installation, batch)
        if receipts:
            write_receipts(installation, batch, Wanted(receipts, lang))
    show_receipts([found.to_json()], as_json=as_json, lang=lang)
    say_where(receipts)
    return found.exit_code


def _table(deliveries: Sequence[Delivery]) -> Table:
    table = Table(title="批次 batches")
    table.add_column("批次", no_wrap=True)
    for name in ("机构", "文件", "状态", "读取", "隔离", "质量得分", "替换"):
        table.add_column(name, overflow="fold", justify="right" if name in ("读取", "隔离", "质量得分") else "left")
    for one in deliveries:
        batch = one.batch
        table.add_row(
            batch.batch,
            batch.institution,
            escape(visible(batch.file_name)),
            _STATES[batch.state],
            "--" if batch.rows_read is None else f"{batch.rows_read:,}",
            "--" if batch.rows_quarantined is None else f"{batch.rows_quarantined:,}",
            "--" if one.score is None else f"{one.score:.1f}",
            batch.corrects or batch.completes or "",
        )
    return table
