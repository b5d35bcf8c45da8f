"""The night's due list: whose report is overdue since when, and which questions of absence rules wait for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from duckdb import DuckDBPyConnection

from fundwatch.domain.hits import NoData
from fundwatch.domain.keys import date_of, record_text
from pipelines.installation import Installation
from pipelines.queries import rows
from rules.rule import Rule
from rules.running import run_rule

PATIENCE = "max_wait_days"
"""The parameter by which a rule about absence says for how many days a question of its due list stays open."""
_REMEMBERED_DAYS = 60
"""A day that nobody reported for longer is no longer shown each night; coverage keeps it."""


def overdue_reports(
    installation: Installation, connection: DuckDBPyConnection, as_of: int
) -> tuple[Mapping[str, Any], ...]:
    """Return one entry for each institution whose report is overdue on an evening, as plain data.

    ``waiting`` holds, by rule, the subjects whose questions cannot be answered without it. All follows from the
    relations and the day, so that a night that is run again says the same.
    """
    values = {"from_day": as_of - _REMEMBERED_DAYS, "as_of_day": as_of}
    overdue = rows(connection, "reports_overdue", values)
    # Nobody waits where nothing is overdue, as on most nights.
    waiting = _waiting(installation, connection, as_of) if overdue else {}
    return tuple(
        {
            "institution": one["institution"],
            "days": one["days"],
            "first_day": date_of(one["first_day"]).isoformat(),
            "last_day": date_of(one["last_day"]).isoformat(),
            "due_on": date_of(one["due_day"]).isoformat(),
            "waiting": [_told(rule, found) for rule, found in waiting.get(one["institution"], [])],
        }
        for one in overdue
    )


def _waiting(
    installation: Installation, connection: DuckDBPyConnection, as_of: int
) -> Mapping[str, Sequence[tuple[Rule, Sequence[NoData]]]]:
    """Return by institution the rules whose open questions wait for its reports, with these questions."""
    found: dict[str, list[tuple[Rule, Sequence[NoData]]]] = defaultdict(list)
    for rule in installation.rules.active_rules():
        if PATIENCE not in rule.parameters:
            continue
        first = as_of - int(installation.tuning.effective(rule, as_of)[PATIENCE])
        asked: dict[str, list[NoData]] = defaultdict(list)
        for one in run_rule(rule, connection, first, as_of, installation.tuning).no_data:
            for institution in one.waits_for:
                asked[institution].append(one)
        for institution, questions in asked.items():
            found[institution].append((rule, questions))
    return found


def _told(rule: Rule, questions: Sequence[NoData]) -> Mapping[str, Any]:
    days = [one.day for one in questions if one.day is not None]
    return {
        "rule_id": rule.id,
        "code": rule.code,
        "since": date_of(min(days)).isoformat(),
        "subjects": sorted({record_text(one.subject.key) for one in questions if one.subject is not None}),
    }
