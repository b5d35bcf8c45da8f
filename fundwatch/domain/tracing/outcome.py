"""What a trace found: nodes by hop, edges between them, and where every traced fen ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from fundwatch.domain.tracing.moves import Direction, Move, Terms


class Ending(StrEnum):
    """Why money is not followed further."""

    STAYS = "stays"
    LATE = "late"
    DEPTH = "depth"
    HUB = "hub"
    CASH = "cash"
    BANK = "bank"
    CLEARING = "clearing"
    UNNAMED = "unnamed"
    UNREPORTED = "unreported"
    OWN = "own"
    UNSEEN = "unseen"
    SMALL = "small"
    FAN = "fan"

    def zh(self, direction: Direction) -> str:
        """Return the reason in Chinese."""
        return _WORDS[self][0 if direction is Direction.FORWARD else 1]

    def en(self, direction: Direction) -> str:
        """Return the reason in English."""
        return _WORDS[self][2 if direction is Direction.FORWARD else 3]


_WORDS = {
    Ending.STAYS: ("期末仍留存", "期初已有", "still there at the end", "there before the window"),
    Ending.LATE: ("停留超过最长间隔", "到账早于最长间隔", "stayed beyond the delay", "came before the delay"),
    Ending.DEPTH: ("到达层数上限", "到达层数上限", "last hop", "last hop"),
    Ending.HUB: ("往来过多，未追踪", "往来过多，未追踪", "hub, not followed", "hub, not followed"),
    Ending.CASH: ("取现", "存现", "withdrawn in cash", "paid in as cash"),
    Ending.BANK: ("银行收费等", "银行付息等", "taken by the bank", "paid by the bank"),
    Ending.CLEARING: ("进入清算机构", "来自清算机构", "into a clearing firm", "from a clearing firm"),
    Ending.UNNAMED: ("对手未载明", "对手未载明", "counterparty not named", "counterparty not named"),
    Ending.UNREPORTED: ("对方流水未见", "对方流水未见", "no statement beyond", "no statement beyond"),
    Ending.OWN: ("转入本人未报送账户", "来自本人未报送账户", "own account, not reported", "own account, not reported"),
    Ending.UNSEEN: ("来源未见", "来源未见", "source not seen", "source not seen"),
    Ending.SMALL: (
        "小额合并",
        "小额合并",
        "below the minimum, folded",
        "below the minimum, folded",
    ),
    Ending.FAN: ("分支过多，合并", "分支过多，合并", "too many branches, folded", "too many branches, folded"),
}

PARTY = "party"
"""Kind of a node that is a party's pool; every other kind is named after its ending."""


class NodeKey(NamedTuple):
    """Hops from the start, kind (``party`` or an ending) and party; of folded branches the party they leave."""

    hop: int
    kind: str
    party: int


@dataclass(frozen=True, slots=True)
class Traced:
    """How much of one move is traced money."""

    move: Move
    amount: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Traced money between two nodes; ``source`` is nearer to the start, whichever way the money went.

    A return leads to a party from which this money has already come; it is counted where it leaves.
    """

    source: NodeKey
    target: NodeKey
    amount: int
    is_return: bool
    parties: int
    """Different parties on the far side: more than one where branches were folded."""
    moves: tuple[Traced, ...]

    @property
    def days(self) -> tuple[int, int]:
        """Return first and last day on which the payers booked the moves."""
        days = [one.move.payer.booking.day for one in self.moves]
        return min(days), max(days)


@dataclass(frozen=True, slots=True)
class Node:
    """Where traced money passed or ended; ``opening`` is ``known``, ``least`` (derived) or None (no pool read)."""

    key: NodeKey
    traced_in: int
    traced_out: int
    endings: tuple[tuple[Ending, int], ...]
    opening: str | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A whole trace; all amounts are fen of CNY and add up."""

    terms: Terms
    principal: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def endings(self) -> dict[Ending, int]:
        """Return where the principal ended, largest first; returns are not among them."""
        sums: dict[Ending, int] = defaultdict(int)
        for node in self.nodes:
            for ending, amount in node.endings:
                sums[ending] += amount
        return dict(sorted(sums.items(), key=lambda one: (-one[1], one[0])))

    @property
    def returned(self) -> int:
        """Return how much came back to a party on its own path."""
        return sum(edge.amount for edge in self.edges if edge.is_return)


def imbalances(trace: Trace) -> list[str]:
    """Return what does not add up; empty for every trace.

    At the start, principal = traced out. At every other node, traced in = traced out + endings. Over all nodes,
    endings + returns = principal. No move carries more traced money than its amount.
    """
    faults = []
    carried: dict[int, int] = defaultdict(int)
    for edge in trace.edges:
        if edge.amount != sum(one.amount for one in edge.moves):
            faults.append(f"edge at hop {edge.target.hop}: moves do not add up")
        for one in edge.moves:
            carried[one.move.move_id] += one.amount
            if carried[one.move.move_id] > one.move.amount:
                faults.append("a move carries more than its amount")
    came, went = _sums(trace.edges)
    for node in trace.nodes:
        ended = sum(amount for _, amount in node.endings)
        if node.traced_in != (came[node.key] if node.key.hop else trace.principal):
            faults.append(f"node at hop {node.key.hop}: traced in")
        if node.traced_out != went[node.key] or node.traced_in != node.traced_out + ended:
            faults.append(f"node at hop {node.key.hop}: in is not out and endings")
    if sum(trace.endings.values()) + trace.returned != trace.principal:
        faults.append("endings and returns are not the principal")
    return faults


def _sums(edges: Iterable[Edge]) -> tuple[dict[NodeKey, int], dict[NodeKey, int]]:
    """Return what came to each node but for returns, and what left it."""
    came: dict[NodeKey, int] = defaultdict(int)
    went: dict[NodeKey, int] = defaultdict(int)
    for edge in edges:
        went[edge.source] += edge.amount
        if not edge.is_return:
            came[edge.target] += edge.amount
    return came, went


def nodes_of(
    origin: NodeKey,
    principal: int,
    edges: Iterable[Edge],
    ended: dict[tuple[NodeKey, Ending], int],
    openings: dict[int, str],
) -> tuple[Node, ...]:
    """Return the start and the nodes that edges join, in order of their keys."""
    edges = list(edges)
    came, went = _sums(edges)
    endings: dict[NodeKey, list[tuple[Ending, int]]] = defaultdict(list)
    for (key, ending), amount in sorted(ended.items()):
        if amount:
            endings[key].append((ending, amount))
    keys = sorted({origin, *endings} | {key for edge in edges for key in (edge.source, edge.target)})
    return tuple(
        Node(
            key,
            came[key] if key.hop else principal,
            went[key],
            tuple(endings[key]),
            openings.get(key.party) if key.kind == PARTY else None,
        )
        for key in keys
    )
