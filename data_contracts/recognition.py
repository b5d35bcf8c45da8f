"""Which contract a staged table follows, told by its headers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data_contracts.contract import Column, Contract
from data_contracts.reading.staged import RawTable, header_form

_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Matched:
    """A column of the contract found at a 1-based place under the header as written."""

    column: Column
    place: int
    header: str


@dataclass(frozen=True, slots=True)
class Match:
    """A contract laid over the header row of a table."""

    contract: Contract
    header_row: int
    columns: tuple[Matched, ...]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    doubled: tuple[str, ...]
    last_place: int
    sheet_named: bool

    @property
    def score(self) -> tuple[bool, int, int]:
        """The larger the better: named sheet, headers known, headers unknown."""
        return self.sheet_named, len(self.columns) - len(self.unknown), -len(self.unknown)

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
    return frozenset(header_form(text) for feed in contracts for column in feed.columns for text in column.spellings)


def _missing(contract: Contract, found: Iterable[Column]) -> tuple[str, ...]:
    matched = {id(column) for column in found}
    absent = [column for column in contract.columns if id(column) not in matched]
    targets = {target for column in contract.columns if id(column) in matched for target in column.targets}
    names = [column.header for column in absent if column.header_required]
    for group in contract.one_of:
        if not targets.intersection(group):
            headers = [column.header for column in contract.columns if set(column.targets) & set(group)]
            names.append(" / ".join(headers))
    return tuple(names)


def lay_over(contract: Contract, row: int, cells: tuple[str, ...], sheet: str) -> Match:
    """Return how a contract fits one row taken as header. A main header beats an alias of the same column."""
    spellings: dict[str, tuple[int, Column]] = {}
    for column in contract.columns:
        for rank, text in enumerate(column.spellings):
            form = header_form(text)
            if form not in spellings or rank < spellings[form][0]:
                spellings[form] = (rank, column)
    ignored = {header_form(header) for header in contract.ignored_columns}
    found: dict[int, tuple[int, Matched]] = {}
    unknown: list[str] = []
    doubled: list[str] = []
    filled = [(place, text) for place, text in enumerate(cells, 1) if header_form(text)]
    for place, text in filled:
        known = spellings.get(header_form(text))
        if known is None:
            if header_form(text) not in ignored:
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
    columns = tuple(found[id(column)][1] for column in contract.columns if id(column) in found)
    return Match(
        contract=contract,
        header_row=row,
        columns=columns,
        unknown=tuple(unknown),
        missing=_missing(contract, (matched.column for matched in columns)),
        doubled=tuple(doubled),
        last_place=filled[-1][0] if filled else 0,
        sheet_named=header_form(sheet) in {header_form(name) for name in contract.sheets},
    )


def recognise(table: RawTable, contracts: Iterable[Contract]) -> Recognition:
    """Return the contract whose needed headers are all there and that knows most of the rest; ties are not broken."""
    complete: list[Match] = []
    nearest: Match | None = None
    for contract in contracts:
        matches = [lay_over(contract, row, cells, table.sheet) for row, cells in table.head]
        best = max(matches, key=lambda match: match.nearness, default=None)
        if best is None:
            continue
        if not best.missing and len(best.columns) >= min(_FEWEST, len(contract.columns)):
            complete.append(best)
        if nearest is None or best.nearness > nearest.nearness:
            nearest = best
    if not complete:
        return Recognition(None, nearest=nearest)
    top = max(match.score for match in complete)
    winners = tuple(match for match in complete if match.score == top)
    return Recognition(winners[0]) if len(winners) == 1 else Recognition(None, ambiguous=winners)
