"""T13 快进快出不留余额: a lent account through which strangers' money passes within the day."""

from __future__ import annotations

from fundwatch.city import ambling
from fundwatch.city.gathering import start_within
from fundwatch.city.pace import Pace
from fundwatch.city.passing import pass_day, passage
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World

_REMARKS = ("", "", "", "货款", "往来款", "借款", "还款")


def pass_through(world: World, difficulty: str) -> Subject:
    """Plant a person of small means whose account is filled and emptied on several days of a month."""
    mule = world.take_quiet_person()
    shape = passage(world, difficulty)
    stage = act(world, difficulty, "T13")
    holder = world.main(mule)
    day = start_within(world, min(shape.busy_days * shape.gap, 30))
    sinks = [world.outsider() for _ in range(4)] + [world.main(world.take_person())]
    busy = []
    for _ in range(shape.busy_days):
        if day > world.calendar.last:
            break
        total = world.yuan(shape.low, shape.high)
        sources = world.crowd(max(6, min(24, total // 550_000)), strangers=0.5)
        targets = [sinks[place] for place in world.rng.integers(0, len(sinks), max(4, len(sources) // 2))]
        if world.pace is Pace.SLOW:
            ambling.pass_slowly(world, day, holder, total, sources, [*targets])
        else:
            pass_day(world, day, holder, total, sources, targets, shape.share, remarks=_REMARKS, out_remarks=_REMARKS)
        busy.append(day)
        day += world.between(1, shape.gap)
    return stage.close(world.household(mule), expert_day=day_of_nth(busy, 5))
