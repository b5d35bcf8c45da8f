"""``fundwatch token`` as an administrator types it."""

from __future__ import annotations

import json

import pytest

from fundwatch.cli.main import execute


@pytest.mark.usefixtures("home")
def test_tokens_are_issued_listed_and_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    def told(*arguments: str, code: int = 0) -> str:
        assert execute(["token", *arguments]) == code
        read = capsys.readouterr()
        return read.out + read.err

    assert told("add", "--institution", "610900-B01", "--label", "日终").splitlines()[-1].startswith("fw_")
    assert told("add", "--institution", "610900-B99", "--label", "日终", code=2)
    assert "用途" in told("add", "--institution", "610900-B01", "--label", " ", code=1)
    told("revoke", "1")
    assert "没有这个有效令牌" in told("revoke", "1", code=1)
    rows = [json.loads(line) for line in told("list", "--json").splitlines()]
    assert [(row["number"], row["institution"], row["holds"]) for row in rows] == [(1, "610900-B01", False)]
    assert "revoked" in told("list")


def test_the_console_is_not_shown_to_others_without_tls(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["console", "--host", "0.0.0.0"]) == 2
    assert "TLS" in capsys.readouterr().err
