"""Following money hop by hop: which pools it passes, how much of each move is it, and where it ends.

Against the money (backward) everything is read in the mirror: last entry first, payers as payees, closing balances as
opening ones. First in first out and proportional allocation are both their own mirror image, so the two directions
tell the same story.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fundwatch.domain.errors import ConfigurationError, EngineError
from fundwatch.domain.tracing.allocation import Part, Purse, Tag, purse
from fundwatch.domain.tracing.moves import MOST_EDGES, Direction, Holding, Move, Start, Terms
from fundwatch.domain.tracing.outcome import PARTY, Edge, Ending, NodeKey, Trace, Traced, imbalances, nodes_of
from fundwatch.domain.tracing.timeline import UNSEEN, Timeline, timeline_of

Fetch = Callable[[frozenset[int]], Sequence[Holding]]
"""Returns the holding of every party asked for; the roof reads it from wherever it lies."""


def follow(start: Start, terms: Terms, fetch: Fetch) -> Trace:
    """Trace the moves of the start through the pools that ``fetch`` returns, to ``terms.hops`` hops.

    One hop is settled at a time: all branches of a node at once, small and surplus ones folded, then the next pools
    are fetched. Raises ConfigurationError when more than 2,000 edges would be shown.
    """
    routes = _Routes(start, terms)
    holdings: dict[int, Holding] = {}
    timeline = timeline_of(())
    for hop in range(1, terms.hops + 1):
        flow = _Flow(routes, timeline, holdings)
        flow.run()
        wanted = routes.settle(hop, flow.carried) - holdings.keys()
        if hop < terms.hops and wanted:
            holdings |= {one.party: one for one in fetch(frozenset(wanted))}
            timeline = timeline_of(holdings.values())
    flow = _Flow(routes, timeline, holdings)
    flow.run()
    return _outcome(flow, start, terms)


@dataclass
class _Routes:
    """Where money that leaves a node goes; settled hop by hop and then fixed."""

    start: Start
    terms: Terms
    settled: int = 0
    targets: dict[tuple[NodeKey, NodeKey], NodeKey] = field(default_factory=dict)
    """Where a branch of a node goes in the end: to itself, or to the fold of small or surplus branches."""
    ancestors: dict[NodeKey, dict[int, int]] = field(default_factory=dict)
    """The parties on any path to a node, with the hop nearest to it."""

    def __post_init__(self) -> None:
        self.origin = NodeKey(0, PARTY, min(self.start.parties))
        self.is_forward = self.terms.direction is Direction.FORWARD
        self.ancestors[self.origin] = {}

    def target(self, source: NodeKey, move: Move) -> tuple[NodeKey, bool]:
        """Return where money leaving ``source`` by ``move`` goes and whether it thereby returns."""
        hop = source.hop + 1
        far, is_return = self._natural(source, move)
        if is_return or hop > self.settled:
            return far, is_return
        # A branch of a fen that whole-fen rounding opened after its hop was settled joins the small ones.
        return self.targets.get((source, far), NodeKey(hop, Ending.SMALL, source.party)), False

    def _natural(self, source: NodeKey, move: Move) -> tuple[NodeKey, bool]:
        hop, far = source.hop + 1, move.side(paying=not self.is_forward)
        if far.kind in (Ending.CASH, Ending.BANK):
            return NodeKey(hop, far.kind, 0), False
        if far.kind == UNSEEN:
            return NodeKey(hop, Ending.UNSEEN, source.party), False
        if far.party == 0:
            return NodeKey(hop, Ending.UNNAMED, 0), False
        if far.party == source.party:
            return NodeKey(hop, Ending.OWN, far.party), False
        if far.party in self.start.parties:
            return self.origin, True
        if far.party in self.ancestors[source]:
            return NodeKey(self.ancestors[source][far.party], PARTY, far.party), True
        if far.kind == Ending.CLEARING:
            return NodeKey(hop, Ending.CLEARING, far.party), False
        return NodeKey(hop, PARTY if far.is_visible else Ending.UNREPORTED, far.party), False

    def settle(self, hop: int, carried: Mapping[tuple[NodeKey, NodeKey, bool], Mapping[int, int]]) -> set[int]:
        """Fix the branches that end at ``hop`` and return the parties whose pools they reach."""
        branches: dict[NodeKey, list[tuple[int, NodeKey]]] = defaultdict(list)
        for (source, far, is_return), moves in carried.items():
            if far.hop == hop and source.hop == hop - 1 and not is_return:
                branches[source].append((-sum(moves.values()), far))
        for source, found in sorted(branches.items()):
            shown = 0
            for amount, far in sorted(found):
                if -amount < self.terms.min_amount:
                    kept = NodeKey(hop, Ending.SMALL, source.party)
                elif shown >= self.terms.fan:
                    kept = NodeKey(hop, Ending.FAN, source.party)
                else:
                    kept, shown = far, shown + 1
                    path = self.ancestors[source] | {source.party: source.hop}
                    known = self.ancestors.setdefault(far, {})
                    known |= {party: max(known.get(party, 0), nearest) for party, nearest in path.items()}
                self.targets[source, far] = kept
        self.settled = hop
        if len({(source, kept) for (source, _), kept in self.targets.items()}) > MOST_EDGES:
            raise _too_wide()
        return {kept.party for kept in self.targets.values() if kept.hop == hop and kept.kind == PARTY}


class _Flow:
    """One reading of the timeline along the routes settled so far."""

    def __init__(self, routes: _Routes, timeline: Timeline, holdings: Mapping[int, Holding]) -> None:
        self.routes, self.timeline, self.holdings = routes, timeline, holdings
        self.terms = routes.terms
        self.carried: dict[tuple[NodeKey, NodeKey, bool], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.ended: dict[tuple[NodeKey, Ending], int] = defaultdict(int)
        self.moves: dict[int, Move] = {}
        self._purses: dict[int, Purse] = {}
        self._travelling: dict[int, list[Part]] = {}
        self._lapsed: dict[int, int] = {}

    def run(self) -> None:
        """Read every entry once, then count what stays."""
        held = self.timeline.opening if self.routes.is_forward else self.timeline.closing
        for party, balance in held.items():
            self._purses[party] = purse(self.terms.method)
            self._purses[party].put([(None, balance)])
        for move in sorted(self.routes.start.moves, key=lambda one: one.move_id):
            self._travelling[move.move_id] = [(self._pass(self.routes.origin, move, move.amount), move.amount)]
        for entry in self.timeline.entries if self.routes.is_forward else reversed(self.timeline.entries):
            held_by = self._purses[entry.party]
            identity = entry.move.move_id
            if entry.is_in == self.routes.is_forward:
                came = self._travelling.pop(identity, [(None, entry.amount)])
                held_by.put([(self._arrived(tag, entry.day), amount) for tag, amount in came])
                continue
            self._lapse(entry.party, held_by, entry.day)
            self._travelling[identity] = [
                (tag and self._pass(NodeKey(tag.hop, PARTY, entry.party), entry.move, amount), amount)
                for tag, amount in held_by.take(entry.amount)
            ]
        for party, held_by in self._purses.items():
            for tag, amount in held_by.rest():
                if tag is not None:
                    self.ended[NodeKey(tag.hop, PARTY, party), Ending.STAYS] += amount

    def _pass(self, source: NodeKey, move: Move, amount: int) -> Tag | None:
        """Count traced money that leaves a node and return the tag under which it arrives, None where it ends."""
        target, is_return = self.routes.target(source, move)
        self.carried[source, target, is_return][move.move_id] += amount
        self.moves[move.move_id] = move
        if is_return:
            return None
        if target.kind != PARTY:
            self.ended[target, Ending(target.kind)] += amount
            return None
        holding = self.holdings.get(target.party)
        if target.hop > self.routes.settled or target.hop == self.terms.hops or holding is None or holding.is_hub:
            self.ended[target, Ending.HUB if holding is not None and holding.is_hub else Ending.DEPTH] += amount
            return None
        return Tag(target.hop, 0)

    def _arrived(self, tag: Tag | None, day: int) -> Tag | None:
        if tag is None or self.terms.max_delay is None:
            return tag
        return Tag(tag.hop, day if self.routes.is_forward else -day)

    def _lapse(self, party: int, held_by: Purse, day: int) -> None:
        if self.terms.max_delay is not None and self._lapsed.get(party) != day:
            self._lapsed[party] = day
            today = day if self.routes.is_forward else -day
            for tag, amount in held_by.lapse(today - self.terms.max_delay):
                self.ended[NodeKey(tag.hop, PARTY, party), Ending.LATE] += amount


def _outcome(flow: _Flow, start: Start, terms: Terms) -> Trace:
    edges = []
    for (source, target, is_return), carried in sorted(flow.carried.items()):
        moves = [Traced(flow.moves[identity], amount) for identity, amount in sorted(carried.items())]
        far = {one.move.side(paying=not flow.routes.is_forward).party for one in moves}
        edges.append(Edge(source, target, sum(carried.values()), is_return, len(far), tuple(moves)))
    if len(edges) > MOST_EDGES:
        raise _too_wide()
    principal = sum(move.amount for move in start.moves)
    openings = {
        one.party: "least" if one.opening is None else "known" for one in flow.holdings.values() if not one.is_hub
    }
    trace = Trace(terms, principal, nodes_of(flow.routes.origin, principal, edges, flow.ended, openings), tuple(edges))
    if imbalances(trace):
        raise EngineError(
            "追踪金额不平，结果未予输出，请把这一行告诉管理员。",
            "the amounts of the trace do not add up, so it is not shown; tell the administrator this line.",
            code="E231",
        )
    return trace


def _too_wide() -> ConfigurationError:
    return ConfigurationError(
        f"追踪结果超过 {MOST_EDGES} 条边：请减少层数、缩短时段或提高最小金额。",
        f"the trace has more than {MOST_EDGES} edges: narrow it by hops, days or minimum amount.",
        code="C222",
    )
