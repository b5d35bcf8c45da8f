"""The moving parts of a statement: accounts, instants, amounts, directions, and balances that follow."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from data_contracts.contract import Column, Contract

from .cells import EMPTY, Cell, boolean, currency, drawn, moment, money, spelled

MOVING = frozenset(
    {"account", "card", "booked_at", "amount", "direction", "balance", "currency", "is_reversal", "succeeded", "serial"}
)
"""Canonical columns that depend on each other."""
_SIDE = {"statement": {"in": "credit", "out": "debit"}, "ledger": {"in": "debit", "out": "credit"}}
_OTHER = {"in": "out", "out": "in"}


@dataclass(slots=True)
class _Account:
    numbers: dict[str, Cell]
    currency: str
    balance: int
    steady: dict[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    account: _Account
    instant: datetime
    precision: str
    fen: int
    direction: str
    succeeded: bool
    reversal: bool
    negative: bool
    number: int


class Entries:
    """Draws entries of a few accounts in booking order and spells their moving cells for the columns of a feed."""

    def __init__(self, feed: Contract, columns: Sequence[Column], draw: random.Random) -> None:
        self.feed, self.columns, self.draw = feed, columns, draw
        self.targets = {target for column in columns for target in column.targets}
        self.parts = {column.part for column in columns if "amount" in column.targets}
        self.has_clock = any(
            "booked_at" in column.targets and (column.part == "time" or column.formats != ("yymmdd",))
            for column in columns
        ) and not all(column.part == "date" for column in columns if "booked_at" in column.targets)
        self.accounts = [self._account() for _ in range(draw.randrange(1, 4))]

    def _account(self) -> _Account:
        own = {target: column for column in self.columns for target in column.targets if target in ("account", "card")}
        made = {target: drawn(column, self.feed, self.draw) for target, column in own.items()}
        optional = sorted(target for target in made if not own[target].required)
        if len(made) == 2 and optional and self.draw.random() < 0.4:
            made[self.draw.choice(optional)] = EMPTY
        said = self.feed.currency or "CNY"
        if "currency" in self.targets and self.draw.random() < 0.2:
            said = self.draw.choice(("USD", "HKD"))
        return _Account(made, said, self.draw.randrange(10**6, 10**9))

    def take(self, count: int) -> Iterator[dict[int, Cell]]:
        """Yield the moving cells of each entry by the place of its column in ``columns``."""
        instant = datetime(2024, 3, 1, 8, 30, 11) + timedelta(days=self.draw.randrange(300))
        for number in range(count):
            instant += timedelta(seconds=self.draw.randrange(61, 30_000))
            yield self._spell(self._next(instant, number))

    def _next(self, instant: datetime, number: int) -> _Entry:
        draw, account = self.draw, self.draw.choice(self.accounts)
        precision = "second" if self.has_clock else "day"
        direction, fen = draw.choice(("in", "out")), draw.randrange(1, 5_000_000)
        succeeded = "succeeded" not in self.targets or draw.random() > 0.08
        wants = draw.random() < 0.12
        negative = wants and self.feed.negative_amount == "reversal" and draw.random() < 0.6
        reversal = negative or (wants and "is_reversal" in self.targets)
        if succeeded:
            account.balance += fen if direction == "in" else -fen
        when = instant if precision == "second" else instant.replace(hour=0, minute=0, second=0)
        return _Entry(account, when, precision, fen, direction, succeeded, reversal, negative, number)

    def _spell(self, entry: _Entry) -> dict[int, Cell]:
        return {
            place: self._cell(column, entry)
            for place, column in enumerate(self.columns)
            if MOVING.intersection(column.targets)
        }

    def _cell(self, column: Column, entry: _Entry) -> Cell:
        match column.targets[0]:
            case "account" | "card":
                return entry.account.numbers[column.targets[0]]
            case "booked_at":
                return moment(entry.instant, entry.precision, column, self.draw)
            case "amount":
                return self._amount(column, entry)
            case "direction":
                return self._direction(column, entry)
            case "balance":
                hidden = not column.required and self.draw.random() < 0.1
                return EMPTY if hidden else money(entry.account.balance, column, self.feed)
            case "currency":
                can_hide = not column.required and entry.account.currency == self.feed.currency
                hidden = can_hide and self.draw.random() < 0.3
                return EMPTY if hidden else currency(entry.account.currency, column, self.draw)
            case "serial":
                without = not column.required and self.feed.key_fallback == "content" and self.draw.random() < 0.2
                return EMPTY if without else Cell(text := f"{90_000_000 + entry.number}", text, int(text))
            case "succeeded":
                hidden = entry.succeeded and not column.required and self.draw.random() < 0.2
                return EMPTY if hidden else boolean(entry.succeeded, column, self.draw)
            case _:
                flagged = entry.reversal and not entry.negative
                hidden = not flagged and not column.required and self.draw.random() < 0.3
                return EMPTY if hidden else boolean(flagged, column, self.draw)

    def _side(self, entry: _Entry) -> str:
        """Which way the cells say: a negative amount stands on the side of what it takes back."""
        return _OTHER[entry.direction] if entry.negative else entry.direction

    def _amount(self, column: Column, entry: _Entry) -> Cell:
        fen = -entry.fen if entry.negative else entry.fen
        if column.part is None:
            return money(fen, column, self.feed)
        if _SIDE[self.feed.direction][self._side(entry)] != column.part:
            return EMPTY if self.draw.random() < 0.7 else money(0, column, self.feed)
        return money(fen, column, self.feed)

    def _direction(self, column: Column, entry: _Entry) -> Cell:
        side = self._side(entry)
        words = [name for name in (side, _SIDE[self.feed.direction][side]) if name in column.values]
        return Cell(spelled(self.draw.choice(words or [side]), column.values, self.draw), side)

    def meaning(self, cells: dict[int, Cell]) -> dict[str, object]:
        """Return what the moving cells of one entry say together."""
        said: dict[str, object] = {}
        for place, cell in cells.items():
            column = self.columns[place]
            for target in column.targets:
                if cell.value is not None and not (column.part in ("debit", "credit") and cell.value == 0):
                    said[target] = cell.value
                    if column.part in ("debit", "credit"):
                        said["direction"] = {side: name for name, side in _SIDE[self.feed.direction].items()}[
                            column.part
                        ]
        amount = said.get("amount")
        if isinstance(amount, int) and amount < 0:
            said |= {"amount": -amount, "direction": _OTHER[str(said["direction"])], "is_reversal": True}
        return said
