"""Control groups depend on the links alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.parties import control_groups

LINKS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40)


def test_a_chain_of_links_is_one_group_named_by_its_smallest_party() -> None:
    assert control_groups([(7, 5), (9, 7), (3, 9), (20, 21)]) == {3: 3, 5: 3, 7: 3, 9: 3, 20: 20, 21: 20}


def test_no_links_no_groups() -> None:
    assert control_groups([]) == {}


@given(LINKS, st.randoms(use_true_random=False))
def test_order_direction_and_repetition_do_not_matter(links: list[tuple[int, int]], random: object) -> None:
    shuffled = [(b, a) for a, b in links] + links
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert control_groups(shuffled) == control_groups(links)


@given(LINKS)
def test_two_parties_share_a_group_exactly_when_a_path_joins_them(links: list[tuple[int, int]]) -> None:
    groups = control_groups(links)
    for party, group in groups.items():
        reached, frontier = {party}, [party]
        while frontier:
            at = frontier.pop()
            for a, b in links:
                for near, far in ((a, b), (b, a)):
                    if near == at and far not in reached:
                        reached.add(far)
                        frontier.append(far)
        assert group == min(reached)
        assert {other for other, its in groups.items() if its == group} == reached
