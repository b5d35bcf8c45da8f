"""Files are parsed in a process of their own; what comes out is what parsing here gives, or one sentence."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from data_contracts.catalogue import load_catalogue
from data_contracts.checking import Sender, check
from data_contracts.reading import stage_file
from fundwatch.domain.errors import InputError
from fundwatch.store.settings import Settings
from pipelines.confining import confined_stage, limits_for
from tests.data_contracts.workbooks import sheet, spelled, text_cell

HEADERS = frozenset({"账号", "金额"})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"FUNDWATCH_HOME": str(tmp_path / "home"), "FUNDWATCH_PARSE_MEMORY_MB": "768"})


def files(folder: Path) -> dict[str, Path]:
    text = folder / "a.csv"
    text.write_text('账号,金额\n1,2\n2,"x\n', encoding="gb18030")
    row = f'<row r="2">{text_cell("B2", "账号")}<c r="C2"><f>1+1</f><v>2</v></c></row>'
    book = spelled(folder / "a.xlsx", {"流水": sheet(row)})
    columns = folder / "a.parquet"
    duckdb.sql("SELECT 12.50::DECIMAL(10, 2) AS amount, 'x' AS account").write_parquet(str(columns))
    return {"csv": text, "xlsx": book, "parquet": columns}


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_the_confined_parser_says_what_this_process_would(form: str, tmp_path: Path, settings: Settings) -> None:
    path = files(tmp_path)[form]
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    expected = stage_file(path, HEADERS, here)
    found = confined_stage(settings)(path, HEADERS, there)
    assert found.to_json() == expected.to_json()
    for table in found.tables:
        (file,) = table.files
        if table.storage == "lines":
            assert (there / file).read_bytes() == (here / file).read_bytes()
        else:
            ours, theirs = (duckdb.read_parquet(str(folder / file)).fetchall() for folder in (here, there))
            assert ours == theirs


def test_a_refusal_crosses_with_its_code(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(InputError) as caught:
        confined_stage(settings)(path, HEADERS, tmp_path)
    assert (caught.value.code, caught.value.place) == ("R010", "a.csv")


def test_what_needs_too_much_memory_is_one_batch_fault(tmp_path: Path) -> None:
    settings = Settings.from_environment({"FUNDWATCH_HOME": str(tmp_path), "FUNDWATCH_PARSE_MEMORY_MB": "256"})
    rows = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{letter}{row}"><v>{row}</v></c>' for letter in "ABCDEFGHIJKLMNOP")
        + "</row>"
        for row in range(1, 160_000)
    )
    path = spelled(tmp_path / "a.xlsx", {"流水": sheet(rows)})
    with duckdb.connect() as connection:
        (result,) = check(
            path,
            institution=Sender("610900-B01", "bank"),
            catalogue=load_catalogue(),
            connection=connection,
            workdir=tmp_path,
            stage=confined_stage(settings),
        )
    assert [fault.code for fault in result.receipt.batch_faults] == ["R030"]


def test_time_grows_with_the_file_and_memory_does_not(settings: Settings) -> None:
    small, large = limits_for(settings, 0), limits_for(settings, 1024**3)
    assert small.memory_bytes == large.memory_bytes == 768 * 1024**2
    assert small.wall_seconds == 120
    assert large.wall_seconds == 120 + 2048
