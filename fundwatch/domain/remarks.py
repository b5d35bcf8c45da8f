"""Remarks on an installation: one thing looked at, whether it is fine, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing looked at, said in both languages."""

    is_fine: bool
    zh: str
    en: str
