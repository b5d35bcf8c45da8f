"""The catalogue of derived relations: one SQL file each, in the order in which they are built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from fundwatch.domain.errors import ConfigurationError
from fundwatch.sql.file import SqlFile, read_sql_file

FOLDER = Path(__file__).parent / "sql"
_ORDER = (
    "sightings", "account_numbers", "customers", "strong_links", "control_links", "firms", "entities", "transfers",
    "remark_terms", "party_day", "pair_day", "group_month", "principal_day", "weak_links",
    "shared_contacts", "calendar_days", "coverage",
)  # fmt: skip


class Partition(StrEnum):
    """What of a relation is built again when something of it changes."""

    DAY = "day"
    MONTH = "month"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Amended:
    """How rows of a relation by day are brought up to accounts that moved, without building their days."""

    keys: str
    """Question that names the rows: those of the relation that share the columns ``by`` with an answer."""
    by: tuple[str, ...]
    reads: dict[str, str]
    """What the query reads for those rows alone: the question that narrows each table."""
    narrowest: str
    day: str
    """The narrowed table, and its column, that names the days of those rows."""
    is_exact: bool
    """Whether the query over the narrowed tables gives those rows and no others."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One derived relation: its query, and what of it a change touches.

    A row of a relation by day rests on its own day of what it reads; ``also_touched`` names the questions that find
    the other days on which a change shows. A step (``is_step``) is a table that only the build itself needs; it is
    not written to the lake.
    """

    name: str
    file: SqlFile
    partition: Partition
    is_step: bool
    also_touched: tuple[str, ...]
    amended: Amended | None
    narrowed: dict[str, str]
    """Questions that narrow what the query reads to a few days' needs, where it reads much else from nothing."""
    joins_days: int
    """Greatest gap between touched days that are built by one query, where a query is dear; 0 for the usual one."""


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
    if facts.get("id") != path.stem or facts.get("partition") not in set(Partition):
        raise ConfigurationError(
            f"{path.name}：id 须等于文件名，partition 须为 day、month 或 whole，请修正。",
            f"{path.name}: id must equal the file name and partition be day, month or whole; mend the file.",
            code="R002",
        )
    return Relation(
        name=path.stem,
        file=file,
        partition=Partition(facts["partition"]),
        is_step=facts.get("kind") == "step",
        also_touched=tuple(facts.get("also_touched", ())),
        amended=_amended(facts.get("amended")),
        narrowed=dict(facts.get("narrowed", {})),
        joins_days=int(facts.get("joins_days", 0)),
    )


def _amended(facts: Mapping[str, Any] | None) -> Amended | None:
    if facts is None:
        return None
    return Amended(
        keys=facts["keys"],
        by=tuple(facts["by"]),
        reads=dict(facts["reads"]),
        narrowest=facts["days"][0],
        day=facts["days"][1],
        is_exact=bool(facts.get("is_exact", False)),
    )
