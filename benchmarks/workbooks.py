"""What reading workbooks costs, against openpyxl: rows a second of the same files.

``python -m benchmarks.workbooks``; ``--rows`` makes the files smaller.
"""

from __future__ import annotations

import argparse
import csv
import re
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import xlsxwriter

from benchmarks.extracts import Extract, write_extract
from benchmarks.unit import Cost, now
from data_contracts.reading import stage_file

_AMOUNTS = ("交易金额", "交易余额", "对手交易余额")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def _write_workbook(source: Path, path: Path, columns: int) -> None:
    """Write the first columns of a CSV as a bank's program does: shared texts, numbers and moments in their types."""
    with xlsxwriter.Workbook(path) as book, source.open(encoding="utf-8", newline="") as lines:
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet("流水")
        records = csv.reader(lines)
        header = next(records)
        sheet.write_row(0, 0, header[:columns])
        for row, record in enumerate(records, 1):
            for place, (name, cell) in enumerate(zip(header[:columns], record[:columns], strict=True)):
                if name in _AMOUNTS and _NUMBER.fullmatch(cell):
                    sheet.write_number(row, place, float(cell))
                elif name == "交易时间" and _MOMENT.fullmatch(cell):
                    sheet.write_datetime(row, place, datetime.fromisoformat(cell), moment)
                elif cell:
                    sheet.write_string(row, place, cell)


def _staging(path: Path, home: Path) -> Cost:
    before = now()
    stage_file(path, frozenset(), home)
    return now() - before


def _openpyxl(path: Path) -> Cost:
    before = now()
    sheets = openpyxl.load_workbook(path, read_only=True)
    sum(1 for _ in sheets.worksheets[0].iter_rows(values_only=True))
    cost = now() - before
    sheets.close()
    return cost


def compare(rows: int) -> None:
    """Compare the staging of workbooks with openpyxl's read-only mode (bar 10), median of three rounds in turn."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        source = write_extract(home / "plain.csv", Extract(rows))
        for columns in (34, 7):
            path = home / f"{columns}.xlsx"
            _write_workbook(source, path, columns)
            rounds = [(_openpyxl(path), _staging(path, home)) for _ in range(3)]
            theirs, ours = sorted(rounds, key=lambda pair: pair[0].wall / pair[1].wall)[1]
            for name, cost in ((f"openpyxl, {rows:,} rows x {columns} columns", theirs), ("staged by us", ours)):
                print(f"{name:<44}{cost.cpu:>9.2f}{cost.wall:>9.2f}", flush=True)
            print(f"rows a second, times: {theirs.wall / ours.wall:.1f} (bar 10), CPU {theirs.cpu / ours.cpu:.1f}")


def main() -> None:
    """Run the comparison."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=100_000)
    compare(options.parse_args().rows)


if __name__ == "__main__":
    main()
