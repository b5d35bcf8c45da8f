"""A simulated office: decides cases by the truth with a stated rate of error, for tests and benchmarks alone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fundwatch.domain.review import Disposition

_ACCOUNTS = ("accounts", "uscc", "record_nos")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the office says of a case: a disposition with its reason code."""

    disposition: Disposition
    cause: str

    @property
    def truth(self) -> bool:
        """Return whether the lead was upheld."""
        return self.disposition is Disposition.OPEN_CASE


@dataclass(frozen=True, slots=True)
class Office:
    """Who knows the planted subjects by their accounts and errs in a share ``error_rate`` of the cases.

    A subject counts as planted from its first active day on. Errors depend on seed and case alone, so that the same
    case is always judged alike.
    """

    first_active: Mapping[str, date]
    error_rate: float
    seed: int

    @classmethod
    def of_truth(cls, truth: Mapping[str, Any], *, error_rate: float, seed: int) -> Office:
        """Return an office that knows a truth in the form of ``truth.json``."""
        first: dict[str, date] = {}
        for subject in truth["subjects"]:
            day = date.fromisoformat(subject["first_active"])
            for kind in _ACCOUNTS:
                for member in subject["members"][kind]:
                    first[member] = min(first.get(member, day), day)
        return cls(first, error_rate, seed)

    def is_planted(self, members: Collection[str], on: date) -> bool:
        """Return what the truth says of a subject with these accounts, credit codes or record numbers on a day."""
        return any(self.first_active.get(member, date.max) <= on for member in members)

    def judge(self, case_id: str, members: Collection[str], on: date) -> Verdict:
        """Return the verdict on a case, wrong for a share ``error_rate`` of the cases."""
        lot = int.from_bytes(hashlib.sha256(f"{self.seed}|{case_id}".encode()).digest()[:8]) / 2**64
        if self.is_planted(members, on) is not (lot < self.error_rate):
            return Verdict(Disposition.OPEN_CASE, "collects_from_public")
        return Verdict(Disposition.NORMAL_BUSINESS, "ordinary_trade")
