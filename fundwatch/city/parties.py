"""Who holds accounts: people, firms, and the public, licensed and clearing bodies around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Party:
    """One holder. ``number`` is the resident id or the unified social credit code; money in fen."""

    index: int
    kind: str  # person | firm | public | licensed | clearing
    name: str
    number: str
    region: str
    gender: str = ""
    birth: date | None = None
    phone: str = ""
    address: str = ""
    occupation: str = ""
    trade: str = ""
    legal_form: str = ""
    scope: str = ""
    capital: int = 0
    established: date | None = None
    local: bool = True

    @property
    def is_person(self) -> bool:
        """Whether the holder is a natural person."""
        return self.kind == "person"


@dataclass(frozen=True, slots=True)
class Link:
    """*subject* is the *relation* of *object*, e.g. the legal representative of a firm; share in percent."""

    subject: int
    relation: str
    object: int
    share: int = 0


@dataclass(slots=True)
class Register:
    """All parties and declared links of the city."""

    parties: list[Party] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def next_index(self) -> int:
        """Index that the next party takes."""
        return len(self.parties)

    def add(self, party: Party) -> Party:
        """Append a party whose index is ``next_index()``."""
        self.parties.append(party)
        return party

    def link(self, subject: int, relation: str, target: int, share: int = 0) -> None:
        """Declare a relation."""
        self.links.append(Link(subject, relation, target, share))

    def legal_representative(self, firm: int) -> int:
        """Return the party index of the firm's legal representative."""
        return next(link.subject for link in self.links if link.object == firm and link.relation == "法定代表人")

    def spouse(self, person: int) -> int | None:
        """Return the declared spouse's party index, if there is one."""
        for link in self.links:
            if link.relation == "配偶" and person in (link.subject, link.object):
                return link.object if link.subject == person else link.subject
        return None
