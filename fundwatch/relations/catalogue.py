"""The catalogue of derived relations: one SQL file each, in the order in which they are built."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import month_bounds
from fundwatch.sql.file import SqlFile, read_sql_file

FOLDER = Path(__file__).parent / "sql"
WHOLE = "all"
"""Name of the only partition of a relation that is not split by month."""

_ORDER = (
    "sightings", "account_numbers", "customers", "strong_links", "control_links", "firms", "entities", "transfers",
    "remark_terms", "party_day", "pair_day", "group_month", "principal_day", "weak_links",
    "shared_contacts", "calendar_days", "coverage",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relation:
    """One derived relation: its query and how far around a month's days the query looks.

    A step (``is_step``) is a table that only the build itself needs; it is not written to the lake.
    """

    name: str
    file: SqlFile
    by_month: bool
    is_step: bool
    lookback_days: int
    lookahead_days: int

    def months_reading(self, day: int, months: frozenset[str]) -> frozenset[str]:
        """Return those of ``months`` whose query reads rows of the day."""
        return frozenset(month for month in months if self._reads(month, day))

    def _reads(self, month: str, day: int) -> bool:
        first, last = month_bounds(month)
        return first - self.lookback_days <= day <= last + self.lookahead_days


@cache
def catalogue() -> tuple[Relation, ...]:
    """Return all relations in build order; raises ConfigurationError when files and order disagree."""
    found = {path.stem for path in FOLDER.glob("*.sql")}
    if found != set(_ORDER):
        names = ", ".join(sorted(found ^ set(_ORDER)))
        raise ConfigurationError(
            f"派生关系的文件与顺序表不一致：{names}，请修正。",
            f"relation files and build order disagree about: {names}; mend one of them.",
            code="R001",
        )
    return tuple(_relation(FOLDER / f"{name}.sql") for name in _ORDER)


def relation(name: str) -> Relation:
    """Return one relation of the catalogue; raises KeyError for an unknown name."""
    return {each.name: each for each in catalogue()}[name]


def _relation(path: Path) -> Relation:
    file = read_sql_file(path)
    facts = file.front_matter
    if facts.get("id") != path.stem or facts.get("partition") not in ("month", "whole"):
        raise ConfigurationError(
            f"{path.name}：id 须等于文件名，partition 须为 month 或 whole，请修正。",
            f"{path.name}: id must equal the file name and partition be month or whole; mend the file.",
            code="R002",
        )
    return Relation(
        name=path.stem,
        file=file,
        by_month=facts["partition"] == "month",
        is_step=facts.get("kind") == "step",
        lookback_days=int(facts.get("lookback_days", 0)),
        lookahead_days=int(facts.get("lookahead_days", 0)),
    )
