"""What was planted: subjects of schemes and their innocent look-alikes, written apart from the extracts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fundwatch.city.accounts import Book
from fundwatch.city.cells import serial_text
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
    def id(self) -> str:
        """Its name in the truth: S and a number for subjects, B for look-alikes."""
        return f"{'B' if self.is_benign else 'S'}{self.tag:03d}"

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
        "id": subject.id,
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


def entries_of(subjects: Iterable[Subject], code: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the planted among the rows of an institution: subject_id, institution, account, serial_no, all text.

    ``rows`` are statement rows with their ``tag``. A movement between two reporting banks stands in both statements.
    """
    names = {subject.tag: subject.id for subject in subjects}
    planted = rows.filter(pl.col("tag").is_in(list(names)))
    return planted.select(
        pl.col("tag").replace_strict(names, return_dtype=pl.String).alias("subject_id"),
        pl.lit(code).alias("institution"),
        "account",
        serial_text().alias("serial_no"),
    )


def write_entries(path: Path, parts: Iterable[pl.DataFrame]) -> None:
    """Write ``truth_entries.parquet``, beside ``truth.json``: which rows were planted, for measuring by transfer."""
    pl.concat(list(parts)).sort("institution", "serial_no").write_parquet(path)
