"""Look-alikes of T01 and T02: wedding gifts and red packets, small and in lucky sums, given and returned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fundwatch.city.gathering import pass_on, start_within
from fundwatch.city.soliciting import quiet_person
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World
from fundwatch.domain.keys import date_of, day_number

_NEW_YEARS = {2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26)}
"""First day of the lunar year, by year."""
_ENVELOPES = (800, 888, 1000, 1200, 1314, 1600, 1800, 2000, 2000)
_PACKETS = (520, 666, 888, 1000, 1000, 1000, 1000, 1000, 2000, 2000)
_WISHES = ("压岁钱", "红包", "新年快乐", "过年红包", "")
_FEAST = ("满月礼金", "礼金", "随礼", "贺礼", "")


def wedding_gifts(world: World, difficulty: str) -> Subject:
    """A couple receives envelopes within a week and larger gifts of kin, and pays hotel, car dealer and parents."""
    friends = {"blatant": world.between(124, 140), "moderate": world.between(116, 126)}.get(difficulty, 40)
    person = quiet_person(world)
    stage = act(world, difficulty, "T01", reason="wedding_gifts")
    account, feast = world.main(person), start_within(world, 14) + 4
    guests = world.crowd(friends, strangers=0.08)
    received = _envelopes(world, guests, account, (feast - 3, feast + 2), _ENVELOPES, ("礼金", "新婚快乐", "", "贺礼"))
    for relative in world.crowd(friends // 15, strangers=0.0):
        amount, day = world.yuan(5_000, 9_000), feast - world.between(0, 4)
        world.journal.pay(day, relative, account, amount, remark=world.choose(("", "陪嫁", "礼金")))
        received.append((day, relative, amount))
    payees = (world.body("outside8"), world.outsider(), world.outsider())
    sent = pass_on(world, sorted(received), account, payees, share=0.94, every=3, remark="货款")
    return stage.close(world.household(person), expert_day=sent[0][0])


def festival_gifts(world: World, difficulty: str) -> Subject:
    """Relatives send red packets at the Spring Festival, else at a feast within the calendar, and get some back."""
    givers = {"blatant": world.between(40, 52), "moderate": world.between(26, 34)}.get(difficulty, 16)
    person = quiet_person(world)
    stage = act(world, difficulty, "T02", reason="festival_gifts")
    account, new_year = world.main(person), _new_year(world)
    days = (new_year - 4, new_year + 8) if new_year else ((feast := start_within(world, 20) + 8) - 2, feast + 2)
    crowd = world.crowd(givers, strangers=0.12)
    received = _envelopes(world, crowd, account, days, _PACKETS, _WISHES if new_year else _FEAST)
    for day, giver, amount in received[::2]:
        back = min(day + world.between(0, 3), world.calendar.last)
        packet = min(amount, _PACKETS[world.between(0, 4)] * 100)
        world.journal.pay(
            back, account, giver, packet, remark=world.choose(_WISHES if new_year else ("回礼红包", "红包"))
        )
    return stage.close(world.household(person), expert_day=received[-1][0])


def _new_year(world: World) -> int | None:
    """Return the first day of the lunar year that lies well inside the calendar, if there is one."""
    span = world.calendar
    for year in range(date_of(span.first).year, date_of(span.last).year + 1):
        if year in _NEW_YEARS:
            day = day_number(date(year, *_NEW_YEARS[year]))
            if span.first + 5 <= day <= span.last - 12:
                return day
    return None


def _envelopes(
    world: World,
    givers: Sequence[int],
    account: int,
    days: tuple[int, int],
    yuan: Sequence[int],
    remarks: Sequence[str],
) -> list[tuple[int, int, int]]:
    received = []
    for giver in givers:
        day, amount = world.between(*days), yuan[world.between(0, len(yuan) - 1)] * 100
        world.journal.pay(day, giver, account, amount, remark=world.choose(remarks))
        received.append((day, giver, amount))
    return sorted(received)
