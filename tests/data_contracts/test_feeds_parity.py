"""Over dirty files of every feed the compiled contract and Great Expectations find the same cells."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from data_contracts.catalogue import Catalogue, load_catalogue
from data_contracts.checking import Sender, check
from data_contracts.expectations import Expectation, expectations_of
from data_contracts.recognition import lay_over
from data_contracts.witness import Finding, findings_of, judge_rows

SAMPLES = Path(__file__).parent / "samples"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.yaml"))
DIRT = [
    "", " ", "-", "abc", "未知", "是", "O", "1\t", "１２３", "1e5", "6.22202E+18", "6222****0001",
    "9999999999999999999", "0", "-5", "(500)", "￥1,2,3", "1.23456", "100%", "2024-02-30", "2024/7/5",
    "20240705", "45000", "99:99", "610902195803120014", "91610902MA70AAAA11",
]  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as opened:
        yield opened


def sample_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def spoiled(text: str, rng: random.Random) -> str:
    """A cell replaced by dirt, or with a character lost, doubled or exchanged."""
    if not text or rng.random() < 0.5:
        return rng.choice(DIRT)
    at = rng.randrange(len(text))
    return rng.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + rng.choice("0X-. 九A") + text[at + 1 :],
        ]
    )


def dirty_rows(rows: list[list[Any]], count: int, seed: int) -> list[list[str]]:
    """Rows of a sample over and over, about one cell in six spoiled; a few with a cell too few or too many."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        row = [str(cell) for cell in rng.choice(rows)]
        row = [spoiled(cell, rng) if rng.random() < 0.16 else cell for cell in row]
        made.append(rng.choice([row[:-1], [*row, "x"]]) if rng.random() < 0.03 else row)
    return made


def judged(
    name: str, count: int, seed: int, catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, folder: Path
) -> tuple[set[Finding], tuple[Expectation, ...]]:
    """Check a dirty file, hold both judgements against each other, and return what was found."""
    sample = sample_of(name)
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([sample["headers"], *dirty_rows(sample["rows"], count, seed)])
    sender = Sender("610900-T01", sample["sender"]["sector"])
    main = check(path, institution=sender, catalogue=catalogue, connection=connection)[0]
    assert main.contract == sample.get("contract", name)
    cleaned = connection.execute(f'SELECT * FROM "{main.clean}"').df()
    contract = catalogue.feeds[main.contract]
    headers = tuple(sample["headers"])
    items = expectations_of(lay_over(contract, 1, headers, ""), len(headers))
    agreement = judge_rows(contract, items, cleaned)
    assert agreement.agrees, (agreement.only_ours[:5], agreement.only_theirs[:5])
    return findings_of(cleaned[cleaned["_skip"].isna()], items), items


@pytest.mark.parametrize("name", NAMES)
def test_dirty_files_are_judged_alike(
    name: str, catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    found, items = judged(name, 120, len(name), catalogue, connection, tmp_path)
    assert len({items[finding.place].kind for finding in found}) >= 2
