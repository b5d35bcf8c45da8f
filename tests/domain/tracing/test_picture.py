"""The picture: positions first, then ink; the same bytes for the same trace."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from fundwatch.domain.tracing.drawing import Captions, draw, label_of
from fundwatch.domain.tracing.layout import Layout, lay_out
from fundwatch.domain.tracing.moves import Direction, Method

from .test_following import move, networks, openings_of, trace

CALM = dict.fromkeys(range(1, 6), 0)
STORY = [
    move(1, 1, 2, 10_000, 1),
    move(2, 2, 3, 6_000, 2),
    move(3, 3, 1, 4_000, 3),
    move(4, 2, 0, 4_000, 3),
    move(5, 4, 1, 9_000, 0),
]
CAPTIONS = Captions(
    title="资金去向：张** <&>",
    lines=["分配方法：先进先出法（fifo）", "数据覆盖"],
    description="a\x1bb",
    footnotes=["不是认定"],
    of_box=lambda box: [f"{box.node.key.party}", label_of(box.node.traced_in)],
    of_ribbon=lambda ribbon: f"{ribbon.edge.amount}",
)


def story() -> Layout:
    forward = trace(STORY, {1}, openings=CALM)
    backward = trace(STORY, {5}, openings=CALM, direction=Direction.BACKWARD)
    return lay_out([backward, forward])


def test_money_runs_from_left_to_right_around_the_start() -> None:
    layout = story()
    columns = {(box.node.key.party, box.column) for box in layout.boxes}
    assert {(4, -1), (1, 0), (2, 1), (3, 2), (0, 2)} <= columns
    assert [box.column for box in layout.boxes] == sorted(box.column for box in layout.boxes)
    for ribbon in layout.ribbons:
        assert (ribbon.x1 < ribbon.x2) != ribbon.edge.is_return
        assert (ribbon.lane is not None) == ribbon.edge.is_return
    assert [ribbon.edge.amount for ribbon in layout.ribbons if ribbon.lane is not None] == [4_000]


def test_the_two_sides_of_one_transfer_both_stand_in_the_middle() -> None:
    forward = trace(STORY, {1}, openings=CALM)
    backward = trace(STORY, {1}, openings=CALM, direction=Direction.BACKWARD)
    assert {box.node.key.party for box in lay_out([backward, forward]).boxes if box.column == 0} == {1, 2}


@settings(max_examples=60, deadline=None)
@given(networks(), openings_of, st.sampled_from(Method), st.sampled_from(Direction))
def test_boxes_neither_overlap_nor_leave_the_picture_and_widths_follow_amounts(moves, openings, method, direction):
    found = trace(moves, {moves[0].move_id}, openings=openings, method=method, direction=direction)
    layout = lay_out([found])
    assert layout == lay_out(
        [trace(moves[::-1], {moves[0].move_id}, openings=openings, method=method, direction=direction)]
    )
    for box in layout.boxes:
        assert 0 <= box.x < layout.width
        assert box.y >= 0
        assert box.y + box.height <= layout.height
    for column in {box.column for box in layout.boxes}:
        stacked = sorted((box.y, box.y + box.height) for box in layout.boxes if box.column == column)
        assert all(lower[0] >= upper[1] for upper, lower in pairwise(stacked))
    flows = [(ribbon.edge.amount, ribbon.width) for ribbon in layout.ribbons if ribbon.lane is None]
    assert [width for _, width in sorted(flows)] == sorted(width for _, width in flows)
    assert len(layout.ribbons) == len(found.edges)


def test_the_picture_is_sound_accessible_and_always_the_same_bytes() -> None:
    svg = draw(story(), CAPTIONS)
    assert svg == draw(story(), CAPTIONS)
    root = ElementTree.fromstring(svg)
    space = {"s": "http://www.w3.org/2000/svg"}
    assert root.find("s:title", space).text == CAPTIONS.title
    assert root.find("s:desc", space).text == "a␛b"
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "trace-title trace-desc"
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"分配方法：先进先出法（fifo）", "不是认定", "100 元", "↩ 40 元"} <= set(texts)
    assert not re.search(r"nan|inf|https?://(?!www\.w3\.org/2000/svg)", svg)


def test_nothing_moved_is_a_picture_too() -> None:
    found = trace(STORY, {2}, direction=Direction.BACKWARD, hops=1, openings=CALM)
    assert ElementTree.fromstring(draw(lay_out([found]), CAPTIONS)) is not None


def test_amounts_are_written_in_yuan() -> None:
    assert [label_of(fen) for fen in (5, 123_456, 99_999_999, 123_456_789)] == [
        "0.05 元",
        "1,234.56 元",
        "999,999.99 元",
        "123.46 万元",
    ]
