"""Banks and accounts, those whose statements are delivered and those beyond the city."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from fundwatch.city.numbering import account_number, luhn_card

CASH = 0
"""Account index of the far side of a cash entry."""
BANK_OWN = 1
"""Account index of the far side of the bank's own interest and fee entries."""


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank and the core system of its accounts; who reports them is told by ``houses``."""

    index: int
    name: str
    cnaps: str
    card_prefix: str


BANKS = (
    Bank(0, "临州农村商业银行", "402801000018", "621779"),
    Bank(1, "临州银行", "313801000026", "622368"),
    Bank(2, "秦南银行临州分行", "313801000034", "623095"),
    Bank(3, "西京远东储蓄银行", "313791000042", "622511"),
    Bank(4, "大秦商业银行", "313791000059", "621033"),
    Bank(5, "楚北农商银行", "402521000067", "622413"),
)
REPORTING = 3
"""The first so many banks deliver statements."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account. ``cushion`` is its lowest balance (fen) in the sample; ``comfort`` what may lie idle."""

    index: int
    party: int
    bank: int
    number: str
    card: str
    name: str
    kind: str
    opened: date
    branch: int
    reported: bool
    cushion: int
    comfort: int

    @property
    def shown(self) -> str:
        """The number given to others: the card where there is one."""
        return self.card or self.number


@dataclass(slots=True)
class Book:
    """All accounts, by index and by party."""

    accounts: list[Account] = field(default_factory=list)
    by_party: dict[int, list[int]] = field(default_factory=dict)

    def open(
        self,
        rng: np.random.Generator,
        party: int,
        name: str,
        bank: int,
        *,
        person: bool,
        kind: str,
        opened: date,
        reported: bool | None = None,
        comfort: int = 0,
    ) -> int:
        """Open an account and return its index."""
        index = len(self.accounts)
        branch = int(rng.integers(1, 9))
        serial = int(rng.integers(10**11)) * 10 + index % 10
        number = account_number(f"{BANKS[bank].cnaps[:3]}8{branch:02d}{bank}0", serial % 10**12)
        card = luhn_card(BANKS[bank].card_prefix, int(rng.integers(10**12))) if person else ""
        cushion = int(rng.lognormal(7.0 if person else 8.5, 1.0) * 100)
        self.accounts.append(
            Account(
                index=index,
                party=party,
                bank=bank,
                number=number,
                card=card,
                name=name,
                kind=kind,
                opened=opened,
                branch=branch,
                reported=bank < REPORTING if reported is None else reported,
                cushion=cushion,
                comfort=comfort,
            )
        )
        self.by_party.setdefault(party, []).append(index)
        return index

    def reported_of(self, party: int) -> list[int]:
        """Return the party's accounts whose statements are delivered."""
        return [index for index in self.by_party.get(party, []) if self.accounts[index].reported]

    def main_of(self, party: int) -> int:
        """Return the party's first account, a reported one if it has any."""
        return (self.reported_of(party) or self.by_party[party])[0]
