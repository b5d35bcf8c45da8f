"""Alerts against a truth: recall, precision, look-alike rate, delay, by unit; pure functions without clock or store."""

from fundwatch.evaluation.measuring import Delay, Recall, Report, Share, evaluate
from fundwatch.evaluation.rendering import as_json, as_tables, units_as_json, units_as_table
from fundwatch.evaluation.spread import Spread, spread_of
from fundwatch.evaluation.units import (
    Party,
    TransferRow,
    UnitReport,
    by_party,
    by_scheme,
    by_transfer,
    party_scores,
)

__all__ = [
    "Delay",
    "Party",
    "Recall",
    "Report",
    "Share",
    "Spread",
    "TransferRow",
    "UnitReport",
    "as_json",
    "as_tables",
    "by_party",
    "by_scheme",
    "by_transfer",
    "evaluate",
    "party_scores",
    "spread_of",
    "units_as_json",
    "units_as_table",
]
