"""The ensemble: members' ranks joined by the highest, their shares by the mean."""

from __future__ import annotations

import numpy as np
import pytest

from detectors.ensemble import PeerEnsemble
from detectors.features import KEYS, catalogue


@pytest.fixture(scope="module")
def fitted(invented) -> tuple[PeerEnsemble, np.ndarray]:
    known = catalogue()
    frame = invented(600, firms=0, pawn=0)
    X = frame.drop(KEYS)
    return PeerEnsemble(n_estimators=40, log1p=known.log1p, sides=known.sides).fit(X), X.to_numpy()


def test_the_score_is_the_highest_rank_and_ties_are_broken_by_the_mean(fitted) -> None:
    ensemble, X = fitted
    learned, scaled = ensemble.learned_["all"], ensemble.scaled(X, "all")
    ranks = np.column_stack(list(ensemble.ranks(learned, scaled).values()))
    assert ranks.shape == (600, 3)
    scores = ensemble.decision_function(X)
    assert scores == pytest.approx(ranks.max(axis=1) + ranks.mean(axis=1) / 1000, rel=1e-12)


def test_members_are_what_they_are_alone(fitted) -> None:
    ensemble, X = fitted
    ranks = ensemble.ranks(ensemble.learned_["all"], ensemble.scaled(X, "all"))
    for name, member in ensemble.members().items():
        alone = member.set_params(log1p=ensemble.log1p).fit(X_named(X))
        order = np.argsort(alone.decision_function(X_named(X)), kind="stable")
        assert (np.diff(ranks[name][order]) >= 0).all(), name


def X_named(X: np.ndarray):
    import pandas as pd

    return pd.DataFrame(X, columns=list(catalogue().names))


def test_shares_of_every_row_have_at_most_the_size_one(fitted) -> None:
    ensemble, X = fitted
    size = np.abs(ensemble.contributions(X, "all")).sum(axis=1)
    assert (size <= 1.0 + 1e-9).all()
    assert (size > 0.3).all()
