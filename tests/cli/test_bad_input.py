"""Bad input on the command line: one sentence, the agreed exit code, nothing half-done, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fundwatch.cli.main import execute
from tests.cli.conftest import REGISTER


def told(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize(
    "arguments",
    [
        ["nosuch"],
        ["check"],
        ["nightly", "--as-of", "yesterday"],
        ["nightly", "--known-at", "soon"],
        ["nightly", "--inbox", "/nonexistent"],
        ["verify"],
        ["sample", "--out", "x", "--persons", "1"],
        ["rules", "run", "many_payers_one_collector"],
        ["rules", "show", "nosuch"],
        ["zero-report", "--institution", "610900-B01", "--date", "2026"],
        ["train"],
    ],
    ids=" ".join,
)
def test_a_wrong_argument_is_one_sentence_and_usage(
    arguments: list[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(arguments) == 2
    sentences = [line for line in told(capsys).splitlines() if line.strip()]
    assert 1 <= len(sentences) <= 3


def test_an_unknown_institution_is_configuration(
    home: Path, statement: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["ingest", str(statement), "--institution", "X"]) == 2
    assert "未登记" in told(capsys)


def test_without_a_legal_basis_nothing_is_taken(
    home: Path, statement: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "institutions.toml").write_text(REGISTER.replace('"条例第二十一条"', '""'), encoding="utf-8")
    assert execute(["ingest", str(statement), "--institution", "610900-B01"]) == 2
    assert "legal_basis" in told(capsys)
    (home / "institutions.toml").write_text(REGISTER + "expires_on = 2020-01-01\n", encoding="utf-8")
    assert execute(["ingest", str(statement), "--institution", "610900-B01"]) == 1
    assert "依据" in told(capsys)
    assert execute(["ingest", str(statement), "--institution", "610900-B01", "--legal-basis", "批准书 7 号"]) == 3


def test_a_missing_file_and_a_wrong_one_are_the_senders(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["ingest", str(tmp_path / "none.csv"), "--institution", "610900-B01"]) == 1
    assert "找不到" in told(capsys)
    (tmp_path / "noise.xlsx").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 4)
    (tmp_path / "empty.csv").write_bytes(b"")
    for name in ("noise.xlsx", "empty.csv"):
        assert execute(["ingest", str(tmp_path / name), "--institution", "610900-B01", "--json"]) == 1
        captured = capsys.readouterr()
        receipt = json.loads(captured.out)
        assert receipt["verdict"] == "rejected"
        assert receipt["batch_faults"][0]["reason"]


def test_check_stores_nothing(home: Path, statement: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["check", str(statement), "--institution", "610900-B01", "--json"]) == 3
    receipt = json.loads(capsys.readouterr().out)
    keys = {"file", "institution", "contract", "verdict", "rows_read", "rows_accepted", "rows_quarantined"}
    assert keys | {"batch_faults", "faults"} <= receipt.keys()
    assert receipt["rows_read"] == receipt["rows_accepted"] + receipt["rows_quarantined"]
    errors = [fault for fault in receipt["faults"] if fault["level"] == "error"]
    assert errors
    for fault in errors:
        assert {"row", "sheet", "column", "header", "code", "level", "value", "reason", "remedy"} <= fault.keys()
        assert fault["row"] > 1
        assert fault["reason"]
        assert fault["remedy"]
    assert not (home / "lake").exists()
    assert not list((home / "landing").glob("**/*")) if (home / "landing").exists() else True


def test_the_same_file_twice_is_the_same_upload(
    home: Path, statement: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["ingest", str(statement), "--institution", "610900-B01", "--json"]
    assert execute(arguments) == 3
    first = json.loads(capsys.readouterr().out)
    assert execute(arguments) == 3
    second = json.loads(capsys.readouterr().out)
    assert (first["is_repeated"], second["is_repeated"]) == (False, True)
    assert {**first, "is_repeated": True} == second


def test_a_batch_can_be_withdrawn_once_and_with_a_reason(
    home: Path, statement: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["ingest", str(statement), "--institution", "610900-B01", "--json"]) == 3
    batch = json.loads(capsys.readouterr().out)["batch"]
    assert execute(["retract", batch, "--reason", " "]) == 1
    assert execute(["retract", batch, "--reason", "发错文件"]) == 0
    assert execute(["retract", "B000000000000", "--reason", "发错文件"]) == 1
    assert execute(["ingest", str(statement), "--institution", "610900-B01", "--json"]) == 3
    capsys.readouterr()


def test_nothing_to_report_is_declared(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["zero-report", "--institution", "610900-B01", "--date", "2026-09-01"]) == 0
    assert "零报告" in capsys.readouterr().out


@pytest.fixture
def holder(home: Path, statement: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Another process that holds the warehouse file."""
    execute(["ingest", str(statement), "--institution", "610900-B01"])
    capsys.readouterr()
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(home / "warehouse.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.kill()


def test_a_locked_warehouse_is_busy_and_the_next_try_goes_on(
    home: Path, sample: Path, holder: None, capsys: pytest.CaptureFixture[str]
) -> None:
    other = sorted((sample / "inbox" / "610900-B01").glob("银行流水*"))[1]
    assert execute(["ingest", str(other), "--institution", "610900-B01"]) == 4
    assert "占用" in told(capsys)
    assert len(list((home / "landing").rglob("*"))) > 1


def test_scores_without_a_model_say_what_to_run(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["scores", "--as-of", "2026-09-30", "--out", str(tmp_path / "s.parquet")]) == 2
    assert "fundwatch train" in told(capsys)
    assert execute(["scores", "--as-of", "2026-09-30", "--out", str(tmp_path / "s.csv")]) == 2
    assert "parquet" in told(capsys)


@pytest.mark.skipif(os.getuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_loses_nothing(
    tmp_path: Path, sample: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "small"
    home.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "none", str(home)], check=False)
    if mounted.returncode:
        pytest.skip("this machine does not let us mount a file system")
    try:
        monkeypatch.setenv("FUNDWATCH_HOME", str(home))
        shutil.copy(sample / "institutions.toml", home)
        files = sorted(str(path) for path in (sample / "inbox" / "610900-B01").glob("*"))
        assert execute(["ingest", *files]) == 5
        assert "磁盘" in told(capsys)
        subprocess.run(["mount", "-o", "remount,size=200m", str(home)], check=True)
        assert execute(["ingest", *files, "--json"]) == 0
        receipts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [receipt["verdict"] for receipt in receipts] == ["accepted"] * len(files)
        assert execute(["doctor"]) == 2
        assert "磁盘仅余" in capsys.readouterr().out
    finally:
        subprocess.run(["umount", str(home)], check=True)
