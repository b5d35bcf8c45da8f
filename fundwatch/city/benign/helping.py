"""Look-alikes of T21: children who go to the counter for their elders or hold their parents' phone for them."""

from __future__ import annotations

from dataclasses import replace

from fundwatch.city.accounts import CASH
from fundwatch.city.clock import Manner
from fundwatch.city.gathering import start_within
from fundwatch.city.hands import NO_AGENTS, NO_DEVICES, accounts_seen, operated
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def _elders(world: World, child: int, count: int, *, without_bank: int) -> list[int]:
    """Return accounts of widowed relatives, who with the child's couple live at one address and are taken."""
    seen = accounts_seen(world, count * 8, without_bank=without_bank)
    accounts = [one for one in seen if len(world.household(world.account(one).party)) == 1][:count]
    relatives = [world.account(account).party for account in accounts]
    for index in (*relatives, *world.household(child)):
        world.register.parties[index] = replace(world.party(index), address=world.party(child).address)
    world.taken.update(relatives)
    return accounts


def guardian(world: World, difficulty: str) -> Subject:
    """A son draws the pensions of his parents and parents-in-law at the counter and pays their bills."""
    child = world.take_person()
    elders = _elders(world, child, 3 if difficulty == "blatant" else 2, without_bank=NO_AGENTS)
    stage = act(world, difficulty, "T21", reason="guardian_of_parents")
    first = day = start_within(world, 40)
    while day <= min(first + 40, world.calendar.last):
        with operated(world, agent=child):
            for elder in elders:
                drawn = world.yuan(800, 3_500)
                world.journal.pay(day, elder, CASH, drawn, "取现", manner=Manner.COUNTER)
                world.journal.pay(
                    day, elder, world.main(child), world.yuan(300, 1_500), remark="生活费", manner=Manner.COUNTER
                )
        day += world.between(10, 15)
    return stage.close(world.household(child), expert_day=first)


def family_phone(world: World, difficulty: str) -> Subject:
    """A daughter runs the accounts of her whole household from one phone: parents, grandparents, an aunt."""
    child = world.take_person()
    elders = _elders(world, child, 4 if difficulty == "blatant" else 3, without_bank=NO_DEVICES)
    stage = act(world, difficulty, "T21", reason="family_phone")
    first = start_within(world, 30)
    with operated(world, device=child):
        for elder in elders:
            for _ in range(3):
                target = world.main(child) if world.rng.random() < 0.6 else world.outsider()
                world.journal.pay(
                    first + world.between(0, 28),
                    elder,
                    target,
                    world.yuan(200, 3_000),
                    remark=world.choose(("生活费", "", "买菜")),
                    manner=Manner.PHONE,
                )
    return stage.close(world.household(child), expert_day=first)
