"""A choice of the corpus as in production, parsed in a confined process: the same verdicts, within its memory."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from pipelines import confining
from tests.hostile import measured
from tests.hostile.cases import Case
from tests.hostile.catalogue import FAMILIES
from tests.hostile.desk import Desk, judge

TEXT_KIB = 512 * 1024
OTHER_KIB = 1536 * 1024
NAMED = frozenset(
    {
        "a cell of a million characters",
        "a line of three million signs and nothing else",
        "100,000 blank lines below",
        "noise",
        "a bomb",
        "compressed three times",
        "a bomb in the sheet",
        "a bomb in the shared strings",
        "10,100 entries",
        "a password on a zip of text",
        "a size that is a lie",
        "a cell in the farthest corner",
        "a column beyond all letters",
        "60,000 blank rows that have a style",
        "a formula that calls a program",
        "10,000 columns",
        "three million rows of nothing",
        "a billion laughs",
        "an entity from the network",
        "nested 100,000 deep",
        "an entry of a million elements",
    }
)


def chosen() -> list[object]:
    """Return the named cases, and every so many of each family."""
    found = []
    for family, cases in FAMILIES.items():
        step = len(cases) // 3
        found += [
            pytest.param(family, case, id=f"{family}: {case.name}")
            for place, case in enumerate(cases)
            if case.name in NAMED or place % step == 1 or "\\udc" in ascii(case.name)
        ]
    return found


def test_the_named_cases_are_there() -> None:
    assert {case.name for cases in FAMILIES.values() for case in cases} >= NAMED


@pytest.mark.skipif(platform.system() != "Linux", reason="memory is told by Linux")
@pytest.mark.parametrize(("family", "case"), chosen())
def test_verdict_place_and_memory_of_a_confined_process(
    family: str, case: Case, confined_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confining, "_PARSER", f"{measured.__name__}:stage_measured")
    folder = tmp_path / "sent"
    folder.mkdir()
    reply = confined_desk.send(case.build(folder), tmp_path / "receipts")
    judge(case, reply, confined_desk.home)
    (peak,) = folder.glob(f"*{measured.PEAK}")
    assert 0 < int(peak.read_text(encoding="ascii")) < (TEXT_KIB if family in ("text", "cell", "gzip") else OTHER_KIB)
