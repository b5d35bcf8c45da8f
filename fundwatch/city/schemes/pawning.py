"""P01 to P06: what goes wrong inside a pawn firm."""

from __future__ import annotations

from fundwatch.city.accounts import CASH
from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers import pawn
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.ledgers.pawn import Terms, Ticket
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def borrowing_from_people(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant loans of people to the firm, with interest each month and part of the principal back."""
    sizes = {"blatant": (8, 12, 15_000, 90_000), "moderate": (6, 8, 12_000, 40_000), "faint": (2, 2, 15_000, 32_000)}
    low, high, least, most = sizes[difficulty]
    stage = act(world, difficulty, "P05")
    span, given = world.calendar, []
    for lender_account in world.crowd(world.between(low, high), strangers=0.1):
        day = working(world.between(span.at(0.2), span.at(0.6)))
        amount = world.yuan(least, most, step=500)
        lender.backers.update(world.household(world.account(lender_account).party))
        world.journal.pay(day, lender_account, lender.basic, amount, remark=world.choose(("", "", "借款", "往来款")))
        given.append(day)
        for later in range(day + 30, span.last, 30):
            world.journal.pay(
                working(later, back=True),
                lender.basic,
                lender_account,
                round(amount * 0.012 / 100) * 100,
                remark=world.choose(("", "利息")),
                manner=Manner.FIRM,
            )
    return stage.close(world.control_group(lender.party), expert_day=day_of_nth(given, 3))


def customers(world: World, count: int) -> list[int]:
    """Return so many different people of the city as pawners."""
    return [world.account(account).party for account in world.crowd(count, strangers=0.0)]


def same_item(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant one item on several open tickets; faint: it is redeemed each time before the next person pawns it."""
    items, holders = {"blatant": (4, 3), "moderate": (1, 2), "faint": (2, 2)}[difficulty]
    stage = act(world, difficulty, "P01")
    span, numbers, seen = world.calendar, [], []
    for item in range(items):
        amount, mark = world.yuan(26_000, 60_000), f"LZC{world.between(10**9, 10**10 - 1)}"
        first = span.at(0.2 + 0.3 * item / items)
        for place, customer in enumerate(customers(world, holders)):
            day = span.clip(working(first + place * world.between(9, 14)))
            terms = Terms(goods="小型轿车", mark=mark)
            ticket = pawn.pawn(world, lender, customer, amount, day, cash=False, terms=terms)
            numbers.append(ticket.ticket_no)
            if place:
                seen.append(day)
            back = span.clip(working(day + (5 if difficulty == "faint" else 45)))
            if back < span.last:
                pawn.redeem(world, lender, ticket, back, world.main(customer))
    return stage.close(world.control_group(lender.party), expert_day=min(seen), record_nos=numbers)


def generous_valuations(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant gold valued far above its price and loans of nearly the whole value; faint: a little of each."""
    count, worth, share = {"blatant": (10, 1.9, 0.98), "moderate": (4, 1.5, 0.93), "faint": (4, 1.1, 0.89)}[difficulty]
    stage = act(world, difficulty, "P02")
    span, numbers, days = world.calendar, [], []
    for place, customer in enumerate(customers(world, count)):
        day = working(span.at(0.3 + 0.5 * place / count))
        terms = Terms(goods=world.choose(("金手镯", "金项链")), worth=worth, share=share)
        ticket = pawn.pawn(world, lender, customer, world.yuan(9_000, 38_000), day, cash=False, terms=terms)
        numbers.append(ticket.ticket_no)
        days.append(day)
        back = working(day + world.between(20, 50))
        if back <= span.last:
            pawn.redeem(world, lender, ticket, back, world.main(customer))
    return stage.close(world.control_group(lender.party), expert_day=days[0], record_nos=numbers)


def one_payer_redeems(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant one payer who redeems for many; faint: for as many people, but no three of them within a month."""
    count, gap = {"blatant": (9, 2), "moderate": (5, 6), "faint": (4, 17)}[difficulty]
    stage = act(world, difficulty, "P03")
    span, numbers, days = world.calendar, [], []
    payer, *pawners = world.crowd(count + 1, strangers=0.0)
    for place, account in enumerate(pawners):
        back = span.clip(working(span.at(0.35) + place * gap))
        amount, day = world.yuan(5_000, 30_000), working(back - world.between(18, 21), back=True)
        ticket = pawn.pawn(world, lender, world.account(account).party, amount, day, cash=False)
        pawn.redeem(world, lender, ticket, back, payer)
        numbers.append(ticket.ticket_no)
        days.append(back)
    return stage.close(world.control_group(lender.party), expert_day=day_of_nth(days, 3), record_nos=numbers)


def _renewed_often(world: World, lender: Lender, customer: int, times: int) -> tuple[list[str], int]:
    """Pawn a car and renew it without repaying anything; return the ticket numbers and the last renewal's day."""
    day = working(world.calendar.at(0.1))
    terms = Terms(goods="小型轿车", days=min(15, world.calendar.days * 7 // 10 // times))
    ticket: Ticket = pawn.pawn(world, lender, customer, world.yuan(30_000, 60_000), day, cash=False, terms=terms)
    numbers = [ticket.ticket_no]
    for _ in range(times):
        ticket = pawn.renew(world, lender, ticket, working(ticket.due))
        numbers.append(ticket.ticket_no)
    back = working(ticket.due)
    if back <= world.calendar.last:
        pawn.redeem(world, lender, ticket, back, world.main(customer))
    return numbers, ticket.day


def over_limits(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant monthly fees above the cap, terms above half a year, renewals without end; faint: all just within."""
    fee, count, renewals, term = {
        "blatant": (6_800, 10, 5, 300),
        "moderate": (4_600, 4, 4, 200),
        "faint": (4_190, 5, 3, 175),
    }[difficulty]
    stage = act(world, difficulty, "P04")
    span = world.calendar
    first, *rest = customers(world, count + 2)
    numbers, last = _renewed_often(world, lender, first, renewals)
    days = [last]
    for place, customer in enumerate(rest):
        day = working(span.at(0.3 + 0.5 * place / len(rest)))
        terms = Terms(fee=fee, days=term if place == 1 else 30)
        ticket = pawn.pawn(world, lender, customer, world.yuan(4_000, 30_000), day, cash=False, terms=terms)
        numbers.append(ticket.ticket_no)
        days.append(day)
        if place != 1:
            pawn.redeem(world, lender, ticket, min(working(day + 26), span.last), world.main(customer))
    expert = min(days) if difficulty != "faint" else max(days)
    return stage.close(world.control_group(lender.party), expert_day=expert, record_nos=numbers)


def phantom_tickets(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant tickets that only look like pawns; faint: the money comes back after five days, the goods are in store.

    Blatant: the money goes to an outsider, nothing is stored, and cash is drawn beside it. Moderate: the pawner is paid
    and returns the money two days later.
    """
    count, later = {"blatant": (10, 0), "moderate": (4, 2), "faint": (4, 6)}[difficulty]
    stage = act(world, difficulty, "P06")
    span, numbers, days = world.calendar, [], []
    outsider = world.outsider()
    for place, customer in enumerate(customers(world, count)):
        day = working(span.at(0.35 + 0.4 * place / count))
        terms = Terms(goods="名表", payee=0 if later else outsider, stored=bool(later))
        ticket = pawn.pawn(world, lender, customer, world.yuan(12_000, 45_000), day, cash=False, terms=terms)
        numbers.append(ticket.ticket_no)
        days.append(day + (later or 3))
        pawn.redeem_on_paper(lender, ticket, span.clip(working(day + world.between(20, 50))))
        if later:
            back = day + later
            remark = world.choose(("", "往来款"))
            world.journal.pay(back, world.main(customer), lender.basic, ticket.principal, remark=remark)
    if not later:
        for step in range(8):
            day = working(span.at(0.6) + 2 * step)
            world.journal.pay(
                day,
                lender.basic,
                CASH,
                world.yuan(70_000, 110_000, step=1000),
                "取现",
                remark="备付当金",
                manner=Manner.COUNTER,
            )
    return stage.close(world.control_group(lender.party), expert_day=min(days), record_nos=numbers)
