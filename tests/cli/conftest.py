"""A data home with one registered bank, and the extracts of a very small city."""

from __future__ import annotations

from pathlib import Path

import pytest

REGISTER = """
[[institution]]
code = "610900-B01"
name = "临州甲银行"
sector = "bank"
region = "610902"
legal_basis = "条例第二十一条"
approval_no = "测试 1"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "institutions.toml").write_text(REGISTER, encoding="utf-8")
    monkeypatch.setenv("FUNDWATCH_HOME", str(folder))
    return folder
