"""A feed written only for this test: date and time apart, debit and credit apart, decimal comma, searched order."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import yaml

from data_contracts.catalogue import HERE, Catalogue, load_catalogue
from data_contracts.checking import Checked, Sender, check
from fundwatch.domain.receipts import Level, Verdict

HEADER = "序号;账号;记账日期;记账时间;借方发生额;贷方发生额;余额;冲补抹标志"


def column(name: str, **keys: object) -> dict[str, object]:
    required = bool(keys.pop("required", False))
    return {
        "name": name,
        "required": required,
        "customProperties": [{"property": key, "value": value} for key, value in keys.items()],
    }


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("contracts")
    shutil.copytree(HERE / "tables", folder / "tables")
    (folder / "feeds").mkdir()
    keys = {
        "role": "feed",
        "table": "transactions",
        "sectors": ["bank"],
        "key_needs": ["serial"],
        "key_fallback": "content",
        "negative_amount": "reversal",
        "currency": "CNY",
        "decimal_separator": ",",
        "order_within_day": "searched",
        "ignored_columns": {"序号": "行号"},
        "skip_rows": ["^备注："],
    }
    document = {
        "kind": "DataContract",
        "apiVersion": "v3.1.0",
        "id": "split",
        "version": "1.0.0",
        "name": "分列流水",
        "customProperties": [{"property": key, "value": value} for key, value in keys.items()],
        "schema": [
            {
                "name": "split",
                "properties": [
                    column("账号", maps_to="account", required=True),
                    column("记账日期", maps_to="booked_at", part="date", formats=["compact"], required=True),
                    column("记账时间", maps_to="booked_at", part="time", formats=["hhmmss"]),
                    column("借方发生额", maps_to="amount", part="debit", header_required=True),
                    column("贷方发生额", maps_to="amount", part="credit", header_required=True),
                    column("余额", maps_to="balance"),
                    column("冲补抹标志", maps_to="is_reversal", values={"true": ["冲正"], "false": ["正常"]}),
                ],
            }
        ],
    }
    text = yaml.safe_dump(document, allow_unicode=True)
    (folder / "feeds" / "split.odcs.yaml").write_text(text, encoding="utf-8")
    return load_catalogue(folder)


def run(lines: list[str], split: Catalogue, engine: duckdb.DuckDBPyConnection, folder: Path) -> Checked:
    path = folder / "a.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="gb18030")
    return check(path, institution=Sender("B", "bank"), catalogue=split, connection=engine)[0]


def test_parts_make_one_cell(split: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    lines = [
        "1;2600;20240705;101928;;1.000,50;1.000,50;正常",
        "2;2600;20240705;93015;;200;700,50;正常",
        "3;2600;20240705;;500,00;0,00;500,50;正常",
        "4;2600;20240706;1019;-500,00;;1.200,50;正常",
        "备注：以下空白;;;;;;;",
    ]
    result = run(lines, split, engine, tmp_path)
    assert result.receipt.verdict is Verdict.ACCEPTED, result.receipt
    columns = "row, booked_at, time_precision, sequence, amount, direction, balance, is_reversal"
    assert engine.execute(f"SELECT {columns} FROM {result.rows} ORDER BY row").fetchall() == [
        (2, datetime(2024, 7, 5, 10, 19, 28), "second", 1, 100050, "in", 100050, False),
        (3, datetime(2024, 7, 5, 9, 30, 15), "second", 3, 20000, "in", 70050, False),
        (4, datetime(2024, 7, 5), "day", 2, 50000, "out", 50050, False),
        (5, datetime(2024, 7, 6, 10, 19), "minute", 1, 50000, "in", 120050, True),
    ]


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("1;2600;20240705;101928;5;5;;", "E", "F020"),
        ("1;2600;20240705;101928;;;;", "E", "F020"),
        ("1;2600;20240705;101928;0,00;0;;", "E", "F020"),
        ("1;2600;20240705;250000;5;;;", "D", "F007"),
        ("1;2600;20241305;101928;5;;;", "C", "F005"),
        ("1;2600;20240705;101928;1.23;;;", "E", "F002"),
        ("1;2600;20240705;101928;5;;;也许", "H", "F008"),
        ("1;;20240705;101928;5;;;", "B", "F001"),
    ],
)
def test_a_fault_in_a_part_is_at_its_own_column(
    line: str, column: str, code: str, split: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    good = "9;2600;20240701;101928;;1;;正常"
    result = run([good, line], split, engine, tmp_path)
    found = [(fault.row, fault.column, fault.code) for fault in result.receipt.faults if fault.level is Level.ERROR]
    assert found == [(3, column, code)]
