"""Deposits and periodic payments in proportion to them: the shape that fundraisers and rent pools share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.world import World


@dataclass(frozen=True, slots=True)
class Offer:
    """Terms: number of investors, deposit of each (yuan), period in days, rates per period and their shares."""

    investors: int
    low: float
    high: float
    period: int
    rates: tuple[float, ...]
    modal_share: float
    first: int
    last_join: int
    to_the_cent: bool = False


@dataclass(slots=True)
class Course:
    """What happened: (day, investor account, fen) of deposits and of returns."""

    deposits: list[tuple[int, int, int]] = field(default_factory=list)
    returns: list[tuple[int, int, int]] = field(default_factory=list)


def offer(world: World, difficulty: str, *, lasting: bool) -> Offer:
    """Return terms of the difficulty; ``lasting`` lets people join nearly to the end, as a Ponzi scheme must.

    Faint offers have fewer than ten investors. Months are periods where the calendar holds four of them, else weeks.
    """
    span = world.calendar
    monthly = span.days >= 150 and difficulty != "blatant"
    base = world.between(12, 28) / 1000 if monthly else world.between(6, 12) / 1000
    if difficulty == "blatant":
        count, share = world.between(26, 36), 0.9
    elif difficulty == "moderate":
        count, share = world.between(18, 24), 0.75
    else:
        count, share = world.between(6, 8), 0.8
    if lasting and difficulty != "faint":
        # Fresh money must never be a week away, so long calendars need more joiners.
        count = round(count * max(1.6, span.days / 80))
    first = span.at(0.04) + world.between(0, 6)
    # Whoever joins last before this day still sees three payments.
    early_enough = max(first + 5, span.last - 3 * (30 if monthly else 7) - 8)
    last_join = span.at(0.93) if lasting else min(early_enough, span.at(0.45))
    return Offer(
        count,
        4_000,
        60_000,
        30 if monthly else 7,
        (base, base * 1.3, base * 0.8),
        share,
        first,
        last_join,
        bool(world.rng.random() < 0.5),
    )


def run_offer(
    world: World,
    terms: Offer,
    investors: Sequence[int],
    collector: int,
    payer: int,
    *,
    remarks: Sequence[str],
    return_remarks: Sequence[str],
    manner: Manner = Manner.FIRM,
) -> Course:
    """Enter deposits in instalments with a growing number of joiners, periodic returns, and some top-ups."""
    course = Course()
    spread = terms.last_join - terms.first
    for place, investor in enumerate(investors):
        # Joiners come at no regular hour but without long pauses; the exponent lets them become more with time.
        share = (place + float(world.rng.random())) / len(investors)
        joined = terms.first + int(share**0.85 * spread)
        modal = world.rng.random() < terms.modal_share
        rate = terms.rates[0] if modal else terms.rates[world.between(1, 2)]
        _one_investor(
            world, terms, course, (investor, collector, payer), (joined, rate), remarks, return_remarks, manner
        )
    course.deposits.sort()
    course.returns.sort()
    return course


def _one_investor(
    world: World,
    terms: Offer,
    course: Course,
    way: tuple[int, int, int],
    joining: tuple[int, float],
    remarks: Sequence[str],
    return_remarks: Sequence[str],
    manner: Manner,
) -> None:
    (investor, collector, payer), (joined, rate) = way, joining
    principal = 0
    total = world.yuan(terms.low, terms.high)
    parts = world.between(2, 4)
    for part in range(parts):
        rest = total // parts // 10_000 * 10_000
        amount = rest if part < parts - 1 else total - rest * part
        day = min(joined + part, world.calendar.last)
        world.journal.pay(day, investor, collector, amount, remark=world.choose(remarks))
        course.deposits.append((day, investor, amount))
        principal += amount
    due = joined + parts - 1 + terms.period
    while working(due) <= world.calendar.last:
        day = working(due)
        amount = round(principal * rate) if terms.to_the_cent else round(principal * rate / 100) * 100
        world.journal.pay(day, payer, investor, amount, remark=world.choose(return_remarks), manner=manner)
        course.returns.append((day, investor, amount))
        if world.rng.random() < 0.06 and day + 1 <= world.calendar.last:
            top_up = world.yuan(1_000, 6_000)
            world.journal.pay(day + 1, investor, collector, top_up, remark=world.choose(remarks))
            course.deposits.append((day + 1, investor, top_up))
            principal += top_up
        due += terms.period
