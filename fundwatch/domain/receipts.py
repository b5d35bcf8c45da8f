"""The receipt (回执): what a check found in one table of one file, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

EXIT_ORDER = (5, 4, 2, 1, 3, 0)
"""Exit codes from worst to best: engine, busy, usage, rejected, quarantine, fine."""


class Level(StrEnum):
    """How much a fault weighs: an error keeps the row out, a warning does not, normalised is a lossless repair."""

    ERROR = "error"
    WARNING = "warning"
    NORMALISED = "normalised"


class Verdict(StrEnum):
    """What became of a table: all rows taken, all but the quarantined ones, or none."""

    ACCEPTED = "accepted"
    QUARANTINE = "accepted_with_quarantine"
    REJECTED = "rejected"


_EXIT_OF = {Verdict.ACCEPTED: 0, Verdict.QUARANTINE: 3, Verdict.REJECTED: 1}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with (or repaired in) one cell or row.

    ``row`` is the 1-based record of the file or sheet, title and header rows included; ``column`` its letter, empty
    where the row as a whole is meant. ``reason`` and ``remedy`` are Chinese, the ``_en`` forms the same in English.
    """

    row: int
    sheet: str
    column: str
    header: str
    code: str
    level: Level
    value: str
    reason: str
    remedy: str
    reason_en: str
    remedy_en: str

    def to_json(self) -> dict[str, object]:
        """Return the fault under the keys that the interface promises."""
        return {
            "row": self.row,
            "sheet": self.sheet,
            "column": self.column,
            "header": self.header,
            "code": self.code,
            "level": str(self.level),
            "value": self.value,
            "reason": self.reason,
            "remedy": self.remedy,
            "reason_en": self.reason_en,
            "remedy_en": self.remedy_en,
        }


@dataclass(frozen=True, slots=True)
class BatchFault:
    """One thing wrong with a table as a whole, or one repair that many rows share (then ``count`` says how many)."""

    code: str
    level: Level
    reason: str
    remedy: str
    reason_en: str
    remedy_en: str
    count: int = 1

    def to_json(self) -> dict[str, object]:
        """Return the fault under the keys that the interface promises."""
        return {
            "code": self.code,
            "level": str(self.level),
            "reason": self.reason,
            "remedy": self.remedy,
            "reason_en": self.reason_en,
            "remedy_en": self.remedy_en,
            "count": self.count,
        }


@dataclass(frozen=True, slots=True)
class FaultCount:
    """How often one code occurred in one column of a sheet, counted over all rows however many are listed."""

    code: str
    level: Level
    column: str
    header: str
    count: int
    sheet: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the count as plain data."""
        return {
            "code": self.code,
            "level": str(self.level),
            "column": self.column,
            "header": self.header,
            "count": self.count,
            "sheet": self.sheet,
        }


@dataclass(frozen=True, slots=True)
class Receipt:
    """The verdict on one table of one file, with every reason.

    ``rows_read`` counts data rows (no title, header, blank or totals rows) and equals accepted plus quarantined unless
    the table is rejected: then ``rows_accepted`` is 0. Rows that repeat another are accepted, counted and loaded once.
    ``faults`` is complete up to a cap; ``totals`` counts all of them.
    """

    file: str
    institution: str
    contract: str
    verdict: Verdict
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    batch_faults: tuple[BatchFault, ...]
    faults: tuple[Fault, ...]
    sheet: str = ""
    totals: tuple[FaultCount, ...] = ()
    header_row: int = 0
    """Row of the header in the file or sheet; 0 where it is not known, or differs from sheet to sheet."""

    @property
    def exit_code(self) -> int:
        """The exit code that this receipt alone asks for."""
        return _EXIT_OF[self.verdict]

    def to_json(self) -> dict[str, object]:
        """Return the receipt under the keys that the interface promises, plus ``sheet`` and ``totals``."""
        return {
            "file": self.file,
            "institution": self.institution,
            "contract": self.contract,
            "verdict": str(self.verdict),
            "rows_read": self.rows_read,
            "rows_accepted": self.rows_accepted,
            "rows_quarantined": self.rows_quarantined,
            "batch_faults": [fault.to_json() for fault in self.batch_faults],
            "faults": [fault.to_json() for fault in self.faults],
            "sheet": self.sheet,
            "totals": [total.to_json() for total in self.totals],
            "header_row": self.header_row,
        }


def worst_exit_code(codes: Iterable[int]) -> int:
    """Return the worst of several exit codes in the order 5, 4, 2, 1, 3, 0; no codes at all are fine.

    Raises ValueError for a code that has no place in the order.
    """
    return min(codes, key=EXIT_ORDER.index, default=0)


def column_letter(index: int) -> str:
    """Return the spreadsheet letter of a 1-based column: 1 is A, 27 is AA."""
    letters = ""
    while index > 0:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the 1-based number of a column letter, 0 for none."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
