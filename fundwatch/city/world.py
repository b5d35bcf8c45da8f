"""The city while it is being made: its clock, people, accounts, journal, and who already plays a part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from fundwatch.city.accounts import Account, Book
from fundwatch.city.calendar import Calendar
from fundwatch.city.journal import Journal, Pool
from fundwatch.city.pace import Pace
from fundwatch.city.parties import Party, Register
from fundwatch.city.truth import Subject

DIFFICULTIES = ("blatant", "moderate", "faint")
LISTED = 3
"""The first so many people beyond the city are on the authority's list, and nobody's ordinary acquaintance."""
_MERCHANT = "8986"


@dataclass(frozen=True, slots=True)
class Till:
    """A group that pays out regularly: its accounts, the one it pays from, and what falls due by day (fen)."""

    accounts: tuple[int, ...]
    payer: int
    due: dict[int, int]


@dataclass(frozen=True, slots=True)
class Gap:
    """Days, both included, that a house (by index) never reported."""

    house: int
    first: int
    last: int


@dataclass(slots=True)
class World:
    """Everything that generation reads and adds to; ``people`` and ``firms`` are party indices.

    ``asleep`` holds the day of the last entry of accounts that nobody used for long before the calendar began.
    """

    rng: np.random.Generator
    calendar: Calendar
    register: Register
    book: Book
    journal: Journal
    merchants: Pool = field(default_factory=lambda: Pool(texts=[""], known={"": 0}))
    people: list[int] = field(default_factory=list)
    strangers: list[int] = field(default_factory=list)
    firms: list[int] = field(default_factory=list)
    bodies: dict[str, int] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    quiet: set[int] = field(default_factory=set)
    frugal: set[int] = field(default_factory=set)
    owners: set[int] = field(default_factory=set)
    tills: list[Till] = field(default_factory=list)
    asleep: dict[int, int] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    pace: Pace = Pace.QUICK
    subjects: list[Subject] = field(default_factory=list)

    def party(self, index: int) -> Party:
        """Return a party by index."""
        return self.register.parties[index]

    def account(self, index: int) -> Account:
        """Return an account by index."""
        return self.book.accounts[index]

    def main(self, party: int) -> int:
        """Return the main account of a party."""
        return self.book.main_of(party)

    def body(self, name: str) -> int:
        """Return the account of a public, licensed or clearing body by its role name."""
        return self.book.by_party[self.bodies[name]][0]

    def merchant(self, party: int) -> int:
        """Return the merchant number of a party at the clearing bodies."""
        return self.merchants.number(f"{self.party(party).name}|{_MERCHANT}{party:011d}")

    def merchant_parties(self) -> set[int]:
        """Return the parties that have a merchant number."""
        return {int(text.rpartition(f"|{_MERCHANT}")[2]) for text in self.merchants.texts[1:]}

    # -- casting: one pool for schemes and look-alikes alike -------------------------------------------------

    def take_person(self) -> int:
        """Reserve a person of 26–70 with a reported account who, like the spouse, owns no firm and plays no part."""
        last_year = 1970 + self.calendar.last // 365

        def fits(party: Party) -> bool:
            born = party.birth.year if party.birth else last_year
            couple = {party.index, self.register.spouse(party.index)}
            return 26 <= last_year - born <= 70 and not couple & (self.owners | self.taken)

        person = self._take(self.people, fits)
        self.taken.update(self.household(person))
        return person

    def take_quiet_person(self) -> int:
        """Reserve a person of small means with one account, whose ordinary life will be quiet."""

        def means(person: int) -> tuple[int, int]:
            account = self.account(self.main(person))
            return len(self.household(person)) + len(self.book.by_party[person]), account.cushion + account.comfort

        free = [
            p for p in self.people if p not in self.taken and not set(self.household(p)) & (self.owners | self.taken)
        ]
        poorest = sorted(free, key=means)[: max(8, len(free) // 25)]
        person = poorest[int(self.rng.integers(len(poorest)))]
        self.taken.update(self.household(person))
        self.quiet.add(person)
        self.frugal.add(person)
        return person

    def household(self, person: int) -> tuple[int, ...]:
        """Return the person and the declared spouse."""
        spouse = self.register.spouse(person)
        return (person,) if spouse is None else (person, spouse)

    def control_group(self, firm: int) -> tuple[int, ...]:
        """Return the firm, its legal representative and that person's declared spouse."""
        return (firm, *self.household(self.register.legal_representative(firm)))

    def take_firm(self, trades: Iterable[str]) -> int:
        """Reserve a firm of one of the trades and its representative's household, whose ordinary life will be quiet."""
        wanted = set(trades)
        firm = self._take(self.firms, lambda party: party.trade in wanted)
        self.taken.update(self.control_group(firm))
        self.quiet.update(self.control_group(firm)[1:])
        return firm

    def _take(self, pool: Sequence[int], fits: Callable[[Party], bool]) -> int:
        found = [
            index
            for index in pool
            if index not in self.taken and self.book.reported_of(index) and fits(self.party(index))
        ]
        if not found:
            # A small city runs out of people before it runs out of parts; anyone not yet cast will do.
            found = [index for index in pool if index not in self.taken and self.book.reported_of(index)]
        chosen = found[int(self.rng.integers(len(found)))]
        self.taken.add(chosen)
        return chosen

    def crowd(self, count: int, *, strangers: float = 0.25) -> list[int]:
        """Return main accounts of ``count`` distinct people, a share of them holding accounts beyond the city only."""
        free = [index for index in self.people if index not in self.taken]
        visitors = self.strangers[len(self.strangers) // 3 :]
        outside = min(max(round(count * strangers), count - len(free)), len(visitors))
        chosen = [free[place] for place in self.rng.choice(len(free), count - outside, replace=False)]
        chosen += [visitors[place] for place in self.rng.choice(len(visitors), outside, replace=False)]
        order = self.rng.permutation(len(chosen))
        return [self.main(chosen[place]) for place in order]

    def outsider(self) -> int:
        """Return the account of a person beyond the city who is nobody's customer, so free to play any part."""
        return self.main(self.strangers[int(self.rng.integers(LISTED, len(self.strangers) // 3))])

    def group_accounts(self, parties: Iterable[int]) -> list[int]:
        """Return all reported accounts of the parties."""
        return [account for party in parties for account in self.book.reported_of(party)]

    # -- small habits of money ------------------------------------------------------------------------------

    def yuan(self, low: float, high: float, *, step: int = 100) -> int:
        """Return an amount in fen, log-uniform between two amounts in yuan, rounded to ``step`` yuan."""
        value = float(np.exp(self.rng.uniform(np.log(low), np.log(high))))
        return max(step, round(value / step) * step) * 100

    def between(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return int(self.rng.integers(low, high + 1))

    def choose(self, options: Sequence[str]) -> str:
        """Return one of the texts."""
        return options[int(self.rng.integers(len(options)))]
