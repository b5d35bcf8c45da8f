"""The pace of a city's schemes."""

from __future__ import annotations

from enum import StrEnum


class Pace(StrEnum):
    """How fast layering and cash-out schemes (T13, T17–T20) hand money on, and how much of it.

    Quick: within hours or a few days, nearly all of it. Slow: after 14 hours to 6 days at each hand, 60 to 100 %.
    """

    QUICK = "quick"
    SLOW = "slow"
