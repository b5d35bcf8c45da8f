"""Who has reported for which day: the calendar of reports, from what was delivered and what was due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fundwatch.domain.keys import date_of, month_bounds


class DayState(StrEnum):
    """What an institution's report of one day has come to, the state that counts most first."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    WAITING = "waiting"
    ZERO = "zero"
    REJECTED = "rejected"
    MISSING = "missing"
    NOT_DUE = "not_due"
    NOT_EXPECTED = "not_expected"


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivery and the days it speaks of; ``rejected`` and ``waiting`` ones are not loaded."""

    batch: str
    first_day: int
    last_day: int
    received_day: int
    state: DayState


@dataclass(frozen=True, slots=True)
class ReportDay:
    """One cell of the calendar: a day, its state, when it was due, whether it came late, and the delivery."""

    day: int
    state: DayState
    due_day: int
    is_late: bool = False
    batch: str | None = None


_WEIGHT = {state: place for place, state in enumerate(DayState)}


def due_day(day: int, *, is_monthly: bool, due_days: int, is_workday: Callable[[int], bool]) -> int:
    """Return by when the report of a day is due: so many days after it, or after its month; then the next working day.

    A year without any working day in it does not exist, so the search ends.
    """
    end = month_bounds(f"{date_of(day):%Y-%m}")[1] if is_monthly else day
    due = end + due_days
    while not is_workday(due):
        due += 1
    return due


def report_days(
    delivered: Iterable[Delivered],
    zero_days: Iterable[int],
    days: Sequence[int],
    *,
    due_of: Callable[[int], int],
    today: int,
) -> list[ReportDay]:
    """Return one cell a day, in order; nothing is expected of days before the first delivery or zero report."""
    known = list(delivered)
    zeros = set(zero_days)
    first = min([one.first_day for one in known] + list(zeros), default=None)
    found = []
    for day in days:
        due = due_of(day)
        best = min(
            (one for one in known if one.first_day <= day <= one.last_day),
            key=lambda one: (_WEIGHT[one.state], one.received_day, one.batch),
            default=None,
        )
        if best is not None and (best.state is not DayState.REJECTED or day not in zeros):
            found.append(ReportDay(day, best.state, due, best.received_day > due, best.batch))
        elif day in zeros:
            found.append(ReportDay(day, DayState.ZERO, due))
        elif first is None or day < first:
            found.append(ReportDay(day, DayState.NOT_EXPECTED, due))
        else:
            found.append(ReportDay(day, DayState.MISSING if today > due else DayState.NOT_DUE, due))
    return found


def overdue(cells: Mapping[str, Sequence[ReportDay]]) -> list[tuple[str, list[ReportDay]]]:
    """Return by institution the days that are missing or were refused past their due day, the most days first."""
    lacking = {code: [one for one in row if one.state is DayState.MISSING] for code, row in cells.items()}
    return sorted(((code, row) for code, row in lacking.items() if row), key=lambda item: (-len(item[1]), item[0]))


def due_soon(cells: Mapping[str, Sequence[ReportDay]], today: int, until: int) -> list[tuple[str, int, list[int]]]:
    """Return institution, due day and days of what is not reported yet and due from ``today`` through ``until``.

    A day that is not over is not asked for.
    """
    found: dict[tuple[int, str], list[int]] = {}
    for code, row in cells.items():
        for one in row:
            if one.state is DayState.NOT_DUE and one.day < today <= one.due_day <= until:
                found.setdefault((one.due_day, code), []).append(one.day)
    return [(code, due, days) for (due, code), days in sorted(found.items())]


def overdue_in_words(one: Mapping[str, Any]) -> Mapping[str, str]:
    """Return one sentence in both languages on an overdue report and what waits for it."""
    first, last, days = one["first_day"], one["last_day"], one["days"]
    span = f"{first}" if first == last else f"{first} ～ {last}"
    zh = f"{one['institution']} 自 {one['due_on']} 起逾期未报（缺 {span} 间 {days} 日）"
    en = f"{one['institution']} is overdue since {one['due_on']} ({days} days of {first} to {last} lacking)"
    waits = one["waiting"]
    if waits:
        zh += "，待其补报方能作答：" + "、".join(
            f"{each['code']} {len(each['subjects'])} 个主体（最早 {each['since']}）" for each in waits
        )
        en += "; waiting for it: " + ", ".join(
            f"{each['code']} on {len(each['subjects'])} subjects (since {each['since']})" for each in waits
        )
    return {"zh": zh + "。", "en": en + "."}
