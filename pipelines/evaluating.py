"""Alerts and scores of an installation held against a truth, by transfer, party and scheme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from fundwatch.domain.errors import InputError
from fundwatch.domain.keys import record_text
from fundwatch.evaluation import TransferRow, UnitReport, by_party, by_scheme, by_transfer, party_scores
from fundwatch.store.operations import history
from fundwatch.store.operations.database import reading
from fundwatch.store.warehouse import open_manifest
from pipelines.installation import Installation
from pipelines.queries import rows

ENTRIES = "truth_entries.parquet"
"""The planted entries, beside ``truth.json``."""


def units_of(
    installation: Installation,
    alerts: Sequence[Mapping[str, Any]],
    truth: Mapping[str, Any],
    *,
    entries: Path | None = None,
    scores: Sequence[Path] = (),
) -> dict[str, UnitReport]:
    """Return the figures by unit over the head manifest; without ``entries`` transfers are left out.

    ``scores`` are files of ``fundwatch scores``: the highest score of a control group over all of them ranks it;
    without one its best alert does. Raises InputError where a file is not of its form.
    """
    best = best_scores(scores) if scores else None
    with reading(installation.operations) as operations:
        manifest = history.head(operations)
    connection = open_manifest(installation.settings, manifest)
    try:
        groups = {
            record_text(row["group_key"]): row["accounts"].split("|") for row in rows(connection, "reported_groups")
        }
        transfers = _transfers(connection) if entries is not None else []
        planted = _planted(connection, entries) if entries is not None else []
    finally:
        connection.close()
    parties = party_scores(groups, alerts, best)
    by_transfers = {"transfer": by_transfer(transfers, alerts, planted)} if entries is not None else {}
    return by_transfers | {"party": by_party(parties, alerts, truth), "scheme": by_scheme(parties, alerts, truth)}


def best_scores(paths: Iterable[Path]) -> dict[str, float]:
    """Return the highest score of each subject over files of ``fundwatch scores``."""
    frames = [_read(path, ("subject_id", "score")) for path in paths]
    best = pl.concat(frames).group_by("subject_id").agg(pl.col("score").cast(pl.Float64).max())
    return dict(zip(best["subject_id"].to_list(), best["score"].to_list(), strict=True))


def _transfers(connection: DuckDBPyConnection) -> list[TransferRow]:
    return [
        TransferRow(tuple(row[name] for name in ("out_record", "in_record") if row[name] is not None), row["day"])
        for row in rows(connection, "evaluated_transfers")
    ]


def _planted(connection: DuckDBPyConnection, path: Path) -> list[tuple[str, int]]:
    named = _read(path, ("subject_id", "institution", "serial_no"))
    owner = {(row["institution"], row["serial_no"]): row["subject_id"] for row in named.iter_rows(named=True)}
    found = rows(connection, "planted_records", {"serials": named["serial_no"].to_list()})
    return [
        (owner[row["institution"], row["serial"]], row["record_id"])
        for row in found
        if (row["institution"], row["serial"]) in owner
    ]


def _read(path: Path, columns: Sequence[str]) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, columns=list(columns))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"文件读不出或缺少列 {'、'.join(columns)}，请核对后重试。",
            f"the file cannot be read or lacks a column of {', '.join(columns)}; check it.",
            code="F332",
            place=path.name,
        ) from error
