"""Look-alikes of T18: money that comes back because a deal was undone, a tender was lost, or a loan was repaid."""

from __future__ import annotations

from collections.abc import Sequence

from fundwatch.city.gathering import start_within
from fundwatch.city.schemes.cycling import go_round, rounds_of
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def _returned(
    world: World, difficulty: str, reason: str, members: Sequence[int], stations: list[int], remarks: Sequence[str]
) -> Subject:
    shape = rounds_of(world, difficulty)
    stage = act(world, difficulty, "T18", reason=reason)
    length = shape.stations * shape.hop_days + 6
    day = first = start_within(world, min(shape.rounds * length, world.calendar.days // 2))
    for _ in range(shape.rounds):
        go_round(world, shape, stations, day, remark=world.choose(remarks))
        day += length
    return stage.close(members, expert_day=first)


def undone_order(world: World, difficulty: str) -> Subject:
    """A buyer pays a trader, the trader the maker; the goods are sent back and so is the money."""
    buyer, trader = (
        world.take_firm(("wholesale", "construction", "service")),
        world.take_firm(("freight", "service", "manufacturing")),
    )
    maker = world.body(f"outside{world.between(0, 9)}")
    return _returned(
        world,
        difficulty,
        "returned_order",
        (*world.control_group(buyer), *world.control_group(trader)),
        [world.main(buyer), world.main(trader), maker],
        ("货款", "预付款", "退货款"),
    )


def lost_tender(world: World, difficulty: str) -> Subject:
    """A bidder borrows the bond from a friend, pays it to the exchange, gets it back and repays the friend."""
    firm = world.take_firm(("construction", "service", "wholesale"))
    friend = world.take_person()
    stations = [world.main(firm), world.body("exchange")]
    return _returned(
        world,
        difficulty,
        "tender_bond",
        (*world.control_group(firm), *world.household(friend)),
        [world.main(friend), *stations],
        ("投标保证金", "保证金", "往来款"),
    )


def supply_loop(world: World, difficulty: str) -> Subject:
    """Three firms that sell to each other: timber, crates, packed goods, round and round."""
    firms = [world.take_firm(("wholesale", "freight", "manufacturing", "construction")) for _ in range(3)]
    members = [party for firm in firms for party in world.control_group(firm)]
    return _returned(
        world, difficulty, "supply_loop", members, [world.main(firm) for firm in firms], ("货款", "材料款", "包装款")
    )
