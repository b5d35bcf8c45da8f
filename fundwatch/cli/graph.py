"""Flow features for others' tables: graph-features."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from fundwatch.cli.terminal import console, progress


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("graph-features")(graph_features)


def graph_features(
    transfers: Annotated[Path, typer.Option("--transfers", metavar="FILE.parquet", help="转账表 table of transfers")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.parquet", help="输出 output")],
) -> int:
    """逐笔转账的流向特征：过手、链条、环路、扇形、分散再归集。Flow features of each transfer of a plain table.

    列 columns: transfer_id, paid_at, payer, payee, amount
    """
    from fundwatch.store.settings import Settings
    from pipelines.graph_features import write_graph_features

    with progress("计算流向特征 computing flow features"):
        written = write_graph_features(Settings.from_environment(dict(os.environ)), transfers, out)
    console.print(f"{written.transfers:,} 笔转账的流向特征已写入 {out}。", markup=False)
    if written.left_out:
        console.print(f"{written.left_out:,} 笔付给自己或金额为零，没有特征。", markup=False)
    if written.hubs:
        console.print(
            f"{written.hubs:,} 个枢纽在往来最密的时段内逐对比较过多，其过手特征为空（不是零）。", markup=False
        )
    return 0
