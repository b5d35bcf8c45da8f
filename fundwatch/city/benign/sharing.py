"""Look-alikes of T08 and T10: rents, dividends and purchases paid regularly to people who had paid in before."""

from __future__ import annotations

from collections.abc import Sequence

from fundwatch.city.clock import Manner
from fundwatch.city.draining import Drain, feed_and_drain
from fundwatch.city.offering import offer, run_offer
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def _shared(
    world: World,
    difficulty: str,
    codes: tuple[str, ...],
    reason: str,
    trades: Sequence[str],
    *,
    remarks: Sequence[str],
    return_remarks: Sequence[str],
    income: Sequence[str],
    weight: float,
) -> Subject:
    firm = world.take_firm(trades)
    owner = world.register.legal_representative(firm)
    terms = offer(world, difficulty, lasting="T10" in codes)
    stage = act(world, difficulty, *codes, reason=reason)
    collector = world.main(firm) if world.rng.random() < 0.6 else world.main(owner)
    course = run_offer(
        world,
        terms,
        world.crowd(terms.investors, strangers=0.1),
        collector,
        world.main(firm),
        remarks=remarks,
        return_remarks=return_remarks,
    )
    monthly = sum(amount for _, _, amount in course.deposits) * 30 // world.calendar.days
    earned = _income(
        world, world.main(firm), int(monthly * weight), income, "房租" if "房租" in return_remarks else "货款"
    )
    drain = Drain(
        (world.body("outside9"), world.body("outside5"), world.body("outside0"), world.main(owner), world.outsider())
    )
    members = world.group_accounts(world.control_group(firm))
    feed_and_drain(world, course, collector, world.main(firm), drain, members, income=earned)
    return stage.close(world.control_group(firm), expert_day=day_of_nth([day for day, _, _ in course.returns], 30))


def _income(world: World, account: int, monthly: int, sources: Sequence[str], remark: str) -> list[tuple[int, int]]:
    """Let tenants, customers (people) or buyers (firms) pay the firm through the month; return (day, fen)."""
    people = world.crowd(12, strangers=0.0) if "people" in sources else []
    earned = []
    for day in range(world.calendar.first + world.between(0, 5), world.calendar.last + 1, 6):
        payer = people[world.between(0, len(people) - 1)] if people else world.body(world.choose(sources))
        amount = int(monthly * 0.2 * world.rng.uniform(0.6, 1.4)) // 1000 * 1000
        world.journal.pay(
            day,
            payer,
            account,
            amount,
            remark=remark,
            manner=Manner.PERSON if people else Manner.FIRM,
        )
        earned.append((day, amount))
    return earned


def rent_pool(world: World, difficulty: str) -> Subject:
    """Owners pay for the fitting-out of their flats, the manager lets them and pays a fixed rent each month."""
    return _shared(
        world,
        difficulty,
        ("T08",),
        "rent_pool",
        ("property",),
        remarks=("装修款", "装修款", "托管装修", ""),
        return_remarks=("房租", "托管租金", "房租", ""),
        income=("people",),
        weight=0.6,
    )


def member_dividends(world: World, difficulty: str) -> Subject:
    """Members of a co-operative pay shares and inputs, it sells their tea and pays each in proportion."""
    return _shared(
        world,
        difficulty,
        ("T08",),
        "member_dividends",
        ("agriculture",),
        remarks=("入社款", "农资款", "", "货款"),
        return_remarks=("分红", "茶叶款", "货款", ""),
        income=("outside6", "outside3", "outside7"),
        weight=0.8,
    )


def deposit_shop(world: World, difficulty: str) -> Subject:
    """A farm shop takes prepayments of its customers and buys their milk and eggs every period out of its takings."""
    return _shared(
        world,
        difficulty,
        ("T08", "T10"),
        "farm_shop",
        ("agriculture", "retail", "care"),
        remarks=("预付款", "农资款", "", "货款"),
        return_remarks=("收购款", "奶款", "货款", ""),
        income=("people",),
        weight=0.3,
    )


def hosted_rent(world: World, difficulty: str) -> Subject:
    """A letting agency whose tenants are its only income: rents of the week pay the owners of the week."""
    return _shared(
        world,
        difficulty,
        ("T08", "T10"),
        "hosted_rent",
        ("property", "service"),
        remarks=("押金", "装修款", "", "托管装修"),
        return_remarks=("房租", "租金", "", "房租"),
        income=("people",),
        weight=0.5,
    )
