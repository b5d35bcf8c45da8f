"""Commands of the administrator: rebuild, doctor, up."""

from __future__ import annotations

import typer

from fundwatch.cli.terminal import console, progress


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("rebuild")(rebuild)
    app.command("doctor")(doctor)
    app.command("up")(up)


def rebuild() -> int:
    """从清单重建数仓。Rebuild the warehouse from the head manifest."""
    from fundwatch.store.operations import history
    from fundwatch.store.operations.database import reading
    from fundwatch.store.warehouse import rebuild as rebuild_warehouse
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.night import begun

    with Installation.open(settings_of_environment()) as installation, begun(installation, "ingest"):
        with reading(installation.operations) as connection:
            manifest = history.head(connection)
        with progress("重建数仓 rebuilding"), installation.warehouse() as warehouse:
            rebuild_warehouse(warehouse, manifest, installation.lake)
    rows = sum(file.rows for file in manifest.files if file.role == "rows")
    console.print(f"数仓已按清单 {manifest.manifest_id[:16]} 重建，{rows:,} 行。The warehouse is rebuilt.")
    return 0


def doctor() -> int:
    """检查本机安装有什么问题。Say what is wrong with this installation."""
    from pipelines.checkup import examine
    from pipelines.installation import settings_of_environment

    complaints = 0
    for remark in examine(settings_of_environment()):
        mark = "[green]✓[/]" if remark.is_fine else "[red]✗[/]"
        complaints += not remark.is_fine
        console.print(mark, remark.zh, remark.en, sep=" ")
    return 2 if complaints else 0


def up(
    port: int = typer.Option(4200, min=1024, max=65535, help="Prefect 服务端口 port of the Prefect server"),
) -> int:
    """启动 Prefect 服务、定时计划与执行器，Ctrl+C 结束。Start the Prefect server, schedules and worker."""
    from pipelines.installation import settings_of_environment
    from pipelines.service import serve

    return serve(settings_of_environment(), port)
