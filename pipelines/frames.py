"""The features of a night, measured once: the detector ranks them, and publication files them beside what it raises."""

from __future__ import annotations

import polars as pl
from duckdb import DuckDBPyConnection

from detectors import features
from pipelines import drafts
from pipelines.drafts import Draft
from pipelines.installation import Installation

_FILE = "features.parquet"


def frame_of(installation: Installation, connection: DuckDBPyConnection, draft: Draft) -> pl.DataFrame:
    """Return the detector's features on the evening of a night; a run whose relations stand measures them once.

    They lie beside the draft, hold nobody's name, and go when the run ends.
    """
    assert draft.as_of is not None, "only a nightly run measures"
    path = drafts.folder_of(installation.settings, draft.run_id) / _FILE
    if path.is_file():
        return pl.read_parquet(path)
    frame = features.compute(connection, draft.as_of)
    part = path.with_suffix(".part")
    frame.write_parquet(part)
    part.replace(path)
    return frame
