"""The ranker in use: which one orders the list, training the next one, and the values it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, select

from detectors import features, ranker_storing
from detectors.ranker import (
    MIN_EACH,
    MIN_HELD,
    Example,
    Ranker,
    Split,
    fewest,
    fit,
    measured,
    refitted,
    rules_of,
    split,
)
from detectors.ranker_choice import Choice, Trial, choose, too_early
from fundwatch.domain.alerts import Alert
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.hits import Hit, Signal, Suppression
from fundwatch.domain.labels import Label
from fundwatch.domain.scoring import score
from fundwatch.domain.snapshot import alert_from_json
from fundwatch.store.durable import make_folder
from fundwatch.store.operations import ordering, queue
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.tables import alerts
from fundwatch.store.settings import Settings
from pipelines.facts import Facts, case_of, query_hashes
from pipelines.installation import Installation
from pipelines.labelling import labelled

SEED = 20260301
_FOLDER = "rankers"
_BY_SCORE = "评分 score"


def folder_of(settings: Settings) -> Path:
    """Return where rankers are stored."""
    return settings.home / _FOLDER


def load_in_force(settings: Settings) -> Ranker | None:
    """Return the ranker that orders the list, None where the score does; raise ConfigurationError when it is gone."""
    ranker_id = ranker_storing.in_force(folder_of(settings))
    return ranker_storing.load(folder_of(settings), ranker_id) if ranker_id else None


def usable(settings: Settings) -> Ranker | None:
    """Return the ranker in force for a night; None also when it is damaged, since a night must not fail for an order.

    What such a night raises has no order value, so the list goes by the score until the next training.
    """
    try:
        return load_in_force(settings)
    except ConfigurationError:
        return None


def listed(installation: Installation, connection: Connection) -> str | None:
    """Return the id of the ranker by which the list can be ordered whole, None where it goes by the score."""
    ranker_id = ranker_storing.in_force(folder_of(installation.settings))
    return ranker_id if ranker_id and ordering.is_complete(connection, ranker_id) else None


def value_of(ranker: Ranker, alert: Alert, facts: Facts | None) -> float:
    """Return the order value of one alert version."""
    items = [standing.item for standing in alert.standings]
    return _value(ranker, items, [one.suppression for one in alert.explanations], facts)


def train_now(
    installation: Installation, *, seed: int = SEED, min_each: int = MIN_EACH, min_held: int = MIN_HELD
) -> tuple[Ranker, Choice]:
    """Train a ranker on the settled decisions, and put it in force if it beats what orders the list now.

    Raises ConfigurationError when there are too few labels of either kind; the list then stays as it is.
    """
    taught = [(label, facts) for label, facts in labelled(installation) if label.truth is not None]
    parts = split([_example(label, facts) for label, facts in taught], min_each=min_each, min_held=min_held)
    known = features.catalogue()
    fitted = fit(
        parts,
        rules=rules_of(installation.rules.active_rules()),
        features=known.names,
        peers=[peer.name for peer in known.peers],
        queries=query_hashes(),
        seed=seed,
        now=installation.clock(),
    )
    candidate, choice = _tried(installation, fitted, parts, min_held)
    stored = ranker_storing.save(refitted(candidate, parts), make_folder(folder_of(installation.settings)))
    if choice.wins:
        order_all(installation, stored)
        ranker_storing.put_in_force(folder_of(installation.settings), stored)
    return stored, choice


def order_all(installation: Installation, ranker: Ranker) -> int:
    """File the value that a ranker gives to the current version of every alert; return how many alerts there are."""
    with reading(installation.operations) as connection:
        ids = list(connection.scalars(select(alerts.c.alert_id).order_by(alerts.c.alert_id)))
        facts = ordering.facts_of(connection, ids)
        values = {}
        for alert_id in ids:
            head = queue.get(connection, alert_id)
            key = (alert_id, head.version)
            values[key] = value_of(ranker, alert_from_json(head.content["alert"]), facts.get(key))
    with writing(installation.operations) as connection:
        ordering.file_orders(connection, ranker.ranker_id, values)
    return len(values)


def complete(installation: Installation) -> None:
    """Give a value to what the ranker in force has not ordered yet: a night may have run while it took over."""
    ranker = usable(installation.settings)
    if ranker is None:
        return
    with reading(installation.operations) as connection:
        whole = ordering.is_complete(connection, ranker.ranker_id)
    if not whole:
        order_all(installation, ranker)


def _tried(installation: Installation, ranker: Ranker, parts: Split, min_held: int) -> tuple[Ranker, Choice]:
    """Return the ranker with its figures on the held-back months, and whether it beats score and former ranker."""
    held = parts.held
    own = measured(ranker.order_values([one.case for one in held]), [one.truth for one in held])
    by_score = measured(_scores(held), [one.truth for one in held])
    metrics = own | {"average_precision_of_score": by_score["average_precision"]}
    candidate = replace(ranker, card=replace(ranker.card, metrics=metrics))
    contests = [(_trial("candidate", own, held), _trial(_BY_SCORE, by_score, held))]
    former = load_in_force(installation.settings)
    if former is None:
        return candidate, choose(tuple(contests))
    # What the former ranker was trained on would speak for it: only younger labels are fair to both.
    fresh = tuple(one for one in held if one.month > former.card.last_month)
    if fewest(fresh) < min_held:
        return candidate, too_early(former.ranker_id[:12], former.card.last_month, min_held)
    cases, truths = [one.case for one in fresh], [one.truth for one in fresh]
    contests.append(
        (
            _trial("candidate", measured(ranker.order_values(cases), truths), fresh),
            _trial(former.ranker_id[:12], measured(former.order_values(cases), truths), fresh),
        )
    )
    return candidate, choose(tuple(contests))


def _scores(examples: Sequence[Example]) -> list[float]:
    return [score(one.case.items, one.case.suppressions)[0] / 100.0 for one in examples]


def _trial(name: str, figures: Mapping[str, float], examples: Sequence[Example]) -> Trial:
    return Trial(name, figures["average_precision"], len(examples), sum(one.truth for one in examples))


def _example(label: Label, facts: Facts | None) -> Example:
    case = case_of(label.version.items, label.version.suppressions, facts, query_hashes())
    return Example(f"{label.subject.key:015x}", label.month, bool(label.truth), case)


def _value(
    ranker: Ranker, items: Iterable[Hit | Signal], suppressions: Iterable[Suppression], facts: Facts | None
) -> float:
    return float(ranker.order_values([case_of(list(items), list(suppressions), facts, ranker.card.queries)])[0])
