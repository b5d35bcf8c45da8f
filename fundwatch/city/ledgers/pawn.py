"""The book of a pawn firm: tickets, goods in and out, redemptions, and its one bank loan."""

from __future__ import annotations

from dataclasses import dataclass

from fundwatch.city.accounts import CASH
from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers.firm import Lender, Row, iso, yuan_text
from fundwatch.city.world import World


@dataclass(slots=True)
class Ticket:
    """One pawn ticket; money in fen. ``redeemed`` is the day of redemption, 0 while open."""

    ticket_no: str
    customer: int
    goods: str
    mark: str
    grams: str
    principal: int
    day: int
    due: int
    redeemed: int = 0
    payer: int = 0

    def closed(self, day: int) -> bool:
        """Whether the ticket is redeemed or forfeited at the end of ``day``; forfeit follows five days of grace."""
        return bool(self.redeemed and self.redeemed <= day) or day > self.due + 5


_GOODS = (("金项链", "动产"), ("金手镯", "动产"), ("名表", "动产"), ("小型轿车", "动产"), ("住宅", "房地产"))


def pawn(world: World, lender: Lender, customer: int, fen: int, day: int, *, cash: bool) -> Ticket:
    """Write a ticket: pay the customer, take the goods in."""
    goods, kind = _GOODS[world.between(0, 3 if fen < 20_000_000 else 4)]
    grams = f"{fen / 100 / 600:.2f}" if goods.startswith("金") else ""
    number = lender.number("DP")
    ticket = Ticket(
        number, customer, goods, f"{number[-3:]}{world.between(10**7, 10**8 - 1)}", grams, fen, day, day + 60
    )
    lender.keep("当票台账", day, lambda as_of: _row(world, ticket, kind, as_of))
    lender.open_amounts.append(lambda as_of: 0 if as_of < day or ticket.closed(as_of) else fen)
    if day >= world.calendar.first:
        if cash:
            world.journal.pay(day, lender.basic, CASH, fen, "取现", remark="备付当金", manner=Manner.COUNTER)
        else:
            world.journal.pay(day, lender.basic, world.main(customer), fen, remark="当金", manner=Manner.FIRM)
        _move(lender, ticket, "入库", day)
    return ticket


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


def _row(world: World, ticket: Ticket, kind: str, as_of: int) -> Row:
    party = world.party(ticket.customer)
    done = bool(ticket.redeemed) and ticket.redeemed <= as_of
    lapsed = not done and as_of > ticket.due + 5
    row = {
        "当票号": ticket.ticket_no,
        "原当票号": "",
        "当户姓名": party.name,
        "证件号": party.number,
        "当物类别": kind,
        "当物名称": ticket.goods,
        "唯一标识": ticket.mark,
        "重量(克)": ticket.grams,
        "估价金额": yuan_text(ticket.principal * 5 // 4),
        "当金": yuan_text(ticket.principal),
        "月综合费率(‰)": "24.00",
        "月利率(‰)": "3.60",
        "典当日": iso(ticket.day),
        "到期日": iso(ticket.due),
        "续当次数": "0",
        "状态": "赎当" if done else "绝当" if lapsed else "在当",
        "赎当日期": "",
        "赎当人": "",
        "赎当人证件号": "",
        "赎当付款账号": "",
        "付款方式": "",
    }
    if done:
        payer = world.account(ticket.payer) if ticket.payer else None
        holder = world.party(payer.party) if payer else party
        row |= {
            "赎当日期": iso(ticket.redeemed),
            "赎当人": holder.name,
            "赎当人证件号": holder.number,
            "赎当付款账号": payer.shown if payer else "",
            "付款方式": "转账" if payer else "现金",
        }
    return row


def redeem(world: World, lender: Lender, ticket: Ticket, day: int, payer: int, *, late: int = 0) -> int:
    """Redeem a ticket with its fees from ``payer`` (``CASH``: banked ``late`` days later); return what was paid."""
    months = max(1, -(-(day - ticket.day) // 30))
    amount = ticket.principal + ticket.principal * months * 276 // 10_000
    booked = min(working(day + late), world.calendar.last)
    if payer == CASH:
        world.journal.pay(booked, CASH, lender.basic, amount, "存现", remark="赎当款", manner=Manner.CASH_IN)
    else:
        world.journal.pay(day, payer, lender.basic, amount, remark="赎当款")
    ticket.redeemed, ticket.payer = day, payer
    _move(lender, ticket, "出库", day)
    return amount


def run_book(world: World, lender: Lender, count: int) -> list[Ticket]:
    """Enter the ordinary business of a pawn firm and return its tickets."""
    span = world.calendar
    free = [person for person in world.people if person not in world.taken]
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
