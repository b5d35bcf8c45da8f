"""What went in as text comes out as text: annotated workbook, template and list of errors run nothing when opened."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from tests.hostile.building import book, sheet_rows, sheet_xml
from tests.hostile.cases import Build, of_text
from tests.hostile.desk import Desk
from tests.hostile.injections import ACTIVE
from tests.hostile.sample import HEADERS, edited, text_of

TEXTS = list(ACTIVE.values())[:11]
ROWS = edited({(row, letter): text for row, text in enumerate(TEXTS, 2) for letter in "CGH"})
HEADER = tuple(TEXTS[0] if name == "交易对手账卡号" else name for name in HEADERS)
FILES: dict[str, Build] = {
    "text": of_text(text_of(ROWS), "=1+1.csv"),
    "workbook": book({"=流水": sheet_xml(sheet_rows(ROWS))}, name="@a.xlsx"),
    "a header unknown": of_text(text_of(ROWS, header=HEADER), "-a.csv"),
}


@pytest.mark.parametrize("name", FILES)
def test_no_cell_of_any_export_is_a_formula(name: str, desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    exports = tmp_path / "receipts"
    desk.send(FILES[name](folder), exports)
    texts: set[object] = set()
    written = sorted(exports.iterdir())
    assert len(written) >= 1
    for path in written:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as stream:
                lines = [cell for line in csv.reader(stream) for cell in line]
            assert not [cell for cell in lines if cell.strip().startswith(tuple("=+-@＝＋－＠"))]
            continue
        for sheet in openpyxl.load_workbook(path).worksheets:
            every = [cell for row in sheet.iter_rows() for cell in row]
            assert {cell.data_type for cell in every} <= {"s", "n", "inlineStr"}
            # openpyxl calls a blank cell a number; nothing else may be one.
            assert not [cell for cell in every if cell.data_type == "n" and cell.value is not None]
            assert all(cell.hyperlink is None or cell.hyperlink.target is None for cell in every)
            texts |= {cell.value for cell in every}
    if name != "a header unknown":
        assert set(TEXTS) <= texts
