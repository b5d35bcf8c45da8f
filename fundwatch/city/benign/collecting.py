"""Look-alikes of T01: fees, gifts and donations that many people pay to one account and few receive."""

from __future__ import annotations

from collections.abc import Sequence

from fundwatch.city.gathering import collect, gathering, pass_on, start_within
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def _collected(
    world: World,
    difficulty: str,
    reason: str,
    parties: Sequence[int],
    collector: int,
    payees: Sequence[int],
    remarks: Sequence[str],
    *,
    relay: int | None = None,
    equal: bool = False,
) -> Subject:
    shape = gathering(world, difficulty)
    stage = act(world, difficulty, "T01", reason=reason)
    fee = world.yuan(shape.low * 1.3, shape.high * 0.6) if equal else 0
    received = collect(
        world,
        shape,
        world.crowd(shape.payers, strangers=0.08),
        collector,
        start_within(world, shape.days),
        remarks=remarks,
        equal=fee,
    )
    sent = pass_on(world, received, collector, payees, share=0.94, every=3, remark="货款", relay=relay)
    return stage.close(parties, expert_day=sent[0][0])


def school_fees(world: World, difficulty: str) -> Subject:
    """A school collects equal fees at the start of term and passes them to the education office and its kitchen."""
    school = world.take_firm(("school", "care"))
    payees = (world.body("education"), world.body("outside3"), world.body("treasury"))
    return _collected(
        world,
        difficulty,
        "school_fees",
        world.control_group(school),
        world.main(school),
        payees,
        ("学费", "伙食费", "学杂费", ""),
        equal=True,
    )


def property_fees(world: World, difficulty: str) -> Subject:
    """A property manager collects charges and pays the power company and its cleaning contractor."""
    firm = world.take_firm(("property",))
    payees = (world.body("power"), world.body("outside1"), world.body("water"))
    return _collected(
        world,
        difficulty,
        "property_fees",
        world.control_group(firm),
        world.main(firm),
        payees,
        ("物业费", "车位费", "公摊电费", ""),
    )


def wedding_gifts(world: World, difficulty: str) -> Subject:
    """A couple receives gifts and pays hotel, car dealer and parents; a private account, as collectors use."""
    person = world.take_person()
    payees = (world.body("outside8"), world.outsider(), world.outsider())
    return _collected(
        world,
        difficulty,
        "wedding_gifts",
        world.household(person),
        world.main(person),
        payees,
        ("礼金", "新婚快乐", "", "贺礼"),
    )


def group_buying(world: World, difficulty: str) -> Subject:
    """A shopkeeper takes her customers' orders on her own account and pays the wholesaler from the shop's."""
    firm = world.take_firm(("retail", "agriculture"))
    owner = world.register.legal_representative(firm)
    payees = (world.body("outside4"), world.body("outside7"), world.body("outside3"))
    return _collected(
        world,
        difficulty,
        "group_buying",
        world.control_group(firm),
        world.main(owner),
        payees,
        ("团购", "货款", "", "拼单"),
        relay=world.main(firm),
    )


def charity_drive(world: World, difficulty: str) -> Subject:
    """A registered charity collects for a sick child and pays the hospital."""
    charity = world.take_firm(("charity",))
    payees = (world.body("hospital"), world.outsider(), world.body("treasury"))
    return _collected(
        world,
        difficulty,
        "charity_drive",
        world.control_group(charity),
        world.main(charity),
        payees,
        ("捐款", "爱心款", "捐款", ""),
    )
