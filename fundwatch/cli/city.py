"""The synthetic city: sample, demo, evaluate."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from fundwatch.city.pace import Pace
from fundwatch.cli.terminal import console, print_json_lines, progress

Seed = Annotated[int, typer.Option(min=0, help="随机种子 seed")]
Persons = Annotated[int, typer.Option(min=200, max=1_000_000, help="居民人数 persons")]
PaceOption = Annotated[
    Pace, typer.Option("--pace", help="分层与套现团伙的快慢：quick 快进快出，slow 隔天且留存 pace of layering schemes")
]
Days = Annotated[int, typer.Option(min=60, max=3650, help="天数 days")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("sample")(sample)
    app.command("demo")(demo)
    app.command("evaluate")(evaluate)


def sample(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="输出文件夹 output folder")],
    seed: Seed = 7,
    persons: Persons = 3000,
    days: Days = 180,
    last_day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="最后一天，默认昨天 last day, default yesterday")
    ] = None,
    pace: PaceOption = Pace.QUICK,
) -> int:
    """生成一座虚构城市的报送文件与答案。Write the extracts of an invented city, and apart from them the truth."""
    from fundwatch.city.sample import write_sample

    with progress("生成虚构城市 making the city"):
        summary = write_sample(out, seed=seed, persons=persons, days=days, last_day=_last(last_day), pace=pace)
    console.print(summary.sentence)
    console.print(
        f"下一步：把 {out}/institutions.toml 放进数据目录，再运行 fundwatch nightly --inbox {out}/inbox", markup=False
    )
    return 0


def demo(seed: Seed = 7, persons: Persons = 3000, days: Days = 180, pace: PaceOption = Pace.QUICK) -> int:
    """虚构城市走完全程：报送、校验、入库、每周一夜、预警排序。A synthetic city through the whole pipeline."""
    from fundwatch.cli.demonstration import demonstrate

    return demonstrate(seed=seed, persons=persons, days=days, pace=pace)


def evaluate(
    truth: Annotated[Path, typer.Argument(metavar="TRUTH.json", help="答案文件 truth")],
    scores: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE.parquet", help="按 fundwatch scores 的评分排列主体，可多次 rank parties by these"),
    ] = None,
    entries: Annotated[
        Path | None,
        typer.Option(metavar="FILE.parquet", help="埋设的逐笔记录，默认取答案旁的 truth_entries.parquet planted rows"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> int:
    """把预警与答案比对：召回、精确率、误报、时延，并按转账、主体、团伙。Compare alerts with a truth, by unit too."""
    from fundwatch.domain.errors import InputError
    from fundwatch.evaluation import as_json as told_as_json
    from fundwatch.evaluation import as_tables, units_as_json, units_as_table
    from fundwatch.evaluation import evaluate as compare
    from fundwatch.store.operations import queue
    from fundwatch.store.operations.database import reading
    from pipelines.evaluating import ENTRIES, units_of
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.presenting import alert_json

    beside = truth.with_name(ENTRIES)
    planted = entries or (beside if beside.is_file() else None)
    try:
        answer = json.loads(truth.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            "答案文件读不出，请核对路径与格式。",
            "the truth cannot be read; check path and format.",
            code="F320",
            place=truth.name,
        ) from error
    with Installation.open(settings_of_environment()) as installation:
        with reading(installation.operations) as connection:
            rows = [alert_json(one) for one in queue.ranked(connection)]
        report = compare(rows, answer)
        units = units_of(installation, rows, answer, entries=planted, scores=scores or ())
    if as_json:
        print_json_lines([told_as_json(report) | {"units": units_as_json(units)}])
    else:
        console.print(as_tables(report))
        console.print(units_as_table(units))
    return 0


def _last(given: datetime | None) -> date:
    return given.date() if given else datetime.now().astimezone().date() - timedelta(days=1)
