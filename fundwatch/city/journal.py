"""The journal of the city: every movement of money once, before banks look at it from their side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from fundwatch.city import clock
from fundwatch.city.clock import Manner

Ints = NDArray[np.int64]
SCHEDULED = -1
"""Second of the day of an entry whose hour the clock draws."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand makes an entry: the party whose device is used, the party who comes to the counter; -1 the holder."""

    device: int = -1
    agent: int = -1


class Status(IntEnum):
    """What became of an entry."""

    BOOKED = 0
    FAILED = 1
    REVERSED = 2  # the sender's leg comes back at once, the receiver never saw it


@dataclass(slots=True)
class Pool:
    """Texts, each kept once and named by its number."""

    texts: list[str] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """Return the number of a text, giving it one if it is new."""
        found = self.known.get(text)
        if found is None:
            found = self.known[text] = len(self.texts)
            self.texts.append(text)
        return found


@dataclass(frozen=True, slots=True)
class Entries:
    """Columns of equal length: time in seconds since 1970 (bank-local), account indices, fen, pool numbers."""

    at: Ints
    source: Ints
    target: Ints
    amount: Ints
    summary: Ints
    remark: Ints
    channel: Ints
    status: Ints
    merchant: Ints
    tag: Ints
    hand: Ints

    def __len__(self) -> int:
        return len(self.at)


_COLUMNS = 11


@dataclass(slots=True)
class Journal:
    """Collects entries; ``tag`` marks those of the subject being planted (0 = ordinary life) for truth and tests,
    ``hand`` those made by another hand than the holder's own (0).
    """

    rng: np.random.Generator
    summaries: Pool = field(default_factory=Pool)
    remarks: Pool = field(default_factory=Pool)
    tag: int = 0
    hands: list[Hand] = field(default_factory=lambda: [Hand()])
    hand: int = 0
    _rows: list[tuple[int, ...]] = field(default_factory=list)
    _chunks: list[Ints] = field(default_factory=list)

    def pay(
        self,
        day: int,
        source: int,
        target: int,
        fen: int,
        summary: str = "转账",
        *,
        remark: str = "",
        manner: Manner = Manner.PERSON,
        second: int = SCHEDULED,
        status: Status = Status.BOOKED,
        merchant: int = 0,
    ) -> None:
        """Enter one movement; amounts of zero or less, and moves of an account to itself, are no movement."""
        if fen > 0 and source != target:
            numbers = (self.summaries.number(summary), self.remarks.number(remark), int(manner))
            self._rows.append((day, second, source, target, fen, *numbers, int(status), merchant, self.tag, self.hand))

    def pay_many(
        self,
        days: Ints,
        sources: Ints | int,
        targets: Ints | int,
        fen: Ints,
        summary: str,
        *,
        remarks: Iterable[str] = ("",),
        manner: Manner = Manner.PERSON,
        status: Status = Status.BOOKED,
        merchants: Ints | int = 0,
    ) -> None:
        """Enter many movements of ordinary life; each takes one of ``remarks`` by lot."""
        choices = np.array([self.remarks.number(text) for text in remarks])
        count = len(days)
        block = np.empty((count, _COLUMNS + 1), dtype=np.int64)
        columns: tuple[Ints | int, ...] = (
            days,
            SCHEDULED,
            sources,
            targets,
            fen,
            self.summaries.number(summary),
            choices[self.rng.integers(len(choices), size=count)],
            int(manner),
            int(status),
            merchants,
            self.tag,
            self.hand,
        )
        for place, column in enumerate(columns):
            block[:, place] = column
        self._chunks.append(block[(block[:, 4] > 0) & (block[:, 2] != block[:, 3])])

    def mark(self) -> int:
        """Return where the next single entry will stand."""
        return len(self._rows)

    def days_since(self, mark: int) -> list[int]:
        """Return the days of the single entries made since ``mark``, in ascending order."""
        return sorted(row[0] for row in self._rows[mark:])

    def close(self) -> Entries:
        """Return all entries ordered by time, hours and channels drawn where they were left open."""
        rows = np.array(self._rows, dtype=np.int64).reshape(len(self._rows), _COLUMNS + 1)
        block = np.concatenate([*self._chunks, rows])
        channel, second = clock.draw(self.rng, block[:, 7])
        at = block[:, 0] * 86_400 + np.where(block[:, 1] == SCHEDULED, second, block[:, 1])
        order = np.argsort(at, kind="stable")
        block, at, channel = block[order], at[order], channel[order]
        columns = (block[:, place].copy() for place in (2, 3, 4, 5, 6))
        source, target, amount, summary, remark = columns
        last = (block[:, place] for place in (8, 9, 10, 11))
        return Entries(at, source, target, amount, summary, remark, channel, *last)

    def snapshot(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Return day, source, target, fen and tag of all booked entries so far, in no particular order."""
        rows = np.array(self._rows, dtype=np.int64).reshape(len(self._rows), _COLUMNS + 1)
        block = np.concatenate([*self._chunks, rows])
        block = block[block[:, 8] == Status.BOOKED]
        return block[:, 0], block[:, 2], block[:, 3], block[:, 4], block[:, 10]
