"""The book of a pawn firm: tickets, goods in and out, redemptions, and its one bank loan."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fundwatch.city.accounts import CASH
from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers.firm import Lender, Row, iso, yuan_text
from fundwatch.city.world import World


@dataclass(frozen=True, slots=True)
class Terms:
    """What a ticket says and how it is kept; what is left open is as usual in the trade.

    ``share`` is the loan over the value, ``fee`` in hundredths of ‰ a month, ``worth`` scales the value by the gram of
    gold; ``paid`` is what the pawner gets of the pawn money, ``payee`` another account that gets it instead.
    """

    goods: str = ""
    mark: str = ""
    share: float = 0.0
    worth: float = 1.0
    fee: int = 0
    days: int = 60
    paid: float = 1.0
    payee: int = 0
    stored: bool = True
    withdraws: bool = True


USUAL = Terms()


@dataclass(slots=True)
class Ticket:
    """One pawn ticket; money in fen. ``redeemed`` and ``renewed`` are days, 0 while neither has happened."""

    ticket_no: str
    customer: int
    goods: str
    kind: str
    mark: str
    grams: str
    value: int
    principal: int
    fee: int
    day: int
    due: int
    cash: bool
    original: str = ""
    renewals: int = 0
    redeemed: int = 0
    renewed: int = 0
    payer: int = 0

    def closed(self, day: int) -> bool:
        """Whether the ticket is redeemed, renewed or forfeited by ``day``; forfeit follows five days of grace."""
        ended = (self.redeemed, self.renewed)
        return any(last and last <= day for last in ended) or day > self.due + 5


_GOLD = 780_00
"""What a gram of gold is worth to a pawn firm (fen)."""
_GOODS = (
    (0, ("金项链", "笔记本电脑", "金手镯")),
    (8_000_00, ("金项链", "金手镯", "名表")),
    (25_000_00, ("金手镯", "名表", "小型轿车")),
    (200_000_00, ("小型轿车", "住宅")),
)
"""What is pawned from which amount on (fen)."""


def pawn(
    world: World, lender: Lender, customer: int, fen: int, day: int, *, cash: bool, terms: Terms = USUAL
) -> Ticket:
    """Write a ticket: pay the customer, take the goods in."""
    usual = next(names for least, names in reversed(_GOODS) if fen >= least)
    goods = terms.goods or world.choose(usual)
    kind = "房地产" if goods == "住宅" else "动产"
    value = round(fen / (terms.share or world.between(64, 85) / 100) / 10_000) * 10_000
    gram = _GOLD * terms.worth * world.between(96, 104) / 100
    number = lender.number("DP")
    ticket = Ticket(
        ticket_no=number,
        customer=customer,
        goods=goods,
        kind=kind,
        mark=terms.mark or f"{number[-3:]}{world.between(10**7, 10**8 - 1)}",
        grams=f"{value / gram:.2f}" if goods.startswith("金") else "",
        value=value,
        principal=fen,
        fee=terms.fee or (2400 if kind == "房地产" else 100 * world.between(24, 40)),
        day=day,
        due=day + terms.days,
        cash=cash,
    )
    _enter(world, lender, ticket)
    if day >= world.calendar.first:
        paid = round(fen * terms.paid)
        if not cash:
            account = terms.payee or world.main(customer)
            world.journal.pay(day, lender.basic, account, paid, remark="当金", manner=Manner.FIRM)
        elif terms.withdraws:
            world.journal.pay(day, lender.basic, CASH, paid, "取现", remark="备付当金", manner=Manner.COUNTER)
        if terms.stored:
            _move(lender, ticket, "入库", day)
    return ticket


def _enter(world: World, lender: Lender, ticket: Ticket) -> None:
    fen, since = ticket.principal, ticket.day
    lender.keep("当票台账", since, lambda as_of: _row(world, ticket, as_of))
    lender.open_amounts.append(lambda as_of: 0 if as_of < since or ticket.closed(as_of) else fen)


def renew(world: World, lender: Lender, ticket: Ticket, day: int, *, cut: int = 0) -> Ticket:
    """Renew a ticket for the same number of days: the pawner pays the fees, and ``cut`` fen of the principal."""
    months = max(1, -(-(day - ticket.day) // 30))
    fees = ticket.principal * months * (ticket.fee + 360) // 100_000
    world.journal.pay(day, world.main(ticket.customer), lender.basic, fees + cut, remark="续当费用")
    following = replace(
        ticket,
        ticket_no=lender.number("DP"),
        original=ticket.ticket_no,
        principal=ticket.principal - cut,
        renewals=ticket.renewals + 1,
        day=day,
        due=day + ticket.due - ticket.day,
    )
    ticket.renewed = day
    _enter(world, lender, following)
    return following


def _move(lender: Lender, ticket: Ticket, movement: str, day: int) -> None:
    lender.note(
        "当物出入库",
        day,
        {
            "当票号": ticket.ticket_no,
            "出入库": movement,
            "日期": iso(day),
            "当物名称": ticket.goods,
            "唯一标识": ticket.mark,
            "保管人": "库管员",
        },
    )


def _state(ticket: Ticket, as_of: int) -> str:
    if ticket.redeemed and ticket.redeemed <= as_of:
        return "赎当"
    if ticket.renewed and ticket.renewed <= as_of:
        return "续当"
    return "绝当" if as_of > ticket.due + 5 else "在当"


def _row(world: World, ticket: Ticket, as_of: int) -> Row:
    party = world.party(ticket.customer)
    row = {
        "当票号": ticket.ticket_no,
        "原当票号": ticket.original,
        "当户姓名": party.name,
        "证件号": party.number,
        "当物类别": ticket.kind,
        "当物名称": ticket.goods,
        "唯一标识": ticket.mark,
        "重量(克)": ticket.grams,
        "估价金额": yuan_text(ticket.value),
        "当金": yuan_text(ticket.principal),
        "月综合费率(‰)": f"{ticket.fee / 100:.2f}",
        "月利率(‰)": "3.60",
        "典当日": iso(ticket.day),
        "到期日": iso(ticket.due),
        "续当次数": str(ticket.renewals),
        "状态": _state(ticket, as_of),
        "赎当日期": "",
        "赎当人": "",
        "赎当人证件号": "",
        "赎当付款账号": "",
        "付款方式": "现金" if ticket.cash else "转账",
    }
    if row["状态"] == "赎当":
        payer = world.account(ticket.payer) if ticket.payer else None
        holder = world.party(payer.party) if payer else party
        row |= {
            "赎当日期": iso(ticket.redeemed),
            "赎当人": holder.name,
            "赎当人证件号": holder.number,
            "赎当付款账号": payer.shown if payer else "",
        }
    return row


def redeem(world: World, lender: Lender, ticket: Ticket, day: int, payer: int, *, late: int = 0) -> int:
    """Redeem a ticket with its fees from ``payer`` (``CASH``: banked ``late`` days later); return what was paid."""
    months = max(1, -(-(day - ticket.day) // 30))
    amount = ticket.principal + ticket.principal * months * (ticket.fee + 360) // 100_000
    booked = min(working(day + late), world.calendar.last)
    if payer == CASH:
        world.journal.pay(booked, CASH, lender.basic, amount, "存现", remark="赎当款", manner=Manner.CASH_IN)
    else:
        world.journal.pay(day, payer, lender.basic, amount, remark="赎当款")
    ticket.redeemed, ticket.payer = day, payer
    _move(lender, ticket, "出库", day)
    return amount


def redeem_on_paper(lender: Lender, ticket: Ticket, day: int) -> None:
    """Book a redemption in cash for which no money moves."""
    ticket.redeemed = day
    _move(lender, ticket, "出库", day)


def run_book(world: World, lender: Lender, count: int) -> list[Ticket]:
    """Enter the ordinary business of a pawn firm and return its tickets."""
    span = world.calendar
    free = [person for person in world.people if person not in world.taken and person not in lender.backers]
    book = []
    for _ in range(count):
        customer = free[world.between(0, len(free) - 1)]
        day = working(world.between(span.first - 50, span.at(0.92)))
        ticket = pawn(world, lender, customer, world.yuan(2_000, 45_000), day, cash=bool(world.rng.random() < 0.35))
        book.append(ticket)
        back = working(ticket.day + world.between(15, 58))
        if span.first <= back <= span.last and world.rng.random() < 0.85:
            luck = world.rng.random()
            spouse = world.register.spouse(customer)
            payer = (
                CASH
                if luck < 0.3
                else world.main(spouse)
                if luck > 0.9 and spouse is not None
                else world.main(customer)
            )
            redeem(world, lender, ticket, back, payer)
    bank = world.body(f"bank{world.account(lender.basic).bank}")
    borrowed = world.between(2, 8) * 100_000_00
    day = working(span.at(0.1))
    world.journal.pay(day, bank, lender.basic, borrowed, "放款", remark="流动资金贷款", manner=Manner.FIRM)
    lender.bank_debt = (day, borrowed)
    return book
