"""T23 名单邻近: people who deal with somebody on the authority's list, directly and through a third."""

from __future__ import annotations

from fundwatch.city.gathering import start_within
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import LISTED, World

_REMARKS = ("", "往来款", "借款", "货款", "还款")


def listed_account(world: World) -> int:
    """Return the account of one of the listed people beyond the city."""
    return world.main(world.strangers[world.between(0, LISTED - 1)])


def near_listed(world: World, difficulty: str) -> Subject:
    """Plant a person who sends money to a listed one through somebody of small means, blatant ones directly as well."""
    person, between = world.take_person(), world.take_quiet_person()
    target = listed_account(world)
    stage = act(world, difficulty, "T23")
    day = start_within(world, 30)
    seen = []
    rounds, low, high = {"blatant": (4, 30_000, 60_000), "moderate": (3, 9_000, 14_000), "faint": (2, 2_000, 4_000)}[
        difficulty
    ]
    for number in range(rounds):
        amount = world.yuan(low, high, step=500)
        morning = world.between(9 * 3600, 12 * 3600)
        world.journal.pay(
            day, world.main(person), world.main(between), amount, remark=world.choose(_REMARKS), second=morning
        )
        passed = int(amount * 0.96) // 10_000 * 10_000
        world.journal.pay(
            day, world.main(between), target, passed, remark=world.choose(_REMARKS), second=morning + 7200
        )
        if difficulty == "blatant" and number % 2:
            world.journal.pay(day + 1, world.main(person), target, world.yuan(15_000, 30_000), remark="还款")
        seen.append(day)
        day += world.between(3, 8)
    return stage.close((*world.household(person), *world.household(between)), expert_day=day_of_nth(seen, 2))
