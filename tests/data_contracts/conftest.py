from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data_contracts.catalogue import Catalogue, load_catalogue
from data_contracts.checking import Checked, Sender, check

BANK = Sender("610900-B01", "bank")


@pytest.fixture(scope="session")
def all_contracts() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(config={"threads": 2})
    yield connection
    connection.close()


@pytest.fixture
def checked(all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection) -> Callable[..., Checked]:
    """Check a file of one table as a bank's and return its result."""

    def run(path: Path, **options: Any) -> Checked:
        sender = options.pop("institution", BANK)
        return check(path, institution=sender, catalogue=all_contracts, connection=engine, **options)[0]

    return run


@pytest.fixture
def typed(engine: duckdb.DuckDBPyConnection) -> Callable[..., list[tuple[Any, ...]]]:
    """Return columns of the typed rows of a result in file order."""

    def read(result: Checked, columns: str) -> list[tuple[Any, ...]]:
        assert result.rows is not None, result.receipt
        return engine.execute(f"SELECT {columns} FROM {result.rows} ORDER BY row").fetchall()

    return read
