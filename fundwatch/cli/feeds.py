"""``fundwatch feeds``: the kinds of files that may be sent, templates for them, drafts for new ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from fundwatch.cli.data import AsJson
from fundwatch.cli.terminal import console, print_json_lines
from fundwatch.domain.errors import ConfigurationError, InputError

if TYPE_CHECKING:
    from data_contracts.catalogue import Catalogue
    from data_contracts.contract import Contract

app = typer.Typer(
    help="数据源：查看可报送的文件、取模板、为新版式起草契约。The kinds of files, templates, drafts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Id = Annotated[str, typer.Argument(metavar="ID", help="数据源 id")]
Sector = Annotated[str, typer.Option(help="行业 sector: bank, micro_loan, guarantee, pawn, authority")]


@app.command("list")
def list_feeds(
    sector: Annotated[str | None, typer.Option(help="只列此行业 only of this sector")] = None, as_json: AsJson = False
) -> int:
    """列出数据源。List the kinds of files that institutions may send."""
    from data_contracts.describing import containers_of

    feeds = [feed for feed in _catalogue().feeds.values() if sector is None or sector in feed.sectors]
    if as_json:
        print_json_lines(
            {
                "id": feed.id,
                "name": feed.name,
                "sectors": list(feed.sectors),
                "table": feed.table.id,
                "containers": list(containers_of(feed)),
                "columns": len(feed.columns),
            }
            for feed in feeds
        )
        return 0
    table = Table(title="数据源", expand=False)
    for column in ("id", "名称", "行业", "表", "文件", "列数"):
        table.add_column(column, overflow="fold")
    for feed in feeds:
        containers = " ".join(containers_of(feed))
        columns = str(len(feed.columns))
        table.add_row(feed.id, feed.name, " ".join(feed.sectors), feed.table.id or "不采集", containers, columns)
    console.print(table)
    return 0


@app.command("show")
def show(feed_id: Id) -> int:
    """查看一个数据源的列：必填、其他列名、样例（均为虚构）。Show the columns of one feed with invented examples."""
    from data_contracts.describing import described

    feed = _feed(feed_id)
    console.print(f"[bold]{feed.id}[/] {feed.name}（{' '.join(feed.sectors)}）")
    if feed.not_taken:
        console.print(f"不采集：{feed.not_taken.zh} not taken: {feed.not_taken.en}", markup=False)
    table = Table(expand=False)
    for column in ("列名", "必填", "含义", "也可写作", "样例（虚构）"):
        table.add_column(column, overflow="fold")
    for row in described(feed):
        table.add_row(row.header, row.need_zh, row.meaning, "、".join(row.aliases), row.example)
    console.print(table)
    return 0


@app.command("template")
def template(feed_id: Id, out: Annotated[Path, typer.Option("--out", help="写到此 .xlsx 文件 file to write")]) -> int:
    """写出只有表头的 XLSX 模板，批注说明每一列。Write an XLSX template with a comment on each header."""
    from data_contracts.describing import write_template

    feed = _feed(feed_id)
    if out.suffix.lower() != ".xlsx":
        raise typer.BadParameter("文件名须以 .xlsx 结尾 the name must end in .xlsx", param_hint="--out")
    _require_new(out)
    write_template(feed, out)
    console.print(f"已写出 {out}", markup=False)
    return 0


@app.command("learn")
def learn(
    file: Annotated[Path, typer.Argument(help="新版式的文件 a file of the new layout")],
    sector: Sector = "bank",
    out: Annotated[Path | None, typer.Option("--out", help="草稿写到此 .odcs.yaml，默认打印 default: print")] = None,
) -> int:
    """由表头和前几行为新版式起草数据契约，供人核对；草稿不含文件中的任何值。Draft a contract for a new layout."""
    ending = ".odcs.yaml"
    if out is not None and (not out.name.endswith(ending) or not out.name.removesuffix(ending).isidentifier()):
        raise typer.BadParameter(f"文件名须形如 bank_new{ending} name it like bank_new{ending}", param_hint="--out")
    if out is not None:
        _require_new(out)
    draft = _draft(file, sector, out.name.removesuffix(ending) if out else f"{sector}_new")
    if out is None:
        typer.echo(draft)
    else:
        out.write_text(draft, encoding="utf-8")
        console.print(f"已写出草稿 {out}，请核对标有 please check 的行。The draft is written.", markup=False)
    return 0


def _draft(file: Path, sector: str, identifier: str) -> str:
    """Return the draft for the fullest table of a file."""
    import tempfile

    from data_contracts.learning import learn as learn_layout
    from data_contracts.reading import load_staged
    from data_contracts.recognition import known_headers
    from fundwatch.store.engines import open_memory
    from pipelines.confining import confined_stage
    from pipelines.examining import require_readable
    from pipelines.installation import settings_of_environment

    feeds = _catalogue().for_sector(sector)
    if not feeds:
        raise ConfigurationError(f"没有行业 {sector} 的数据源。", f"There are no feeds of the sector {sector}.")
    require_readable(file)
    settings = settings_of_environment()
    with tempfile.TemporaryDirectory() as folder, open_memory(settings, (Path(folder),)) as connection:
        # A new layout comes from outside as any other file does: it is parsed apart.
        staged = confined_stage(settings)(file, known_headers(feeds), Path(folder))
        tables = tuple(table for table in load_staged(connection, staged, "learn") if table.head)
    if not tables:
        raise InputError("文件里没有可学的表头。", "The file has no header to learn from.", place=file.name)
    fullest = max(tables, key=lambda table: table.width)
    return learn_layout(fullest, feeds, sector=sector, identifier=identifier).text


def _require_new(path: Path) -> None:
    if path.exists():
        raise ConfigurationError(
            f"{path.name} 已存在，请换一个文件名。", f"{path.name} exists already; choose another name."
        )


def _catalogue() -> Catalogue:
    from data_contracts.catalogue import load_catalogue

    return load_catalogue()


def _feed(feed_id: str) -> Contract:
    feeds = _catalogue().feeds
    if feed_id not in feeds:
        raise ConfigurationError(
            f"没有数据源 {feed_id}；fundwatch feeds list 列出全部。",
            f"There is no feed {feed_id}; fundwatch feeds list shows them.",
        )
    return feeds[feed_id]
