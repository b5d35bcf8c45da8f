"""Deposits, payouts on days that everybody knows, and shares for whoever brought the depositors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.world import World

_NIGHT = 22 * 3600


@dataclass(frozen=True, slots=True)
class Terms:
    """How many people put in how much (yuan), at what rate; how many agents bring how many, for how many per mille."""

    people: int
    low: float
    high: float
    rate: float
    agents: int
    referred: int
    commission: int
    rollers: int


@dataclass(slots=True)
class Course:
    """What happened, each as (day, account, fen); ``joined`` is the last day of deposit and the principal of each."""

    deposits: list[tuple[int, int, int]] = field(default_factory=list)
    payouts: list[tuple[int, int, int, str]] = field(default_factory=list)
    joined: dict[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """What came in less what was promised out (fen)."""
        return sum(fen for _, _, fen in self.deposits) - sum(fen for _, _, fen, _ in self.payouts)


def terms_of(world: World, difficulty: str) -> Terms:
    """Return terms of the difficulty; faint ones have fewer people, agents and rollovers than the thresholds name."""
    rate = world.between(8, 18) / 1000
    commission = world.between(15, 50)
    match difficulty:
        case "blatant":
            return Terms(world.between(30, 38), 5_000, 40_000, rate, 2, world.between(8, 11), commission, 16)
        case "moderate":
            return Terms(world.between(20, 24), 5_000, 30_000, rate, 1, world.between(7, 8), commission, 12)
        case _:
            return Terms(world.between(7, 8), 4_000, 20_000, rate, 1, world.between(3, 4), commission, 4)


def gather(
    world: World,
    terms: Terms,
    people: Sequence[int],
    collector: int,
    span: tuple[int, int],
    *,
    remarks: Sequence[str],
) -> Course:
    """Enter the deposits: more of them towards the end of the span, those with an agent in one sum, others in parts."""
    course = Course()
    first, last = span
    for place, person in enumerate(people):
        # Word spreads: joiners become more with time, without regular hours.
        share = (place + float(world.rng.random())) / len(people)
        day = first + int(share**0.8 * (last - first))
        total = world.yuan(terms.low, terms.high)
        parts = 1 if place < terms.agents * terms.referred else world.between(1, 3)
        for part in range(parts):
            rest = total // parts // 10_000 * 10_000
            amount = rest if part < parts - 1 else total - rest * part
            world.journal.pay(day + part, person, collector, amount, remark=world.choose(remarks))
            course.deposits.append((day + part, person, amount))
        course.joined[person] = (day + parts - 1, total)
    return course


def reward(
    world: World,
    terms: Terms,
    course: Course,
    agents: Sequence[int],
    *,
    remarks: Sequence[str],
    flat: int = 0,
) -> None:
    """Promise each agent a share of what his people put in, or a ``flat`` sum a head (fen), some days later."""
    people = list(course.joined)
    for number, agent in enumerate(agents[: terms.agents]):
        for person in people[number * terms.referred : (number + 1) * terms.referred]:
            day, principal = course.joined[person]
            # To the yuan, as people pay by hand.
            amount = flat or (principal * terms.commission // 1000 + 50) // 100 * 100
            course.payouts.append((day + world.between(1, 5), agent, amount, world.choose(remarks)))


def settle(world: World, course: Course, collector: int, payer: int, *, manner: Manner = Manner.FIRM) -> None:
    """Enter the promised payouts that fall into the calendar, and the evening before what the paying account needs."""
    due = [one for one in course.payouts if one[0] <= world.calendar.last]
    course.payouts = due
    if payer != collector:
        needed: Counter[int] = Counter()
        for day, _, fen, _ in due:
            needed[day] += fen
        for day, fen in sorted(needed.items()):
            moved = -(-fen // 10_000) * 10_000
            world.journal.pay(day - 1, collector, payer, moved, remark="往来款", second=_NIGHT + world.between(0, 3600))
    for day, payee, fen, remark in due:
        world.journal.pay(day, payer, payee, fen, remark=remark, manner=manner)


def pay_days(world: World, joining_days: int) -> tuple[int, ...]:
    """Return a day of the month as it falls on working days, leaving time before the first for people to join."""
    span = world.calendar
    options = [
        tuple(day for day in span.monthly(day_of_month) if day >= span.first + joining_days)
        for day_of_month in range(5, 26)
    ]
    most = max(len(days) for days in options)
    best = [days for days in options if len(days) == most]
    return best[world.between(0, len(best) - 1)]


def next_due(joined: int, period: int, number: int) -> int:
    """Return the working day on which the ``number``-th payment (from 1) after joining falls."""
    return working(joined + period * number)
