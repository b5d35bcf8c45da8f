"""Commands of those who report: check, ingest, retract, zero-report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from fundwatch.cli.errors import ENGINE
from fundwatch.cli.terminal import console, errors, print_json_lines, progress


class Language(StrEnum):
    """Languages of a receipt."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


Institution = Annotated[
    str | None, typer.Option("--institution", metavar="CODE", help="报送机构代码 code of the institution")
]
Lang = Annotated[Language, typer.Option("--lang", help="回执语言 language of the receipt")]
Receipts = Annotated[
    Path | None,
    typer.Option(
        "--receipts",
        metavar="DIR",
        help="另存标注回执、错误清单与更正模板 also write annotated workbook and template here",
    ),
]
Completes = Annotated[
    str | None,
    typer.Option(
        "--completes", metavar="BATCH", help="文件只含该批次中已更正的行 these are corrected rows of that batch"
    ),
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
    completes: Completes = None,
    receipts: Receipts = None,
    lang: Lang = Language.BOTH,
    as_json: AsJson = False,
) -> int:
    """校验文件并给出回执，不入库。Check files and print their receipts; nothing is stored."""
    from fundwatch.domain.receipts import worst_exit_code
    from pipelines.inbox import sources_of
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.receipting import Wanted, examine

    wanted = Wanted(receipts, lang) if receipts else None
    with Installation.open(settings_of_environment()) as installation:
        found = []
        sources = sources_of(files, installation.registry, institution)
        with progress(f"校验 {len(sources)} 个文件 checking", len(sources)) as bar:
            for source in sources:
                found.append(examine(installation, source, completes=completes, wanted=wanted))
                bar.advance(bar.task_ids[0])
    show_receipts([receipt.to_json() for receipt in found], as_json=as_json, lang=lang)
    say_where(receipts)
    if not as_json:
        console.print(
            "以上只是校验，什么都没有入库；报送请用 fundwatch ingest。Only a check: nothing was stored; "
            "send it with fundwatch ingest.",
            style="dim",
            markup=False,
        )
    return worst_exit_code(receipt.exit_code for receipt in found)


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="文件或 inbox/代码/ 文件夹 files or folders")],
    institution: Institution = None,
    corrects: Annotated[
        str | None, typer.Option(metavar="BATCH", help="本次更正的批次 batch that this replaces")
    ] = None,
    completes: Completes = None,
    legal_basis: Annotated[
        str | None, typer.Option(help="本批次的调取依据（默认用登记的长期依据）legal basis of this batch")
    ] = None,
    receipts: Receipts = None,
    lang: Lang = Language.BOTH,
    as_json: AsJson = False,
) -> int:
    """接收、校验并入库。Land, check and load files."""
    from pipelines.inbox import sources_of
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.night import begun, intake, step
    from pipelines.publication import publish
    from pipelines.receipting import Wanted, write_receipts
    from pipelines.relating import relate

    if corrects and completes:
        raise typer.BadParameter("--corrects 与 --completes 只能用一个。Use either --corrects or --completes.")
    with Installation.open(settings_of_environment()) as installation:
        sources = sources_of(paths, installation.registry, institution)
        with begun(installation, "ingest") as run_id, progress(f"接收 {len(sources)} 个文件 ingesting", 3) as bar:
            taken = intake(sources=sources, corrects=corrects, completes=completes, basis=legal_basis)
            for work in (taken, relate, publish):
                draft = step(installation, run_id, work)
                bar.advance(bar.task_ids[0])
        if receipts:
            for one in draft.received:
                write_receipts(installation, str(one["batch"]), Wanted(receipts, lang))
    show_receipts(draft.outcomes, as_json=as_json, lang=lang)
    say_where(receipts)
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
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.night import begun, step
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
    from pipelines.installation import Installation, settings_of_environment

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


def _how_to_go_on(receipt: Mapping[str, Any]) -> str:
    """Return the batch's number, and how its faulty rows are sent again."""
    batch = receipt["batch"]
    if receipt["verdict"] != "accepted_with_quarantine":
        return f"批次 batch {batch}"
    return (
        f"批次 batch {batch}：把更正模板中的行改好，用 fundwatch ingest 更正模板.xlsx --institution "
        f"{receipt['institution']} 报送（模板由 fundwatch receipt {batch} --receipts 文件夹 生成）"
    )


def say_where(folder: Path | None) -> None:
    """Tell which files of receipts lie in a folder, if they were asked for."""
    if folder is not None and folder.is_dir():
        names = "、".join(path.name for path in sorted(folder.iterdir()) if path.suffix in (".xlsx", ".csv"))
        errors.print(f"{folder}：{names}", markup=False, soft_wrap=True)


def show_receipts(receipts: Sequence[Mapping[str, Any]], *, as_json: bool, lang: str) -> None:
    """Print receipts as JSON lines or for people."""
    from data_contracts.rendering import render
    from fundwatch.domain.fault_groups import grouped
    from fundwatch.domain.file_receipts import receipt_from_json

    if as_json:
        print_json_lines({**one, "groups": grouped(receipt_from_json(one))} for one in receipts)
        return
    for receipt in receipts:
        console.print(render(receipt_from_json(receipt), lang))
        if receipt.get("batch"):
            console.print(_how_to_go_on(receipt), markup=False, soft_wrap=True)
