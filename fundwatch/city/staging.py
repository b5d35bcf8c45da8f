"""Putting a planted subject on the stage: its tag in the journal while it acts, its entry in the truth afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fundwatch.city.truth import Subject
from fundwatch.city.world import World


@dataclass(slots=True)
class Act:
    """A subject in the making. ``codes`` are its typologies, or what it mimics when ``reason`` is given."""

    world: World
    difficulty: str
    codes: tuple[str, ...]
    reason: str = ""
    tag: int = 0
    mark: int = 0

    def open(self) -> Act:
        """Begin: entries of the journal carry this subject's tag from now on."""
        self.tag = len(self.world.subjects) + 1
        self.world.journal.tag = self.tag
        self.mark = self.world.journal.mark()
        return self

    def close(
        self, parties: Iterable[int], *, expert_day: int, record_nos: Iterable[str] = (), accounts: Iterable[int] = ()
    ) -> Subject:
        """End: write the subject down with the days between its first and last entry."""
        days = self.world.journal.days_since(self.mark)
        subject = Subject(
            tag=self.tag,
            kind="group",
            difficulty=self.difficulty,
            typologies=() if self.reason else self.codes,
            parties=tuple(dict.fromkeys(parties)),
            accounts=tuple(accounts),
            record_nos=tuple(record_nos),
            first_active=days[0],
            last_active=days[-1],
            expert_day=min(max(expert_day, days[0]), days[-1]),
            reason=self.reason,
            mimics=self.codes if self.reason else (),
        )
        self.world.subjects.append(subject)
        self.world.journal.tag = 0
        return subject


def act(world: World, difficulty: str, *codes: str, reason: str = "") -> Act:
    """Open an act for a scheme, or with ``reason`` for a look-alike."""
    return Act(world, difficulty, codes, reason).open()


def day_of_nth(days: Iterable[int], number: int) -> int:
    """Return the day of the ``number``-th event (from 1), the last one if there are fewer; days need not be sorted."""
    ordered = sorted(days)
    return ordered[min(number, len(ordered)) - 1]
