"""Sends a file to ``fundwatch check`` as a liaison would, and looks at everything that comes back."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fundwatch.cli.data import show_receipts
from fundwatch.cli.main import execute
from pipelines import receipting
from tests.hostile.cases import ACCEPTED, QUARANTINE, REJECTED, Case
from tests.hostile.sample import TRUTH

INSTITUTION = "610900-B01"
REGISTER = f"""
[[institution]]
code = "{INSTITUTION}"
name = "临州甲银行"
sector = "bank"
region = "610902"
legal_basis = "条例第二十一条"
approval_no = "测试 1"
"""
EXIT_OF = {ACCEPTED: 0, QUARANTINE: 3, REJECTED: 1}
_COLUMNS = ("serial", "amount", "direction", "booked_at", "counterparty_name", "summary")
_ACTIVE = tuple("=+-@\t\r\n＝＋－＠")
_LIVE = re.compile(rb"<f[ >/]|<hyperlink [^>]*r:id|<oleObject|<ddeLink")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: exit code, receipt, terminal, error stream, and the records that would have been loaded."""

    exit_code: int
    receipt: dict[str, Any]
    terminal: str
    errors: str
    records: tuple[dict[str, Any], ...]
    exports: Path


@dataclass(frozen=True)
class Desk:
    """A data home with one registered bank, and the streams that a command writes to."""

    home: Path
    capture: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def send(self, path: Path, exports: Path) -> Reply:
        """Check a file and return all that is to be seen of it."""
        records: list[dict[str, Any]] = []
        self.monkeypatch.setattr(receipting, "looked_into", _watching(records))
        arguments = ["check", str(path), "--institution", INSTITUTION, "--receipts", str(exports), "--json"]
        code = execute(arguments)
        out, errors = self.capture.readouterr()
        assert out.count("\n") == 1, (code, out, errors)
        receipt = json.loads(out)
        show_receipts([receipt], as_json=False, lang="both")
        terminal, _ = self.capture.readouterr()
        return Reply(code, receipt, terminal, errors, tuple(records), exports)


def _watching(records: list[dict[str, Any]], original: Any = receipting.looked_into) -> Any:
    """Return the step that looks into a file, noting the records that it would load."""

    @contextmanager
    def watched(*arguments: Any, **options: Any) -> Iterator[Any]:
        with original(*arguments, **options) as (connection, results, receipt):
            for result in results:
                if result.rows is not None and result.table == "transactions":
                    names = ", ".join(_COLUMNS)
                    rows = connection.execute(f"SELECT {names} FROM {result.rows}").fetchall()
                    records.extend(dict(zip(_COLUMNS, row, strict=True)) for row in rows)
            yield connection, results, receipt

    return watched


def judge(case: Case, reply: Reply, home: Path) -> None:
    """Hold a reply against what its case demands, and against what every reply must keep."""
    receipt = reply.receipt
    batch = {fault["code"] for fault in receipt["batch_faults"] if fault["level"] == "error"}
    places = {_place(fault) for fault in receipt["faults"] if fault["level"] == "error"}
    every = {fault["code"] for key in ("batch_faults", "faults") for fault in receipt[key]}
    said = (receipt["verdict"], batch, places)
    assert said == (case.verdict, set(case.batch), set(case.places)), _told(receipt)
    assert set(case.notes) <= every, _told(receipt)
    assert receipt["rows_accepted"] == case.accepted, _told(receipt)
    assert reply.exit_code == EXIT_OF[case.verdict]
    require_true_records(case, reply)
    require_decent(reply, home)


def _place(fault: dict[str, Any]) -> tuple[str, int, str]:
    return fault["code"], fault["row"], fault["column"]


def _told(receipt: dict[str, Any]) -> str:
    batch = [(fault["level"], fault["code"], fault["reason"]) for fault in receipt["batch_faults"]]
    cells = [(fault["level"], *_place(fault), fault["value"][:40], fault["reason"]) for fault in receipt["faults"][:20]]
    counts = [receipt[name] for name in ("rows_read", "rows_accepted", "rows_quarantined")]
    return f"{receipt['verdict']} {counts}\n" + "\n".join(map(str, [*batch, *cells]))


def require_true_records(case: Case, reply: Reply) -> None:
    """No accepted record says anything else than what was meant."""
    for record in reply.records:
        serial = record["serial"]
        if serial in case.free:
            continue
        assert serial in TRUTH, record
        assert (record["amount"], record["direction"], str(record["booked_at"])) == TRUTH[serial], record
    by_serial = {record["serial"]: record for record in reply.records}
    for (serial, column), text in case.says.items():
        assert by_serial[serial][column] == text, by_serial[serial]


def require_decent(reply: Reply, home: Path) -> None:
    """One sentence in each language, no traceback, no raw sign on the terminal, no live cell, nothing left behind."""
    for fault in [*reply.receipt["batch_faults"], *reply.receipt["faults"]]:
        for key in ("reason", "reason_en", "remedy", "remedy_en"):
            assert fault[key].strip(), fault
            assert "\n" not in fault[key], fault
            assert "Traceback" not in fault[key], fault
            assert str(home) not in fault[key], fault
    for stream in (reply.terminal, reply.errors):
        assert "Traceback" not in stream, stream
        assert raw_signs(stream) == set(), raw_signs(stream)
    assert [path for path in (home / "temporary").rglob("*") if path.is_file()] == []
    require_harmless(reply.exports)


def raw_signs(text: str) -> set[str]:
    """Return what a terminal would obey, or a reader be misled by, instead of a sign to be seen."""
    return {sign for sign in text if sign != "\n" and unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Cs")}


def require_harmless(exports: Path) -> None:
    """Nothing that a spreadsheet would run stands in any file of a receipt."""
    for path in exports.iterdir():
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as stream:
                assert not [cell for line in csv.reader(stream) for cell in line if cell.lstrip().startswith(_ACTIVE)]
            continue
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/"):
                    assert _LIVE.search(archive.read(name)) is None, name
