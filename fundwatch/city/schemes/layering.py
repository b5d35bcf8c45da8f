"""T17 分层套现 and T19 分散再归集: money that changes hands until nobody can tell whose it was."""

from __future__ import annotations

from fundwatch.city import ambling
from fundwatch.city.gathering import start_within
from fundwatch.city.handing_on import cash_out, hand_on, round_down, supply
from fundwatch.city.pace import Pace
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def layered_cash_out(world: World, difficulty: str) -> Subject:
    """Plant a source whose money goes through lent accounts, a day each, and ends as cash and wallet money."""
    chains, mules, low, high = {
        "blatant": (3, 3, 300_000, 520_000),
        "moderate": (2, 2, 225_000, 290_000),
        "faint": (2, 3, 110_000, 165_000),
    }[difficulty]
    source = world.take_person()
    hands = [world.take_person() for _ in range(mules)]
    stage = act(world, difficulty, "T17")
    slow = world.pace is Pace.SLOW
    length = (mules + 2) * ambling.MOST_REST if slow else mules + 4
    day = start_within(world, chains * (length + 8))
    gone = []
    for _ in range(chains):
        if day + length > world.calendar.last:
            break
        amount = world.yuan(low, high, step=1000)
        payers = [world.outsider() for _ in range(world.between(2, 4))]
        stations = [world.main(person) for person in (source, *hands)]
        if slow:
            # One day earlier, so that what came late in the evening has rested too.
            supply(world, stations[0], day - 1, amount, payers)
            arrived, amount = ambling.amble(world, day, stations, ambling.lossy(world, amount))
            gone.append(cash_out(world, arrived + world.between(2, 4), stations[-1], ambling.lossy(world, amount)))
            day += length + world.between(2, 8)
            continue
        supply(world, stations[0], day, round_down(amount * 1.04), payers)
        for place, giver in enumerate(stations[:-1]):
            hand_on(world, day + place, giver, stations[place + 1], amount, parts=world.between(1, 2))
            amount = round_down(amount * world.rng.uniform(0.965, 0.985))
        gone.append(cash_out(world, day + mules, stations[-1], amount))
        day += length + world.between(2, 8)
    parties = [party for person in (source, *hands) for party in world.household(person)]
    return stage.close(parties, expert_day=min(gone))


def scatter_gather(world: World, difficulty: str) -> Subject:
    """Plant a source whose money is split over the cards of relatives, who all pay the same person."""
    helpers, low, high = {
        "blatant": (world.between(8, 10), 45_000, 80_000),
        "moderate": (world.between(5, 6), 46_000, 58_000),
        "faint": (world.between(4, 5), 14_000, 26_000) if world.rng.random() < 0.5 else (3, 40_000, 55_000),
    }[difficulty]
    source, sink = world.take_person(), world.take_person()
    stage = act(world, difficulty, "T19")
    day = start_within(world, 14)
    amounts = [world.yuan(low, high, step=500) for _ in range(helpers)]
    supply(world, world.main(source), day, sum(amounts), [world.outsider() for _ in range(3)])
    passed, last = 0, day
    for helper, amount in zip(world.crowd(helpers, strangers=0.5), amounts, strict=True):
        when = day + world.between(0, 1)
        text = world.choose(("", "还款", "生活费", "往来款"))
        if world.pace is Pace.SLOW:
            stations = (world.main(source), helper, world.main(sink))
            when, kept = ambling.amble(world, when, stations, amount, text=text)
            passed, last = passed + kept, max(last, when)
            continue
        world.journal.pay(when, world.main(source), helper, amount, remark=text)
        kept = round_down(amount * world.rng.uniform(0.93, 0.98))
        when += world.between(1, 3)
        world.journal.pay(when, helper, world.main(sink), kept, remark=world.choose(("", "", "借款", "往来款")))
        passed, last = passed + kept, max(last, when)
    later = min(last + world.between(2, 5), world.calendar.last)
    world.journal.pay(later, world.main(sink), world.outsider(), round_down(passed * 0.96), remark="往来款")
    return stage.close((*world.household(source), *world.household(sink)), expert_day=last)
