"""Each hostile file gets its verdict, its place and a sentence; nothing of it is misread, nothing of it gets out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.cases import Case
from tests.hostile.catalogue import FAMILIES
from tests.hostile.desk import Desk, judge

CASES = [pytest.param(case, id=f"{family}: {case.name}") for family, cases in FAMILIES.items() for case in cases]


@pytest.mark.parametrize("case", CASES)
def test_verdict_and_place(case: Case, desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    reply = desk.send(case.build(folder), tmp_path / "receipts")
    judge(case, reply, desk.home)
