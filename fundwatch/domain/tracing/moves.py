"""What a trace is made of: moves of money, the pools they pass, and what was asked.

Amounts are fen of CNY. A *pool* is the money of one party on all its accounts whose statements we receive: moves
between these are no transfers, so only together do they keep an account of money.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fundwatch.domain.errors import ConfigurationError

MOST_HOPS = 6
MOST_EDGES = 2000


class Method(StrEnum):
    """How what leaves a pool is told apart by where it came from."""

    FIFO = "fifo"
    PROPORTIONAL = "proportional"

    @property
    def zh(self) -> str:
        """Return the words printed on table and picture."""
        return {"fifo": "先进先出法", "proportional": "按比例分摊法"}[self.value]


class Direction(StrEnum):
    """Along the money or against it."""

    FORWARD = "forward"
    BACKWARD = "backward"

    @property
    def zh(self) -> str:
        """Return the words printed on table and picture."""
        return {"forward": "资金去向", "backward": "资金来源"}[self.value]


@dataclass(frozen=True, slots=True)
class Booking:
    """When one side booked a move: day number, second of the day and running number where they are stated."""

    day: int
    second: int | None = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a move; ``is_visible``: the account's own statement shows it, so that it belongs to a pool."""

    party: int
    account: int
    kind: str
    is_visible: bool
    booking: Booking


@dataclass(frozen=True, slots=True)
class Move:
    """Money that went from one side to the other, or between an account in a pool and one out of sight of a party."""

    move_id: int
    amount: int
    payer: Side
    payee: Side

    def side(self, *, paying: bool) -> Side:
        """Return the paying or the receiving side."""
        return self.payer if paying else self.payee


@dataclass(frozen=True, slots=True)
class Holding:
    """A party with every move of the window on either side; ``opening`` is None where no balance tells it.

    A hub has too many moves to be followed and brings none.
    """

    party: int
    opening: int | None
    moves: tuple[Move, ...]
    is_hub: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """Where a trace begins: parties as one, and the moves that leave them (forward) or reach them (backward)."""

    parties: frozenset[int]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What was asked; ``min_amount`` is in fen, ``max_delay`` in days, ``fan`` the branches shown of one node."""

    direction: Direction
    method: Method
    hops: int = 4
    min_amount: int = 0
    max_delay: int | None = None
    fan: int = 20

    def __post_init__(self) -> None:
        if not 1 <= self.hops <= MOST_HOPS:
            raise ConfigurationError(
                f"追踪层数应为 1 到 {MOST_HOPS}。", f"hops go from 1 to {MOST_HOPS}.", code="C220", place="--hops"
            )
        if self.min_amount < 0 or self.fan < 1 or (self.max_delay is not None and self.max_delay < 0):
            raise ConfigurationError(
                "最小金额、最长间隔不能为负，分支数至少为 1。",
                "minimum amount and maximum delay are not negative, and at least one branch is shown.",
                code="C221",
            )
