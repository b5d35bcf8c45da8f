"""A sign-in's patience: locks grow and end, sessions end, codes serve once, passwords are not names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.errors import InputError
from fundwatch.domain.sign_in import STEP_SECONDS, SignInRules, check_password, is_over, locked_until, steps_to_try

NOW = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
RULES = SignInRules()


@given(st.integers(0, 10_000))
def test_each_failure_waits_as_long_or_longer_and_never_longer_than_the_longest(failures: int) -> None:
    until, following = locked_until(failures, NOW, RULES), locked_until(failures + 1, NOW, RULES)
    assert (until is None) == (failures < RULES.attempts)
    if until is not None and following is not None:
        assert NOW + RULES.first_lock <= until <= following <= NOW + RULES.longest_lock


def test_nobody_is_locked_who_never_failed() -> None:
    assert locked_until(0, None, RULES) is None
    assert locked_until(RULES.attempts, NOW, RULES) == NOW + RULES.first_lock


def test_a_session_ends_idle_or_old() -> None:
    assert not is_over(NOW, NOW, NOW + RULES.idle - timedelta(seconds=1), RULES)
    assert is_over(NOW, NOW, NOW + RULES.idle, RULES)
    later = NOW + RULES.absolute
    assert is_over(NOW, later, later, RULES)


@pytest.mark.parametrize(
    "password", ["short", "x" * 129, "123456789012", "PassWord1234", "ababababababab", "my-wangfang-2026"]
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(InputError):
        check_password(password, "wangfang", RULES)


def test_a_phrase_is_a_password() -> None:
    check_password("四面荷花三面柳,一城山色", "wangfang", RULES)


@given(st.one_of(st.none(), st.integers(-3, 3)))
def test_a_step_serves_once_and_none_before_it(used: int | None) -> None:
    current = int(NOW.timestamp()) // STEP_SECONDS
    last = None if used is None else current + used
    steps = steps_to_try(NOW, last)
    assert set(steps) == {step for step in (current - 1, current, current + 1) if last is None or step > last}
