"""A whole extract from a contract: columns, cells, and the canonical rows that must come of it."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from data_contracts.contract import Column, Contract
from data_contracts.vocabulary import Kind

from .cells import EMPTY, Cell, drawn, told
from .entries import MOVING, Entries
from .oracle import Row, canonical

Cells = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Extract:
    """Rows as sent, in booking order, under the columns of a feed."""

    feed: Contract
    columns: tuple[Column, ...]
    rows: tuple[Cells, ...]

    def said(self, feed: Contract | None = None) -> list[dict[str, object]]:
        """Return what each row says, read as the feed or as another feed of the same sheet."""
        return [self._said(feed or self.feed, cells) for cells in self.rows]

    def _said(self, feed: Contract, cells: Cells) -> dict[str, object]:
        if feed is not self.feed:
            by_header = {column.header: cell for column, cell in zip(self.columns, cells, strict=True)}
            return {
                target: by_header[column.header].value
                for column in feed.columns
                if column.header in by_header
                for target in column.targets
            }
        said: dict[str, object] = {}
        for column, cell in zip(self.columns, cells, strict=True):
            for target in column.targets:
                said[target] = (told(cell.text) or None) if target in column.verbatim else cell.value
        if feed.table.id == "transactions":
            places = {place for place, column in enumerate(self.columns) if MOVING.intersection(column.targets)}
            entries = Entries(feed, self.columns, random.Random(0))
            for name in MOVING:
                said.pop(name, None)
            said |= entries.meaning({place: cells[place] for place in sorted(places)})
        return said

    def expected(self, feed: Contract | None = None) -> list[Row]:
        """Return the canonical rows that must come of it."""
        return canonical(feed or self.feed, self.said(feed))

    def with_rows(self, rows: Sequence[Cells]) -> Extract:
        """Return the extract with other rows."""
        return replace(self, rows=tuple(rows))

    def place_of(self, target: str) -> int | None:
        """Return the place of the column that holds a canonical column, None where there is none."""
        return next((place for place, column in enumerate(self.columns) if target in column.targets), None)


def must_fill(feed: Contract) -> frozenset[str]:
    """Return the canonical columns that every row must bring: required ones, and those a row is told by."""
    given = {*feed.constants, *(("currency",) if feed.currency else ())}
    needed = {
        column.name
        for column in feed.table.columns
        if column.required and column.default is None and column.derivation is None and column.name not in given
    }
    needed |= {target for column in feed.columns if column.required for target in column.targets}
    return frozenset(needed | (set(feed.key_needs) if feed.key_fallback == "none" else set()))


def _alternatives(feed: Contract) -> list[frozenset[str]]:
    return [frozenset(group) for group in feed.one_of] + [frozenset({"account", "card"})]


def droppable(feed: Contract) -> tuple[Column, ...]:
    """Return the columns without which a file of the feed is still one of its files."""
    needed = must_fill(feed) | {name for group in _alternatives(feed) for name in group} | MOVING
    return tuple(
        column
        for column in feed.columns
        if not column.header_required
        and not needed.intersection(column.targets)
        and not (feed.also and column.ignored is not None)
    )


def _companion_columns(feed: Contract, others: Sequence[Contract]) -> dict[str, tuple[Column, Contract]]:
    return {column.header: (column, other) for other in others for column in other.columns if column.ignored is None}


class _Maker:
    def __init__(
        self, feed: Contract, columns: tuple[Column, ...], others: Sequence[Contract], draw: random.Random
    ) -> None:
        self.feed, self.columns, self.draw = feed, columns, draw
        self.companions = _companion_columns(feed, others)
        self.needed = must_fill(feed)
        self.groups = _alternatives(feed)
        self.entries = Entries(feed, columns, draw) if feed.table.id == "transactions" else None

    def _filler(self, column: Column) -> Cell:
        if column.header in self.companions:
            other, feed = self.companions[column.header]
            return drawn(other, feed, self.draw)
        text = (
            "" if column.failure_text and self.draw.random() < 0.9 else self.draw.choice(("", "略", "1,2", "参见附件"))
        )
        return Cell(text, None)

    def _cell(self, column: Column, filled: set[str]) -> Cell:
        if column.ignored is not None or not column.targets:
            return self._filler(column)
        must = bool(self.needed.intersection(column.targets)) or (
            column.fill is not None and column.fill.level == "error"
        )
        must = must or any(
            group.intersection(column.targets) and not group.intersection(filled) for group in self.groups
        )
        if not must and self.draw.random() < 0.2:
            return EMPTY
        filled.update(column.targets)
        return drawn(column, self.feed, self.draw)

    def rows(self, count: int) -> tuple[Cells, ...]:
        moving = list(self.entries.take(count)) if self.entries else [{} for _ in range(count)]
        made: list[Cells] = []
        keys: set[tuple[object, ...]] = set()
        unique: dict[int, set[str]] = {place: set() for place, item in enumerate(self.columns) if item.unique}
        for fixed in moving:
            for _ in range(50):
                filled: set[str] = set()
                cells = tuple(
                    fixed[place] if place in fixed else self._cell(column, filled)
                    for place, column in enumerate(self.columns)
                )
                key = self._key(cells)
                fresh = self.feed.key_repeats == "counted" or key is None or key not in keys
                if fresh and all(cells[place].text not in seen for place, seen in unique.items()):
                    break
            else:
                raise AssertionError(f"{self.feed.id}: no fresh key after fifty rows")
            keys.update([key] if key else [])
            for place, seen in unique.items():
                seen.add(cells[place].text)
            made.append(cells)
        return tuple(made)

    def _key(self, cells: Cells) -> tuple[object, ...] | None:
        said = {
            target: cell.value
            for column, cell in zip(self.columns, cells, strict=True)
            for target in column.targets
            if column.part is None
        }
        if not self.feed.row_key or any(said.get(name) is None for name in self.feed.key_needs):
            return None
        return tuple(said.get(name) for name in self.feed.row_key)


def _settled(columns: Sequence[Column], draw: random.Random) -> tuple[Column, ...]:
    """Return columns that fit together: a moment in one column, or its day in one and its time in the other."""
    moments = [column for column in columns if column.kind is Kind.TIMESTAMP]
    wholes = [column for column in moments if column.part is None]
    parts = [column for column in moments if column.part is not None]
    if not wholes or not parts or draw.random() < 0.5:
        return tuple(column for column in columns if column not in parts or not wholes)
    (whole,) = wholes
    clock = replace(whole, part="time", formats=("clock", "hhmmss"), required=False, header_required=True)
    return tuple(clock if column is whole else column for column in columns)


def make(
    feed: Contract, seed: int, count: int, *, others: Sequence[Contract] = (), without: Collection[str] = ()
) -> Extract:
    """Return an extract of a feed: ``others`` read the same sheet, ``without`` names headers that are absent."""
    draw = random.Random(seed)
    columns = _settled([column for column in feed.columns if column.header not in without], draw)
    return Extract(feed, columns, _Maker(feed, columns, others, draw).rows(count))
