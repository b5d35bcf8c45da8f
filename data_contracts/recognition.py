"""Which contract a staged table follows, told by its headers."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

from data_contracts.contract import Column, Contract
from data_contracts.headers import joined_rows, readings
from data_contracts.reading.staged import RawTable, header_form
from data_contracts.vocabulary import ORIGINAL_BATCH, ORIGINAL_ROW, Kind

_FEWEST = 2
_DATED = re.compile(
    r"^\W*(?!1899|1900)(?:(?:19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}|(?:19|20)\d{2}[01]\d[0-3]\d)|^\d{5}\.\d+$"
)
"""A cell that begins with a date, not a clock time alone (a spreadsheet's bare times begin with 1899 or 1900)."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A column of the contract found at a 1-based place under the header as written."""

    column: Column
    place: int
    header: str


@dataclass(frozen=True, slots=True)
class Match:
    """A contract laid over the header row of a table.

    ``cells`` is the header row as read (two rows joined where the header has two), ``unread`` the headers that are
    known and not read, ``named`` whether the sheet or the file is named after the feed.
    """

    contract: Contract
    header_row: int
    columns: tuple[Matched, ...]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    doubled: tuple[str, ...]
    last_place: int
    named: bool
    cells: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def score(self) -> tuple[bool, int, int]:
        """The larger the better: named sheet or file, headers known, headers unknown."""
        return self.named, len(self.columns) - len(self.unknown), -len(self.unknown)

    @property
    def nearness(self) -> tuple[int, int]:
        """The larger the nearer, complete or not."""
        return len(self.columns), -len(self.missing)

    def source_of(self, target: str, part: str | None = None) -> Matched | None:
        """Return the matched column that feeds a canonical column (or a part of it), if there is one."""
        for matched in self.columns:
            if target in matched.column.targets and matched.column.part == part:
                return matched
        return None

    @property
    def read(self) -> tuple[Matched, ...]:
        """Matched columns whose cells are read, in the order of the contract."""
        return tuple(matched for matched in self.columns if matched.column.ignored is None)


@dataclass(frozen=True, slots=True)
class Recognition:
    """Either one match, or several that are equally good, or the nearest contract that is not complete."""

    match: Match | None
    ambiguous: tuple[Match, ...] = ()
    nearest: Match | None = None


def known_headers(contracts: Iterable[Contract]) -> frozenset[str]:
    """Return every header that the contracts know, in comparable form."""
    forms = {header_form(text) for feed in contracts for column in feed.columns for text in column.spellings}
    return frozenset(forms)


def reading_of(contract: Contract) -> Contract:
    """Return a feed without its names: feeds of equal reading make the same rows of the same file."""
    return replace(contract, id="", version="", name="", sheets=(), files=())


def _missing(contract: Contract, found: Iterable[Column]) -> tuple[str, ...]:
    matched = {id(column) for column in found}
    targets = {target for column in contract.columns if id(column) in matched for target in column.targets}
    dated = {
        target
        for column in contract.columns
        if id(column) in matched and column.part == "date"
        for target in column.targets
    }
    absent = [
        column
        for column in contract.columns
        if id(column) not in matched and not (column.part is None and dated.intersection(column.targets))
    ]
    names = [column.header for column in absent if column.header_required]
    for group in contract.one_of:
        if not targets.intersection(group):
            headers = [column.header for column in contract.columns if set(column.targets) & set(group)]
            names.append(" / ".join(headers))
    return tuple(names)


def _spellings(contract: Contract) -> dict[str, tuple[int, Column]]:
    spellings: dict[str, tuple[int, Column]] = {}
    for column in contract.columns:
        for rank, text in enumerate(column.spellings):
            form = header_form(text)
            if form not in spellings or rank < spellings[form][0]:
                spellings[form] = (rank, column)
    return spellings


def _is_dated(place: int, samples: Sequence[tuple[str, ...]]) -> bool:
    return any(_DATED.match(cells[place - 1].strip()) for cells in samples if place <= len(cells))


def _settled(columns: Sequence[Matched], samples: Sequence[tuple[str, ...]]) -> tuple[list[Matched], list[str]]:
    """Return the columns with date and clock told apart, and the headers that are then not needed.

    A moment beside a date column is the clock time of that date, unless its own cells begin with a date: then the date
    column says nothing more. A date column alone is the whole moment.
    """
    kept, spare = list(columns), []
    for date in [item for item in columns if item.column.part == "date" and item.column.kind is Kind.TIMESTAMP]:
        target = date.column.targets[0]
        beside = {item.column.part: item for item in columns if target in item.column.targets}
        whole, clock = beside.get(None), beside.get("time")
        place = kept.index(date)
        if whole is not None and _is_dated(whole.place, samples):
            kept.remove(date)
            spare.append(date.header)
        elif whole is not None:
            as_clock = replace(whole.column, part="time", required=False, formats=("clock", "hhmmss", "hhmm"))
            kept[kept.index(whole)] = replace(whole, column=as_clock)
        elif clock is None:
            kept[place] = replace(date, column=replace(date.column, part=None))
    return kept, spare


def lay_over(
    contract: Contract, row: int, cells: tuple[str, ...], sheet: str, samples: Sequence[tuple[str, ...]] = ()
) -> Match:
    """Return how a contract fits one row taken as header; ``samples`` are first rows below it.

    A main header beats an alias of the same column.
    """
    spellings = _spellings(contract)
    ignored = {header_form(header) for header in (*contract.ignored_columns, ORIGINAL_ROW, ORIGINAL_BATCH)}
    found: dict[int, tuple[int, Matched]] = {}
    unknown: list[str] = []
    doubled: list[str] = []
    filled = [(place, text) for place, text in enumerate(cells, 1) if header_form(text)]
    for place, text in filled:
        known = next((spellings[form] for form in readings(text) if form in spellings), None)
        if known is None:
            unknown.append(text.strip())
            continue
        rank, column = known
        held = found.get(id(column))
        if held is None or rank < held[0]:
            if held is not None:
                unknown.append(held[1].header)
            found[id(column)] = (rank, Matched(column, place, text.strip()))
        elif rank == held[0]:
            doubled.append(text.strip())
        else:
            unknown.append(text.strip())
    columns, spare = _settled([found[id(column)][1] for column in contract.columns if id(column) in found], samples)
    passed = [header for header in unknown if ignored.intersection(readings(header))]
    return Match(
        contract=contract,
        header_row=row,
        columns=tuple(columns),
        unknown=tuple(header for header in unknown if header not in passed),
        missing=_missing(contract, (column for column in contract.columns if id(column) in found)),
        doubled=tuple(doubled),
        last_place=filled[-1][0] if filled else 0,
        named=header_form(sheet) in {header_form(name) for name in contract.sheets},
        cells=cells,
        unread=(*passed, *spare),
    )


_Head = Sequence[tuple[int, tuple[str, ...]]]


def _candidates(head: _Head, known: Container[str]) -> _Head:
    """Return the rows, single or two joined, of which most cells are known: one of them is the header, if any is."""
    forms = {cell: readings(cell) for _, cells in head for cell in set(cells) if cell}

    def hits(cells: tuple[str, ...]) -> int:
        return sum(any(form in known for form in forms.get(cell) or readings(cell)) for cell in cells if cell)

    counted = [(hits(cells), row, cells) for row, cells in [*head, *joined_rows(head, known, hits)]]
    most = max((count for count, _, _ in counted), default=0)
    return [(row, cells) for count, row, cells in counted if count == most]


def best_match(table: RawTable, contract: Contract, file: str = "") -> Match | None:
    """Return how a contract fits a table best, None for a table without rows or in a form that is not the feed's."""
    if contract.forms and table.form.removesuffix("1904") not in contract.forms:
        return None
    known = {*_spellings(contract), *(header_form(header) for header in contract.ignored_columns)}
    matches = [
        lay_over(contract, row, cells, table.sheet, [below for place, below in table.head if place > row])
        for row, cells in _candidates(table.head, known)
    ]
    best = max(matches, key=lambda match: match.nearness, default=None)
    if best is None or not any(header_form(name) in header_form(file) for name in contract.files):
        return best
    return replace(best, named=True)


def is_complete(match: Match) -> bool:
    """Say whether all headers that the contract needs are there, and at least two where it has two."""
    return not match.missing and len(match.columns) >= min(_FEWEST, len(match.contract.columns))


def recognise(table: RawTable, contracts: Iterable[Contract], file: str = "") -> Recognition:
    """Return the contract whose needed headers are all there and that knows most of the rest.

    ``file`` is the file's name, which like that of the sheet may prefer a feed. Ties are not broken, unless the feeds
    read the file alike.
    """
    matches = [match for contract in contracts if (match := best_match(table, contract, file)) is not None]
    complete = [match for match in matches if is_complete(match)]
    if not complete:
        return Recognition(None, nearest=max(matches, key=lambda match: match.nearness, default=None))
    top = max(match.score for match in complete)
    winners = tuple(match for match in complete if match.score == top)
    alike = all(reading_of(match.contract) == reading_of(winners[0].contract) for match in winners)
    return Recognition(winners[0]) if alike else Recognition(None, ambiguous=winners)
