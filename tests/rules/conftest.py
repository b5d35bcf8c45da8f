"""A bench for cases: in-memory DuckDB, the columns of the data model, party_day and pair_day derived."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fundwatch.sql.binding import bind
from fundwatch.sql.file import SqlFile, read_sql_file
from fundwatch.store import schema
from rules import reference
from rules.case_facts import Columns
from rules.casework import Bench
from rules.catalogue import Catalogue, load_catalogue

FOLDER = Path(__file__).parents[2] / "rules"
RELATIONS = Path(__file__).parents[2] / "fundwatch" / "relations" / "sql"


def columns_of_data_model() -> Columns:
    return {name: relation.columns for name, relation in schema.RELATIONS.items()}


def connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 2})


@cache
def _relation(name: str) -> SqlFile:
    return read_sql_file(RELATIONS / f"{name}.sql")


def derive(connection: Any) -> None:
    """Fill party_day and pair_day with the relations' own queries, over all days at once."""
    for name in ("party_day", "pair_day"):
        file = _relation(name)
        values = bind(file, {"first_day": 0, "last_day": 40_000})
        connection.execute(f"INSERT INTO {name} BY NAME {file.query}", values)


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench(connect, columns_of_data_model(), derive, reference.FOLDER)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(FOLDER)
