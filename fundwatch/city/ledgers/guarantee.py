"""The book of a guarantee firm: guarantees, customers' deposits, fees, compensations paid to banks."""

from __future__ import annotations

from dataclasses import dataclass

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers.firm import Lender, Row, iso, yuan_text
from fundwatch.city.world import World


@dataclass(frozen=True, slots=True)
class Terms:
    """What may differ from an ordinary guarantee of a small firm's bank loan.

    ``creditor`` is the account of a creditor that is no bank; ``lends`` is false where nobody pays out a loan.
    """

    kind: str = "借款"
    weight: int = 75
    creditor: int = 0
    lends: bool = True


ORDINARY = Terms()


@dataclass(slots=True)
class Guarantee:
    """One guarantee; money in fen; ``end`` the day on which it ends, or the loan was repaid or compensated."""

    contract_no: str
    customer: int
    bank: int
    amount: int
    deposit: int
    start: int
    end: int
    terms: Terms = ORDINARY


def guarantee(
    world: World, lender: Lender, customer: int, fen: int, start: int, days: int, terms: Terms = ORDINARY
) -> Guarantee:
    """Guarantee a loan: the creditor lends, the customer pays fee and deposit; enter all in book and journal."""
    bank = terms.creditor or world.body(f"bank{world.account(world.main(customer)).bank}")
    made = Guarantee(lender.number("DB"), customer, bank, fen, fen // 10, start, start + days, terms)
    lender.keep("担保台账", start, lambda as_of: _row(world, made, as_of))
    lender.open_amounts.append(lambda as_of: made.amount if start <= as_of < made.end else 0)
    account = world.main(customer)
    day = working(start - 2, back=True)
    if day < world.calendar.first <= made.end:
        lender.held += made.deposit
    if start >= world.calendar.first:
        if terms.lends and not terms.creditor:
            world.journal.pay(start, bank, account, fen, "放款", remark="流动资金贷款", manner=Manner.FIRM)
        elif terms.lends:
            world.journal.pay(start, bank, account, fen, remark=world.choose(("借款", "往来款", "")))
        if day >= world.calendar.first:
            take_deposit(world, lender, made, day)
            world.journal.pay(day, account, lender.basic, fen * 15 // 1000, remark="担保费", manner=Manner.FIRM)
    return made


def _row(world: World, made: Guarantee, as_of: int) -> Row:
    party = world.party(made.customer)
    return {
        "担保合同号": made.contract_no,
        "被担保人": party.name,
        "证件号": party.number,
        "债权人(银行)": world.account(made.bank).name,
        "主合同号": made.contract_no.replace("DB", "JK"),
        "担保类型": made.terms.kind,
        "担保金额": yuan_text(made.amount),
        "在保余额": yuan_text(made.amount if as_of < made.end else 0),
        "风险权重": str(made.terms.weight),
        "保费率": "1.50",
        "保证金": yuan_text(made.deposit),
        "起始日": iso(made.start),
        "到期日": iso(made.end),
        "反担保": "保证",
        "是否关联方": "否",
    }


def _note_deposit(world: World, lender: Lender, made: Guarantee, kind: str, day: int, fen: int, account: int) -> None:
    party = world.party(made.customer)
    lender.note(
        "保证金流水",
        day,
        {
            "担保合同号": made.contract_no,
            "被担保人": party.name,
            "证件号": party.number,
            "类型": kind,
            "日期": iso(day),
            "金额": yuan_text(fen),
            "账号": world.account(account).shown,
        },
    )


def take_deposit(world: World, lender: Lender, made: Guarantee, day: int) -> None:
    """The customer pays the deposit into the deposit account."""
    account = world.main(made.customer)
    world.journal.pay(day, account, lender.special, made.deposit, remark="担保保证金", manner=Manner.FIRM)
    _note_deposit(world, lender, made, "收取", day, made.deposit, account)


def refund_deposit(world: World, lender: Lender, made: Guarantee, day: int) -> None:
    """The deposit goes back to the customer who paid it."""
    account = world.main(made.customer)
    world.journal.pay(day, lender.special, account, made.deposit, remark="退还保证金", manner=Manner.FIRM)
    _note_deposit(world, lender, made, "退还", day, made.deposit, account)


def compensate(world: World, lender: Lender, made: Guarantee, day: int, owed: int = 0) -> None:
    """Pay the bank for a customer who cannot: first from the deposit, the rest from the basic account.

    Unless ``owed`` says more, little of the loan is left: one customer's default is no blow to the firm.
    """
    owed = max(made.deposit, owed or min(made.amount // 2, lender.net_assets * 2 // 1000))
    world.journal.pay(day, lender.special, made.bank, made.deposit, remark="代偿", manner=Manner.FIRM)
    world.journal.pay(day, lender.basic, made.bank, owed - made.deposit, remark="代偿", manner=Manner.FIRM)
    _note_deposit(world, lender, made, "抵扣", day, made.deposit, made.bank)
    _note_compensation(lender, made, day, owed, day)


def _note_compensation(lender: Lender, made: Guarantee, day: int, owed: int, told: int) -> None:
    lender.note(
        "代偿台账",
        told,
        {
            "担保合同号": made.contract_no,
            "代偿日期": iso(day),
            "代偿金额": yuan_text(owed),
            "追回金额": "0.00",
            "核销": "0.00",
        },
    )


def report_history(world: World, lender: Lender) -> None:
    """Enter the year before the calendar, which the first books tell: released guarantees, now and then a default."""
    first = world.calendar.first
    free = [firm for firm in world.firms if firm not in world.taken]
    released, number = 0, 0
    while released < lender.net_assets * 6 // 10:
        end = first - world.between(10, 170)
        days = world.between(120, 360)
        fen = world.yuan(100_000, 1_500_000, step=10_000)
        old = guarantee(world, lender, free[world.between(0, len(free) - 1)], fen, end - days, days)
        if number < 4:
            _note_compensation(lender, old, end, world.yuan(30_000, 60_000, step=1000), first)
        released += fen
        number += 1


def run_book(world: World, lender: Lender, count: int) -> list[Guarantee]:
    """Enter the ordinary business of a guarantee firm and return its guarantees."""
    span = world.calendar
    report_history(world, lender)
    free = [firm for firm in world.firms if firm not in world.taken]
    book = []
    for number in range(count):
        customer = free[world.between(0, len(free) - 1)]
        start = working(world.between(span.first - 150, span.at(0.8)))
        made = guarantee(
            world, lender, customer, world.yuan(100_000, 1_500_000, step=10_000), start, world.between(120, 360)
        )
        book.append(made)
        if made.end < span.first:
            continue
        if number == 3 and made.start < span.at(0.5):
            compensate(world, lender, made, working(span.at(0.6)))
            made.end = span.at(0.6)
        elif made.end <= span.last:
            world.journal.pay(
                working(made.end, back=True),
                world.main(customer),
                made.bank,
                made.amount,
                "贷款还款",
                manner=Manner.FIRM,
            )
            refund_deposit(world, lender, made, min(working(made.end + 3), span.last))
    return book
