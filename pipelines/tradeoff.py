"""What moving one parameter of a rule costs and brings: hits, subjects, and those the office decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from duckdb import DuckDBPyConnection

from rules.rule import Rule, Value
from rules.running import run_rule
from rules.tuning import Tuning


def tradeoff(
    rule: Rule,
    tuning: Tuning,
    connection: DuckDBPyConnection,
    parameter: str,
    values: Sequence[Value],
    days: tuple[int, int],
    labels: Mapping[int, bool],
) -> list[dict[str, Any]]:
    """Return one row per value: hits, subjects, and of these how many were followed up, cleared, not decided.

    ``labels`` maps group keys to True (followed up) or False (normal business); ``precision`` is the share followed up
    of those decided, None where nobody is. Raises ConfigurationError for a value out of bounds.
    """
    rows = []
    for value in values:
        tried = tuning.overriding(rule, {parameter: value})
        hits = run_rule(rule, connection, *days, tried, evidence=False).hits
        subjects = {hit.subject.key for hit in hits}
        kept = sum(labels.get(subject) is True for subject in subjects)
        cleared = sum(labels.get(subject) is False for subject in subjects)
        rows.append(
            {
                parameter: value,
                "hits": len(hits),
                "subjects": len(subjects),
                "followed_up": kept,
                "cleared": cleared,
                "undecided": len(subjects) - kept - cleared,
                "precision": kept / (kept + cleared) if kept + cleared else None,
                "is_in_force": value == tuning.effective(rule, days[1])[parameter],
            }
        )
    return rows
