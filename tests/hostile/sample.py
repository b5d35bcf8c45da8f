"""The sound extract that the cases spoil: twelve entries of one account, balances that follow, invented people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

HEADERS = (
    "交易账号", "交易时间", "交易金额", "交易余额", "收付标志", "交易对手账卡号", "对手户名", "摘要说明", "交易币种",
    "交易流水号",
)  # fmt: skip
"""Columns A to J of the layout of 34 columns."""
COUNT = 12
LETTERS = "ABCDEFGHIJ"
Rows = tuple[tuple[str, ...], ...]


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _rows() -> Rows:
    balance, rows = 1_000_000, []
    for place in range(COUNT):
        fen = 10_000 + 1_037 * place
        balance += fen if place % 3 else -fen
        rows.append(
            (
                "2600000000001",
                f"2024-07-01 08:{place:02d}:00",
                _yuan(fen),
                _yuan(balance),
                "贷" if place % 3 else "借",
                f"31{place:011d}",
                f"安康商贸{place}",
                "货款",
                "CNY",
                f"S{place:04d}",
            )
        )
    return tuple(rows)


ROWS = _rows()
TRUTH = {row[9]: (round(float(row[2]) * 100), "in" if row[4] == "贷" else "out", row[1]) for row in ROWS}
"""What each record says: amount in hundredths, direction, moment, by serial number."""


def serial(row: int) -> str:
    """Return the serial number of the record that stands in a row of the file (the header is row 1)."""
    return ROWS[row - 2][9]


def edited(changes: Mapping[tuple[int, str], str], rows: Rows = ROWS) -> Rows:
    """Return the rows with cells changed, named by the row of the file and the letter of the column."""
    made = [list(cells) for cells in rows]
    for (row, letter), text in changes.items():
        made[row - 2][LETTERS.index(letter)] = text
    return tuple(tuple(cells) for cells in made)


def text_of(
    rows: Iterable[Sequence[str]] = ROWS,
    *,
    header: Sequence[str] = HEADERS,
    delimiter: str = ",",
    newline: str = "\n",
    titles: Sequence[str] = (),
) -> str:
    """Return delimited text, quoted where it must be."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline)
    for title in titles:
        out.write(title + newline)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


TEXT = text_of()
LINES = tuple(TEXT.splitlines(keepends=True))


def with_line(row: int, line: str) -> str:
    """Return the text with one line, named by its row, replaced by another that is given whole."""
    return "".join([*LINES[: row - 1], line, *LINES[row:]])
