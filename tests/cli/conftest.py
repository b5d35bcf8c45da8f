"""A data home with one registered bank, and the extracts of a very small city."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from fundwatch.city.sample import write_sample

REGISTER = """
[[institution]]
code = "610900-B01"
name = "临州甲银行"
sector = "bank"
region = "610902"
legal_basis = "条例第二十一条"
approval_no = "测试 1"
"""


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, seed=5, persons=200, days=60, last_day=date(2026, 9, 30))
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "institutions.toml").write_text(REGISTER, encoding="utf-8")
    monkeypatch.setenv("FUNDWATCH_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def statement(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A statement with three cells beyond repair: an empty direction, a day that is none, a masked account."""
    path = sorted((sample / "inbox" / "610900-B01").glob("银行流水*"))[0]
    with path.open(encoding="gb18030", newline="") as stream:
        header, *rows = csv.reader(stream)
    columns = {name: place for place, name in enumerate(header)}
    rows[10][columns["收付标志"]] = ""
    rows[20][columns["交易时间"]] = rows[20][columns["交易时间"]][:8] + "32 10:00:00"
    rows[30][columns["交易账号"]] = rows[30][columns["交易账号"]][:6] + "**********"
    spoiled = tmp_path_factory.mktemp("spoiled") / path.name
    with spoiled.open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return spoiled
