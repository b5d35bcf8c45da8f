"""Report cards of rules: every alert with the decision on it, gathered from the operations store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fundwatch.domain.keys import day_number, month_of
from fundwatch.store.operations import queue
from fundwatch.store.operations.database import reading
from pipelines.installation import Installation
from pipelines.labelling import alert_labels, version_of
from rules.report_card import Report, Reviewed, Tally, report


def reports(installation: Installation, rule_ids: Sequence[str] = ()) -> list[Report]:
    """Return the cards of some rules, or of every active one; raise ConfigurationError for an unknown rule.

    An alert counts as it was when it was decided on, one without a decision as it is now.
    """
    catalogue = installation.rules
    chosen = [catalogue.rule(name) for name in rule_ids] or list(catalogue.active_rules())
    cases = _cases(installation)
    day = day_number(installation.clock().date())
    return [report(rule, cases, installation.tuning.effective(rule, day)) for rule in chosen]


def told(one: Report) -> dict[str, Any]:
    """Return a card as plain data."""
    return {
        "id": one.rule_id,
        "alerts": one.alerts,
        "share_of_alerts": one.share,
        "opened_alone": one.alone,
        **_tally(one.total),
        "too_few_labels": one.is_thin,
        "unique_upheld": one.unique,
        "overlap": dict(one.overlap),
        "by_institution": {name: _tally(tally) for name, tally in one.by_institution.items()},
        "by_month": {month: _tally(tally) for month, tally in one.by_month.items()},
        "proposals": [
            {
                "parameter": each.parameter,
                "measure": each.measure,
                "current": each.current,
                "value": each.value,
                "excluded_dropped": each.dropped,
                "upheld_lost": each.lost,
                "upheld_weakened": each.weakened,
            }
            for each in one.proposals
        ],
    }


def _tally(tally: Tally) -> Mapping[str, Any]:
    bounds = tally.interval
    return {
        "upheld": tally.upheld,
        "excluded": tally.excluded,
        "precision": tally.precision,
        "precision_between": [bounds.low, bounds.high],
    }


def _cases(installation: Installation) -> list[Reviewed]:
    with reading(installation.operations) as connection:
        found = {
            one.alert_id: _case(one.alert_id, one.version, day_number(one.as_of), one.content, None)
            for one in queue.ranked(connection)
        }
        for label, content in alert_labels(connection):
            version = label.version
            found[label.case_id] = _case(label.case_id, version.number, version.as_of_day, content, label.truth)
    return [found[name] for name in sorted(found)]


def _case(alert_id: str, number: int, day: int, content: Mapping[str, Any], truth: bool | None) -> Reviewed:
    version = version_of(number, day, content)
    return Reviewed(alert_id, version.items, truth, month_of(day), tuple(content["subject"]["institutions"]))
