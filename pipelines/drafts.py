"""A run under way: what its steps hand to each other, on disk, so that each step can be run again.

A draft holds receipts, whose faulty cells may be somebody's data: it lies in the data home, readable by its owner
alone, and goes when the run ends; what an interrupted run leaves, the next one removes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from fundwatch.domain.errors import EngineError
from fundwatch.store.manifests import LakeFile, Manifest
from fundwatch.store.operations.lease import Lease, heartbeat
from fundwatch.store.operations.ledger import BatchMove
from fundwatch.store.settings import Settings
from fundwatch.store.warehouse import open_manifest, sync
from pipelines.installation import Installation, write_json

_FOLDER = "runs"


@dataclass(frozen=True)
class Draft:
    """The state of one run; each step returns a new one and saves it."""

    run_id: str
    kind: str
    """``ingest`` or ``nightly``."""
    lease: Lease
    started_at: datetime
    base: str
    """Id of the manifest that the run began with."""
    files: tuple[LakeFile, ...]
    """Files of the manifest as drafted so far."""
    as_of: int | None = None
    from_day: int | None = None
    backfill_before: int | None = None
    replay: bool = False
    known_at: datetime | None = None
    moves: tuple[BatchMove, ...] = ()
    outcomes: tuple[Mapping[str, Any], ...] = ()
    """Receipts of the files that this run took in, in order."""
    failures: tuple[Mapping[str, str], ...] = ()
    """Batches on which our engine failed; they wait, landed, for the next run."""
    touched_from: int | None = None
    """Earliest booking day among the rows that this run brought or took away."""
    items: tuple[Mapping[str, Any], ...] = ()
    suppressions: tuple[Mapping[str, Any], ...] = ()
    no_data: tuple[Mapping[str, Any], ...] = ()
    shadow: tuple[Mapping[str, Any], ...] = ()
    """What rules, suppressors and a model in shadow found: for the report alone."""
    overdue: tuple[Mapping[str, Any], ...] = ()
    """Institutions whose reports are overdue on the night's evening, and the questions that wait for them."""
    notes: tuple[Mapping[str, str], ...] = ()
    pairing: Mapping[str, int] = field(default_factory=dict)
    """Of the night's transfers that two statements should tell: ``possible``, and ``paired`` as told by both."""
    model_id: str | None = None
    drift: Mapping[str, Any] = field(default_factory=dict)
    """How features and ranks lie against training: ``compared``, and ``changed`` with a sentence each."""
    outcome: Mapping[str, Any] = field(default_factory=dict)

    @property
    def manifest(self) -> Manifest:
        """Return the drafted manifest."""
        return Manifest(tuple(sorted(self.files)))

    @property
    def received(self) -> tuple[Mapping[str, Any], ...]:
        """Return the receipts of files that had not been taken in before."""
        return tuple(receipt for receipt in self.outcomes if not receipt["is_repeated"])

    def noting(self, zh: str, en: str) -> Draft:
        """Return the draft with one more remark for the analyst."""
        return replace(self, notes=(*self.notes, {"zh": zh, "en": en}))


def folder_of(settings: Settings, run_id: str) -> Path:
    """Return where the state of a run lies."""
    return settings.home / _FOLDER / run_id


def save(settings: Settings, draft: Draft) -> Draft:
    """Write a draft to disk and return it."""
    content = {one.name: getattr(draft, one.name) for one in fields(draft)}
    content |= {
        "lease": asdict(draft.lease),
        "started_at": draft.started_at.isoformat(),
        "known_at": draft.known_at.isoformat() if draft.known_at else None,
        "files": [asdict(file) for file in draft.files],
        "moves": [asdict(move) for move in draft.moves],
    }
    write_json(folder_of(settings, draft.run_id) / "draft.json", content)
    return draft


def load(settings: Settings, run_id: str) -> Draft:
    """Read a draft; raise EngineError when the run is not under way."""
    path = folder_of(settings, run_id) / "draft.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EngineError(
            "该次运行已结束或从未开始，请重新运行。", "this run has ended or never began; start it again.", code="E301"
        ) from error
    known_at = content["known_at"]
    return Draft(
        **content
        | {
            "lease": Lease(**content["lease"]),
            "started_at": datetime.fromisoformat(content["started_at"]),
            "known_at": datetime.fromisoformat(known_at) if known_at else None,
            "files": tuple(LakeFile(**file) for file in content["files"]),
            "moves": tuple(BatchMove(**move) for move in content["moves"]),
            **{
                name: tuple(content[name])
                for name in ("outcomes", "failures", "items", "suppressions", "no_data", "shadow", "overdue", "notes")
            },
        }
    )


def discard(settings: Settings, run_id: str) -> None:
    """Remove the state of a run that has ended."""
    shutil.rmtree(folder_of(settings, run_id), ignore_errors=True)


@contextmanager
def working(installation: Installation, draft: Draft) -> Iterator[None]:
    """Keep the run's lease alive while a step works."""
    ttl = timedelta(seconds=installation.settings.lease_seconds)
    with heartbeat(installation.operations, draft.lease, clock=installation.clock, ttl=ttl):
        yield


@contextmanager
def relations_of(installation: Installation, draft: Draft) -> Iterator[DuckDBPyConnection]:
    """Open the relations of a draft: the warehouse, or for a replay the Parquet files of its own manifest."""
    if draft.replay:
        connection = open_manifest(installation.settings, draft.manifest)
        try:
            yield connection
        finally:
            connection.close()
        return
    with installation.warehouse() as connection:
        sync(connection, draft.manifest, installation.lake)
        yield connection
