"""The records that support an alert, kept with it so that it never needs the warehouse again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from duckdb import DuckDBPyConnection
from sqlglot import exp

from fundwatch.domain.alerts import Alert
from fundwatch.domain.hits import Hit, RecordRef
from fundwatch.domain.keys import date_of, record_text
from pipelines.queries import rows

_INTERNAL = "_"
"""Columns of the warehouse itself begin with this."""
_NUMBERS_OF_RECORDS = {
    "loans": "loan_no",
    "loan_flows": "loan_no",
    "guarantees": "contract_no",
    "compensations": "contract_no",
    "guarantee_deposits": "contract_no",
    "pawn_tickets": "ticket_no",
    "pawn_items": "ticket_no",
}
_DAYS_OF_RECORDS = ("booked_on", "flow_on", "disbursed_on", "pawned_on", "compensated_on", "moved_on")


def records_of(alerts: Iterable[Alert]) -> dict[str, set[int]]:
    """Return the record ids that the alerts cite, by canonical table."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for alert in alerts:
        for record, _ in cited(alert):
            wanted[record.kind].add(record.record_id)
    return dict(wanted)


def cited(alert: Alert) -> list[tuple[RecordRef, str]]:
    """Return every record that an alert cites with the rule or suppressor that cites it."""
    found: list[tuple[RecordRef, str]] = []
    for standing in alert.standings:
        if isinstance(standing.item, Hit):
            found += [(record, standing.item.rule_id) for record in standing.item.records]
    for one in alert.explanations:
        found += [(record, one.suppression.suppressor_id) for record in one.suppression.records]
    return found


def fetch(connection: DuckDBPyConnection, wanted: dict[str, set[int]]) -> dict[tuple[str, int], dict[str, Any]]:
    """Return the rows of the cited records, as reported, by table and record id."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for kind, records in sorted(wanted.items()):
        for row in _rows(connection, kind, sorted(records)):
            found[kind, row["record_id"]] = row
    return found


def evidence_of(alert: Alert, fetched: dict[tuple[str, int], dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the evidence rows of an alert as plain data: what each record says, where it stands, who cites it."""
    roles: dict[tuple[str, int], dict[str, set[str]]] = defaultdict(lambda: {"roles": set(), "cited_by": set()})
    for record, by in cited(alert):
        roles[record.kind, record.record_id]["roles"].add(record.role)
        roles[record.kind, record.record_id]["cited_by"].add(by)
    evidence = []
    for (kind, record_id), use in roles.items():
        row = fetched.get((kind, record_id), {})
        plain = {
            name: _plain(value) for name, value in row.items() if value is not None and not name.startswith(_INTERNAL)
        }
        evidence.append(
            plain
            | {
                "record_kind": kind,
                "record_id": record_text(record_id),
                "roles": sorted(use["roles"]),
                "cited_by": sorted(use["cited_by"]),
            }
        )
    return sorted(evidence, key=lambda one: (one.get("booked_at", ""), one["record_kind"], one["record_id"]))


def span_of(window: tuple[int, int], evidence: Iterable[dict[str, Any]]) -> tuple[str, str]:
    """Return first and last day (ISO) that an alert speaks of: its windows, but not before its first record.

    A rule that looks back a year must not seem to know a year of which nothing was reported.
    """
    first, last = (date_of(day).isoformat() for day in window)
    days = [one[name] for one in evidence for name in _DAYS_OF_RECORDS if name in one]
    return max(first, min(days, default=first)), last


def record_numbers(evidence: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """Return the firms' own numbers (loan, contract, ticket) among the evidence."""
    numbers = {
        str(one[_NUMBERS_OF_RECORDS[one["record_kind"]]])
        for one in evidence
        if one["record_kind"] in _NUMBERS_OF_RECORDS and _NUMBERS_OF_RECORDS[one["record_kind"]] in one
    }
    return tuple(sorted(numbers))


def _rows(connection: DuckDBPyConnection, kind: str, records: list[int]) -> list[dict[str, Any]]:
    if kind == "transactions":
        return rows(connection, "evidence_transactions", {"records": records})
    # A ledger's row is shown whole; its table is one of the data model's, never a value from outside.
    query = (
        exp.select("*")
        .from_(exp.to_table(kind))
        .where(exp.func("list_contains", exp.Placeholder(this="records"), exp.column("record_id")))
        .order_by("record_id")
    )
    cursor = connection.execute(query.sql(dialect="duckdb"), {"records": records})
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value
