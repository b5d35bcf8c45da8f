"""Claims of an alert: each rule's template filled with the measures of its hit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from fundwatch.domain.alerts import Alert
from fundwatch.domain.claims import Figure, render
from fundwatch.domain.hits import Hit, Measure, Signal, Suppression
from fundwatch.domain.keys import date_of
from rules.catalogue import Catalogue
from rules.rule import Entry


def claims_of(alert: Alert, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return one claim per hit and signal, in the order of their points, in Chinese and English."""
    standing = {one.item.term: one.item for one in alert.standings}
    return [_claim(standing[term.name], catalogue) | {"points": round(term.points, 1)} for term in alert.terms]


def headline_of(span: tuple[str, str], claims: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the alert's sentence: the days it speaks of and its claims, the gravest first."""
    first, last = span
    parts = list(claims)
    return {
        "zh": f"{first}～{last}：" + "；".join(part["zh"] for part in parts) + "。",
        "en": f"{first} to {last}: " + "; ".join(part["en"] for part in parts) + ".",
    }


def explanation_of(one: Suppression, catalogue: Catalogue) -> dict[str, str]:
    """Return the sentence of a suppressor that explains an alert."""
    entry = catalogue.entry(one.suppressor_id)
    figures = figures_of(entry, one.measures, entry.defaults())
    return {"zh": render(entry.claim.zh, figures), "en": render(entry.claim.en, figures)}


def figures_of(entry: Entry, measures: Iterable[Measure], parameters: Mapping[str, Any]) -> dict[str, Figure]:
    """Return what a claim may cite: the measures (money in fen) and the effective parameters."""
    figures = {"window_days": Figure(entry.window_days, "days")}
    for name, parameter in entry.parameters.items():
        figures[name] = Figure(parameter.bound(parameters.get(name, parameter.value)), parameter.unit)
    for measure in measures:
        figures[measure.name] = Figure(measure.value, measure.unit)
    return figures


def _claim(item: Hit | Signal, catalogue: Catalogue) -> dict[str, Any]:
    if isinstance(item, Signal):
        reasons = item.reasons
        return {
            "term": item.term,
            "code": item.code,
            "zh": f"近 30 日资金形态在同类中居第 {item.percentile:.2f} 百分位：" + "、".join(one.zh for one in reasons),
            "en": f"over 30 days the shape of its flows ranks at percentile {item.percentile:.2f} of its peers: "
            + ", ".join(one.en for one in reasons),
        }
    entry = catalogue.rule(item.rule_id)
    figures = figures_of(entry, item.measures, item.parameters)
    return {
        "term": item.term,
        "code": item.code,
        "zh": render(entry.claim.zh, figures),
        "en": render(entry.claim.en, figures),
        "basis": _basis_of(entry, date_of(item.window_to)),
    }


def _basis_of(entry: Entry, day: date) -> list[dict[str, Any]]:
    """Return the provisions that a rule rests on, and whether each was in force on the last day of the window."""
    return [
        {"text": one.text, "holds": one.holds_on(day), "validity": asdict(one.validity(day))}
        for one in entry.legal_basis
    ]
