"""Laws over all relation files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot

from fundwatch.relations.catalogue import Partition, Relation, catalogue
from fundwatch.sql.file import read_sql_file
from fundwatch.sql.portable import to_spark, violations

from .conftest import Town

QUESTIONS = Path(violations.__code__.co_filename).parents[1] / "relations/questions"
RELATIONS = pytest.mark.parametrize("each", catalogue(), ids=lambda each: each.name)


@RELATIONS
def test_reads_what_it_says(each: Relation) -> None:
    assert each.file.relations == frozenset(each.file.front_matter["reads"])


@RELATIONS
def test_is_described_in_two_languages(each: Relation) -> None:
    assert set(each.file.front_matter["doc"]) == {"zh", "en"}


@RELATIONS
def test_is_portable_and_spark_reads_it(each: Relation) -> None:
    assert violations(each.file) == []
    assert sqlglot.parse_one(to_spark(each.file), read="spark") is not None


def test_questions_are_portable_too() -> None:
    for path in sorted(QUESTIONS.glob("*.sql")):
        file = read_sql_file(path)
        assert violations(file) == []
        assert (file.front_matter["id"], set(file.front_matter["doc"])) == (path.stem, {"zh", "en"})
        assert file.relations == frozenset(file.front_matter["reads"]), path.stem


@RELATIONS
def test_relations_by_day_or_month_bind_their_days_and_whole_ones_do_not(each: Relation) -> None:
    bound = {"first_day", "last_day", "month_first_day", "month_last_day"} & each.file.placeholders
    assert (bound != set()) == (each.partition is not Partition.WHOLE)


@RELATIONS
def test_a_relation_by_day_says_the_day_of_each_row(each: Relation, town: Town) -> None:
    town.build()
    assert each.partition is not Partition.DAY or "day" in {name for name, *_ in town.ask(f"DESCRIBE {each.name}")}


@RELATIONS
def test_questions_that_find_touched_days_exist(each: Relation) -> None:
    assert all((QUESTIONS / f"{name}.sql").is_file() for name in each.also_touched)


def test_columns_are_those_of_the_data_model(town: Town) -> None:
    page = (Path(__file__).parents[2] / "docs/data-model.md").read_text(encoding="utf-8")
    derived = page.split("## Derived relations")[1]
    town.build()
    for each in catalogue():
        if each.is_step:
            continue
        section = re.search(rf"^\*\*{each.name}\*\*.*?(?=\n\n|\Z)", derived, re.M | re.S)
        assert section, each.name
        for name, kind, *_ in town.ask(f"DESCRIBE {each.name}"):
            assert re.search(rf"\b{name}\b", section.group()), f"{each.name}.{name} is not in docs/data-model.md"
            assert kind in {"BIGINT", "INTEGER", "VARCHAR", "BOOLEAN", "TIMESTAMP"}, f"{each.name}.{name} {kind}"
