"""Trying rules: one over today's data, and all over their cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from fundwatch.domain.claims import render
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import date_of, day_number, record_text
from fundwatch.relations.catalogue import relation
from fundwatch.sql.binding import bind
from fundwatch.store.operations import history
from fundwatch.store.operations.database import reading
from fundwatch.store.schema import RELATIONS
from fundwatch.store.warehouse import open_manifest
from pipelines.claiming import figures_of
from pipelines.installation import RULES_FOLDER, Installation, settings_of_environment
from rules.casework import Bench, check_cases
from rules.catalogue import load_catalogue
from rules.laws import broken_laws
from rules.locking import departures, read_lock
from rules.reference import FOLDER
from rules.rule import Entry, Value
from rules.running import run_rule

_LAST_DAY = 40_000


def run_one(rule_id: str, as_of: date, since: date, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the hits of one rule over the head manifest, with trial values of parameters, as plain data."""
    with Installation.open(settings_of_environment()) as installation:
        rule = installation.rules.rule(rule_id)
        tuning = installation.tuning.overriding(rule, {name: typed(rule, name, text) for name, text in values.items()})
        with reading(installation.operations) as operations:
            manifest = history.head(operations)
        connection = open_manifest(installation.settings, manifest)
        try:
            outcome = run_rule(rule, connection, day_number(since), day_number(as_of), tuning)
        finally:
            connection.close()
    return [
        {
            "subject": record_text(hit.subject.key),
            "window": [date_of(hit.window_from).isoformat(), date_of(hit.window_to).isoformat()],
            "severity": hit.severity.value,
            "strength": round(hit.strength, 4),
            "claim": render(rule.claim.zh, figures_of(rule, hit.measures, hit.parameters)),
            "records": len(hit.records),
        }
        for hit in outcome.hits
    ]


def check_catalogue(only: Sequence[str]) -> tuple[list[str], int]:
    """Return what is wrong with the catalogue and its cases, one sentence each, and how many entries were checked."""
    catalogue = load_catalogue(RULES_FOLDER)
    entries = [catalogue.entry(name) for name in only] or list(catalogue.entries)
    failures = broken_laws(catalogue, set(RELATIONS)) + departures(catalogue, read_lock(RULES_FOLDER))
    columns = {name: one.columns for name, one in RELATIONS.items()}
    bench = Bench(duckdb.connect, columns, derive, FOLDER)
    for entry in entries:
        failures += check_cases(entry, bench)
    return failures, len(entries)


def derive(connection: Any) -> None:
    """Fill the derived relations that rest on transfers and entries alone, over all days, for cases of rules."""
    days = {"first_day": 0, "last_day": _LAST_DAY, "month_first_day": 0, "month_last_day": _LAST_DAY}
    for name in ("party_day", "pair_day", "group_month", "principal_day", "weak_links", "remark_terms"):
        file = relation(name).file
        connection.execute(f"INSERT INTO {name} BY NAME {file.query}", bind(file, days))


def typed(rule: Entry, name: str, text: str) -> Value:
    """Return a parameter's value from its text; raise ConfigurationError for an unknown name or what is no number."""
    if name not in rule.parameters:
        known = ", ".join(rule.parameters)
        raise ConfigurationError(
            f"规则 {rule.id} 没有参数 {name}，可用：{known}。",
            f"rule {rule.id} has no parameter {name}; it has {known}.",
            code="C211",
        )
    if rule.parameters[name].unit == "text":
        return text
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError as error:
        raise ConfigurationError(f"参数 {name} 应为数字。", f"parameter {name} takes a number.", code="C212") from error
