"""Writing a sample: inbox folders as institutions would fill them, their registration, and the truth apart."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

import numpy as np
import polars as pl
import xlsxwriter

from fundwatch.city import blemishes, registers, statements
from fundwatch.city.accounts import BANKS
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.ledgers.sheets import workbook
from fundwatch.city.legs import legs_of
from fundwatch.city.plan import build
from fundwatch.city.truth import truth_of, write_truth
from fundwatch.city.world import World
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import date_of

LEAST_PERSONS, LEAST_DAYS = 200, 60
Cells = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """What was written: files, statement rows, institutions, planted subjects and look-alikes, first and last day."""

    files: tuple[Path, ...]
    rows: int
    institutions: int
    subjects: int
    benign: int
    first_day: date
    last_day: date

    @property
    def sentence(self) -> str:
        """Return one line on what the sample holds."""
        return (
            f"{self.institutions} 家机构，{len(self.files)} 个文件，{self.rows:,} 行流水，"
            f"{self.first_day}～{self.last_day}；"
            f"埋设 {self.subjects} 个风险主体、{self.benign} 个正常而相似的主体"
        )


def write_sample(out: Path, *, seed: int, persons: int, days: int, last_day: date) -> SampleSummary:
    """Write the extracts of a synthetic city below ``out``; equal arguments give equal bytes.

    Raises ConfigurationError below 200 persons or 60 days, which leave no room for the schemes, and when ``out``
    already holds an inbox, so that two samples never mix.
    """
    if persons < LEAST_PERSONS or days < LEAST_DAYS:
        raise ConfigurationError(
            f"合成样本至少需要 {LEAST_PERSONS} 人、{LEAST_DAYS} 天。",
            f"A sample needs at least {LEAST_PERSONS} persons and {LEAST_DAYS} days.",
        )
    inbox = out / "inbox"
    if inbox.exists():
        raise ConfigurationError(
            "目标目录已有 inbox，请换一个空目录。", "The folder already holds an inbox; choose an empty one."
        )
    world, lenders = build(seed=seed, persons=persons, days=days, last_day=last_day)
    entries = world.journal.close()
    firms = [firm for group in lenders.values() for firm in group]
    held = {firm.special: firm.held for firm in firms if firm.sector == "guarantee"}
    legs, openings = legs_of(world, entries, held)
    files: list[Path] = []
    for bank, rows in statements.rows_of(world, entries, legs).items():
        folder = _folder(inbox, BANKS[bank].institution)
        files += _companions(world, folder, bank, openings)
        files += _statements(world, folder, bank, rows.frame)
    for firm in firms:
        files += _workbooks(world, _folder(inbox, firm.code), firm)
    files.append(_authority(world, _folder(inbox, "610900-A01")))
    for path in files:
        # As delivered on the last day: a reader of the inbox takes a file that changes just now for unfinished.
        os.utime(path, (_delivered(last_day), _delivered(last_day)))
    entries_toml = registers.institution_entries(world, [(firm.code, firm.sector, firm.party) for firm in firms])
    (out / "institutions.toml").write_text(_toml(entries_toml), encoding="utf-8")
    truth = truth_of(world.subjects, world.register, world.book)
    write_truth(out / "truth.json", truth)
    return SampleSummary(
        files=tuple(files),
        rows=len(legs),
        institutions=len(entries_toml),
        subjects=len(truth["subjects"]),
        benign=len(truth["benign"]),
        first_day=date_of(world.calendar.first),
        last_day=last_day,
    )


def _delivered(last_day: date) -> float:
    return datetime.combine(last_day, time(23), tzinfo=timezone(timedelta(hours=8))).timestamp()


def _folder(inbox: Path, code: str) -> Path:
    folder = inbox / code
    folder.mkdir(parents=True)
    return folder


def _companions(
    world: World, folder: Path, bank: int, openings: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> list[Path]:
    encoding = "gb18030" if bank == 0 else "utf-8-sig"
    files = []
    for name, frame in (
        ("人员信息.csv", registers.persons_of(world, bank)),
        ("账户信息.csv", registers.accounts_of(world, bank, openings)),
    ):
        path = folder / name
        path.write_bytes(statements.csv_bytes(frame, encoding))
        files.append(path)
    return files


def _statements(world: World, folder: Path, bank: int, frame: pl.DataFrame) -> list[Path]:
    """Bank 0 sends half months in GB18030 with blemishes, bank 1 months in UTF-8 with a BOM, bank 2 Parquet."""
    period = pl.from_epoch("at", time_unit="s").dt.strftime("%Y%m")
    if bank == 0:
        late = pl.from_epoch("at", time_unit="s").dt.day() > 15
        period = pl.concat_str([period, pl.when(late).then(pl.lit("下")).otherwise(pl.lit("上"))])
    files = []
    for (label,), part in frame.with_columns(period.alias("period")).group_by("period", maintain_order=True):
        path = folder / f"银行流水_{label}.{'parquet' if bank == 2 else 'csv'}"
        if bank == 2:
            statements.as_canonical(part).write_parquet(path, compression="zstd")
        elif bank == 1:
            path.write_bytes(
                statements.csv_bytes(
                    statements.as_34_columns(part, incoming="进", outgoing="出", currency="CNY"), "utf-8-sig"
                )
            )
        else:
            texts = blemishes.soil(
                statements.as_34_columns(part, incoming="贷", outgoing="借", currency="人民币"), world.rng
            )
            plain = (part["tag"] == 0) & ~part["failed"] & ~part["undone"]
            texts, _ = blemishes.spoil(texts, np.flatnonzero(plain.to_numpy()), world.rng)
            path.write_bytes(statements.csv_bytes(texts, "gb18030"))
        files.append(path)
    return files


def _write_workbook(path: Path, sheets: dict[str, Cells], made: datetime) -> Path:
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "constant_memory": True})
    book.set_properties({"created": made})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, column, cell)
    book.close()
    return path


def _workbooks(world: World, folder: Path, firm: Lender) -> list[Path]:
    files = []
    for day in world.calendar.month_ends():
        made = datetime.combine(date_of(day), datetime.min.time())
        sheets = workbook(world, firm, day)
        path = folder / f"{world.party(firm.party).name}_{date_of(day):%Y%m}.xlsx"
        files.append(_write_workbook(path, sheets, made))
    return files


def _authority(world: World, folder: Path) -> Path:
    tables = {
        "企业信息": registers.firms_register(world),
        "关系信息": registers.relations_register(world),
        "名单": registers.watchlist(world),
    }
    sheets: dict[str, Cells] = {name: [tuple(frame.columns), *frame.rows()] for name, frame in tables.items()}
    made = datetime.combine(date_of(world.calendar.first), datetime.min.time())
    return _write_workbook(folder / f"登记与名单_{date_of(world.calendar.first):%Y%m%d}.xlsx", sheets, made)


def _toml(entries: list[dict[str, str]]) -> str:
    lines = ["# 报送机构登记 · who may report", ""]
    for entry in entries:
        lines.append("[[institution]]")
        lines += [f'{key} = "{value}"' for key, value in entry.items()]
        lines.append("")
    return "\n".join(lines)
