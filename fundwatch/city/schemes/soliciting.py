"""T02 整额归集, T03 新户爆发, T05 付款人裂变增长, T07 私户代收: money collected on private accounts."""

from __future__ import annotations

from fundwatch.city.gathering import Gathering, collect, pass_on, start_within
from fundwatch.city.soliciting import Paid, arrivals, days_before, fresh_account, hire, quiet_person, visit
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World

_REMARKS = ("", "", "", "", "往来款", "借款", "货款", "代买")
_UNITS = (1_000_00, 2_000_00, 3_000_00, 5_000_00, 5_000_00, 6_000_00, 8_000_00, 10_000_00, 20_000_00)


def _first_days(paid: Paid) -> list[int]:
    firsts: dict[int, int] = {}
    for day, payer, _ in paid:
        firsts[payer] = min(day, firsts.get(payer, day))
    return sorted(firsts.values())


def _spend(world: World, paid: Paid, holder: int, *, share: float, every: int) -> None:
    """Hand most of the money on to two people beyond the city."""
    payees = (world.outsider(), world.outsider(), world.outsider())
    pass_on(world, paid, holder, payees, share=share, every=every, remark="往来款")


def door_to_door(world: World, difficulty: str) -> Subject:
    """Plant savings collected from door to door in whole thousands; some sums are odd, as interest came off at once."""
    payers, odd = {
        "blatant": (world.between(44, 60), 0.03),
        "moderate": (world.between(27, 32), 0.17),
    }.get(difficulty, (world.between(12, 15), 0.2))
    person = quiet_person(world)
    stage = act(world, difficulty, "T02")
    collector, length = world.main(person), min(60, world.calendar.days // 2)
    start = start_within(world, length)
    crowd = world.crowd(payers)
    exact = round(payers * odd)
    days = (start, start + length)
    paid = visit(world, crowd[exact:], collector, days, _UNITS, _REMARKS)
    less = [unit - unit * world.between(3, 9) // 200 // 100 * 100 - 100 for unit in _UNITS]
    paid = sorted([*paid, *visit(world, crowd[:exact], collector, days, less, _REMARKS)])
    # Half of them come again, with a round sum.
    paid = sorted([*paid, *visit(world, crowd[: payers // 2], collector, days, _UNITS, _REMARKS)])
    _spend(world, paid, collector, share=0.6, every=7)
    needed = 20 if difficulty != "faint" else round(payers * 0.8)
    return stage.close(world.household(person), expert_day=day_of_nth(_first_days(paid), needed))


def new_account(world: World, difficulty: str) -> Subject:
    """Plant an account opened for the purpose that takes in a crowd within its first weeks."""
    shape = {
        "blatant": Gathering(world.between(66, 80), 2_000, 9_000, 17),
        "moderate": Gathering(world.between(24, 27), 2_000, 9_000, 6),
    }.get(difficulty, Gathering(world.between(12, 15), 2_000, 9_000, 6))
    person = quiet_person(world)
    stage = act(world, difficulty, "T03")
    start = start_within(world, shape.days)
    collector = fresh_account(world, person, days_before(world, start, 3, 25))
    paid = collect(world, shape, world.crowd(shape.payers), collector, start, remarks=_REMARKS)
    _spend(world, paid, collector, share=0.9, every=3)
    needed = 20 if difficulty != "faint" else round(shape.payers * 0.8)
    return stage.close(world.household(person), expert_day=day_of_nth(_first_days(paid), needed))


def chain_growth(world: World, difficulty: str) -> Subject:
    """Plant a circle in which each month's payers bring the next month's; the blatant ones double."""
    counts = {"blatant": (12, 26, 44, 72), "moderate": (14, 23, 32, 43)}.get(difficulty, (8, 12, 16, 22))
    person = quiet_person(world)
    stage = act(world, difficulty, "T05")
    collector = world.main(person)
    _, paid = arrivals(world, counts, collector, 1_200, 6_000, _REMARKS)
    _spend(world, paid, collector, share=0.75, every=5)
    seen = _first_days(paid)[-1]
    return stage.close(world.household(person), expert_day=seen)


def private_collector(world: World, difficulty: str) -> Subject:
    """Plant an insider of a reporting lender whose own account takes in a crowd."""
    shape = {
        "blatant": Gathering(world.between(46, 60), 4_000, 9_000, 42),
        "moderate": Gathering(world.between(26, 30), 4_800, 7_500, 40),
    }.get(difficulty, Gathering(world.between(12, 15), 3_000, 5_500, 36))
    person = quiet_person(world)
    hire(world, person, "员工" if difficulty == "moderate" else "财务负责人")
    stage = act(world, difficulty, "T07")
    collector = world.main(person)
    start = start_within(world, shape.days)
    paid = collect(world, shape, world.crowd(shape.payers), collector, start, remarks=_REMARKS, grows=False)
    _spend(world, paid, collector, share=0.8, every=4)
    needed = 20 if difficulty != "faint" else round(shape.payers * 0.8)
    return stage.close(world.household(person), expert_day=day_of_nth(_first_days(paid), needed))
