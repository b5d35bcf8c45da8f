"""T13 对敲: foreign money changed abroad, settled here in equal sums at one rate a day."""

from __future__ import annotations

from fundwatch.city.exchanging import deal, exchange
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def mirrored_exchange(world: World, difficulty: str) -> Subject:
    """Plant a dealer who pays out each day what came in, every sum a round one of dollars at the dealer's rate."""
    dealer = world.take_quiet_person()
    shape = exchange(world, difficulty)
    stage = act(world, difficulty, "T13")
    rate = world.between(713, 721)
    days = deal(world, shape, world.main(dealer), lambda units: units * rate, ("", "", "货款", "往来款", "还款"))
    return stage.close(world.household(dealer), expert_day=day_of_nth(days, 5))
