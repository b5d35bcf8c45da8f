"""T08 固定比例返息 and T10 借新还旧: deposits, periodic returns from another account of the group, and the drain."""

from __future__ import annotations

from fundwatch.city.accounts import CASH
from fundwatch.city.clock import Manner
from fundwatch.city.draining import Drain, feed_and_drain
from fundwatch.city.offering import Course, offer, run_offer
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World

_DEPOSIT = ("", "", "", "", "往来款", "货款", "投资款", "入社款")
_RETURN = ("", "", "", "往来款", "货款", "分红", "收益")


def _third_returns(course: Course) -> list[int]:
    """Return for each investor the day of the third return, where there is one."""
    by_investor: dict[int, list[int]] = {}
    for day, investor, _ in course.returns:
        by_investor.setdefault(investor, []).append(day)
    return [sorted(days)[2] for days in by_investor.values() if len(days) >= 3]


def _revenue(world: World, firm_account: int, monthly_fen: int) -> list[tuple[int, int]]:
    """Let firms beyond the city pay for goods, about ``monthly_fen`` a month; return (day, fen)."""
    income = []
    for day in range(world.calendar.first + world.between(0, 8), world.calendar.last + 1, 9):
        amount = int(monthly_fen * 0.3 * world.rng.uniform(0.6, 1.5)) // 100 * 100
        buyer = world.body(f"outside{world.between(0, 9)}")
        world.journal.pay(day, buyer, firm_account, amount, "货款", remark="货款", manner=Manner.FIRM)
        income.append((day, amount))
    return income


def _costs(world: World, firm_account: int, income: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Let the firm spend nine tenths of its revenue on goods; return what it kept as (day, fen)."""
    kept = []
    for day, amount in income:
        spent = int(amount * 0.9) // 100 * 100
        later = min(day + world.between(1, 3), world.calendar.last)
        world.journal.pay(
            later, firm_account, world.body(f"outside{world.between(0, 9)}"), spent, "货款", manner=Manner.FIRM
        )
        kept.append((later, amount - spent))
    return kept


def _plant(world: World, difficulty: str, codes: tuple[str, ...], *, ponzi: bool) -> Subject:
    firm = world.take_firm(("care", "agriculture", "service"))
    owner = world.register.legal_representative(firm)
    collector, payer = world.main(owner), world.main(firm)
    if world.rng.random() < 0.4:
        collector, payer = payer, collector
    terms = offer(world, difficulty, lasting=ponzi)
    stage = act(world, difficulty, *codes)
    course = run_offer(
        world,
        terms,
        world.crowd(terms.investors, strangers=0.15),
        collector,
        payer,
        remarks=_DEPOSIT,
        return_remarks=_RETURN,
    )
    monthly = sum(amount for _, _, amount in course.deposits) * 30 // world.calendar.days
    # A Ponzi scheme has hardly any business of its own; the faint one and a mere T08 show some.
    weight = 0.0 if ponzi and difficulty != "faint" else 0.35 if ponzi else 0.5
    income = _costs(world, world.main(firm), _revenue(world, world.main(firm), int(monthly * weight))) if weight else []
    drain = Drain((world.outsider(), world.outsider(), CASH, world.outsider()))
    members = world.group_accounts(world.control_group(firm))
    feed_and_drain(world, course, collector, payer, drain, members, income=income if payer == world.main(firm) else ())
    thirds = _third_returns(course) or [day for day, _, _ in course.returns]
    seen = day_of_nth(thirds, 10 if difficulty != "faint" else max(1, round(len(thirds) * 0.8)))
    return stage.close(world.control_group(firm), expert_day=seen)


def periodic_returns(world: World, difficulty: str) -> Subject:
    """Plant a firm that pays depositors a fixed share each period and still trades."""
    return _plant(world, difficulty, ("T08",), ponzi=False)


def ponzi(world: World, difficulty: str) -> Subject:
    """Plant a scheme whose returns are paid out of the newest deposits."""
    return _plant(world, difficulty, ("T08", "T10"), ponzi=True)
