"""Look-alikes of T13: agents and sweepers through whose accounts other people's money passes for good reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fundwatch.city.gathering import start_within
from fundwatch.city.passing import pass_day, passage
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def _forwarded(
    world: World,
    difficulty: str,
    reason: str,
    person: int,
    sources: Callable[[int], Sequence[int]],
    sinks: Callable[[int], Sequence[int]],
    remarks: tuple[str, str],
) -> Subject:
    shape = passage(world, difficulty)
    stage = act(world, difficulty, "T13", reason=reason)
    day = start_within(world, min(shape.busy_days * shape.gap, 30))
    first = day
    for _ in range(shape.busy_days):
        if day > world.calendar.last:
            break
        total = world.yuan(shape.low, shape.high)
        count = max(6, min(24, total // 550_000))
        pass_day(
            world,
            day,
            world.main(person),
            total,
            sources(count),
            sinks(count),
            shape.share,
            remarks=("", remarks[0], "货款"),
            out_remarks=("", remarks[1], remarks[1]),
        )
        day += world.between(1, shape.gap)
    return stage.close(world.household(person), expert_day=first)


def labour_foreman(world: World, difficulty: str) -> Subject:
    """A foreman receives the wages of his gang from the contractors and pays them out the same evening."""
    person = world.take_quiet_person()
    gang = world.crowd(24, strangers=0.3)
    payers = [world.main(f) for f in world.firms if world.party(f).trade == "construction" and f not in world.taken]
    payers += [world.body("outside9"), world.body("outside1")]
    pick = world.rng
    return _forwarded(
        world,
        difficulty,
        "labour_foreman",
        person,
        lambda n: [payers[place] for place in pick.integers(0, len(payers), n)],
        lambda n: [gang[place] for place in pick.integers(0, len(gang), n)],
        ("工程款", "工资"),
    )


def freight_agent(world: World, difficulty: str) -> Subject:
    """A freight agent takes cash-on-delivery money from buyers and hands it to the shippers."""
    person = world.take_quiet_person()
    shippers = [world.body(f"outside{serial}") for serial in range(6)] + [world.outsider() for _ in range(3)]
    return _forwarded(
        world,
        difficulty,
        "freight_agent",
        person,
        lambda n: world.crowd(n, strangers=0.4),
        lambda n: [shippers[place] for place in world.rng.integers(0, len(shippers), max(4, n // 2))],
        ("代收货款", "货款"),
    )


def ticket_agent(world: World, difficulty: str) -> Subject:
    """A travel agent collects fares in the morning and settles with carriers and hotels by night."""
    person = world.take_quiet_person()
    carriers = [
        world.body("outside7"),
        world.body("outside2"),
        world.body("outside5"),
        world.outsider(),
        world.outsider(),
    ]
    return _forwarded(
        world,
        difficulty,
        "ticket_agent",
        person,
        lambda n: world.crowd(n, strangers=0.5),
        lambda n: [carriers[place] for place in world.rng.integers(0, len(carriers), max(4, n // 2))],
        ("团费", "票款"),
    )
