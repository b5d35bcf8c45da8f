"""The counter where liaisons hand in files: taken in at once, judged soon after, loaded by the next run.

What it shows of a file (the rows around its faults) is kept sealed beside the upload, so that a page opens no file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from data_contracts.checking import Checked
from data_contracts.sheets import header_cells, rows_of, source_tables
from fundwatch.domain.errors import InputError
from fundwatch.domain.fault_groups import groups_of
from fundwatch.domain.file_receipts import merged, receipt_from_json, refused
from fundwatch.domain.receipts import Receipt, Verdict
from fundwatch.store.operations import audit, ledger
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.ledger import CHECKED, LOADED, RECEIVED, REJECTED, RETRACTED, Batch, BatchMove
from pipelines.crosschecking import calendar_faults
from pipelines.deliveries import quality_of
from pipelines.examining import Source, file_receipt, opened_again, period_of
from pipelines.filing import Fate, move_of
from pipelines.installation import Installation
from pipelines.intake import acknowledge
from pipelines.receipting import Wanted, write_receipts

ROWS_A_GROUP = 40
"""Rows of one cause that are kept to be shown; the annotated workbook holds more."""
_HEAD_ROWS = 15


@dataclass(frozen=True, slots=True)
class Counter:
    """Hands files on from a person to the installation; each step is a transaction of its own."""

    installation: Installation

    def receive(
        self,
        path: Path,
        *,
        institution: str,
        by: str,
        legal_basis: str | None = None,
        corrects: str | None = None,
        completes: str | None = None,
    ) -> Batch:
        """Land a file and return its batch; from here on it cannot be lost.

        Raises InputError for a file that cannot be taken, or for a batch to correct or complete that is not theirs.
        """
        for named in (corrects, completes):
            if named:
                self._require_theirs(named, institution)
        batch = acknowledge(
            self.installation,
            Source(path, institution),
            legal_basis,
            corrects=corrects,
            completes=completes,
            received_by=by,
        )
        self._record(by, "upload", batch.batch, size=batch.size)
        return batch

    def judge(self, name: str) -> None:
        """Check a batch that waits and file its receipt; whoever was judged stays as it is.

        Raises EngineError when our machinery fails; the batch then waits for the next run.
        """
        installation = self.installation
        with reading(installation.operations) as connection:
            batch = ledger.batch(connection, name)
        if batch.state != RECEIVED:
            return
        with opened_again(installation, batch) as (connection, results):
            period = period_of(connection, results)
            receipt = file_receipt(results)
            receipt = refused(receipt, calendar_faults(installation, batch.institution, receipt.contract, period))
            quality = quality_of(installation, batch, receipt, results, period[1])
            installation.landing.keep_aside(batch.sha256, _shown(connection, results, receipt))
        state = REJECTED if receipt.verdict is Verdict.REJECTED else CHECKED
        move = move_of(
            installation.contracts, batch, receipt, quality, Fate(state, period, results[0].completes or None)
        )
        with writing(installation.operations) as operations:
            # A run may have judged, or the sender withdrawn, what was looked at here.
            if ledger.batch(operations, name).state == RECEIVED:
                ledger.apply(operations, move, installation.clock())

    def receipt(self, name: str) -> Receipt | None:
        """Return the latest receipt of a batch, None before it was judged."""
        with reading(self.installation.operations) as connection:
            found = ledger.list_receipts(connection, name)
        return receipt_from_json(found[-1]) if found else None

    def shown(self, batch: Batch) -> Mapping[str, Any]:
        """Return by sheet the header and the rows kept of an upload: ``{sheet: {"header", "rows"}}``; may be empty."""
        kept = self.installation.landing.read_aside(batch.sha256)
        return {} if kept is None else dict(json.loads(kept))

    def files(self, name: str, folder: Path, lang: str, *, by: str) -> Sequence[Path]:
        """Write the receipt of a batch as files into a folder and return them; the download is recorded."""
        self._record(by, "download_receipt", name)
        return write_receipts(self.installation, name, Wanted(folder, lang))

    def withdraw(self, name: str, reason: str, *, by: str) -> None:
        """Take back a batch that is not loaded yet.

        Raises InputError without a reason, and for a loaded batch: taking that back changes relations and alerts.
        """
        with writing(self.installation.operations) as connection:
            if ledger.batch(connection, name).state == LOADED:
                raise InputError(
                    "该批次已入库，撤回会影响已有预警，请联系市处非办办理。",
                    "this batch is loaded and its withdrawal touches alerts; ask the city office to do it.",
                    code="F320",
                )
            move = BatchMove(batch=name, state=RETRACTED, reason=reason.strip())
            ledger.apply(connection, move, self.installation.clock())
        self._record(by, "withdraw", name)

    def _require_theirs(self, name: str, institution: str) -> None:
        with reading(self.installation.operations) as connection:
            found = ledger.batch(connection, name)
        if found.institution != institution:
            raise InputError(
                f"没有批次 {name}，请核对批次号。", f"there is no batch {name}; check its id.", code="F305"
            )

    def _record(self, by: str, action: str, name: str, **detail: Any) -> None:
        with writing(self.installation.operations) as connection:
            now = self.installation.clock()
            audit.append(connection, now=now, actor=by, action=action, subject=f"batch:{name}", detail=detail)


def _shown(connection: DuckDBPyConnection, results: Sequence[Checked], receipt: Receipt) -> bytes:
    """Return header and rows around the faults of each sheet, as JSON.

    Nothing of a file of corrected rows: its cells are judged among those of the batch that it completes.
    """
    if results[0].completion is not None:
        return b"{}"
    whole = merged([result.receipt for result in results])
    kept: dict[str, Any] = {}
    for result in source_tables(results):
        raw = result.raw
        assert raw is not None, "source tables have been read"
        wanted: set[int] = set()
        for group in groups_of(whole):
            if group.sheet == raw.sheet:
                wanted |= {near for row in group.rows[:ROWS_A_GROUP] for near in (row - 1, row, row + 1)}
        header_row = result.match.header_row if result.match else 0
        rows = list(rows_of(connection, raw, (row for row in wanted if row > header_row)))
        if not rows and receipt.verdict is Verdict.REJECTED:
            rows = [(row, tuple(cells)) for row, cells in raw.head[:_HEAD_ROWS]]
        if rows:
            kept[raw.sheet] = {"header": header_cells(result), "rows": rows}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()
