"""What a sign-in must keep to: passwords, lock-out with back-off, the end of a session, one-time codes used once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fundwatch.domain.errors import InputError

STEP_SECONDS = 30
"""Length of a one-time code's step (RFC 6238)."""
_COMMON = frozenset(
    {
        "123456789012",
        "111111111111",
        "000000000000",
        "password1234",
        "passwordpassword",
        "qwertyuiop12",
        "qwertyuiopas",
        "1qaz2wsx3edc",
        "admin1234567",
        "administrator",
        "abc123456789",
        "iloveyou1234",
    }
)


@dataclass(frozen=True, slots=True)
class SignInRules:
    """How patient a sign-in is: failures before the first lock, its length and the longest; sessions; passwords."""

    attempts: int = 5
    first_lock: timedelta = timedelta(minutes=1)
    longest_lock: timedelta = timedelta(hours=1)
    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=8)
    shortest_password: int = 12
    longest_password: int = 128


def locked_until(failures: int, last_failure: datetime | None, rules: SignInRules) -> datetime | None:
    """Return until when no attempt is heard: each failure past the allowed ones doubles the wait; None when heard."""
    if last_failure is None or failures < rules.attempts:
        return None
    doublings = min(failures - rules.attempts, 20)
    wait: timedelta = rules.first_lock * 2**doublings
    return last_failure + min(wait, rules.longest_lock)


def is_over(made_at: datetime, seen_at: datetime, now: datetime, rules: SignInRules) -> bool:
    """Return whether a session has been idle, or has lasted, too long."""
    return now - seen_at >= rules.idle or now - made_at >= rules.absolute


def check_password(password: str, name: str, rules: SignInRules) -> None:
    """Raise InputError when a password is too short, too long, common, repetitive or made of the name."""
    if not rules.shortest_password <= len(password) <= rules.longest_password:
        raise _refused(
            f"口令须为 {rules.shortest_password} 至 {rules.longest_password} 个字符",
            f"a password has {rules.shortest_password} to {rules.longest_password} characters",
        )
    plain = password.casefold()
    if plain in _COMMON or len(set(plain)) < 5:
        raise _refused("口令过于常见或重复，请换一个", "the password is too common or repetitive; choose another")
    if name.casefold() in plain:
        raise _refused("口令中不得包含用户名", "a password must not contain the user name")


def steps_to_try(now: datetime, last_step: int | None) -> Sequence[int]:
    """Return the steps whose code is accepted now: this one and its neighbours, none that was used or passed over."""
    current = int(now.timestamp()) // STEP_SECONDS
    return [step for step in (current, current - 1, current + 1) if last_step is None or step > last_step]


def _refused(zh: str, en: str) -> InputError:
    return InputError(f"{zh}。", f"{en}.", code="U102")
