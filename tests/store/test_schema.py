"""The program's columns are the page's columns."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from fundwatch.domain.errors import ConfigurationError
from fundwatch.store.schema import RELATIONS, Kind, relation
from fundwatch.store.shaping import conform, empty, widen

PAGE = Path(__file__).parents[2] / "docs" / "data-model.md"
TYPES = {"TEXT", "BIGINT", "INTEGER", "DATE", "TIMESTAMP", "BOOLEAN"}


def _declared(text: str, *, shared: bool) -> dict[str, str | None]:
    """Read names and types from the code spans of a paragraph.

    In computed relations a type holds for the untyped names before it as well (``shared``).
    """
    columns: dict[str, str | None] = {}
    text = re.sub(r"\([^()]*(`[^()]*`[^()]*)?\)", "", text)
    for span in re.findall(r"`([^`]*)`", text):
        untyped: list[str] = []
        for part in span.strip().strip(",").split(","):
            words = part.split()
            if not words or not re.fullmatch(r"[a-z_0-9]+", words[0]) or words[0] in columns:
                continue
            kind = words[1] if len(words) > 1 and words[1] in TYPES else None
            columns[words[0]] = kind
            if kind is None:
                untyped.append(words[0])
            elif shared:
                columns |= dict.fromkeys(untyped, kind)
                untyped = []
    return columns


def _page() -> dict[str, dict[str, str | None]]:
    text = PAGE.read_text(encoding="utf-8").split("## Conventions")[1]
    found = {}
    for paragraph in text.split("\n\n"):
        head = re.match(r"\*\*([a-z_]+)\*\*", paragraph)
        if head:
            canonical = head[1] in RELATIONS and RELATIONS[head[1]].is_canonical
            found[head[1]] = _declared(paragraph[head.end() :], shared=not canonical)
        for name, columns in re.findall(r"^\| (reference_[a-z]+) \| (.*) \|$", paragraph, flags=re.MULTILINE):
            found[name] = _declared(columns, shared=True)
    return found


def test_the_page_names_every_relation() -> None:
    assert set(_page()) == set(RELATIONS)


@pytest.mark.parametrize("name", sorted(RELATIONS))
def test_columns_are_those_of_the_page(name: str) -> None:
    target, page = relation(name), _page()[name]
    own = dict(target.columns[6:] if target.is_canonical else target.columns)
    # Remarks after the list may name other things in code spans; those are no columns of ours.
    assert list(own) == [column for column in page if column in own]
    for column, kind in page.items():
        if column in own and kind is not None:
            assert (column, own[column]) == (column, kind)
    typed_or_listed = [column for column, kind in page.items() if kind is not None]
    assert set(typed_or_listed) <= set(own), "the page has a typed column that the program lacks"


def test_money_keys_and_days_have_the_types_of_the_conventions() -> None:
    for target in RELATIONS.values():
        for column, kind in target.columns:
            if column.endswith("_key"):
                assert kind == "BIGINT", (target.name, column)
            if column.endswith("_day"):
                assert kind == "INTEGER", (target.name, column)
            if column.endswith("_on"):
                assert kind == "DATE", (target.name, column)


def test_stock_and_flow_are_those_of_the_page() -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    for kind, pattern in ((Kind.STOCK, r"Stock tables \(([^)]*)\)"), (Kind.FLOW, r"Flow tables \(([^)]*)\)")):
        found = re.search(pattern, text)
        assert found is not None
        assert {name.strip() for name in found[1].split(",")} == {t.name for t in RELATIONS.values() if t.kind is kind}


def test_an_unknown_relation_is_named() -> None:
    with pytest.raises(ConfigurationError, match="transactoins"):
        relation("transactoins")


def test_missing_and_unknown_columns_are_refused(connection: DuckDBPyConnection) -> None:
    rows = connection.sql("SELECT 1 AS day, TRUE AS is_workday, 'y' AS holyday, 1 AS _internal")
    with pytest.raises(ConfigurationError, match=r"missing: \['holiday', 'workday_number'\]; unknown: \['holyday'\]"):
        conform(rows, relation("reference_calendar"))


def test_columns_are_brought_to_order_and_type(connection: DuckDBPyConnection) -> None:
    rows = connection.sql("SELECT 3 AS amount, 9 AS valid_to_day, 'gold_gram' AS item, '5' AS valid_from_day")
    shaped = conform(rows, relation("reference_prices"))
    assert shaped.columns == ["item", "amount", "valid_from_day", "valid_to_day"]
    assert shaped.fetchall() == [("gold_gram", 3, 5, 9)]


def test_a_column_gained_later_is_empty_in_older_files(connection: DuckDBPyConnection) -> None:
    rows = connection.sql("SELECT 'gold_gram' AS item, 3 AS amount, 7 AS _file")
    assert widen(rows, relation("reference_prices"), "_file").fetchall() == [("gold_gram", 3, None, None, 7)]


@pytest.mark.parametrize("name", sorted(RELATIONS))
def test_empty_relations_have_the_right_types(connection: DuckDBPyConnection, name: str) -> None:
    target = relation(name)
    rows = empty(connection, target)
    assert rows.fetchall() == []
    assert [str(kind) for kind in rows.types] == [str(duckdb.sqltype(kind)) for _, kind in target.columns]
