"""Laws over all relation files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot

from fundwatch.relations.building import touched_months
from fundwatch.relations.catalogue import Relation, catalogue, relation
from fundwatch.sql.file import read_sql_file
from fundwatch.sql.portable import to_spark, violations

from .conftest import Town

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
    for path in sorted((Path(violations.__code__.co_filename).parents[1] / "relations/questions").glob("*.sql")):
        assert violations(read_sql_file(path)) == []


@RELATIONS
def test_month_relations_bind_the_month_and_whole_ones_do_not(each: Relation) -> None:
    assert ({"first_day", "last_day"} & each.file.placeholders != set()) == each.by_month


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


def test_a_changed_day_touches_the_months_that_read_it() -> None:
    end_of_february = 20147
    assert touched_months(relation("sightings"), [end_of_february]) == {"2025-02"}
    assert touched_months(relation("transfers"), [end_of_february - 3]) == {"2025-02"}
    assert touched_months(relation("transfers"), [end_of_february]) == {"2025-02", "2025-03"}
    assert touched_months(relation("transfers"), [end_of_february + 11]) == {"2025-02", "2025-03"}
    assert touched_months(relation("transfers"), [end_of_february + 12]) == {"2025-03"}
