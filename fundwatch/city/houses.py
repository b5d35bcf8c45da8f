"""Who delivers statements, and in which layout: each house has its own, as institutions do.

The small houses live on the core system of a larger bank, so their accounts carry its numbers. A layout cannot say
everything: EAST and camt.053 know no merchant numbers, and an English statement tells cash by the code of the entry
only. So whoever keeps a till is housed where statements say both, by trade and never by the part that a holder plays.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from fundwatch.city.accounts import Account
from fundwatch.city.journal import Ints
from fundwatch.city.world import World

NO_HOUSE = -1
_HOSTED_FROM = 7
"""Branches of bank 1 from this number on are those of the village bank."""
_TILL_TRADES = frozenset({"retail", "wholesale"})


class Layout(StrEnum):
    """What a house's statements look like."""

    QUERY = "bank_statement_34"
    EAST = "bank_east"
    SPLIT = "bank_statement_split"
    ENGLISH = "bank_statement_english"
    CAMT = "bank_camt053"
    CANONICAL = "bank_canonical"


@dataclass(frozen=True, slots=True)
class House:
    """A reporting bank: its code in institutions.toml, and the bank on whose core system it runs."""

    index: int
    code: str
    name: str
    bank: int
    layout: Layout


HOUSES = (
    House(0, "610900-B01", "临州农村商业银行", 0, Layout.QUERY),
    House(1, "610900-B02", "临州银行", 1, Layout.EAST),
    House(2, "610900-B03", "秦南银行临州分行", 2, Layout.CANONICAL),
    House(3, "610900-B04", "临州江北村镇银行", 1, Layout.SPLIT),
    House(4, "610900-B05", "南洋商贸银行（中国）临州支行", 2, Layout.ENGLISH),
    House(5, "610900-B06", "秦南企业银行临州分行", 2, Layout.CAMT),
)


def _house_of(world: World, account: Account, merchants: set[int]) -> int:
    if not account.reported:
        return NO_HOUSE
    if account.bank == 1:
        return 3 if account.branch >= _HOSTED_FROM or account.party in merchants else 1
    if account.bank == 2:
        holder = world.party(account.party)
        takes_cash = holder.trade in _TILL_TRADES or account.party in merchants
        # Units without a till go to the two houses that serve units only.
        return 2 if holder.kind != "firm" or takes_cash else 4 + account.branch % 2
    return 0


def houses_of(world: World) -> Ints:
    """Return the index of each account's house, ``NO_HOUSE`` where nobody delivers its statement."""
    merchants = world.merchant_parties()
    return np.array([_house_of(world, account, merchants) for account in world.book.accounts], dtype=np.int64)
