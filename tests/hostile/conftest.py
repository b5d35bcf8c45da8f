"""One data home for all cases: ``check`` stores nothing, so none of them sees another."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_contracts.reading import stage_file
from pipelines import examining
from tests.hostile.desk import REGISTER, Desk


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    (folder / "institutions.toml").write_text(REGISTER, encoding="utf-8")
    return folder


@pytest.fixture
def confined_desk(office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """The desk as in production: every file is parsed in a confined process."""
    monkeypatch.setenv("FUNDWATCH_HOME", str(office))
    return Desk(office, capsys, monkeypatch)


@pytest.fixture
def desk(confined_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk with parsing in this process, which is faster; that both say the same is tested apart."""
    monkeypatch.setattr(examining, "confined_stage", lambda settings: stage_file)
    return confined_desk
