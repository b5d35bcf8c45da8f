"""The liaison's round: send, read the receipt, mend the rows in the template, send only them, be complete."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from fundwatch.cli.main import execute
from fundwatch.store.operations import history
from fundwatch.store.operations.database import reading
from fundwatch.store.settings import Settings
from fundwatch.store.warehouse import open_manifest
from pipelines.installation import Installation
from tests.cli.conftest import REGISTER
from tests.data_contracts.statements34 import Row, statement, write

BANK = "610900-B01"


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]


def codes(receipt: dict[str, Any]) -> list[str]:
    return [fault["code"] for fault in receipt["batch_faults"]]


def entries(home: Path) -> list[tuple[Any, ...]]:
    settings = Settings.from_environment({"FUNDWATCH_HOME": str(home)})
    with Installation.open(settings) as installation, reading(installation.operations) as operations:
        manifest = history.head(operations)
    with open_manifest(settings, manifest) as connection:
        return connection.execute(
            "SELECT serial, account, booked_at, direction, amount, balance, file, row FROM transactions ORDER BY serial"
        ).fetchall()


def spoil(rows: Sequence[Row]) -> list[Row]:
    damage = {6: {"交易金额": "十元"}, 20: {"交易时间": "2024-13-01"}}
    return [row | damage.get(place, {}) for place, row in enumerate(rows)]


def mend(template: Path, values: dict[str, dict[str, str]], target: Path) -> None:
    """Do what a liaison does: overwrite the marked cells, save."""
    book = openpyxl.load_workbook(template)
    for sheet in book.worksheets:
        rows = list(sheet.iter_rows())
        heading = next((place for place, row in enumerate(rows) if row[0].value == "原行号"), None)
        if heading is None:
            continue
        names = [cell.value for cell in rows[heading]]
        for row in rows[heading + 1 :]:
            for name, value in values.get(str(row[0].value), {}).items():
                row[names.index(name)].value = value
    book.save(target)


def test_mended_rows_alone_complete_the_batch(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = statement(60, accounts=2)
    sent = write(tmp_path / "流水.csv", spoil(rows), encoding="gb18030")
    folder = tmp_path / "回执"
    assert execute(["ingest", str(sent), "--institution", BANK, "--receipts", str(folder), "--json"]) == 3
    (first,) = told(capsys)
    assert (first["rows_read"], first["rows_quarantined"]) == (60, 2)
    assert {(one["row"], one["header"]) for one in first["faults"] if one["level"] == "error"} == {
        (8, "交易金额"),
        (22, "交易时间"),
    }
    assert [one["count"] for one in first["groups"] if one["level"] == "error"] == [1, 1]
    assert {path.name for path in folder.iterdir()} == {
        f"流水.csv.{first['batch']}.回执.xlsx",
        f"流水.csv.{first['batch']}.错误清单.csv",
        f"流水.csv.{first['batch']}.更正模板.xlsx",
    }

    half = tmp_path / "更正一.xlsx"
    values = {"8": {"交易金额": rows[6]["交易金额"]}, "22": {"交易时间": "2024年13月"}}
    mend(folder / f"流水.csv.{first['batch']}.更正模板.xlsx", values, half)
    assert execute(["check", str(half), "--institution", BANK, "--json"]) == 3
    (looked,) = told(capsys)
    assert execute(["ingest", str(half), "--institution", BANK, "--receipts", str(folder), "--json"]) == 3
    (second,) = told(capsys)
    assert [(one["row"], one["header"]) for one in second["faults"] if one["level"] == "error"] == [
        (one["row"], one["header"]) for one in looked["faults"] if one["level"] == "error"
    ]
    assert "B073" in codes(second)
    assert len(entries(home)) == 59

    whole = tmp_path / "更正二.xlsx"
    mend(folder / f"更正一.xlsx.{second['batch']}.更正模板.xlsx", {"22": {"交易时间": rows[20]["交易时间"]}}, whole)
    assert execute(["ingest", str(whole), "--institution", BANK, "--json"]) == 0
    (third,) = told(capsys)
    assert (third["rows_read"], third["rows_quarantined"]) == (60, 0)

    held = entries(home)
    assert len(held) == 60
    assert [row[6] for row in held if row[6] != "流水.csv"] == ["更正一.xlsx", "更正二.xlsx"]
    assert [round(row[4]) for row in held] == [round(float(row["交易金额"]) * 100) for row in rows]
    assert execute(["batches", "--json"]) == 0
    listed = told(capsys)
    assert [(one["state"], one["completes"]) for one in listed] == [
        ("loaded", second["batch"]),
        ("superseded", first["batch"]),
        ("superseded", None),
    ]
    assert listed[0]["quality"] > listed[2]["quality"]
    assert execute(["receipt", third["batch"], "--json"]) == 0
    assert told(capsys)[0]["batch_faults"] == third["batch_faults"]


def test_a_batch_of_another_institution_cannot_be_completed(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = statement(20)
    sent = write(tmp_path / "a.csv", spoil(rows))
    folder = tmp_path / "回执"
    other = REGISTER.replace(BANK, "610900-B02")
    (home / "institutions.toml").write_text(REGISTER + other, encoding="utf-8")
    assert execute(["ingest", str(sent), "--institution", BANK, "--receipts", str(folder)]) == 3
    (template,) = folder.glob("a.csv.*.更正模板.xlsx")
    capsys.readouterr()
    assert execute(["ingest", str(template), "--institution", "610900-B02", "--json"]) == 1
    (refused,) = told(capsys)
    assert codes(refused) == ["F303"]


def test_files_of_one_name_keep_their_receipts_apart(home: Path, tmp_path: Path) -> None:
    paths = []
    for place, count in (("甲", 5), ("乙", 6)):
        (tmp_path / place).mkdir()
        paths.append(str(write(tmp_path / place / "a.csv", statement(count))))
    assert execute(["check", *paths, "--institution", BANK, "--receipts", str(tmp_path / "回执")]) == 0
    assert len(list((tmp_path / "回执").glob("a.csv.*.回执.xlsx"))) == len(paths)


def test_corrects_and_completes_exclude_each_other(home: Path, tmp_path: Path) -> None:
    sent = write(tmp_path / "a.csv", statement(3))
    arguments = ["ingest", str(sent), "--institution", BANK, "--corrects", "B1", "--completes", "B2"]
    assert execute(arguments) == 2


def test_a_later_batch_says_which_days_are_missing(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = statement(120, minutes=180)
    early = [row for row in rows if row["交易时间"] < "2024-07-04"]
    late = [row for row in rows if row["交易时间"] >= "2024-07-08"]
    assert execute(["ingest", str(write(tmp_path / "a.csv", early)), "--institution", BANK, "--json"]) == 0
    assert not {"B122", "B124"} & set(codes(told(capsys)[0]))
    assert execute(["ingest", str(write(tmp_path / "b.csv", late)), "--institution", BANK, "--json"]) == 0
    (receipt,) = told(capsys)
    found = {fault["code"]: fault for fault in receipt["batch_faults"]}
    assert found["B122"]["count"] == 4
    assert "2024-07-04" in found["B122"]["reason"]
    assert found["B124"]["count"] == 1
    assert found["B125"]["count"] == 1, "the account was never reported in 账户信息"
