"""The command ``trace`` on one bank's statement: table, JSON, picture, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fundwatch.cli.main import execute

from .conftest import REGISTER


@pytest.fixture(scope="module")
def loaded(statement: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which the statement was loaded once for all tests of this file."""
    home = tmp_path_factory.mktemp("trace")
    (home / "institutions.toml").write_text(REGISTER, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUNDWATCH_HOME", str(home))
        assert execute(["ingest", str(statement), "--institution", "610900-B01"]) == 3
    return home


@pytest.fixture
def account(loaded: Path, statement: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The account of most entries in the statement."""
    monkeypatch.setenv("FUNDWATCH_HOME", str(loaded))
    with statement.open(encoding="gb18030", newline="") as stream:
        accounts = [row["交易账号"] for row in csv.DictReader(stream)]
    return max(sorted(set(accounts)), key=accounts.count)


def test_a_trace_is_a_table_an_object_or_a_picture(
    account: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["trace", account, "--hops", "2", "--min-amount", "100"]
    assert execute(asked) == 0
    table = capsys.readouterr()
    assert "先进先出法" in table.out
    assert "不是认定" in table.out
    assert account not in table.out + table.err
    assert execute([*asked, "--json", "--method", "proportional", "--direction", "forward"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    (found,) = json.loads(line)["traces"]
    assert found["method"] == "proportional"
    assert sum(one["amount"] for one in found["endings"]) + found["returned"] == found["principal"]
    assert account not in line
    picture, again, file = (tmp_path / name for name in ("a.svg", "b.svg", "a.json"))
    for out in (picture, again, file):
        assert execute([*asked, "--out", str(out)]) == 0
    assert picture.read_bytes() == again.read_bytes()
    assert ElementTree.fromstring(picture.read_text(encoding="utf-8")).tag.endswith("svg")
    assert len(json.loads(file.read_text(encoding="utf-8"))["traces"]) == 2
    capsys.readouterr()
    assert execute([*asked, "--json", "--unmask", "核查"]) == 0
    assert account in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["6222000011112222"], 1),
        (["AL-NOSUCHALERT"], 1),
        (["{account}", "--hops", "7"], 2),
        (["{account}", "--method", "lifo"], 2),
        (["{account}", "--direction", "sideways"], 2),
        (["{account}", "--from", "2026-09-02", "--to", "2026-09-01"], 2),
        (["{account}", "--from", "yesterday"], 2),
        (["{account}", "--out", "trace.png"], 2),
        (["{account}", "--out", "nosuchfolder/trace.svg"], 2),
        (["{account}", "--unmask", " "], 1),
    ],
)
def test_what_cannot_be_traced_is_refused_in_a_sentence(
    account: str, more: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["trace", *(part.format(account=account) for part in more)]) == code
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert account not in told
    assert told.strip()
