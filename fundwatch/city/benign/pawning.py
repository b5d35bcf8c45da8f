"""Look-alikes inside a pawn firm: what honest pawnbroking shows that resembles P01, P02, P03, P04 and P06."""

from __future__ import annotations

from fundwatch.city.accounts import CASH
from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers import pawn
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.ledgers.pawn import Terms
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def _customers(world: World, count: int) -> list[int]:
    return [world.account(account).party for account in world.crowd(count, strangers=0.0)]


def renewed_and_pawned_again(world: World, lender: Lender, difficulty: str) -> Subject:
    """Cars are renewed on ticket after ticket, watches redeemed and pawned again by the same owner."""
    count = {"blatant": 5, "moderate": 3, "faint": 2}[difficulty]
    stage = act(world, difficulty, "P01", reason="renewal_chain")
    span, numbers, days = world.calendar, [], []
    for customer in _customers(world, count):
        day = working(world.between(span.at(0.1), span.at(0.3)))
        terms = Terms(goods="小型轿车", days=25)
        ticket = pawn.pawn(world, lender, customer, world.yuan(28_000, 60_000), day, cash=False, terms=terms)
        numbers.append(ticket.ticket_no)
        for _ in range(3):
            day = working(ticket.due)
            if day > span.last:
                break
            ticket = pawn.renew(world, lender, ticket, day, cut=ticket.principal // 1000 * 100)
            numbers.append(ticket.ticket_no)
            days.append(day)
        if working(ticket.due) <= span.last:
            pawn.redeem(world, lender, ticket, working(ticket.due), world.main(customer))
    for customer in _customers(world, count):
        day, mark = working(span.at(0.2)), f"SN{world.between(10**8, 10**9 - 1)}"
        amount = world.yuan(6_000, 44_000)
        for _ in range(3):
            back = working(day + 14)
            if back > span.last:
                break
            ticket = pawn.pawn(world, lender, customer, amount, day, cash=False, terms=Terms(goods="名表", mark=mark))
            numbers.append(ticket.ticket_no)
            pawn.redeem(world, lender, ticket, back, world.main(customer))
            day = working(back + world.between(3, 8))
    return stage.close(world.control_group(lender.party), expert_day=day_of_nth(days, 1), record_nos=numbers)


def antiques(world: World, lender: Lender, difficulty: str) -> Subject:
    """Porcelain and paintings of one name and very different value, lent on with great caution."""
    count = {"blatant": 9, "moderate": 5, "faint": 3}[difficulty]
    stage = act(world, difficulty, "P02", reason="antiques")
    span, numbers, days = world.calendar, [], []
    for place, customer in enumerate(_customers(world, count)):
        day = working(span.at(0.2 + 0.5 * place / count))
        terms = Terms(goods=world.choose(("古董瓷器", "名家字画")), share=world.between(35, 60) / 100)
        ticket = pawn.pawn(world, lender, customer, world.yuan(2_000, 90_000), day, cash=False, terms=terms)
        numbers.append(ticket.ticket_no)
        days.append(day)
        back = working(day + world.between(20, 55))
        if back <= span.last:
            pawn.redeem(world, lender, ticket, back, world.main(customer))
    return stage.close(world.control_group(lender.party), expert_day=days[0], record_nos=numbers)


def attorney_redeems(world: World, lender: Lender, difficulty: str) -> Subject:
    """A wife redeems her husband's things, a neighbour with a power of attorney those of two old people."""
    count = {"blatant": 7, "moderate": 5, "faint": 3}[difficulty]
    stage = act(world, difficulty, "P03", reason="attorney")
    span, numbers, days = world.calendar, [], []
    couple = next((one for one in _customers(world, 60) if len(world.household(one)) == 2), None)
    attorney, *old = _customers(world, 3)
    parts = [(person, attorney) for person in old]
    if couple is not None:
        parts += [(couple, world.household(couple)[1])] * count
    for place, (pawner, payer) in enumerate(parts):
        day = working(span.at(0.3) + place)
        back = working(day + 28)
        ticket = pawn.pawn(world, lender, pawner, world.yuan(3_000, 20_000), day, cash=False)
        pawn.redeem(world, lender, ticket, back, world.main(payer))
        numbers.append(ticket.ticket_no)
        days.append(back)
    return stage.close(world.control_group(lender.party), expert_day=day_of_nth(days, 3), record_nos=numbers)


def fee_by_the_ticket(world: World, lender: Lender, difficulty: str) -> Subject:
    """The ledger states the fee of the whole ticket, so that two and three months stand above the monthly cap."""
    count = {"blatant": 12, "moderate": 6, "faint": 4}[difficulty]
    stage = act(world, difficulty, "P04", reason="fee_by_ticket")
    span, numbers, days = world.calendar, [], []
    for place, customer in enumerate(_customers(world, count)):
        months = 1 if place < 2 else 2 + place % 2
        day = working(span.at(0.2 + 0.55 * place / count))
        terms = Terms(goods="金项链", fee=3_800 * months, days=30 * months)
        ticket = pawn.pawn(world, lender, customer, world.yuan(4_000, 24_000), day, cash=False, terms=terms)
        numbers.append(ticket.ticket_no)
        days.append(day)
        ticket.fee = 3_800  # what is paid is the monthly fee
        back = working(ticket.due - world.between(2, 6), back=True)
        if back <= span.last:
            pawn.redeem(world, lender, ticket, back, world.main(customer))
        ticket.fee = 3_800 * months
    return stage.close(world.control_group(lender.party), expert_day=days[-1], record_nos=numbers)


def cash_shop(world: World, lender: Lender, difficulty: str) -> Subject:
    """Customers want notes for their gold: cash tickets with goods in store, and a withdrawal for every few of them."""
    count = {"blatant": 24, "moderate": 20, "faint": 8}[difficulty]
    stage = act(world, difficulty, "P06", reason="cash_shop")
    start, numbers, needed = world.calendar.at(0.45), [], 0
    for place, customer in enumerate(_customers(world, count)):
        day = working(start + place)
        terms = Terms(goods=world.choose(("金手镯", "金项链")), withdraws=False)
        ticket = pawn.pawn(world, lender, customer, world.yuan(27_000, 37_000), day, cash=True, terms=terms)
        numbers.append(ticket.ticket_no)
        needed += ticket.principal
        if place % 3 == 2 or place == count - 1:
            world.journal.pay(day, lender.basic, CASH, needed, "取现", remark="备付当金", manner=Manner.COUNTER)
            needed = 0
        back = working(day + world.between(24, 55))
        if back <= world.calendar.last:
            payer = CASH if place % 4 == 0 else world.main(customer)
            pawn.redeem(world, lender, ticket, back, payer)
    return stage.close(world.control_group(lender.party), expert_day=working(start + 20), record_nos=numbers)
