"""T21 同设备·同代办 and T22 夜间: one phone or one agent behind the accounts of many."""

from __future__ import annotations

from fundwatch.city.accounts import CASH
from fundwatch.city.clock import Manner
from fundwatch.city.gathering import start_within
from fundwatch.city.hands import NO_AGENTS, NO_DEVICES, accounts_seen, night, operated
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World

_REMARKS = ("", "", "货款", "往来款", "代买")


def shared_phone(world: World, difficulty: str) -> Subject:
    """Plant a leader whose phone operates the accounts of several people, mostly by night, paying the leader."""
    counts = {"blatant": (world.between(12, 16), 4), "moderate": (7, 5), "faint": (3, 3)}
    people, rounds = counts[difficulty]
    leader = world.take_quiet_person()
    holders = accounts_seen(world, people, without_bank=NO_DEVICES)
    stage = act(world, difficulty, "T21", "T22")
    start = start_within(world, 26)
    firsts: dict[int, int] = {}
    with operated(world, device=leader):
        for holder in holders:
            for _ in range(rounds):
                day = start + world.between(0, 25)
                late = world.rng.random() < 0.75
                world.journal.pay(
                    day,
                    holder,
                    world.main(leader),
                    world.yuan(1_500, 9_000),
                    remark=world.choose(_REMARKS),
                    manner=Manner.PHONE,
                    second=night(world) if late else world.between(9 * 3600, 20 * 3600),
                )
                firsts[holder] = min(firsts.get(holder, day), day)
    return stage.close(world.household(leader), expert_day=day_of_nth(firsts.values(), 5))


def counter_agent(world: World, difficulty: str) -> Subject:
    """Plant an agent who leads people to the counter, pays cash into their accounts and sends it on in their stead."""
    people = {"blatant": 9, "moderate": 4, "faint": 2}[difficulty]
    agent = world.take_person()
    holders = accounts_seen(world, people, without_bank=NO_AGENTS)
    payee = world.outsider()
    stage = act(world, difficulty, "T21")
    start = start_within(world, 24)
    firsts = []
    with operated(world, agent=agent):
        for holder in holders:
            day = start + world.between(0, 22)
            firsts.append(day)
            for later in (0, 1):
                amount = world.yuan(6_000, 30_000, step=500)
                opens = world.between(9 * 3600, 11 * 3600)
                world.journal.pay(day + later, CASH, holder, amount, "存现", manner=Manner.COUNTER, second=opens)
                world.journal.pay(
                    day + later,
                    holder,
                    payee,
                    amount,
                    remark=world.choose(_REMARKS),
                    manner=Manner.COUNTER,
                    second=opens + world.between(120, 1800),
                )
    return stage.close(world.household(agent), expert_day=day_of_nth(firsts, 3))
