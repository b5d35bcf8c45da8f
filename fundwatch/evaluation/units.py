"""Alerts and scores against a truth by unit: transfers, parties (control groups), schemes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

import numpy as np

from fundwatch.evaluation.matching import Planted, Raised, normal_text, planted_of, ranked
from fundwatch.evaluation.measuring import Delay, Share, evaluate
from fundwatch.evaluation.ranking import Items, Ranked

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Party:
    """One control group with accounts whose statements are received."""

    subject_id: str
    score: float
    accounts: frozenset[str]


@dataclass(frozen=True, slots=True)
class TransferRow:
    """One transfer: the records that it rests on (one or two), and its booking day (day number)."""

    records: tuple[int, ...]
    day: int


@dataclass(frozen=True, slots=True)
class UnitReport:
    """Figures of one unit; ``covered`` counts what of the planted can be seen at all in this unit."""

    ranked: Ranked
    delay: Delay
    covered: Share


def party_scores(
    groups: Mapping[str, Iterable[str]], alerts: Iterable[Mapping[str, Any]], scores: Mapping[str, float] | None = None
) -> list[Party]:
    """Return every control group with its score: that of ``scores``, else of its best alert, else zero.

    ``groups`` has the accounts of each group by its id. A group that ``scores`` does not name stands at zero.
    """
    named = {key: frozenset(normal_text(account) for account in accounts) for key, accounts in groups.items()}
    if scores is None:
        owner = {account: key for key, accounts in named.items() for account in accounts}
        best: dict[str, float] = defaultdict(float)
        for alert in ranked(alerts):
            for key in {owner[text] for text in alert.subject_ids if text in owner}:
                best[key] = max(best[key], alert.score)
        scores = best
    return [Party(key, float(scores.get(key, 0.0)), accounts) for key, accounts in sorted(named.items())]


def by_party(parties: Sequence[Party], alerts: Iterable[Mapping[str, Any]], truth: Mapping[str, Any]) -> UnitReport:
    """Measure the order of all control groups; planted is a group with an account of a planted subject.

    The delay runs from the expert's date of the earliest such subject to the first alert on the group; covered are
    the planted subjects with an account in any group.
    """
    subjects, benign = planted_of(truth)
    members, looks = _by_member(subjects), _by_member(benign)
    met = [_met(party, members) for party in parties]
    seeming = [bool(_met(party, looks)) for party in parties]
    items = Items(
        np.array([party.score for party in parties], dtype=np.float64),
        np.array([bool(own) for own in met], dtype=np.bool_),
        np.array(seeming, dtype=np.bool_),
    )
    first = _first_seen(ranked(alerts))
    delays = [
        (min(first[text] for text in party.accounts if text in first) - min(one.expert_on for one in own)).days
        for party, own in zip(parties, met, strict=True)
        if own and not party.accounts.isdisjoint(first)
    ]
    seen = {one.id for own in met for one in own}
    return UnitReport(items.ranked(), _delay(delays), Share(len(seen), len(subjects)))


def by_scheme(parties: Sequence[Party], alerts: Iterable[Mapping[str, Any]], truth: Mapping[str, Any]) -> UnitReport:
    """Measure the order of schemes: each planted subject is one item with its best group's score, beside it the rest.

    The rest are the control groups that belong to no planted subject, one item each. The delay is that of alerts.
    """
    subjects, benign = planted_of(truth)
    members, seeming = _by_member(subjects), _by_member(benign)
    best: dict[str, float] = {}
    rest: list[tuple[float, bool]] = []
    for party in parties:
        own = _met(party, members)
        for one in own:
            best[one.id] = max(best.get(one.id, 0.0), party.score)
        if not own:
            rest.append((party.score, bool(_met(party, seeming))))
    items = Items(
        np.array([*best.values(), *(score for score, _ in rest)], dtype=np.float64),
        np.array([True] * len(best) + [False] * len(rest), dtype=np.bool_),
        np.array([False] * len(best) + [seems for _, seems in rest], dtype=np.bool_),
    )
    return UnitReport(items.ranked(), evaluate(alerts, truth).delay, Share(len(best), len(subjects)))


def by_transfer(
    transfers: Sequence[TransferRow], alerts: Iterable[Mapping[str, Any]], entries: Iterable[tuple[str, int]]
) -> UnitReport:
    """Measure which transfers the alerts cite: the score of a transfer is that of the best alert citing a record of it.

    ``entries`` has (id of subject or look-alike, record) of every planted entry; ids of look-alikes begin with B.
    The delay runs from the booking day of a planted transfer to the first alert that cites it. Covered are the planted
    records of subjects that are part of a transfer: failed entries and moves inside a party are none.
    """
    guilty, seeming = set[int](), set[int]()
    for subject_id, record in entries:
        (seeming if subject_id.startswith("B") else guilty).add(record)
    score, first = _citations(alerts)
    count = len(transfers)
    scores, positive, alike = np.zeros(count), np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    delays, seen = [], set[int]()
    for place, transfer in enumerate(transfers):
        scores[place] = max((score.get(record, 0.0) for record in transfer.records), default=0.0)
        own = guilty.intersection(transfer.records)
        positive[place], alike[place] = bool(own), not seeming.isdisjoint(transfer.records)
        seen |= own
        told = [first[record] for record in transfer.records if record in first]
        if own and told:
            delays.append((min(told) - _EPOCH).days - transfer.day)
    return UnitReport(Items(scores, positive, alike).ranked(), _delay(delays), Share(len(seen), len(guilty)))


def _citations(alerts: Iterable[Mapping[str, Any]]) -> tuple[dict[int, float], dict[int, date]]:
    """Return, for every cited entry, the best score and the first day of the alerts that cite it."""
    score: dict[int, float] = {}
    first: dict[int, date] = {}
    for alert in alerts:
        seen = date.fromisoformat(str(alert["first_seen"])[:10])
        for one in alert.get("evidence", ()):
            if one.get("record_kind", "transactions") != "transactions":
                continue
            record = int(str(one["record_id"]), 16)
            score[record] = max(score.get(record, 0.0), float(alert["score"]))
            first[record] = min(first.get(record, seen), seen)
    return score, first


def _by_member(planted: Iterable[Planted]) -> Mapping[str, Sequence[Planted]]:
    index: dict[str, list[Planted]] = defaultdict(list)
    for one in planted:
        for member in one.members:
            index[member].append(one)
    return index


def _met(party: Party, members: Mapping[str, Sequence[Planted]]) -> list[Planted]:
    found = {one.id: one for account in party.accounts for one in members.get(account, ())}
    return [found[key] for key in sorted(found)]


def _first_seen(alerts: Iterable[Raised]) -> dict[str, date]:
    first: dict[str, date] = {}
    for alert in alerts:
        for text in alert.subject_ids:
            first[text] = min(first.get(text, alert.first_seen), alert.first_seen)
    return first


def _delay(days: Sequence[int]) -> Delay:
    return Delay(float(median(days)) if days else None, len(days))
