"""No leak: raw features of rows and accounts must not tell schemes from the rest.

A forest sees what any statement shows of a row (amount, hour, channel, direction) and is cross-validated by subject,
so that it cannot learn a subject by the amounts it repeats. Bounds stand above what was measured over four cities of
900 to 3,000 holders: rows that touch a subject ROC AUC 0.57–0.65 and average precision 1.2–1.7 times the base rate;
only the entries of the schemes themselves 0.68–0.73 and 2.1–2.6; accounts against look-alikes AUC 0.46–0.55.
A generator that leaks (amounts or hours of its own for schemes) must fail the same bounds, and does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict

from tests.city.conftest import Made

TOUCHING_AUC, TOUCHING_LIFT = 0.65, 3.0
ENTRIES_AUC, ENTRIES_LIFT = 0.78, 4.0
ACCOUNTS_AUC = 0.68
ROWS = 24_000


@dataclass(frozen=True)
class Seen:
    """ROC AUC and average precision over the base rate."""

    auc: float
    lift: float


def features(made: Made) -> np.ndarray:
    legs = made.legs
    return np.column_stack(
        [legs.amount, legs.at % 86400 // 3600, made.entries.channel[legs.entry], legs.incoming]
    ).astype(float)


def labels(made: Made, *, touching: bool) -> np.ndarray:
    """Return the subject's tag of each row, 0 for the rest; ``touching``: any row of or with a member's account."""
    guilty = [subject for subject in made.world.subjects if not subject.is_benign]
    if not touching:
        tags = made.entries.tag[made.legs.entry]
        return np.where(np.isin(tags, [subject.tag for subject in guilty]), tags, 0)
    owner = np.zeros(len(made.world.book.accounts), dtype=int)
    for subject in guilty:
        for party in subject.parties:
            owner[made.world.book.by_party.get(party, [])] = subject.tag
    return np.where(owner[made.legs.own] > 0, owner[made.legs.own], owner[made.legs.other])


def probe(seen: np.ndarray, tags: np.ndarray, own: np.ndarray) -> Seen:
    """Cross-validate a forest by subject (other rows: by account) on a fixed sample of rows."""
    chosen = np.random.default_rng(0).permutation(len(tags))[:ROWS]
    seen, tags, own = seen[chosen], tags[chosen], own[chosen]
    guilty = tags > 0
    forest = RandomForestClassifier(40, min_samples_leaf=20, random_state=0)
    folds = StratifiedGroupKFold(3, shuffle=True, random_state=0)
    groups = np.where(guilty, tags, 10_000 + own)
    score = cross_val_predict(forest, seen, guilty, groups=groups, cv=folds, method="predict_proba")[:, 1]
    return Seen(roc_auc_score(guilty, score), average_precision_score(guilty, score) / guilty.mean())


def tight(seen: Seen, auc: float, lift: float) -> bool:
    return 1 - auc <= seen.auc <= auc and seen.lift <= lift


@pytest.fixture(params=["city", "slow_city"])
def either_pace(request: pytest.FixtureRequest) -> Made:
    made: Made = request.getfixturevalue(request.param)
    return made


def test_rows_that_touch_a_subject_look_like_any_rows(either_pace: Made) -> None:
    city = either_pace
    found = probe(features(city), labels(city, touching=True), city.legs.own)
    assert tight(found, TOUCHING_AUC, TOUCHING_LIFT), found


def test_entries_of_schemes_are_hard_to_tell_by_their_raw_features(either_pace: Made) -> None:
    city = either_pace
    found = probe(features(city), labels(city, touching=False), city.legs.own)
    assert tight(found, ENTRIES_AUC, ENTRIES_LIFT), found


@pytest.mark.parametrize("leak", ["amount", "hour", "channel"])
def test_a_leaky_generator_fails_both_bounds(city: Made, leak: str) -> None:
    entries, seen = labels(city, touching=False), features(city)
    guilty = entries > 0
    if leak == "amount":
        seen[guilty, 0] = seen[guilty, 0] * 40 + 1_000_000
    elif leak == "hour":
        seen[guilty, 1] = np.random.default_rng(1).integers(0, 5, int(guilty.sum()))
    else:
        seen[guilty, 2] = 1
    assert not tight(probe(seen, entries, city.legs.own), ENTRIES_AUC, ENTRIES_LIFT)
    assert not tight(probe(seen, labels(city, touching=True), city.legs.own), TOUCHING_AUC, TOUCHING_LIFT)


def account_features(made: Made) -> np.ndarray:
    """Return counts and sums in and out, and rows, of every account."""
    legs, count = made.legs, len(made.world.book.accounts)
    columns = []
    for incoming in (0, 1):
        side = legs.incoming == incoming
        columns += [np.bincount(legs.own[side], minlength=count), np.bincount(legs.own[side], legs.amount[side], count)]
    return np.column_stack([*columns, columns[0] + columns[2]]).astype(float)


def account_auc(made: Made, seen: np.ndarray) -> float:
    """Cross-validate a forest that tells accounts of subjects from accounts of look-alikes."""
    colours: dict[int, bool] = {}
    for subject in made.world.subjects:
        for account in made.world.group_accounts(subject.parties):
            colours[account] = not subject.is_benign
    accounts = np.array(sorted(colours))
    guilty = np.array([colours[account] for account in accounts])
    forest = RandomForestClassifier(150, min_samples_leaf=3, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return float(
        roc_auc_score(guilty, cross_val_predict(forest, seen[accounts], guilty, cv=folds, method="predict_proba")[:, 1])
    )


def test_hubs_exist_among_the_innocent_with_equal_volumes(either_pace: Made) -> None:
    assert 1 - ACCOUNTS_AUC <= account_auc(either_pace, account_features(either_pace)) <= ACCOUNTS_AUC


def test_bigger_schemes_than_look_alikes_would_show(city: Made) -> None:
    seen = account_features(city)
    for subject in city.world.subjects:
        if not subject.is_benign:
            seen[city.world.group_accounts(subject.parties)] *= 6
    assert account_auc(city, seen) > ACCOUNTS_AUC


def test_members_use_accounts_of_the_same_age_as_everybody(city: Made) -> None:
    guilty = {a for s in city.world.subjects if not s.is_benign for a in city.world.group_accounts(s.parties)}
    ages = {True: [], False: []}  # type: ignore[var-annotated]
    for account in city.world.book.accounts:
        if account.reported:
            ages[account.index in guilty].append(account.opened.toordinal())
    assert abs(roc_auc_score([1] * len(ages[True]) + [0] * len(ages[False]), ages[True] + ages[False]) - 0.5) < 0.12
