"""What people type into fields, read with one sentence on what is wrong with it."""

from __future__ import annotations

from datetime import date

from fundwatch.domain.errors import InputError


def typed_day(text: str) -> date:
    """Return a day that was typed; raise InputError for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError("日期应形如 2026-11-20。", "write the day as 2026-11-20.", code="U111") from error
