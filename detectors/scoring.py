"""Scoring a night: ranks among peers, and the few subjects that become signals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detectors.attribution import breaches, reasons
from detectors.features import WINDOW_DAYS
from detectors.peers import Float64, Strings
from detectors.ranking import PeerRanking, midranks
from detectors.training import Model
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.hits import NoData, Signal, Subject, strength_of


@dataclass(frozen=True, slots=True)
class FireRule:
    """When a rank becomes a signal (domain T24); percentiles 0–100, ``budget`` signals a night (None: no limit).

    A subject fires at ``fire_percentile`` of its peers with at least one feature beyond them on the side of risk.
    Strength is 0.5 at ``fire_percentile`` and 1 at ``full_percentile``. Fewer than ``min_reference`` peers or a
    share of defined features under ``min_known_share`` is "not enough data".
    """

    fire_percentile: float = 99.5
    full_percentile: float = 99.99
    min_known_share: float = 0.30
    min_reference: int = 200
    budget: int | None = 50
    top_reasons: int = 3


@dataclass(frozen=True, slots=True)
class Night:
    """What a detector has to say about one day: signals by descending strength, and what it leaves unsaid.

    ``over_budget`` counts subjects that fired but exceed the alert budget; ``no_data`` names what it could not judge.
    """

    signals: tuple[Signal, ...]
    over_budget: int
    no_data: tuple[NoData, ...]


def score(model: Model, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rank of every subject of a feature frame, in the order of the frame.

    Columns: group_key, as_of_day, peer, peer_group (with whom it was compared), score (0–1, higher is stranger),
    percentile (0–100 in the reference distribution of the peer group), known_share (0–1).
    Raises ConfigurationError when the feature columns are not those of the model.
    """
    estimator = model.estimator
    labels = frame["peer"].to_list()
    scores = estimator.decision_function(model.columns(frame), peers=labels)
    groups = estimator.peer_groups(labels, frame.height)
    return frame.select("group_key", "as_of_day", "peer", "known_share").with_columns(
        pl.Series("peer_group", groups.tolist(), dtype=pl.String),
        pl.Series("score", scores),
        pl.Series("percentile", percentiles(estimator, scores, groups)),
    )


def percentiles(estimator: PeerRanking, scores: Float64, groups: Strings) -> Float64:
    """Return the rank of each score among the reference scores of its group, 0–100; shape (rows,).

    The strangest of n reference rows stands at 100 × (n − ½) / n; nothing stands at 0 or 100 (``ranking.midranks``).
    """
    ranks = np.empty(len(scores))
    for group in estimator.groups_:
        member = groups == group
        ranks[member] = 100.0 * midranks(estimator.reference_[group], scores[member])
    return ranks


def signals(model: Model, frame: pl.DataFrame, rule: FireRule | None = None) -> Night:
    """Return the signals of one day, the strongest first, within the alert budget.

    Ties are broken by score, then by the smaller group key, so the order of rows does not matter. Raises
    ConfigurationError when the frame spans several days or differs from the model.
    """
    rule = rule or FireRule()
    if frame["as_of_day"].n_unique() > 1:
        raise ConfigurationError("一次只能评一天的特征表。", "only one day can be judged at a time.", code="D011")
    ranked = score(model, frame)
    strange = ranked["percentile"].to_numpy() >= rule.fire_percentile
    known = ranked["known_share"].to_numpy() >= rule.min_known_share
    sized = np.array([model.card.rows[group] >= rule.min_reference for group in ranked["peer_group"]], dtype=bool)
    fires = strange & known & sized & _risky(model, frame, ranked["peer_group"].to_numpy().astype(np.str_))
    order = np.lexsort((ranked["group_key"].to_numpy(), -ranked["score"].to_numpy(), -ranked["percentile"].to_numpy()))
    fired = [int(row) for row in order if fires[row]]
    kept = fired if rule.budget is None else fired[: rule.budget]
    return Night(
        signals=_signals(model, frame[kept], ranked[kept], rule),
        over_budget=len(fired) - len(kept),
        no_data=(*_small_groups(model, ranked, sized), *_unknown(model, ranked, strange & sized & ~known)),
    )


def _risky(model: Model, frame: pl.DataFrame, groups: Strings) -> NDArray[np.bool_]:
    rows = model.estimator.matrix(model.columns(frame))
    risky = np.zeros(len(rows), dtype=bool)
    for group in model.estimator.groups_:
        member = groups == group
        risky[member] = breaches(model.estimator, model.features, rows[member], group).any(axis=1)
    return risky


def _signals(model: Model, frame: pl.DataFrame, ranked: pl.DataFrame, rule: FireRule) -> tuple[Signal, ...]:
    groups = ranked["peer_group"].to_list()
    why = reasons(model.estimator, model.features, model.columns(frame), groups, top=rule.top_reasons)
    return tuple(
        Signal(
            detector_id=model.card.detector_id,
            code=model.card.code,
            version=model.model_id[:12] or "unsaved",
            subject=Subject("group", int(row["group_key"])),
            window_from=int(row["as_of_day"]) - WINDOW_DAYS + 1,
            window_to=int(row["as_of_day"]),
            peer_group=str(row["peer_group"]),
            percentile=float(row["percentile"]),
            strength=strength_of(row["percentile"], rule.fire_percentile, rule.full_percentile),
            reasons=because,
        )
        for row, because in zip(ranked.iter_rows(named=True), why, strict=True)
    )


def _small_groups(model: Model, ranked: pl.DataFrame, sized: NDArray[np.bool_]) -> list[NoData]:
    small = sorted(set(ranked.filter(pl.Series(~sized))["peer_group"].to_list()))
    return [
        NoData(
            model.card.detector_id,
            model.card.code,
            None,
            f"参照同类“{model.peers[group].zh}”只有 {model.card.rows[group]} 个，不足以排名。",
            f"only {model.card.rows[group]} peers ({model.peers[group].en}): too few to rank among.",
        )
        for group in small
    ]


def _unknown(model: Model, ranked: pl.DataFrame, rows: NDArray[np.bool_]) -> list[NoData]:
    listed = ranked.filter(pl.Series(rows)).sort("group_key")
    return [
        NoData(
            model.card.detector_id,
            model.card.code,
            Subject("group", int(row["group_key"])),
            f"已知特征占比 {row['known_share']:.2f}，低于判断所需。",
            f"the share of known features is {row['known_share']:.2f}, too low to judge.",
        )
        for row in listed.iter_rows(named=True)
    ]
