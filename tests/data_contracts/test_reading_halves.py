"""A text read in two halves is the text read whole, or it is not read in halves."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.reading import halves, stage_file
from data_contracts.reading.staged import StagedFile
from fundwatch.store.settings import Settings
from pipelines import confining

from .statements34 import HEADERS, statement, text_of

KNOWN = frozenset(HEADERS)


def in_halves(path: Path, middle: int, folder: Path) -> StagedFile | None:
    folder.mkdir(exist_ok=True)
    targets = (folder / "first.lines", folder / "second.lines")
    parts = []
    for target, (first, last) in zip(targets, ((0, middle), (middle, 2**62)), strict=True):
        parts.append(
            halves.stage_part(
                {"path": str(path), "headers": sorted(KNOWN), "target": str(target), "first": first, "last": last}
            )
        )
    return halves.joined(parts, targets)


def same(path: Path, middle: int, folder: Path) -> bool:
    """Compare with the whole; say whether it was read in halves at all."""
    apart = in_halves(path, middle, folder / "halves")
    if apart is None:
        return False
    whole = stage_file(path, KNOWN, folder)
    (one,), (other,) = apart.tables, whole.tables
    parts = b"".join((folder / "halves" / file).read_bytes() for file in one.files)
    assert parts == b"".join((folder / file).read_bytes() for file in other.files)
    told = ("head", "width", "usual_cells", "runs", "flags", "form", "storage")
    assert [getattr(one, name) for name in told] == [getattr(other, name) for name in told]
    assert apart.notes == whole.notes
    return True


LINES = st.lists(
    st.sampled_from(["甲,1,2", "乙,3,4", "", "丙,5", 'a,"b",c', "丁,7,8,9", '"x', 'y",z,1', "a\x1fb,2,3"]), max_size=25
)


@given(lines=LINES, data=st.data(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]), end=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_halves_give_the_whole_or_nothing(
    tmp_path: Path, lines: list[str], data: st.DataObject, encoding: str, end: bool
) -> None:
    text = "\n".join(["交易账号,交易金额,交易余额", *lines]) + ("\n" if end else "")
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    places = [place + 1 for place, byte in enumerate(path.read_bytes()) if byte == 0x0A]
    if places:
        same(path, data.draw(st.sampled_from(places)), tmp_path)


def test_a_plain_statement_is_read_in_halves(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text_of(statement(60)).encode("gb18030"))
    middle = path.read_bytes().index(b"\n", path.stat().st_size // 2) + 1
    assert same(path, middle, tmp_path)


@pytest.mark.parametrize("cell", ['"货\n款"', "坏\udcff", "\x00"])
def test_what_is_not_plain_is_read_whole(tmp_path: Path, cell: str) -> None:
    rows = [row | {"备注": cell} if place == 40 else row for place, row in enumerate(statement(60))]
    path = tmp_path / "a.csv"
    path.write_bytes(text_of(rows).encode("utf-8", errors="surrogateescape"))
    content = path.read_bytes()
    middle = content.index(b"\n", content.index("货".encode()) if "货" in cell else len(content) // 2) + 1
    assert not same(path, middle, tmp_path)


def test_a_short_file_is_not_parted_and_a_long_one_behind_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text_of(statement(60)).encode("gb18030"))
    assert halves.parting(path) == 0
    monkeypatch.setattr(halves, "LONG", 1000)
    middle = halves.parting(path)
    assert path.read_bytes()[middle - 1 : middle] == b"\n"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))
    assert halves.parting(path) == 0


def test_the_confined_stager_reads_a_long_file_in_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    path = tmp_path / "a.csv"
    path.write_bytes(text_of(statement(80)).encode("gb18030"))
    whole = stage_file(path, KNOWN, tmp_path)
    monkeypatch.setattr(halves, "LONG", 1000)
    stage = confining.confined_stage(Settings.from_environment({"FUNDWATCH_HOME": str(tmp_path / "home")}))
    folder = tmp_path / "staged"
    folder.mkdir()
    staged = stage(path, KNOWN, folder)
    assert staged.tables[0].files == ("first.lines", "second.lines")
    assert (
        b"".join((folder / file).read_bytes() for file in staged.tables[0].files)
        == (tmp_path / whole.tables[0].files[0]).read_bytes()
    )
    assert staged.tables[0].head == whole.tables[0].head
