"""What is our own fault is not the sender's; what breaks a parser of ours is told to the operator, without content."""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from fundwatch.domain.errors import EngineError, FundwatchError, InputError
from fundwatch.store.settings import Settings
from pipelines import confining
from pipelines.confining import confined_stage
from tests.hostile import measured
from tests.hostile.building import book, sheet_rows, sheet_xml
from tests.hostile.cases import Build, of_text
from tests.hostile.parquets import frame
from tests.hostile.sample import ROWS, TEXT, edited


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"FUNDWATCH_HOME": str(tmp_path / "home")})


def staged(settings: Settings, path: Path, workdir: Path) -> FundwatchError:
    with pytest.raises(FundwatchError) as caught:
        confined_stage(settings)(path, frozenset(), workdir)
    return caught.value


@pytest.mark.parametrize(
    ("name", "kind", "code", "logged"),
    [
        ("break_down", InputError, "R032", "ValueError at measured.py:"),
        ("panic", InputError, "R032", "PanicException at measured.py:"),
        ("astray", InputError, "R032", "OSError 22 at measured.py:"),
        ("denied", EngineError, "E013", "PermissionError 13 at measured.py:"),
        ("unfinished", EngineError, "E015", "ModuleNotFoundError at measured.py:"),
        ("full", EngineError, "E013", "OSError 28 at measured.py:"),
    ],
)
def test_what_breaks_is_told_to_the_operator_without_content(
    name: str,
    kind: type[FundwatchError],
    code: str,
    logged: str,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(confining, "_PARSER", f"{measured.__name__}:{name}")
    with caplog.at_level(logging.WARNING):
        error = staged(settings, of_text(TEXT)(tmp_path), tmp_path)
    assert (type(error), error.code) == (kind, code)
    assert error.zh.count("。") == 1
    assert logged in caplog.text
    assert name in caplog.text
    assert measured.SECRET not in caplog.text + str(error)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("this machine does not let us mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _columns(folder: Path) -> Path:
    path = folder / "a.parquet"
    frame().with_columns(pl.Series("摘要说明", [row[7] for row in _LONG])).write_parquet(path)
    return path


_LONG = edited({(row, "H"): os.urandom(8000).hex() for row in range(2, 14)})
FILES: dict[str, Build] = {
    "text": of_text("\n".join(",".join(row) for row in ROWS * 200)),
    "workbook": book({"流水": sheet_xml(sheet_rows(_LONG))}),
    "parquet": _columns,
}


@pytest.mark.skipif(os.getuid() != 0, reason="mounting a small file system needs root")
@pytest.mark.parametrize("form", FILES)
def test_a_full_disk_is_not_the_senders_fault(form: str, settings: Settings, tmp_path: Path, small_disk: Path) -> None:
    error = staged(settings, FILES[form](tmp_path), small_disk)
    assert (type(error), error.code) == (EngineError, "E013")
