"""Commands of those who report: check, ingest, retract, zero-report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from fundwatch.cli.errors import ENGINE
from fundwatch.cli.terminal import console, errors, print_json_lines, progress

Institution = Annotated[
    str | None, typer.Option("--institution", metavar="CODE", help="报送机构代码 code of the institution")
]
AsJson = Annotated[bool, typer.Option("--json", help="每行一个 JSON 对象 one JSON object a line")]
_EXIT_OF = {"accepted": 0, "accepted_with_quarantine": 3, "rejected": 1}


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("check")(check)
    app.command("ingest")(ingest)
    app.command("retract")(retract)
    app.command("zero-report")(zero_report)


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="流水文件 extracts")],
    institution: Institution = None,
    as_json: AsJson = False,
) -> int:
    """校验文件并给出回执，不入库。Check files and print their receipts; nothing is stored."""
    from fundwatch.domain.receipts import worst_exit_code
    from pipelines.inbox import sources_of
    from pipelines.installation import Installation
    from pipelines.intake import check_only
    from pipelines.night import settings_of_environment

    with Installation.open(settings_of_environment()) as installation:
        receipts = []
        sources = sources_of(files, installation.registry, institution)
        with progress(f"校验 {len(sources)} 个文件 checking", len(sources)) as bar:
            for source in sources:
                receipts.append(check_only(installation, source))
                bar.advance(bar.task_ids[0])
    _show([receipt.to_json() for receipt in receipts], as_json=as_json)
    return worst_exit_code(receipt.exit_code for receipt in receipts)


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="文件或 inbox/代码/ 文件夹 files or folders")],
    institution: Institution = None,
    corrects: Annotated[
        str | None, typer.Option(metavar="BATCH", help="本次更正的批次 batch that this replaces")
    ] = None,
    legal_basis: Annotated[
        str | None, typer.Option(help="本批次的调取依据（默认用登记的长期依据）legal basis of this batch")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """接收、校验并入库。Land, check and load files."""
    from pipelines.inbox import sources_of
    from pipelines.installation import Installation
    from pipelines.night import begun, intake, settings_of_environment, step
    from pipelines.publication import publish
    from pipelines.relating import relate

    with Installation.open(settings_of_environment()) as installation:
        sources = sources_of(paths, installation.registry, institution)
        with begun(installation, "ingest") as run_id, progress(f"接收 {len(sources)} 个文件 ingesting", 3) as bar:
            taken = intake(sources=sources, corrects=corrects, basis=legal_basis)
            for work in (taken, relate, publish):
                draft = step(installation, run_id, work)
                bar.advance(bar.task_ids[0])
    _show(draft.outcomes, as_json=as_json)
    return outcome_code(draft.outcomes, draft.failures)


def outcome_code(receipts: Sequence[Mapping[str, Any]], failures: Sequence[Mapping[str, str]]) -> int:
    """Print what our engine failed on, and return the worst exit code of receipts and failures."""
    from fundwatch.domain.receipts import worst_exit_code

    for failure in failures:
        errors.print(f"{failure['file']}：{failure['zh']} {failure['en']}", markup=False)
    return worst_exit_code([*(_EXIT_OF[one["verdict"]] for one in receipts), *(ENGINE for _ in failures)])


def retract(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="批次号 batch")],
    reason: Annotated[str, typer.Option("--reason", help="撤回原因 why")],
) -> int:
    """撤回一个报错的批次。Withdraw a batch that should not have been sent."""
    from pipelines.installation import Installation
    from pipelines.night import begun, settings_of_environment, step
    from pipelines.publication import publish
    from pipelines.relating import relate
    from pipelines.withdrawal import withdrawing

    with Installation.open(settings_of_environment()) as installation, begun(installation, "ingest") as run_id:
        for work in (withdrawing(batch, reason), relate, publish):
            step(installation, run_id, work)
    console.print(f"批次 {batch} 已撤回。Batch {batch} is withdrawn.")
    return 0


def zero_report(
    institution: Annotated[str, typer.Option("--institution", metavar="CODE", help="报送机构代码 institution")],
    day: Annotated[datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="日期 day")],
) -> int:
    """申报当日无数据。Declare that there is nothing to report for a day."""
    from fundwatch.store.operations import ledger
    from fundwatch.store.operations.database import writing
    from pipelines.installation import Installation
    from pipelines.night import settings_of_environment

    with Installation.open(settings_of_environment()) as installation:
        code = installation.registry.institution(institution).code
        with writing(installation.operations) as connection:
            ledger.declare_nothing(
                connection,
                institution=code,
                day=day.date(),
                declared_by="liaison",
                now=installation.clock(),
            )
    console.print(f"{institution} {day:%Y-%m-%d} 零报告已登记。Zero report recorded.")
    return 0


def _show(receipts: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    from data_contracts.rendering import render
    from fundwatch.domain.file_receipts import receipt_from_json

    if as_json:
        print_json_lines(receipts)
        return
    for receipt in receipts:
        console.print(render(receipt_from_json(receipt)))
