"""T15 拆分规避: cash kept just below the large-transaction line, day after day."""

from __future__ import annotations

from fundwatch.city.calendar import working
from fundwatch.city.gathering import start_within
from fundwatch.city.splitting import bank_cash, next_working, run_of_cash
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def structuring(world: World, difficulty: str) -> Subject:
    """Plant a person who banks cash (or draws it) in runs below 50,000 a day and moves the sum on (or in)."""
    person = world.take_person()
    shape = run_of_cash(world, difficulty)
    stage = act(world, difficulty, "T15")
    account, partner = world.main(person), world.outsider()
    day = working(start_within(world, min(shape.runs * (shape.apart + 5), world.calendar.days // 2)))
    third: list[int] = []
    for number in range(shape.runs):
        out = number % 3 == 2
        amounts = [world.yuan(shape.low, shape.high) for _ in range(shape.entries)]
        if out:
            world.journal.pay(working(day - 2, back=True), partner, account, sum(amounts), remark="货款")
        for place, amount in enumerate(amounts):
            if day > world.calendar.last:
                break
            bank_cash(world, account, day, amount, out=out)
            third += [day] if place == 2 else []
            day = next_working(day)
        if not out:
            world.journal.pay(
                min(day, world.calendar.last), account, partner, int(sum(amounts) * 0.97) // 100 * 100, remark="货款"
            )
        day = working(day + shape.apart)
        if day + 7 > world.calendar.last:
            break
    days = third or world.journal.days_since(stage.mark)
    return stage.close(world.household(person), expert_day=day_of_nth(days, 1))
