"""T01 分散转入集中转出: many people pay a private account, the firm of the same group pays few."""

from __future__ import annotations

from fundwatch.city.accounts import CASH
from fundwatch.city.clock import Manner
from fundwatch.city.gathering import collect, gathering, pass_on, start_within
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World

_REMARKS = ("", "", "", "", "货款", "往来款", "认购款", "会员费")


def fan_in(world: World, difficulty: str) -> Subject:
    """Plant a collector (the representative's own account) whose firm sends the money on to three accounts."""
    firm = world.take_firm(("service", "care", "wholesale"))
    owner = world.register.legal_representative(firm)
    helper = world.take_person()
    shape = gathering(world, difficulty)
    stage = act(world, difficulty, "T01")
    collector, relay = world.main(owner), world.main(firm)
    start = start_within(world, shape.days)
    received = collect(world, shape, world.crowd(shape.payers), collector, start, remarks=_REMARKS)
    payees = (world.outsider(), world.main(helper), world.outsider())
    sent = pass_on(world, received, collector, payees, share=0.94, every=3, remark="货款", relay=relay)
    for day, amount in sent[1::2]:
        drawn = int(amount * 0.12) // 10_000 * 10_000
        world.journal.pay(
            min(day + 1, world.calendar.last), world.main(helper), CASH, drawn, "取现", manner=Manner.CASH_OUT
        )
    firsts: dict[int, int] = {}
    for day, payer, _ in received:
        firsts.setdefault(payer, day)
    enough = 30 if difficulty != "faint" else max(1, round(shape.payers * 0.8))
    seen = max(day_of_nth(firsts.values(), enough), sent[0][0])
    return stage.close((*world.control_group(firm), *world.household(helper)), expert_day=seen)
