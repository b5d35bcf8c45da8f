"""The book of a micro-loan firm: loans, instalments, who pays them, and where the lending money comes from."""

from __future__ import annotations

from dataclasses import dataclass, field

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers.firm import Lender, Row, iso, party_type, yuan_text
from fundwatch.city.world import World


@dataclass(slots=True)
class Loan:
    """One loan as the book has it; money in fen, rate in percent a year, ``paid`` the principal repaid by day.

    ``account`` is the borrower's own, ``receiver`` the one that the book names for the disbursement.
    """

    loan_no: str
    borrower: int
    principal: int
    disbursed: int
    months: int
    rate: float
    account: int
    purpose: str
    guarantor: int | None = None
    fees: int = 0
    receiver: int = 0
    paid: list[tuple[int, int]] = field(default_factory=list)

    def outstanding(self, day: int) -> int:
        """Return the principal still owed at the end of ``day``."""
        return self.principal - sum(amount for when, amount in self.paid if when <= day)


_PURPOSES = ("经营周转", "购买农资", "装修", "购置设备", "进货", "茶园管护")


def lend(
    world: World,
    lender: Lender,
    borrower: int,
    principal: int,
    day: int,
    *,
    months: int,
    purpose: str = "",
    guarantor: int | None = None,
    rate: float = 0.0,
    fees: int = 0,
    kept: int = 0,
    source: int | None = None,
    receiver: int | None = None,
) -> Loan:
    """Disburse a loan from the lending account (when inside the calendar) and enter it in the book.

    ``rate`` 0 draws one; ``kept`` (fen) is deducted from what is paid out; ``source`` pays instead of the lending
    account; ``receiver`` is paid instead of the borrower's main account.
    """
    loan = Loan(
        lender.number("JJ"),
        borrower,
        principal,
        day,
        months,
        rate or world.between(100, 180) / 10,
        world.main(borrower),
        purpose or world.choose(_PURPOSES),
        guarantor,
        fees,
        world.main(borrower) if receiver is None else receiver,
    )
    lender.keep("贷款台账", day, lambda as_of: _loan_row(world, loan, as_of))
    lender.open_amounts.append(lambda as_of: loan.outstanding(as_of) if day <= as_of else 0)
    if day >= world.calendar.first:
        payer = lender.special if source is None else source
        paid_out = principal - kept
        world.journal.pay(day, payer, loan.receiver, paid_out, "放款", remark="贷款发放", manner=Manner.FIRM)
        lender.note("还款流水", day, _flow_row(world, loan, "放款", day, (0, 0), (principal, 0), None))
    return loan


def _loan_row(world: World, loan: Loan, as_of: int) -> Row:
    party = world.party(loan.borrower)
    guarantor = world.party(loan.guarantor).number if loan.guarantor is not None else ""
    left = loan.outstanding(as_of)
    return {
        "合同编号": loan.loan_no.replace("JJ", "HT"),
        "借据号": loan.loan_no,
        "借款人": party.name,
        "证件号码": party.number,
        "借款人类型": party_type(party),
        "合同金额": yuan_text(loan.principal),
        "放款金额": yuan_text(loan.principal),
        "放款日期": iso(loan.disbursed),
        "到期日": iso(loan.disbursed + 30 * loan.months),
        "年利率(%)": f"{loan.rate:.2f}",
        "费用": yuan_text(loan.fees),
        "还款方式": "等额本金",
        "担保方式": "保证" if guarantor else "信用",
        "贷款用途": loan.purpose,
        "收款账号": world.account(loan.receiver).shown,
        "担保人证件号码": guarantor,
        "五级分类": "正常",
        "状态": "正常" if left > 0 else "结清",
    }


def _flow_row(
    world: World, loan: Loan, kind: str, day: int, due: tuple[int, int], paid: tuple[int, int], payer: int | None
) -> Row:
    row = {
        "借据号": loan.loan_no,
        "类型": kind,
        "日期": iso(day),
        "应还本金": yuan_text(due[0]),
        "应还利息": yuan_text(due[1]),
        "应还费用": "0.00",
        "实还本金": yuan_text(paid[0]),
        "实还利息": yuan_text(paid[1]),
        "实还费用": "0.00",
        "付款人户名": "",
        "付款账号": "",
    }
    if payer is not None:
        row |= {"付款人户名": world.account(payer).name, "付款账号": world.account(payer).shown}
    return row


def repay(world: World, lender: Lender, loan: Loan, day: int, principal: int, payer: int) -> int:
    """Enter one repayment with the month's interest by the borrower or a relative; return what was paid."""
    interest = round(loan.outstanding(day) * loan.rate / 100 / 12)
    principal = min(principal, loan.outstanding(day))
    world.journal.pay(
        day, payer, lender.special, principal + interest, "还款", remark=world.choose(("还贷款", "还款", ""))
    )
    loan.paid.append((day, principal))
    due = (principal, interest)
    lender.note("还款流水", day, _flow_row(world, loan, "还款", day, due, due, payer))
    return principal + interest


def fund(world: World, lender: Lender, kind: str, source: int, fen: int, day: int, days: int) -> None:
    """Take in lending money that the book names: capital of a shareholder or a loan of a bank."""
    party = world.party(world.account(source).party)
    world.journal.pay(day, source, lender.basic, fen, "转账", remark=kind, manner=Manner.FIRM)
    lender.note(
        "融资台账",
        day,
        {
            "融入类型": kind,
            "资金方": party.name,
            "资金方证件号码": party.number,
            "金额": yuan_text(fen),
            "起始日": iso(day),
            "到期日": iso(day + days) if days else "",
        },
    )


def payer_of(world: World, loan: Loan) -> int:
    """Return who pays an instalment: mostly the borrower, now and then the spouse or the guarantor."""
    luck = world.rng.random()
    spouse = world.register.spouse(loan.borrower) if luck < 0.1 else None
    if spouse is not None:
        return world.main(spouse)
    if luck > 0.95 and loan.guarantor is not None:
        return world.main(loan.guarantor)
    return loan.account


def run_book(world: World, lender: Lender, loans: int) -> None:
    """Enter the ordinary business of a micro-loan firm: old and new loans, instalments, a bank loan."""
    span = world.calendar
    free = [person for person in world.people if person not in world.taken]
    firms = [firm for firm in world.firms if firm not in world.taken]
    book = []
    for _ in range(loans):
        company = world.rng.random() < 0.25
        borrower = firms[world.between(0, len(firms) - 1)] if company else free[world.between(0, len(free) - 1)]
        guarantor = free[world.between(0, len(free) - 1)] if world.rng.random() < 0.4 else None
        if guarantor == borrower:
            guarantor = None
        day = working(world.between(span.first - 200, span.at(0.85)))
        amount = world.yuan(20_000, 200_000, step=1000) if company else world.yuan(8_000, 80_000, step=1000)
        book.append(lend(world, lender, borrower, amount, day, months=world.between(6, 18), guarantor=guarantor))
    for loan in book:
        instalments(world, lender, loan)
    bank = world.body(f"bank{world.account(lender.basic).bank}")
    amount = world.between(5, 20) * 100_000_00
    fund(world, lender, "银行借款", bank, amount, working(span.at(0.08)), 365)
    world.journal.pay(
        working(span.at(0.08)) + 1, lender.basic, lender.special, amount, remark="划拨放贷资金", manner=Manner.FIRM
    )


def instalments(world: World, lender: Lender, loan: Loan, payer: int | None = None) -> list[int]:
    """Enter the monthly instalments that fall into the calendar, by ``payer`` or by lot; return their days."""
    part = -(-loan.principal // loan.months // 100) * 100
    days = []
    for month in range(1, loan.months + 1):
        day = working(loan.disbursed + 30 * month)
        if day < world.calendar.first:
            loan.paid.append((day, min(part, loan.outstanding(day))))
        elif day <= world.calendar.last and loan.outstanding(day) > 0:
            repay(world, lender, loan, day, part, payer_of(world, loan) if payer is None else payer)
            days.append(day)
    return days
