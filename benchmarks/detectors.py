"""What each detector is worth on months that it has not seen, on a synthetic city whose truth is known.

    python -m benchmarks.detectors --home HOME

``HOME`` is the data home that ``fundwatch demo`` or ``make demo`` left (the warehouse, and ``city/truth.json`` beside
it). Every detector is fitted on the windows that end on one day and the three weeks before, as nights do, and ranks
the window that ends 28 days later; a control group of a planted subject that was active in that window is right.
Seven such months, a fortnight apart. Subjects of even and of odd number are measured apart, each half left out of the
other's figures, so that a choice which suits one half by chance shows. Figures are means over the months: area under
precision and recall (PR-AUC) of both halves; planted subjects (odd) and look-alikes among the first 50; and the share
of all rows at or above the 99.5th percentile of the fitted ones, 0.5 % where new rows are like them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray
from pyod.models.copod import COPOD
from pyod.models.hbos import HBOS
from pyod.models.knn import KNN
from pyod.models.loda import LODA
from pyod.models.pca import PCA
from sklearn.metrics import average_precision_score

from detectors import features
from detectors.distance import PeerDistance
from detectors.ensemble import PeerEnsemble
from detectors.forest import PeerForest
from detectors.peers import Float64
from detectors.ranking import Learned, PeerRanking
from detectors.scoring import percentiles
from detectors.tails import PeerTails
from fundwatch.domain.keys import day_number

_MONTHS, _APART, _AHEAD, _FIRST = 7, 14, 28, 50
_REACH = 20.0  # robust z beyond which PyOD's detectors see no further: some of them square it
_FLOW_FILES = frozenset({"passing", "chains", "gatherings", "returns", "novelty"})
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted subject or look-alike as a control group with the days on which it was active."""

    group: int
    number: int
    is_benign: bool
    first: int
    last: int


class Reference(PeerRanking):
    """A detector of PyOD among the same peers, on the same scales."""

    def __init__(self, made: Callable[[], Any], parents: Mapping[str, str], log1p: Sequence[str]) -> None:
        self.made = made
        self.random_state, self.min_peers, self.max_rows = 0, 200, 200_000
        self.parents, self.log1p = parents, log1p

    def learn(self, scaled: NDArray[np.float32], names: tuple[str, ...]) -> Learned:  # noqa: ARG002
        """Fit the detector."""
        learned: Learned = self.made().fit(_within(scaled))
        return learned

    def strangeness(self, learned: Any, scaled: NDArray[np.float32]) -> Float64:
        """Return the detector's own score."""
        return np.asarray(learned.decision_function(_within(scaled)), dtype=np.float64)

    def shares(self, learned: Any, scaled: NDArray[np.float32]) -> Float64:
        """Refuse: nothing is explained here."""
        raise NotImplementedError

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Learned:
        """Refuse: nothing is stored here."""
        raise NotImplementedError


def main() -> None:
    """Rank, measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--home", type=Path, required=True)
    home: Path = options.parse_args().home
    known = features.catalogue()
    old = [e["name"] for f in known.files if f.path.stem not in _FLOW_FILES for e in f.front_matter["features"]]
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True, config={"threads": 2}) as connection:
        planted = _planted(connection, home / "city" / "truth.json")
        ((last,),) = connection.execute("SELECT max(day) FROM transfers").fetchall()
        cuts = [last - _AHEAD - _APART * back for back in range(_MONTHS)]
        days = {day for cut in cuts for day in (cut, cut - 7, cut - 14, cut - 21, cut + _AHEAD)}
        frames = {day: features.compute(connection, day) for day in sorted(days)}
    print(f"{'':42}{'PR-AUC even':>13}{'odd':>8}{'of 50':>7}{'alike':>7}{'fired':>8}")
    for label, names, made in _contestants(known, old):
        measured = [_month(frames, cut, names, made(names), planted) for cut in cuts]
        even, odd, right, alike, fired = np.mean(measured, axis=0)
        print(f"{label:42}{even:13.3f}{odd:8.3f}{right:7.1f}{alike:7.1f}{fired:8.2%}", flush=True)


def _contestants(
    known: features.Catalogue, old: Sequence[str]
) -> list[tuple[str, Sequence[str], Callable[[Sequence[str]], PeerRanking]]]:
    def of(names: Sequence[str]) -> dict[str, Any]:
        return {"parents": known.parents, "log1p": [name for name in known.log1p if name in names]}

    references = {"HBOS": HBOS, "COPOD": COPOD, "LODA": LODA, "KNN": KNN, "PCA": PCA}
    every = known.names
    return [
        ("forest, without the flow features", old, lambda names: PeerForest(**of(names))),
        ("ensemble, without the flow features", old, lambda names: PeerEnsemble(sides=known.sides, **of(names))),
        ("ensemble (forest, tails, distance)", every, lambda names: PeerEnsemble(sides=known.sides, **of(names))),
        ("forest", every, lambda names: PeerForest(**of(names))),
        ("tails on the side of risk", every, lambda names: PeerTails(sides=known.sides, **of(names))),
        ("tails, the longer one (ECOD)", every, lambda names: PeerTails(**of(names))),
        ("distance", every, lambda names: PeerDistance(**of(names))),
        *(
            (f"PyOD {name}", every, lambda names, kind=kind: Reference(kind, **of(names)))
            for name, kind in references.items()
        ),
    ]


def _month(
    frames: Mapping[int, pl.DataFrame], cut: int, names: Sequence[str], ranking: PeerRanking, planted: Sequence[Planted]
) -> tuple[float, float, float, float, float]:
    """Return PR-AUC of the even and of the odd half, and for the odd one the right and the alike of the first 50."""
    np.random.seed(0)  # LODA draws from numpy's global generator and takes no seed
    fitted = pl.concat([frames[cut - back] for back in (0, 7, 14, 21)])
    ranking.fit(fitted.select(names), peers=fitted["peer"].to_list())
    day = cut + _AHEAD
    frame = frames[day]
    labels = frame["peer"].to_list()
    scores = ranking.decision_function(frame.select(names), peers=labels)
    ranks = percentiles(ranking, scores, ranking.peer_groups(labels, frame.height))
    order = ranks + 1e-6 * scores.argsort().argsort()  # ties of ranks at the very top, by score
    groups = frame["group_key"].to_numpy()
    active = [one for one in planted if one.first <= day and one.last >= day - features.WINDOW_DAYS + 1]
    halves = [
        _among(groups, [one for one in active if not one.is_benign and one.number % 2 == half]) for half in (0, 1)
    ]
    benign = _among(groups, [one for one in active if one.is_benign]) & ~halves[0] & ~halves[1]
    areas = []
    for half in (0, 1):
        kept = halves[half] | ~halves[1 - half]
        areas.append(float(average_precision_score(halves[half][kept], order[kept])))
    first = np.argsort(-np.where(halves[0] & ~halves[1], -1.0, order), kind="stable")[:_FIRST]
    return areas[0], areas[1], float(halves[1][first].sum()), float(benign[first].sum()), float((ranks >= 99.5).mean())


def _planted(connection: duckdb.DuckDBPyConnection, truth: Path) -> list[Planted]:
    accounts = dict(connection.execute("SELECT account, group_key FROM entities WHERE is_reported").fetchall())
    firms = dict(connection.execute("SELECT uscc, group_key FROM firms").fetchall())
    content = json.loads(truth.read_text(encoding="utf-8"))
    found = []
    for kind in ("subjects", "benign"):
        for number, entry in enumerate(content[kind]):
            members = entry["members"]
            groups = {accounts.get(one) for one in members["accounts"]} | {firms.get(one) for one in members["uscc"]}
            span = [day_number(date.fromisoformat(entry[name])) for name in ("first_active", "last_active")]
            found += [Planted(group, number, kind == "benign", *span) for group in sorted(groups - {None})]
    return found


def _among(groups: NDArray[np.int64], planted: Sequence[Planted]) -> Bools:
    return np.isin(groups, [one.group for one in planted])


def _within(scaled: NDArray[np.float32]) -> Float64:
    return np.clip(scaled.astype(np.float64), -_REACH, _REACH)


if __name__ == "__main__":
    main()
