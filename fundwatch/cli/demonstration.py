"""``fundwatch demo``: what ``make demo`` runs."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

from fundwatch.city.pace import Pace
from fundwatch.cli.night import show_alerts, show_nights
from fundwatch.cli.terminal import console, progress
from fundwatch.domain.errors import ConfigurationError

_SHOWN = 20
_NIGHT_EVERY = 7


def demonstrate(*, seed: int, persons: int, days: int, pace: Pace = Pace.QUICK) -> int:
    """Make a city, send its extracts through the nightly flow week by week, and list what was found.

    Uses a data home of its own, ``demo`` inside the data home, which is made anew each time.
    """
    from fundwatch.city.sample import write_sample
    from pipelines.installation import settings_of_environment
    from pipelines.orchestration import prefect_environment

    home = settings_of_environment().home / "demo"
    _empty(home)
    os.environ["FUNDWATCH_HOME"] = str(home)
    os.environ.update(prefect_environment(settings_of_environment()))
    last = datetime.now().astimezone().date() - timedelta(days=1)
    console.print("[bold]1 虚构城市[/]：所有人名、账号、公司均为虚构。Everybody in it is invented.")
    with progress("生成 making the city"):
        summary = write_sample(home / "city", seed=seed, persons=persons, days=days, last_day=last, pace=pace)
    console.print(summary.sentence)
    shutil.copy(home / "city" / "institutions.toml", home / "institutions.toml")
    console.print("[bold]2 夜间批次[/]：收件 → 契约校验 → 数据湖 → 派生关系 → 规则与检测器 → 预警（每周一夜）")
    _run_nights(home / "city" / "inbox", days=days, last=last)
    console.print("[bold]3 预警排序[/]")
    rows = _list()
    show_alerts(rows, _SHOWN)
    _evaluate(home / "city" / "truth.json", rows)
    first = rows[0]["alert_id"] if rows else "ID"
    console.print("[bold]接下来 what next[/]")
    for line in (
        f"export FUNDWATCH_HOME={_shown(home)}",
        f".venv/bin/fundwatch alert {first}      # 一条预警的证据 its evidence",
        f".venv/bin/fundwatch verify {first}     # 按当时的清单重算 rebuild and compare",
        ".venv/bin/fundwatch rules list                # 规则目录 the catalogue",
        f".venv/bin/fundwatch evaluate {_shown(home)}/city/truth.json",
        ".venv/bin/fundwatch user add ME --role security_admin   # 第一个管理员 the first administrator",
        ".venv/bin/fundwatch console                   # 工作台 http://127.0.0.1:8050 the pages",
        ".venv/bin/fundwatch up                        # Prefect 界面与定时 schedules and run pages",
    ):
        console.print(f"  {line}", markup=False)
    return 0


def _run_nights(inbox: Path, *, days: int, last: date) -> None:
    from pipelines.flows.nightly import nightly

    first = last - timedelta(days=days - 1)
    nights = [last - timedelta(days=back) for back in range(0, days - 28, _NIGHT_EVERY)][::-1]
    console.print(f"{first} ～ {last}，{len(nights)} 夜")
    with progress("夜间批次 nights", len(nights)) as bar:
        for night in nights:
            outcomes = nightly(as_of=night.isoformat(), inbox=str(inbox))
            bar.advance(bar.task_ids[0])
            show_nights(outcomes)


def _list() -> list[dict[str, object]]:
    from fundwatch.store.operations import queue
    from fundwatch.store.operations.database import reading
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.presenting import alert_json

    with Installation.open(settings_of_environment()) as installation, reading(installation.operations) as connection:
        return [alert_json(one) for one in queue.ranked(connection)]


def _evaluate(truth: Path, rows: list[dict[str, object]]) -> None:
    from fundwatch.evaluation import as_tables, evaluate

    console.print("[bold]4 与答案比对[/]（答案在系统之外 the truth lies outside the system）")
    console.print(as_tables(evaluate(rows, json.loads(truth.read_text(encoding="utf-8")))))


def _empty(home: Path) -> None:
    """Remove an earlier demonstration, and nothing that is not one."""
    if not home.exists():
        return
    if not (home / "city" / "truth.json").is_file() and any(home.iterdir()):
        raise ConfigurationError(
            f"{home} 不是演示目录，请移走后重试。", f"{home} is not a demonstration; move it away first.", code="C213"
        )
    shutil.rmtree(home)


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
