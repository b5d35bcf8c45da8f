"""The states of an alert in the office and the only moves between them."""

import itertools

import pytest

from fundwatch.domain.errors import InputError
from fundwatch.domain.review import OPEN_STATES, Disposition, ReviewState, can_move, confirm, move


def test_the_usual_way_leads_from_new_to_closed() -> None:
    state = ReviewState.NEW
    for step in (ReviewState.CLAIMED, ReviewState.DECIDED, ReviewState.CLOSED):
        state = move(state, step)
    assert state is ReviewState.CLOSED


@pytest.mark.parametrize(
    ("state", "to"),
    [
        (ReviewState.NEW, ReviewState.CLOSED),
        (ReviewState.CLAIMED, ReviewState.CLOSED),
        (ReviewState.CLOSED, ReviewState.CLAIMED),
        (ReviewState.MERGED, ReviewState.CLOSED),
    ],
)
def test_no_alert_is_closed_or_reopened_past_the_second_signature(state: ReviewState, to: ReviewState) -> None:
    with pytest.raises(InputError, match="不能转为"):
        move(state, to)


def test_every_state_can_be_left_and_none_leads_to_itself() -> None:
    for state in ReviewState:
        assert any(can_move(state, to) for to in ReviewState)
        assert not can_move(state, state)


def test_closing_is_reached_only_from_decided() -> None:
    assert [state for state in ReviewState if can_move(state, ReviewState.CLOSED)] == [ReviewState.DECIDED]


def test_first_and_second_signature_are_two_people() -> None:
    confirm("li", "zhou")
    with pytest.raises(InputError, match="同一人"):
        confirm("li", "li")


def test_states_and_dispositions_have_their_own_chinese_names() -> None:
    for names in (ReviewState, Disposition):
        assert len({member.zh for member in names}) == len(list(names))


def test_open_states_are_those_that_wait_for_somebody() -> None:
    assert set(itertools.filterfalse(OPEN_STATES.__contains__, ReviewState)) == {
        ReviewState.CLOSED,
        ReviewState.SNOOZED,
        ReviewState.MERGED,
    }
