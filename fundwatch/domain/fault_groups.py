"""Faults of a receipt grouped by cause: what is wrong in which column, how often, where, and what mends it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fundwatch.domain.fault_hints import NO_WORDS, joined, spread_hint, value_hint
from fundwatch.domain.fault_places import STRIP_CELLS, Run, Strip, runs_of, said_rows, strip_of
from fundwatch.domain.receipts import Fault, FaultCount, Level, Receipt

_LEVELS = tuple(Level)
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """One cause: a code in one column of one sheet.

    ``count`` is complete, ``rows`` (in order, each once) and ``listed`` hold what the receipt lists. ``reason`` is
    that of the first place, and says so where it differs from cell to cell. ``examples`` are up to three (row, value),
    no value twice. ``hint`` says why the faults may be one cause; it may be empty.
    """

    code: str
    level: Level
    sheet: str
    column: str
    header: str
    count: int
    listed: int
    rows: tuple[int, ...]
    examples: tuple[tuple[int, str], ...]
    reason: str
    remedy: str
    reason_en: str
    remedy_en: str
    hint: str = ""
    hint_en: str = ""

    @property
    def runs(self) -> tuple[Run, ...]:
        """The listed rows as runs of neighbours."""
        return runs_of(self.rows)

    @property
    def is_listed_whole(self) -> bool:
        """Whether every fault of the group is listed in the receipt."""
        return self.listed >= self.count

    @property
    def gravity(self) -> tuple[int, int, str, int, str, str]:
        """Sorts the gravest group first: level, then the larger count, then place."""
        return _LEVELS.index(self.level), -self.count, self.sheet, len(self.column), self.column, self.code

    def place(self, most: int = 8) -> tuple[str, str]:
        """Return the places in words, Chinese and English: 第 3、7–19 行 D 列."""
        zh, en = said_rows(self.runs, most=most, complete=self.is_listed_whole)
        if not self.column:
            return zh, en
        return f"{zh} {self.column} 列".strip(), f"{en}{', ' if en else ''}column {self.column}"

    def to_json(self) -> dict[str, object]:
        """Return the group as plain data; ``rows`` are runs [first, last]."""
        place, place_en = self.place()
        return {
            "code": self.code,
            "level": str(self.level),
            "sheet": self.sheet,
            "column": self.column,
            "header": self.header,
            "count": self.count,
            "listed": self.listed,
            "rows": [list(run) for run in self.runs],
            "place": place,
            "place_en": place_en,
            "examples": [{"row": row, "value": value} for row, value in self.examples],
            "reason": self.reason,
            "remedy": self.remedy,
            "reason_en": self.reason_en,
            "remedy_en": self.remedy_en,
            "hint": self.hint,
            "hint_en": self.hint_en,
        }


def groups_of(receipt: Receipt) -> tuple[FaultGroup, ...]:
    """Return the faults of rows and cells by cause, the gravest and largest group first.

    Counts come from the receipt's totals, so they are complete however many faults are listed. A group that is only
    counted (the list was full) has no rows and no words of its own but those of its code, taken from another column.
    """
    listed = _listed(receipt)
    counted: dict[tuple[str, ...], FaultCount] = {}
    for total in receipt.totals:
        counted[_key_of_total(total, receipt.sheet, listed)] = total
    groups = [_group(listed.get(key, []), counted.get(key), receipt) for key in dict.fromkeys((*listed, *counted))]
    return tuple(sorted(groups, key=lambda group: group.gravity))


def grouped(receipt: Receipt) -> list[dict[str, object]]:
    """Return the groups as plain data, for the receipt's JSON."""
    return [group.to_json() for group in groups_of(receipt)]


def receipt_strip(receipt: Receipt, parts: int = STRIP_CELLS) -> Strip | None:
    """Return in which of so many parts of the file its errors and warnings lie.

    None where there is nothing to show, or no true picture: several sheets, or a list of faults that was cut. The end
    of the file is taken from the rows counted, so blank lines may shift it a little.
    """
    heavy = [fault for fault in receipt.faults if fault.level is not Level.NORMALISED]
    counted = sum(total.count for total in receipt.totals if total.level is not Level.NORMALISED)
    if counted > len(heavy) or any(fault.sheet != receipt.sheet for fault in receipt.faults):
        return None
    skipped = sum(total.count for total in receipt.totals if total.code == "N003")
    strip = strip_of(
        (fault.row for fault in heavy if fault.level is Level.ERROR),
        (fault.row for fault in heavy if fault.level is Level.WARNING),
        first=max(1, receipt.header_row) + 1,
        last=max(1, receipt.header_row) + receipt.rows_read + skipped,
        parts=parts,
    )
    return None if strip.is_empty else strip


def _key(fault: Fault) -> tuple[str, ...]:
    # A skipped record has no column: what it was (a total, a repeated header) tells the causes apart.
    apart = fault.reason if fault.code.startswith("N") and not fault.column and fault.code != "N002" else ""
    return fault.sheet, fault.code, str(fault.level), fault.column, apart


def _listed(receipt: Receipt) -> dict[tuple[str, ...], list[Fault]]:
    listed: dict[tuple[str, ...], list[Fault]] = {}
    for fault in receipt.faults:
        listed.setdefault(_key(fault), []).append(fault)
    return listed


def _key_of_total(total: FaultCount, sheet: str, listed: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    start = (total.sheet or sheet, total.code, str(total.level), total.column)
    if total.column or not total.header:
        return (*start, "")
    return next((key for key in listed if key[:4] == start and total.header in key[4]), (*start, total.header))


_UNLISTED = (
    "同类问题过多，未逐项列出",
    "请先按已列各项更正，再重新校验",
    "Too many to be listed one by one",
    "Mend what is listed, then check again",
)


def _sentences(faults: Sequence[Fault]) -> tuple[str, str, str, str]:
    """Return reason and remedy, Chinese then English, that all the faults share."""
    if not faults:
        return _UNLISTED
    return (
        _first([fault.reason for fault in faults], "（首处如此，各处不一）"),
        _first([fault.remedy for fault in faults], "（首处如此，各处不一）"),
        _first([fault.reason_en for fault in faults], " (in the first place; others differ)"),
        _first([fault.remedy_en for fault in faults], " (in the first place; others differ)"),
    )


def _group(faults: Sequence[Fault], total: FaultCount | None, receipt: Receipt) -> FaultGroup:
    if not faults:
        return _counted_only(total, receipt)
    first = faults[0]
    rows = tuple(sorted({fault.row for fault in faults}))
    count = max(total.count if total else 0, len(faults))
    return FaultGroup(
        first.code,
        first.level,
        first.sheet,
        first.column,
        first.header,
        count,
        len(faults),
        rows,
        _examples(faults),
        *_sentences(faults),
        *_hint(faults, rows, count, receipt),
    )


def _counted_only(total: FaultCount | None, receipt: Receipt) -> FaultGroup:
    if total is None:
        raise ValueError("a group has faults or a total")
    like = [fault for fault in receipt.faults if fault.code == total.code]
    # The header of a count without a column tells the kind of a skipped record, not a header of the file.
    header = total.header if total.column else ""
    sheet = total.sheet or receipt.sheet
    return FaultGroup(total.code, total.level, sheet, total.column, header, total.count, 0, (), (), *_sentences(like))


def _examples(faults: Sequence[Fault]) -> tuple[tuple[int, str], ...]:
    first_of: dict[str, int] = {}
    for fault in faults:
        if fault.value:
            first_of.setdefault(fault.value, fault.row)
    return tuple((row, value) for value, row in first_of.items())[:_EXAMPLES]


def _hint(faults: Sequence[Fault], rows: Sequence[int], count: int, receipt: Receipt) -> tuple[str, str]:
    first = faults[0]
    if first.level is Level.NORMALISED:
        return NO_WORDS
    # A warning is about what a cell says beside others, not about the way it is written.
    is_written_wrongly = first.column and first.level is Level.ERROR
    values = value_hint([fault.value for fault in faults], first.reason) if is_written_wrongly else NO_WORDS
    return joined(values, spread_hint(rows, count, receipt.rows_read))


def _first(texts: Sequence[str], note: str) -> str:
    """Return the sentence of the first place, with a note where the others say something else."""
    return texts[0] if all(text == texts[0] for text in texts) else f"{texts[0]}{note}"
