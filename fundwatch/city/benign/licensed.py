"""Look-alikes inside the three sectors: what licensed firms do that resembles M01, M02, G03 and P05."""

from __future__ import annotations

from fundwatch.city.accounts import CASH
from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers import guarantee, micro_loan, pawn
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def family_repayments(world: World, lender: Lender, difficulty: str) -> Subject:
    """Relatives repay loans, one borrower pays too much and gets it back, a shareholder adds registered capital."""
    count = {"blatant": 14, "moderate": 7, "faint": 4}[difficulty]
    stage = act(world, difficulty, "M01", reason="family_repayment")
    borrowers, relatives = world.crowd(count, strangers=0.0), world.crowd(count, strangers=0.0)
    numbers = []
    for borrower, relative in zip(borrowers, relatives, strict=True):
        day = working(world.between(world.calendar.at(0.1), world.calendar.at(0.4)))
        party = world.account(borrower).party
        loan = micro_loan.lend(world, lender, party, world.yuan(20_000, 60_000, step=1000), day, months=6)
        numbers.append(loan.loan_no)
        for month in range(1, 7):
            due = working(day + 30 * month)
            if due <= world.calendar.last:
                payer = relative if relative != borrower else loan.account
                micro_loan.repay(world, lender, loan, due, -(-loan.principal // 600) * 100, payer)
    owner = world.main(world.register.legal_representative(lender.party))
    day = working(world.calendar.at(0.5))
    micro_loan.fund(world, lender, "增资", owner, world.yuan(200_000, 500_000, step=10_000), day, 0)
    overpaid = world.yuan(2_000, 9_000)
    world.journal.pay(day, borrowers[0], lender.special, overpaid, "还款", remark="提前还款")
    world.journal.pay(working(day + 1), lender.special, borrowers[0], overpaid, remark="退还多缴款", manner=Manner.FIRM)
    return stage.close(world.control_group(lender.party), expert_day=day, record_nos=numbers)


def dealer_purchase(world: World, lender: Lender, difficulty: str) -> Subject:
    """Borrowers buy a vehicle from a dealer who is himself a customer of the firm: goods for money, nothing returns."""
    loans = {"blatant": 4, "moderate": 2, "faint": 2}[difficulty]
    dealer = world.take_firm(("wholesale", "freight"))
    stage = act(world, difficulty, "M02", reason="dealer_purchase")
    own = micro_loan.lend(
        world, lender, dealer, world.yuan(60_000, 180_000, step=1000), world.calendar.at(0.1), months=12
    )
    numbers = [own.loan_no]
    for number in range(loans):
        borrower = world.account(world.crowd(1, strangers=0.0)[0]).party
        day = working(world.calendar.at(0.2 + 0.6 * number / loans))
        loan = micro_loan.lend(
            world, lender, borrower, world.yuan(60_000, 150_000, step=1000), day, months=12, purpose="购车"
        )
        numbers.append(loan.loan_no)
        paid = loan.principal * 9 // 10
        world.journal.pay(day + 1, loan.account, world.main(dealer), paid, remark="购车款")
        world.journal.pay(
            day + 3, world.main(dealer), world.body("outside5"), paid * 9 // 10, remark="货款", manner=Manner.FIRM
        )
        for month in (1, 2, 3):
            due = working(day + 30 * month)
            if due <= world.calendar.last:
                micro_loan.repay(world, lender, loan, due, loan.principal // 1200 * 100, loan.account)
    return stage.close(world.control_group(dealer), expert_day=world.calendar.at(0.3), record_nos=numbers)


def deposit_refunds(world: World, lender: Lender, difficulty: str) -> Subject:
    """Deposits go back to those who paid them, some compensate the bank, interest is swept to the basic account."""
    count = {"blatant": 8, "moderate": 4, "faint": 4}[difficulty]
    stage = act(world, difficulty, "G03", reason="deposit_refund")
    free = [firm for firm in world.firms if firm not in world.taken]
    for number in range(count):
        customer = free[world.between(0, len(free) - 1)]
        start = working(world.calendar.at(0.05 + 0.3 * number / count) + 3)
        made = guarantee.guarantee(world, lender, customer, world.yuan(200_000, 900_000, step=10_000), start, 90)
        day = working(world.calendar.at(0.6 + 0.3 * number / count))
        if number % 4 == 3:
            guarantee.compensate(world, lender, made, day)
        else:
            world.journal.pay(day, world.main(customer), made.bank, made.amount, "贷款还款", manner=Manner.FIRM)
            guarantee.refund_deposit(world, lender, made, min(working(day + 2), world.calendar.last))
        made.end = day
    swept = world.between(200, 900) * 100
    world.journal.pay(
        world.calendar.at(0.7), lender.special, lender.basic, swept, remark="结息划转", manner=Manner.FIRM
    )
    return stage.close(world.control_group(lender.party), expert_day=world.calendar.at(0.7))


def late_redemptions(world: World, lender: Lender, difficulty: str) -> Subject:
    """Goods are redeemed in cash that is banked days later, or by a relative's transfer."""
    count = {"blatant": 10, "moderate": 5, "faint": 3}[difficulty]
    stage = act(world, difficulty, "P05", reason="late_cash_redemption")
    numbers, first = [], world.calendar.last
    for number in range(count):
        customer = world.account(world.crowd(1, strangers=0.0)[0]).party
        day = working(world.calendar.at(0.15 + 0.4 * number / count))
        ticket = pawn.pawn(world, lender, customer, world.yuan(12_000, 60_000), day, cash=number % 2 == 0)
        numbers.append(ticket.ticket_no)
        payer = CASH if number % 2 == 0 else world.crowd(1, strangers=0.0)[0]
        back = min(working(day + world.between(25, 55)), world.calendar.last)
        pawn.redeem(world, lender, ticket, back, payer, late=world.between(2, 5))
        first = min(first, back)
    return stage.close(world.control_group(lender.party), expert_day=first, record_nos=numbers)
