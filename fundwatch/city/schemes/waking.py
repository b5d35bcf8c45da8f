"""T14 休眠激活: an old account, long unused, that suddenly serves to collect."""

from __future__ import annotations

from fundwatch.city.gathering import Gathering, collect, pass_on, start_within
from fundwatch.city.handing_on import sleeping_account
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World

_REMARKS = ("", "", "", "往来款", "借款", "货款")


def reactivated(world: World, difficulty: str) -> Subject:
    """Plant a forgotten account that takes in a crowd's money for three weeks and sends it on."""
    shape = {
        "blatant": Gathering(world.between(24, 28), 14_000, 32_000, 20),
        "moderate": Gathering(world.between(14, 16), 17_000, 26_000, 18),
    }.get(difficulty, Gathering(world.between(5, 7), 10_000, 20_000, 20))
    person = world.take_person()
    start = start_within(world, shape.days + 6)
    account = sleeping_account(world, person, start)
    stage = act(world, difficulty, "T14")
    paid = collect(world, shape, world.crowd(shape.payers), account, start, remarks=_REMARKS)
    pass_on(world, paid, account, (world.outsider(), world.outsider()), share=0.9, every=7, remark="往来款")
    total, seen = 0, paid[-1][0]
    for number, (day, _, fen) in enumerate(paid, 1):
        total += fen
        if number >= 10 and total >= 200_000_00:
            seen = day
            break
    days = [day for day, _, _ in paid]
    return stage.close(
        world.household(person), expert_day=seen if difficulty != "faint" else day_of_nth(days, len(days) * 4 // 5)
    )
