"""A bench for cases: in-memory DuckDB, the columns of the data model, party_day and pair_day derived."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from fundwatch.store import schema
from pipelines.trial import derive
from rules import reference
from rules.case_facts import Columns
from rules.casework import Bench
from rules.catalogue import Catalogue, load_catalogue

FOLDER = Path(__file__).parents[2] / "rules"


def columns_of_data_model() -> Columns:
    return {name: relation.columns for name, relation in schema.RELATIONS.items()}


def connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 2})


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench(connect, columns_of_data_model(), derive, reference.FOLDER)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(FOLDER)
