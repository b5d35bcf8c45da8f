"""Where the rows of relations lie in the lake: by day, by month, amended; a view and the warehouse see the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from fundwatch.domain.keys import month_bounds
from fundwatch.store.engines import open_warehouse
from fundwatch.store.lake import Lake
from fundwatch.store.manifests import GONE, Manifest
from fundwatch.store.settings import Settings
from fundwatch.store.warehouse import open_manifest, rebuild, sync
from pipelines import partitions
from pipelines.partitions import LakeWriter
from pipelines.tables import temporary_table

COLUMNS = {"transfer_id": "BIGINT", "day": "INTEGER", "class": "TEXT", "term": "TEXT"}
JUNE, JULY, AUGUST, SEPTEMBER = (month_bounds(f"2026-0{month}") for month in (6, 7, 8, 9))
Row = tuple[int, int, str, str]


@dataclass
class House:
    """A warehouse with one relation by day, and the rows that it should hold."""

    settings: Settings
    connection: DuckDBPyConnection
    writer: LakeWriter
    rows: set[Row] = field(default_factory=set)

    def replace(self, span: tuple[int, int], rows: set[Row]) -> None:
        self.rows = {row for row in self.rows if not span[0] <= row[1] <= span[1]} | rows
        self._table("built", rows)
        self.writer("remark_terms", span, "built")

    def amend(self, gone: set[Row], rows: set[Row]) -> None:
        self.rows = (self.rows - gone) | rows
        self._table("gone", gone)
        self._table("built", rows)
        self.writer.amend("remark_terms", "gone", "built")

    def settle(self, newest_day: int) -> None:
        self.writer = LakeWriter(Lake(self.settings.lake), self.connection, self.writer.manifest, newest_day)
        self.writer.settle()

    def check(self) -> None:
        """Compare the warehouse, a view over the lake and a warehouse made anew with what should be there."""
        query = "SELECT transfer_id, day, class, term FROM remark_terms ORDER BY ALL"
        assert self.connection.execute(query).fetchall() == sorted(self.rows)
        with open_manifest(self.settings, self.writer.manifest) as views:
            assert views.execute(query).fetchall() == sorted(self.rows)

    def _table(self, name: str, rows: set[Row]) -> None:
        temporary_table(self.connection, name, COLUMNS, sorted(rows))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = Settings.from_environment({"FUNDWATCH_HOME": str(tmp_path)})
    with open_warehouse(settings) as connection:
        lake = Lake(settings.lake)
        sync(connection, Manifest(), lake)
        yield House(settings, connection, LakeWriter(lake, connection, Manifest(), JULY[1]))


def rows_of(span: tuple[int, int], mark: str = "a") -> set[Row]:
    return {(day * 10 + number, day, "salary", mark) for day in range(span[0], span[1] + 1) for number in range(3)}


def test_the_newest_two_months_lie_by_day_and_older_ones_in_one_file(house: House) -> None:
    for span in (JUNE, JULY):
        house.replace(span, rows_of(span))
    assert len(house.writer.manifest.partitions("remark_terms")) == 61
    house.replace(AUGUST, rows_of(AUGUST))
    house.settle(AUGUST[1])
    names = house.writer.manifest.partitions("remark_terms")
    assert (names[0], len(names)) == ("2026-06", 63)
    house.check()


def test_the_month_that_comes_back_open_lies_by_day_again(house: House) -> None:
    house.replace(JUNE, rows_of(JUNE))
    house.settle(AUGUST[0])
    assert house.writer.manifest.partitions("remark_terms") == ("2026-06",)
    house.settle(JUNE[1])
    assert len(house.writer.manifest.partitions("remark_terms")) == 30
    house.check()


def test_a_late_day_of_an_old_month_leaves_the_other_days(house: House) -> None:
    house.replace(JUNE, rows_of(JUNE))
    house.settle(AUGUST[0])
    house.replace((JUNE[0] + 3, JUNE[0] + 4), {(1, JUNE[0] + 3, "salary", "late")})
    assert house.writer.manifest.partitions("remark_terms") == ("2026-06",)
    house.check()


@pytest.mark.parametrize("seed", range(8))
def test_amended_replaced_and_settled_rows_are_the_same_everywhere(house: House, seed: int) -> None:
    chance = random.Random(seed)
    house.replace(JUNE, rows_of(JUNE))
    house.replace(JULY, rows_of(JULY))
    history = [house.writer.manifest]
    for step in range(8):
        act = chance.choice(["amend", "amend", "replace", "settle", "back"])
        if act == "amend":
            gone = set(chance.sample(sorted(house.rows), 7))
            house.amend(gone, {(row[0], row[1], row[2], f"{step}") for row in sorted(gone)[:5]})
        elif act == "replace":
            first = chance.randint(*chance.choice([JUNE, JULY]))
            span = (first, min(first + 2, JUNE[1] if first <= JUNE[1] else JULY[1]))
            house.replace(span, rows_of(span, f"r{step}"))
        elif act == "settle":
            house.settle(chance.choice([JULY[1], AUGUST[1], SEPTEMBER[1]]))
        else:
            sync(house.connection, chance.choice(history), Lake(house.settings.lake))
            sync(house.connection, house.writer.manifest, Lake(house.settings.lake))
        history.append(house.writer.manifest)
        house.check()
    rebuild(house.connection, house.writer.manifest, Lake(house.settings.lake))
    house.check()


def test_a_relation_much_amended_is_laid_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "_MOST_AMENDMENTS", 2)
    house.replace(JUNE, rows_of(JUNE))
    for number in range(3):
        gone = set(sorted(house.rows)[number : number + 1])
        house.amend(gone, {(row[0], row[1], "x", "y") for row in gone})
    assert len(house.writer.manifest.of("remark_terms", GONE)) == 3
    house.settle(JUNE[1])
    assert house.writer.manifest.of("remark_terms", GONE) == ()
    assert len(house.writer.manifest.partitions("remark_terms")) == 30
    assert {file.number for file in house.writer.manifest.of("remark_terms")} == {0}
    house.check()
