"""Look-alikes of T01: fees, house money and donations that many people pay to one account and few receive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fundwatch.city import names
from fundwatch.city.accounts import REPORTING
from fundwatch.city.firms import found_firm, open_firm_account
from fundwatch.city.gathering import Gathering, collect, gathering, pass_on, start_within
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World
from fundwatch.domain.keys import date_of, day_number

_TERMS = ((2, 12), (8, 24))
"""Month and day about which a term's fees begin to come in."""


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
    start: int | None = None,
    shape: Gathering | None = None,
) -> Subject:
    shape = shape or gathering(world, difficulty)
    stage = act(world, difficulty, "T01", reason=reason)
    fee = world.yuan(shape.low * 1.3, shape.high * 0.6) if equal else 0
    received = collect(
        world,
        shape,
        world.crowd(shape.payers, strangers=0.08),
        collector,
        start_within(world, shape.days) if start is None else start,
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
        start=_start_of_term(world, 28),
    )


def _start_of_term(world: World, length: int) -> int | None:
    """Return a day on which a term's fees begin, such that they fit into the calendar; None when no term begins."""
    span = world.calendar
    for year in range(date_of(span.first).year, date_of(span.last).year + 1):
        for month, day in _TERMS:
            start = day_number(date(year, month, day)) + world.between(0, 8)
            if span.first <= start and start + length <= span.last:
                return start
    return None


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


def presale_housing(world: World, difficulty: str) -> Subject:
    """Buyers pay for flats into a developer's supervised account, which pays the builders and nobody else."""
    payers = {"blatant": world.between(48, 70), "moderate": world.between(36, 46)}.get(difficulty, 14)
    developer = _developer(world, world.take_person())
    escrow = open_firm_account(world, developer, world.between(0, REPORTING - 1), "商品房预售资金监管专用存款账户")
    payees = (world.body("outside9"), world.body("outside5"))
    return _collected(
        world,
        difficulty,
        "presale_housing",
        world.control_group(developer),
        escrow,
        payees,
        ("首付款", "购房款", "房款", "定金"),
        shape=Gathering(payers, 20_000, 120_000, 26),
    )


def _developer(world: World, owner: int) -> int:
    place = names.COUNTIES.get(world.party(owner).region, "江北区").rstrip("区县市")
    return found_firm(
        world,
        "developer",
        f"{place}{names.firm_stem(world.rng)}房地产开发有限公司",
        form="有限责任公司",
        category="91",
        scope="房地产开发与销售",
        owner=owner,
    )
