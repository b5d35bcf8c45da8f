"""What was planted: subjects of schemes and their innocent look-alikes, written apart from the extracts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fundwatch.city.accounts import Book
from fundwatch.city.parties import Register
from fundwatch.domain.keys import date_of


@dataclass(frozen=True, slots=True)
class Subject:
    """One planted subject. Days are day numbers; ``mimics`` is filled for look-alikes, ``typologies`` for schemes.

    ``expert_day`` is the day on which a reader of all statements had seen enough: for schemes that meet the default
    thresholds the day they are met, for faint ones the day the pattern has shown itself in full once.
    """

    tag: int
    kind: str
    difficulty: str
    typologies: tuple[str, ...]
    parties: tuple[int, ...]
    accounts: tuple[int, ...]
    record_nos: tuple[str, ...]
    first_active: int
    last_active: int
    expert_day: int
    reason: str = ""
    mimics: tuple[str, ...] = ()

    @property
    def is_benign(self) -> bool:
        """Whether the subject is a look-alike."""
        return bool(self.mimics)


def _members(subject: Subject, register: Register, book: Book) -> dict[str, list[str]]:
    accounts = sorted({*subject.accounts, *(a for p in subject.parties for a in book.by_party.get(p, []))})
    numbers = [text for index in accounts for text in (book.accounts[index].number, book.accounts[index].card) if text]
    parties = [register.parties[index] for index in subject.parties]
    return {
        "accounts": numbers,
        "holder_ids": [party.number for party in parties if party.is_person],
        "uscc": [party.number for party in parties if not party.is_person],
        "record_nos": list(subject.record_nos),
    }


def _described(subject: Subject, register: Register, book: Book) -> dict[str, object]:
    common: dict[str, object] = {
        "id": f"{'B' if subject.is_benign else 'S'}{subject.tag:03d}",
        "kind": subject.kind,
        "difficulty": subject.difficulty,
        "typologies": list(subject.typologies),
        "members": _members(subject, register, book),
        "first_active": date_of(subject.first_active).isoformat(),
        "last_active": date_of(subject.last_active).isoformat(),
        "expert_date": date_of(subject.expert_day).isoformat(),
    }
    if subject.is_benign:
        common |= {"reason": subject.reason, "mimics": list(subject.mimics)}
    return common


def truth_of(subjects: Iterable[Subject], register: Register, book: Book) -> dict[str, list[dict[str, object]]]:
    """Return the truth as written to ``truth.json``: ``subjects`` and ``benign``."""
    described = [(subject.is_benign, _described(subject, register, book)) for subject in subjects]
    return {
        "subjects": [entry for benign, entry in described if not benign],
        "benign": [entry for benign, entry in described if benign],
    }


def write_truth(path: Path, truth: dict[str, list[dict[str, object]]]) -> None:
    """Write ``truth.json``."""
    path.write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
