"""Writing a sample: inbox folders as institutions would fill them, their registration, and the truth apart."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

import polars as pl

from fundwatch.city import registers, statements
from fundwatch.city.accounts import Account
from fundwatch.city.containers import delimited, table, workbook
from fundwatch.city.delivering import Named, reported, statements_of
from fundwatch.city.houses import HOUSES, House, Layout, houses_of
from fundwatch.city.journal import Ints
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.ledgers.sheets import sheets_of
from fundwatch.city.legs import legs_of
from fundwatch.city.pace import Pace
from fundwatch.city.plan import build
from fundwatch.city.truth import entries_of, truth_of, write_entries, write_truth
from fundwatch.city.world import World
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import date_of

LEAST_PERSONS, LEAST_DAYS = 200, 60
AUTHORITY = "610900-A01"
TEXT_FIRM = "02"
"""The second firm of each sector has no workbook: it sends one text file for each sheet."""
TEXT_FORMS = {
    "micro_loan": ("gb18030", ",", "csv"),
    "guarantee": ("utf-8-sig", ",", "csv"),
    "pawn": ("utf-16", "\t", "txt"),
}
"""Encoding, separator and ending of such files, by sector; the last is what a spreadsheet calls Unicode text."""


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


def write_sample(
    out: Path, *, seed: int, persons: int, days: int, last_day: date, pace: Pace = Pace.QUICK
) -> SampleSummary:
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
    world, lenders = build(seed=seed, persons=persons, days=days, last_day=last_day, pace=pace)
    entries = world.journal.close()
    firms = [firm for group in lenders.values() for firm in group]
    held = {firm.special: firm.held for firm in firms if firm.sector == "guarantee"}
    legs, openings = legs_of(world, entries, held)
    houses = houses_of(world)
    delivered: list[tuple[str, Iterable[Named]]] = []
    sent, planted = 0, []
    for index, frame in statements.rows_of(world, entries, legs, houses).items():
        house = HOUSES[index]
        accounts = [account for account in world.book.accounts if houses[account.index] == index]
        delivered.append((house.code, _companions(world, house, accounts, openings)))
        rows = reported(world, house, frame)
        sent += len(rows)
        planted.append(entries_of(world.subjects, house.code, rows))
        delivered.append((house.code, statements_of(house, rows, world.rng, world.gaps)))
    delivered += [(firm.code, _books(world, firm)) for firm in firms]
    delivered.append((AUTHORITY, _authority(world)))
    files = [_written(inbox / code / name, content) for code, named in delivered for name, content in named]
    for path in files:
        # As delivered on the last day: a reader of the inbox takes a file that changes just now for unfinished.
        os.utime(path, (_delivered(last_day), _delivered(last_day)))
    entries_toml = registers.institution_entries(world, [(firm.code, firm.sector, firm.party) for firm in firms])
    (out / "institutions.toml").write_text(_toml(entries_toml), encoding="utf-8")
    truth = truth_of(world.subjects, world.register, world.book)
    write_truth(out / "truth.json", truth)
    write_entries(out / "truth_entries.parquet", planted)
    return SampleSummary(
        files=tuple(files),
        rows=sent,
        institutions=len(entries_toml),
        subjects=len(truth["subjects"]),
        benign=len(truth["benign"]),
        first_day=date_of(world.calendar.first),
        last_day=last_day,
    )


def _delivered(last_day: date) -> float:
    return datetime.combine(last_day, time(23), tzinfo=timezone(timedelta(hours=8))).timestamp()


def _written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _companions(world: World, house: House, accounts: list[Account], openings: Ints) -> Iterator[Named]:
    encoding = "gb18030" if house.layout is Layout.QUERY else "utf-8-sig"
    yield "人员信息.csv", delimited(registers.persons_of(world, accounts), encoding)
    yield "账户信息.csv", delimited(registers.accounts_of(world, accounts, openings, house), encoding)


def _books(world: World, firm: Lender) -> Iterator[Named]:
    """Yield the month-end books of a firm: a workbook a month, or a text file for each sheet."""
    name = world.party(firm.party).name
    for day in world.calendar.month_ends():
        sheets = sheets_of(world, firm, day)
        if firm.code[-2:] == TEXT_FIRM:
            encoding, separator, ending = TEXT_FORMS[firm.sector]
            for title, rows in sheets.items():
                frame = pl.DataFrame(rows[1:], schema=dict.fromkeys(rows[0], pl.String), orient="row")
                yield f"{name}_{title}_{date_of(day):%Y%m}.{ending}", delimited(frame, encoding, separator)
        else:
            yield f"{name}_{date_of(day):%Y%m}.xlsx", workbook(sheets, _midnight(day))


def _authority(world: World) -> Iterator[Named]:
    """Yield the registers as a workbook, and the list of those under watch as text."""
    first = world.calendar.first
    registered = {
        "企业信息": table(registers.firms_register(world)),
        "关系信息": table(registers.relations_register(world)),
    }
    yield f"登记信息_{date_of(first):%Y%m%d}.xlsx", workbook(registered, _midnight(first))
    yield f"名单_{date_of(first):%Y%m%d}.csv", delimited(registers.watchlist(world), "utf-8-sig")


def _midnight(day: int) -> datetime:
    return datetime.combine(date_of(day), datetime.min.time())


def _toml(entries: list[dict[str, str]]) -> str:
    lines = ["# 报送机构登记 · who may report", ""]
    for entry in entries:
        lines.append("[[institution]]")
        lines += [f'{key} = "{value}"' for key, value in entry.items()]
        lines.append("")
    return "\n".join(lines)
