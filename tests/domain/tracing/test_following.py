"""Following money: whole stories, and the laws that hold for every network."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.tracing.following import follow
from fundwatch.domain.tracing.moves import Booking, Direction, Holding, Method, Move, Side, Start, Terms
from fundwatch.domain.tracing.outcome import PARTY, Ending, NodeKey, Trace, imbalances

DAYS = 8
PARTIES = 6
CASH, OUTSIDE = 0, 900


def side(party: int, booking: Booking) -> Side:
    kind = "cash" if party == CASH else "person"
    return Side(party, party * 10, kind, 0 < party < OUTSIDE, booking)


def move(number: int, payer: int, payee: int, amount: int, day: int, second: int | None = None) -> Move:
    booking = Booking(day, second, number)
    return Move(number, amount, side(payer, booking), side(payee, booking))


def fetching(moves, openings=None):
    def fetch(parties):
        return [
            Holding(
                party,
                (openings or {}).get(party),
                tuple(one for one in moves if party in (one.payer.party, one.payee.party)),
            )
            for party in parties
        ]

    return fetch


def trace(moves, seeds, *, direction=Direction.FORWARD, openings=None, **terms) -> Trace:
    forward = direction is Direction.FORWARD
    begin = tuple(one for one in moves if one.move_id in seeds)
    parties = frozenset(one.side(paying=forward).party for one in begin)
    asked = Terms(direction, terms.pop("method", Method.FIFO), **{"hops": 6} | terms)
    return follow(Start(parties, begin), asked, fetching(moves, openings))


def carried(found: Trace) -> dict[int, int]:
    sums: dict[int, int] = {}
    for edge in found.edges:
        for one in edge.moves:
            sums[one.move.move_id] = sums.get(one.move.move_id, 0) + one.amount
    return sums


def shown(found: Trace) -> set[tuple]:
    return {(edge.source, edge.target, edge.amount, edge.is_return) for edge in found.edges}


# -- stories -------------------------------------------------------------------------------------------------------


def test_first_in_first_out_spends_old_money_first() -> None:
    moves = [move(1, 1, 2, 100, 1), move(2, 2, 3, 120, 2), move(3, 2, 4, 30, 3)]
    found = trace(moves, {1}, openings={2: 50, 3: 0, 4: 0})
    assert carried(found) == {1: 100, 2: 70, 3: 30}
    assert found.endings == {Ending.STAYS: 100}


def test_proportional_takes_a_fair_sample_of_the_pool() -> None:
    moves = [move(1, 1, 2, 100, 1), move(2, 2, 3, 60, 2), move(3, 2, 4, 45, 3)]
    found = trace(moves, {1}, method=Method.PROPORTIONAL, openings={2: 50, 3: 0, 4: 0})
    # 60 × 100 / 150 = 40; then 60 of 90 are left, and 45 × 60 / 90 = 30.
    assert carried(found) == {1: 100, 2: 40, 3: 30}


def test_an_unknown_opening_is_the_least_that_the_entries_allow_and_goes_first() -> None:
    moves = [move(1, 1, 2, 100, 1), move(2, 2, 3, 120, 2)]
    found = trace(moves, {1})
    assert carried(found) == {1: 100, 2: 100}
    assert {node.opening for node in found.nodes if node.key.party == 2} == {"least"}
    back = trace(moves, {2}, direction=Direction.BACKWARD)
    # Twenty were there before; the rest came from party 1, whose own opening is the least too.
    assert back.endings == {Ending.STAYS: 120}


def test_money_beyond_a_known_balance_comes_from_an_unseen_source() -> None:
    moves = [move(1, 1, 2, 100, 1), move(2, 2, 3, 150, 2)]
    back = trace(moves, {2}, direction=Direction.BACKWARD, openings={1: 500, 2: 0})
    assert back.endings == {Ending.STAYS: 100, Ending.UNSEEN: 50}
    for method in Method:
        assert carried(trace(moves, {1}, openings={2: 0}, method=method)) == {1: 100, 2: 100}


def test_money_that_returns_is_an_arc_and_is_not_followed_twice() -> None:
    moves = [
        move(1, 1, 2, 100, 1),
        move(2, 2, 3, 100, 2),
        move(3, 3, 2, 40, 3),
        move(4, 3, 1, 60, 4),
        move(5, 2, 4, 40, 5),
    ]
    found = trace(moves, {1}, openings=dict.fromkeys(range(1, 5), 0))
    returns = {(edge.source.party, edge.target, edge.amount) for edge in found.edges if edge.is_return}
    assert returns == {(3, NodeKey(1, PARTY, 2), 40), (3, NodeKey(0, PARTY, 1), 60)}
    assert 5 not in carried(found)
    assert found.returned == 100


def test_two_ways_to_one_party_are_no_cycle() -> None:
    moves = [move(1, 1, 2, 50, 1), move(2, 1, 3, 50, 1), move(3, 2, 3, 50, 2), move(4, 3, 4, 100, 3)]
    found = trace(moves, {1, 2}, openings=dict.fromkeys(range(1, 5), 0))
    assert not found.returned
    assert carried(found)[4] == 100
    assert {(node.key.hop, node.key.party) for node in found.nodes if node.key.party == 4} == {(2, 4), (3, 4)}


@pytest.mark.parametrize(
    ("payee", "kind", "ending"),
    [
        (CASH, "cash", Ending.CASH),
        (0, "bank", Ending.BANK),
        (0, "unknown", Ending.UNNAMED),
        (7, "clearing", Ending.CLEARING),
        (OUTSIDE, "person", Ending.UNREPORTED),
        (2, "person", Ending.OWN),
    ],
)
def test_money_leaves_the_visible_world_for_a_reason(payee: int, kind: str, ending: Ending) -> None:
    last = move(2, 2, payee, 70, 2)
    last = replace(last, payee=replace(last.payee, kind=kind, is_visible=False))
    found = trace([move(1, 1, 2, 100, 1), last], {1}, openings={2: 0})
    assert found.endings == {ending: 70, Ending.STAYS: 30}
    assert ending.zh(Direction.FORWARD)
    assert ending.en(Direction.BACKWARD)


def test_small_and_surplus_branches_are_folded_and_the_totals_still_agree() -> None:
    moves = [move(1, 1, 2, 1000, 1), *(move(10 + n, 2, 10 + n, 10 * n, 2) for n in range(1, 11))]
    found = trace(moves, {1}, openings={2: 0}, min_amount=25, fan=3)
    folds = {edge.target.kind: (edge.amount, edge.parties) for edge in found.edges if edge.target.kind != PARTY}
    assert folds == {Ending.SMALL: (30, 2), Ending.FAN: (70 + 60 + 50 + 40 + 30, 5)}
    assert found.endings[Ending.STAYS] == 1000 - 550 + 270


def test_the_last_hop_a_hub_and_a_long_stay_end_the_trace() -> None:
    moves = [move(1, 1, 2, 100, 1), move(2, 2, 3, 60, 2), move(3, 2, 4, 40, 9)]
    calm = dict.fromkeys(range(1, 5), 0)
    assert trace(moves, {1}, openings=calm, hops=1).endings == {Ending.DEPTH: 100}
    late = trace(moves, {1}, openings=calm, hops=3, max_delay=5)
    assert late.endings == {Ending.STAYS: 60, Ending.LATE: 40}
    asked = Terms(Direction.FORWARD, Method.FIFO)

    def hub(parties):
        return [Holding(party, None, (), is_hub=True) for party in parties]

    assert follow(Start(frozenset({1}), (moves[0],)), asked, hub).endings == {Ending.HUB: 100}


def test_the_running_number_orders_entries_of_which_only_the_day_is_known() -> None:
    # In number order the pool receives, pays, receives; the second receipt cannot have been paid on.
    moves = [move(1, 1, 2, 100, 1), move(2, 2, 3, 100, 1), move(3, 1, 2, 100, 1)]
    assert carried(trace(moves, {1, 3}, openings={2: 0}))[2] == 100
    assert carried(trace(moves, {3}, openings={2: 0})) == {3: 100}


def test_clocks_that_contradict_each_other_neither_lose_nor_double_money() -> None:
    def between(number, payer, payee, leaves, arrives):
        paid, got = Booking(1, leaves, None), Booking(1, arrives, None)
        return Move(number, 100, side(payer, paid), side(payee, got))

    # Each arrives before it left, and each could have paid the other.
    moves = [move(1, 1, 2, 100, 0), between(2, 2, 3, 50, 10), between(3, 3, 2, 50, 10), move(4, 3, 4, 100, 2)]
    for method in Method:
        found = trace(moves, {1}, openings=dict.fromkeys(range(1, 5), 0), method=method)
        assert not imbalances(found)


def test_more_edges_than_anybody_can_read_are_refused_with_advice() -> None:
    moves = [move(n, 1, 10 + n, 100, 1) for n in range(1, 850)]
    assert len(trace(moves, range(1, 850), hops=1, fan=5000).edges) == 849
    moves = [replace(one, payee=replace(one.payee, party=1000 + one.move_id)) for one in moves]
    many = [*moves, *(move(5000 + n, 1, 3000 + n, 100, 1) for n in range(1, 1300))]
    with pytest.raises(ConfigurationError, match="narrow it"):
        trace(many, {one.move_id for one in many}, hops=1, fan=5000)


@pytest.mark.parametrize("wrong", [{"hops": 0}, {"hops": 7}, {"min_amount": -1}, {"max_delay": -1}, {"fan": 0}])
def test_terms_out_of_range_are_refused(wrong: dict) -> None:
    with pytest.raises(ConfigurationError):
        Terms(Direction.FORWARD, Method.FIFO, **wrong)


# -- laws ----------------------------------------------------------------------------------------------------------


@st.composite
def networks(draw: st.DrawFn, *, acyclic: bool = False) -> list[Move]:
    count = draw(st.integers(1, 25))
    found = []
    for number in range(1, count + 1):
        payer = draw(st.integers(1, PARTIES))
        payee = draw(st.sampled_from([*range(1, PARTIES + 1), CASH, OUTSIDE]))
        if payer == payee or (acyclic and 0 < payee < payer):
            continue
        second = draw(st.none() | st.integers(0, 86_399))
        amount, day = draw(st.integers(1, 1000)), draw(st.integers(0, DAYS))
        found.append(move(number, payer, payee, amount, day, second))
    return found or [move(1, 1, 2, 10, 0)]


openings_of = st.dictionaries(st.integers(1, PARTIES), st.integers(-50, 500))


@settings(max_examples=150, deadline=None)
@given(
    networks(),
    openings_of,
    st.sampled_from(Method),
    st.sampled_from(Direction),
    st.integers(1, 6),
    st.integers(0, 100),
    st.none() | st.integers(0, 5),
    st.integers(1, 4),
    st.data(),
)
def test_everything_adds_up(moves, openings, method, direction, hops, least, delay, fan, data) -> None:
    seed = data.draw(st.sampled_from(moves))
    near = seed.side(paying=direction is Direction.FORWARD).party
    seeds = {one.move_id for one in moves if one.side(paying=direction is Direction.FORWARD).party == near}
    terms = {"hops": hops, "min_amount": least, "max_delay": delay, "fan": fan}
    found = trace(moves, seeds, direction=direction, openings=openings, method=method, **terms)
    assert imbalances(found) == []
    assert found.principal == sum(one.amount for one in moves if one.move_id in seeds)
    assert sum(found.endings.values()) + found.returned == found.principal
    # Nobody but the start is entered twice on one path, and every edge goes one hop out unless it returns.
    for edge in found.edges:
        assert edge.is_return or edge.target.hop == edge.source.hop + 1
        assert not edge.is_return or edge.target.hop <= edge.source.hop
    # Along the money no node pays before it receives; against it, none receives after it pays.
    for node in found.nodes:
        near = [edge.days for edge in found.edges if edge.target == node.key and not edge.is_return]
        far = [edge.days for edge in found.edges if edge.source == node.key]
        if near and far and direction is Direction.FORWARD:
            assert min(days[0] for days in near) <= min(days[0] for days in far)
        elif near and far:
            assert max(days[1] for days in near) >= max(days[1] for days in far)


@settings(max_examples=100, deadline=None)
@given(networks(), openings_of, st.sampled_from(Method), st.sampled_from(Direction), st.randoms())
def test_the_order_of_rows_changes_nothing(moves, openings, method, direction, random) -> None:
    seeds = {moves[0].move_id}
    shuffled = list(moves)
    random.shuffle(shuffled)
    asked = {"direction": direction, "openings": openings, "method": method}
    assert trace(moves, seeds, **asked) == trace(shuffled, seeds, **asked)


@settings(max_examples=100, deadline=None)
@given(networks(), openings_of, st.sampled_from(Method), st.integers(1, 5))
def test_a_further_hop_only_adds(moves, openings, method, hops) -> None:
    near, far = (trace(moves, {moves[0].move_id}, openings=openings, method=method, hops=n) for n in (hops, hops + 1))
    if method is Method.FIFO:
        assert shown(near) <= shown(far)
    assert {edge[:2] for edge in shown(near)} <= {edge[:2] for edge in shown(far)}


@settings(max_examples=100, deadline=None)
@given(networks(acyclic=True), openings_of)
def test_first_in_first_out_tells_the_same_both_ways_and_hands_no_fen_out_twice(moves, openings) -> None:
    forward = {one.move_id: carried(trace(moves, {one.move_id}, openings=openings)) for one in moves}
    for one in moves:
        back = carried(trace(moves, {one.move_id}, openings=openings, direction=Direction.BACKWARD))
        for other, amount in back.items():
            if other > 0:
                assert forward[other].get(one.move_id, 0) == amount
    # Traced one by one, the moves into each pool never claim more of a move out of it than there is.
    for one in moves:
        into = [other for other in moves if other.payee.party == one.payer.party]
        assert sum(forward[other.move_id].get(one.move_id, 0) for other in into) <= one.amount


@settings(max_examples=100, deadline=None)
@given(networks(acyclic=True), openings_of)
def test_proportional_tells_the_same_both_ways_to_the_fen_of_each_rounding(moves, openings) -> None:
    roundings = len(moves)
    for one in moves:
        back = carried(
            trace(moves, {one.move_id}, openings=openings, direction=Direction.BACKWARD, method=Method.PROPORTIONAL)
        )
        for other, amount in back.items():
            if other > 0:
                there = carried(trace(moves, {other}, openings=openings, method=Method.PROPORTIONAL))
                assert abs(there.get(one.move_id, 0) - amount) <= roundings


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_proportional_is_exactly_symmetric_where_shares_divide(amounts, halvings) -> None:
    scale = 2 ** (len(halvings) + 2)
    moves = [move(n, 1, 2, amount * scale, 1) for n, amount in enumerate(amounts, start=1)]
    held = sum(amounts) * scale
    for n in range(len(halvings)):
        held //= 2
        moves.append(move(100 + n, 2, 3, held, 2))
    paid = [one for one in moves if one.move_id >= 100]
    for one in moves[: len(amounts)]:
        there = carried(trace(moves, {one.move_id}, openings={2: 0}, method=Method.PROPORTIONAL))
        for other in paid:
            back = carried(
                trace(
                    moves,
                    {other.move_id},
                    openings={1: 0, 2: 0},
                    method=Method.PROPORTIONAL,
                    direction=Direction.BACKWARD,
                )
            )
            assert there.get(other.move_id, 0) == back.get(one.move_id, 0)
