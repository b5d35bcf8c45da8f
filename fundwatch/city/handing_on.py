"""Money handed on from account to account: the shapes that layering, relays and honest forwarders share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fundwatch.city.accounts import CASH, REPORTING
from fundwatch.city.clock import Manner
from fundwatch.city.world import World
from fundwatch.domain.keys import date_of

_HUNDRED = 10_000
_REMARKS = ("", "", "", "往来款", "货款", "借款", "还款")


@dataclass(frozen=True, slots=True)
class Relay:
    """How many people pay in and how many are paid, what each pays in (yuan), and what share leaves."""

    payers: int
    payees: int
    low: float
    high: float
    share: float


def relay(world: World, difficulty: str) -> Relay:
    """Return a relay of the difficulty; faint ones have fewer than ten on either side even with ordinary life."""
    match difficulty:
        case "blatant":
            return Relay(world.between(22, 30), world.between(16, 22), 4_000, 16_000, 0.96)
        case "moderate":
            return Relay(world.between(14, 16), world.between(12, 14), 6_000, 14_000, 0.95)
        case _:
            return Relay(world.between(5, 6), world.between(5, 6), 4_000, 12_000, 0.95)


def round_down(fen: float) -> int:
    """Return an amount rounded down to whole hundreds of yuan."""
    return int(fen) // _HUNDRED * _HUNDRED


def remark(world: World) -> str:
    """Return a remark as anybody writes it."""
    return world.choose(_REMARKS)


def supply(world: World, account: int, day: int, fen: int, sources: Sequence[int]) -> None:
    """Let a sum reach an account from a few sources in the days before ``day``."""
    rest = fen
    for place, source in enumerate(sources):
        part = rest if place == len(sources) - 1 else round_down(fen / len(sources))
        rest -= part
        when = max(world.calendar.first, day - world.between(1, 4))
        world.journal.pay(when, source, account, part, remark=remark(world))


def hand_on(world: World, day: int, source: int, target: int, fen: int, *, parts: int = 1, text: str = "") -> None:
    """Move a sum between two accounts on one day, in one or several payments."""
    rest = fen
    for part in range(parts):
        amount = rest if part == parts - 1 else round_down(fen / parts)
        rest -= amount
        world.journal.pay(day, source, target, amount, remark=text or remark(world))


def cash_out(world: World, day: int, account: int, fen: int) -> int:
    """Turn a sum into cash and wallet money over two days; return the day by which nearly all of it is gone."""
    wallet, rest = round_down(fen * 0.3), fen
    rest -= wallet
    world.journal.pay(day, account, world.body("alipay"), wallet, "消费", manner=Manner.WALLET)
    for place, share in enumerate((0.4, 0.35, 0.25)):
        when = min(day + place // 2, world.calendar.last)
        world.journal.pay(when, account, CASH, round_down(rest * share), "取现", manner=Manner.CASH_OUT)
    return min(day + 1, world.calendar.last)


def sleeping_account(world: World, person: int, start: int) -> int:
    """Open an old account that nobody has used for at least 180 days before ``start``."""
    first = world.calendar.first
    last_used = min(first - 1, start - 180) - world.between(5, 400)
    account = world.book.open(
        world.rng,
        person,
        world.party(person).name,
        world.between(0, REPORTING - 1),
        person=True,
        kind="个人Ⅱ类结算账户",
        opened=date_of(last_used) - timedelta(days=world.between(200, 2500)),
        reported=True,
    )
    world.asleep[account] = last_used
    return account
