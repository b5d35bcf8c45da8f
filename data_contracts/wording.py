"""What each fault code says, in Chinese and English: the reason and what the sender should do.

``{…}`` places are filled with the detail of the case. Codes are stable: a retired code is not used again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from data_contracts.batch_wording import BATCH_WORDINGS, LEVELS
from data_contracts.cell_wording import CELL_WORDINGS, Detail, Wording
from fundwatch.domain.receipts import BatchFault, Fault, Level

__all__ = ["BATCH_WORDINGS", "CELL_WORDINGS", "LEVELS", "Wording", "batch_fault", "cell_fault", "plain_words", "worded"]
_PLACE = re.compile(r"{\w+}")


def cell_fault(
    code: str,
    level: Level,
    *,
    row: int,
    sheet: str,
    column: str = "",
    header: str = "",
    value: str = "",
    detail: Detail = "",
) -> Fault:
    """Return a worded fault of a row or cell."""
    words = CELL_WORDINGS[code].filled({"detail": detail})
    return Fault(
        row, sheet, column, header, code, level, value, words.reason, words.remedy, words.reason_en, words.remedy_en
    )


def batch_fault(code: str, *, level: Level | None = None, count: int = 1, **detail: Detail) -> BatchFault:
    """Return a worded fault of a whole table."""
    return worded(code, detail, level=level, count=count)


def worded(code: str, detail: Mapping[str, Detail], *, level: Level | None = None, count: int = 1) -> BatchFault:
    """Return a worded fault of a whole table whose detail was read from elsewhere, so that its names may be any."""
    words = BATCH_WORDINGS[code].filled(detail)
    weight = level or LEVELS.get(code, Level.ERROR)
    return BatchFault(code, weight, words.reason, words.remedy, words.reason_en, words.remedy_en, count)


def plain_words(code: str) -> Wording | None:
    """Return what a fault of a cell says whatever the cell held, its places left open; None for other codes."""
    words = CELL_WORDINGS.get(code)
    if words is None:
        return None
    return Wording(*(_PLACE.sub("…", said) for said in (words.reason, words.remedy, words.reason_en, words.remedy_en)))
