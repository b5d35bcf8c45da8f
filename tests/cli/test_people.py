"""``fundwatch user`` as an administrator types it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fundwatch.cli.main import execute

PASSWORD = "四面荷花三面柳,一城山色"


@pytest.mark.usefixtures("home")
def test_people_are_added_listed_and_disabled(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*arguments: str, code: int = 0, typed: str = PASSWORD) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
        assert execute(["user", *arguments]) == code
        read = capsys.readouterr()
        return read.out + read.err

    shown = told("add", "root", "--role", "security_admin").strip().splitlines()[-1]
    assert urlsplit(shown).scheme == "otpauth"
    bank = ["--role", "liaison", "--institution", "610900-B01"]
    told("add", "liaison-1", *bank, "--display-name", "联络员甲")
    assert "已被使用" in told("add", "root", "--role", "security_admin", code=1)
    assert "12" in told("add", "weak", "--role", "analyst", code=1, typed="short")
    assert "登记" in told("add", "lost", "--role", "liaison", code=1)
    assert told("add", "stray", "--role", "liaison", "--institution", "610900-B99", code=2)
    told("disable", "liaison-1")
    assert "没有这个用户" in told("disable", "nobody", code=1)
    rows = [json.loads(line) for line in told("list", "--json").splitlines()]
    assert [(row["name"], row["role"], row["institutions"], row["active"]) for row in rows] == [
        ("liaison-1", "liaison", ["610900-B01"], False),
        ("root", "security_admin", [], True),
    ]
    page = told("list")
    assert "联络员甲" in page and "停用" in page and PASSWORD not in page
    assert "otpauth://" in told("reset", "liaison-1")
    assert json.loads(told("list", "--json").splitlines()[0])["active"], "whoever is reset may sign in again"
    assert "没有这个用户" in told("reset", "nobody", code=1)


def test_nothing_typed_rests_in_the_clear(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    assert execute(["user", "add", "root", "--role", "security_admin"]) == 0
    secret = capsys.readouterr().out.partition("secret=")[2].partition("&")[0]
    assert secret
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in kept and secret.encode() not in kept
