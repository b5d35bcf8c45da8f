"""Training: from feature frames to a model with its card."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import numpy as np
import polars as pl

from detectors.cards import Card
from detectors.ensemble import PeerEnsemble
from detectors.features import KEYS, MIN_COUNT, MIN_TRANSFERS, Catalogue, Feature, PeerGroup, catalogue
from detectors.forest import PeerForest
from detectors.ranking import PeerRanking
from fundwatch.domain.errors import ConfigurationError

KINDS: Mapping[str, type[PeerRanking]] = {"peer_ensemble": PeerEnsemble, "peer_forest": PeerForest}
"""What a model may be, by detector id; the first is what is trained unless another is asked for."""
CODE = "T24"
_LIBRARIES = ("scikit-learn", "numpy", "polars", "duckdb", "numba")
_QUANTILES = (0.5, 0.9, 0.99, 0.995, 0.9999)


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A fitted estimator with what it was fitted on; immutable in use.

    ``model_id`` is the sha256 of arrays and card without the clock; it is empty until the model has been stored.
    """

    estimator: PeerRanking
    card: Card
    model_id: str = field(default="")

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the features in the order of the estimator's columns."""
        return tuple(Feature(**entry) for entry in self.card.features)

    @property
    def peers(self) -> dict[str, PeerGroup]:
        """Return the peer groups by name."""
        return {entry["name"]: PeerGroup(**entry) for entry in self.card.peers}

    def columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the feature columns of a frame; the estimator refuses them if they are not those fitted."""
        return frame.drop(KEYS, strict=False)

    def ensure_current(self, known: Catalogue) -> None:
        """Raise ConfigurationError if a feature query has changed since the model was trained."""
        if dict(self.card.queries) != _queries(known):
            raise ConfigurationError(
                "特征 SQL 在模型训练之后有改动，请重新运行 fundwatch train。",
                "feature SQL has changed since the model was trained; run fundwatch train again.",
                code="D009",
            )


def train(
    frames: Sequence[pl.DataFrame],
    *,
    seed: int,
    manifest_id: str,
    as_of: int,
    now: datetime,
    known: Catalogue | None = None,
    estimator: PeerRanking | None = None,
) -> Model:
    """Fit the detector on feature frames of one or more days, none later than ``as_of``.

    ``now`` is an aware instant and goes into the card only. ``estimator`` stands in for the default ensemble.
    Equal frames and seed give an equal model, whatever the order of frames and rows. Raises ConfigurationError on an
    empty or foreign frame and on a frame of a later day.
    """
    declared = catalogue() if known is None else known
    rows = _joined(frames, declared, as_of)
    fitted = estimator or PeerEnsemble(
        random_state=seed, log1p=declared.log1p, parents=declared.parents, sides=declared.sides
    )
    fitted.fit(rows.select(declared.names), peers=rows["peer"].to_list())
    return Model(fitted, _card(fitted, rows, declared, manifest_id, as_of, now))


def _joined(frames: Sequence[pl.DataFrame], declared: Catalogue, as_of: int) -> pl.DataFrame:
    expected = [*KEYS, *declared.names]
    for frame in frames:
        if frame.columns != expected:
            raise ConfigurationError(
                "特征表的列与特征目录不符，请用 features.compute 生成。",
                "a feature frame differs from the catalogue; make it with features.compute.",
                code="D002",
            )
    joined = pl.concat(frames).sort("as_of_day", "group_key") if frames else pl.DataFrame()
    if joined.height < 2:
        raise ConfigurationError(
            "没有足够的控制组可供训练：先导入至少一个月的流水，再运行 fundwatch train。",
            "there are no groups to train on: ingest at least a month of statements, then run fundwatch train.",
            code="D006",
        )
    if int(joined["as_of_day"].to_numpy().max()) > as_of:
        raise ConfigurationError(
            "训练数据含有截止日之后的快照。", "a training snapshot is later than the as-of day.", code="D010"
        )
    return joined


def _card(
    fitted: PeerRanking, rows: pl.DataFrame, declared: Catalogue, manifest_id: str, as_of: int, now: datetime
) -> Card:
    labels, counts = np.unique(rows["peer"].to_numpy(), return_counts=True)
    undefined = rows.select(pl.col(declared.names).is_nan().mean()).row(0)
    return Card(
        detector_id=next(name for name, kind in KINDS.items() if type(fitted) is kind),
        code=CODE,
        manifest_id=manifest_id,
        as_of=as_of,
        as_of_days=tuple(sorted({int(day) for day in rows["as_of_day"].to_list()})),
        trained_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        seed=fitted.random_state,
        parameters={
            **{name: getattr(fitted, name) for name in fitted.least},
            "min_transfers": MIN_TRANSFERS,
            "min_count": MIN_COUNT,
        },
        labels={str(label): int(count) for label, count in zip(labels, counts, strict=True)},
        rows={group: fitted.statistics_[group].rows for group in fitted.groups_},
        features=tuple(asdict(feature) for feature in declared.features),
        known={name: round(1.0 - share, 6) for name, share in zip(declared.names, undefined, strict=True)},
        peers=tuple(asdict(peer) for peer in declared.peers),
        queries=_queries(declared),
        quantiles={group: _quantiles(fitted.reference_[group]) for group in fitted.groups_},
        libraries={name: importlib.metadata.version(name) for name in _LIBRARIES},
    )


def _quantiles(reference: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, float]:
    return {f"P{100 * share:g}": round(float(np.quantile(reference, share)), 9) for share in _QUANTILES}


def _queries(declared: Catalogue) -> dict[str, str]:
    return {file.path.stem: file.query_hash for file in (declared.population, *declared.files)}
