"""The third outcome: where a rule could not answer, why, and whose reports the answer waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fundwatch.domain.hits import NoData, Subject
from rules.rule import Rule

NO_RECORD = "none"
"""Kind of a row without a supporting record."""
REPORT = "report"
"""Kind of a row that names, as its role, an institution whose report an answer waits for."""


def waits_for(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the institutions whose reports an answer waits for, from the rows of one subject and window."""
    return tuple(sorted({row["role"] for row in rows if row["record_kind"] == REPORT}))


def unanswered(
    rule: Rule, subject: Subject | None, *, empty: Sequence[str] = (), waits: tuple[str, ...] = (), day: int = 0
) -> NoData:
    """Return that a rule could not answer: for want of whole relations, of reports, or as it says itself."""
    zh, en = rule.no_data.zh, rule.no_data.en
    if empty:
        names = ", ".join(empty)
        zh, en = f"尚未收到 {names} 数据", f"nothing was received for {names}"
    return NoData(rule.id, rule.code, subject, zh, en, waits, day if waits else None)
