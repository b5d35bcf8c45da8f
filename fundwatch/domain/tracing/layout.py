"""Where a traced picture puts things: columns by hop, money to the right, returns in lanes beneath.

Pure positions in pixels (tenths), no colours and no words: the command line and the console draw the same layout.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fundwatch.domain.tracing.moves import Direction
from fundwatch.domain.tracing.outcome import PARTY, Edge, Node, NodeKey, Trace

PITCH = 240.0
"""From one column to the next."""
BAR = 14.0
"""Width of a box; its words stand to the right of it."""
LINE = 15.0
_TALL = 320.0
_LEAST_HEIGHT = 4.0
_GAP = 12.0
_LANE = 18.0
_WIDEST_ARC = 5.0
_LINES = 2
"""Lines of words beside every box; a party may have a third, for what stays with it."""

Column = int
"""Hops along the money: negative where the money came from, 0 the start, positive where it went."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node; top left corner, height by amount."""

    column: Column
    node: Node
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Ribbon:
    """An edge as money goes: left end, right end, thickness; ``y`` is the upper edge of each end."""

    edge: Edge
    direction: Direction
    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    lane: float | None
    """Height of the lane that a return runs through; None for other edges."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole picture, from (0, 0) to (width, height)."""

    boxes: tuple[Box, ...]
    ribbons: tuple[Ribbon, ...]
    width: float
    height: float


def lay_out(traces: Sequence[Trace]) -> Layout:
    """Place one trace, or the two directions of one start side by side with the start in the middle."""
    scale = _TALL / max(1, *(trace.principal for trace in traces))
    columns: dict[Column, list[Node]] = defaultdict(list)
    for trace in traces:
        for node in trace.nodes:
            column = _column(trace.terms.direction, node.key)
            if column:
                columns[column].append(node)
            else:
                # The two directions of a party share their start; those of one transfer start from its two sides.
                held = [one for one in columns[0] if one.key == node.key]
                others = [one for one in columns[0] if one.key != node.key]
                columns[0] = [*others, max([*held, node], key=lambda one: one.traced_in)]
    parents = _parents(traces)
    centres: dict[tuple[Column, NodeKey], float] = {}
    boxes: dict[tuple[Column, NodeKey], Box] = {}
    first = min(columns, default=0)
    for column in sorted(columns, key=abs):
        placed = _stacked(column, columns[column], parents, centres, scale, (column - first) * PITCH)
        centres |= {(column, box.node.key): box.y + box.height / 2 for box in placed}
        boxes |= {(column, box.node.key): box for box in placed}
    top = min((box.y for box in boxes.values()), default=0.0)
    boxes = {place: _lowered(box, -top) for place, box in boxes.items()}
    bottom = max((box.y + _slot(box.node, scale) for box in boxes.values()), default=0.0)
    ribbons, lanes = _ribbons(traces, boxes, scale, bottom)
    width = (max(columns, default=0) - first + 1) * PITCH
    return Layout(
        tuple(boxes[place] for place in sorted(boxes)), tuple(ribbons), width, round(bottom + (lanes + 1) * _LANE, 1)
    )


def _column(direction: Direction, key: NodeKey) -> Column:
    return key.hop if direction is Direction.FORWARD else -key.hop


def _parents(traces: Iterable[Trace]) -> dict[tuple[Column, NodeKey], list[tuple[tuple[Column, NodeKey], int]]]:
    parents: dict[tuple[Column, NodeKey], list[tuple[tuple[Column, NodeKey], int]]] = defaultdict(list)
    for trace in traces:
        way = trace.terms.direction
        for edge in trace.edges:
            if not edge.is_return:
                source = (_column(way, edge.source), edge.source)
                parents[_column(way, edge.target), edge.target].append((source, edge.amount))
    return parents


def _slot(node: Node, scale: float) -> float:
    lines = _LINES + (1 if node.key.kind == PARTY and node.key.hop and node.endings else 0)
    return max(node.traced_in * scale, lines * LINE) + _GAP


def _stacked(
    column: Column,
    nodes: Sequence[Node],
    parents: Mapping[tuple[Column, NodeKey], Sequence[tuple[tuple[Column, NodeKey], int]]],
    centres: Mapping[tuple[Column, NodeKey], float],
    scale: float,
    x: float,
) -> list[Box]:
    """Stack a column around height 0, each node near the middle of those it hangs on, larger ones above."""

    def pull(node: Node) -> float:
        hangs = parents.get((column, node.key), ())
        total = sum(amount for _, amount in hangs)
        return round(sum(centres[place] * amount for place, amount in hangs) / total, 1) if total else 0.0

    ordered = sorted(nodes, key=lambda node: (pull(node), -node.traced_in, node.key))
    y = -sum(_slot(node, scale) for node in ordered) / 2
    boxes = []
    for node in ordered:
        height = max(_LEAST_HEIGHT, node.traced_in * scale)
        boxes.append(Box(column, node, round(x, 1), round(y, 1), round(height, 1)))
        y += _slot(node, scale)
    return boxes


def _lowered(box: Box, by: float) -> Box:
    return Box(box.column, box.node, box.x, round(box.y + by, 1), box.height)


def _ribbons(
    traces: Iterable[Trace], boxes: Mapping[tuple[Column, NodeKey], Box], scale: float, bottom: float
) -> tuple[list[Ribbon], int]:
    """Return the ribbons, stacked at both ends in the order of the boxes they join, and the number of lanes used."""
    ribbons: list[Ribbon] = []
    lanes = 0
    for trace in traces:
        way = trace.terms.direction
        ends: dict[tuple[NodeKey, bool], float] = defaultdict(float)
        found = [(edge, boxes[_column(way, edge.source), edge.source], _far(edge, way, boxes)) for edge in trace.edges]
        for edge, near, far in sorted(found, key=lambda one: (one[0].is_return, one[1].y, one[2].y, one[0].target)):
            thick = edge.amount * scale
            left, right = (near, far) if way is Direction.FORWARD else (far, near)
            y_near, y_far = near.y + ends[edge.source, True], far.y + ends[edge.target, False]
            ends[edge.source, True] += thick
            lane = None
            if edge.is_return:
                # What comes back enters a party beside the money that is traced into it, in a lane of its own.
                lanes += 1
                lane, y_far, thick = bottom + lanes * _LANE, far.y + far.height, min(thick, _WIDEST_ARC)
            else:
                ends[edge.target, False] += thick
            y_left, y_right = (y_near, y_far) if way is Direction.FORWARD else (y_far, y_near)
            ends_at = (left.x + BAR, y_left, right.x, y_right)
            x1, y1, x2, y2 = (round(value, 1) for value in ends_at)
            ribbons.append(Ribbon(edge, way, x1, y1, x2, y2, round(max(1.0, thick), 1), lane))
    return ribbons, lanes


def _far(edge: Edge, way: Direction, boxes: Mapping[tuple[Column, NodeKey], Box]) -> Box:
    return boxes[_column(way, edge.target), edge.target]
