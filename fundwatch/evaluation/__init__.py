"""Alerts against a truth: recall, precision, look-alike rate, delay; pure functions without a clock or a store."""

from fundwatch.evaluation.measuring import Delay, Recall, Report, Share, evaluate
from fundwatch.evaluation.rendering import as_json, as_tables

__all__ = ["Delay", "Recall", "Report", "Share", "as_json", "as_tables", "evaluate"]
