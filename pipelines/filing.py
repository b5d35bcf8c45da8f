"""Filing: a batch that was judged, as the move and the receipt that the ledger keeps."""

from __future__ import annotations

from dataclasses import dataclass

from data_contracts.catalogue import Catalogue
from fundwatch.domain.quality import Quality
from fundwatch.domain.receipts import Receipt
from fundwatch.store.operations.ledger import Batch, BatchMove
from pipelines.examining import Period


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a batch: its state, its period, and the batch that it completed."""

    state: str
    period: Period
    completes: str | None


def move_of(contracts: Catalogue, batch: Batch, receipt: Receipt, quality: Quality, fate: Fate) -> BatchMove:
    """Return the move of a batch that was judged by some contracts, with its receipt and figures."""
    versions = [contracts.feeds[name].version for name in receipt.contract.split("+") if name in contracts.feeds]
    zh, en = quality.words()
    scored = {"quality": quality.score, "quality_zh": zh, "quality_en": en}
    return BatchMove(
        batch=batch.batch,
        state=fate.state,
        contract=receipt.contract,
        contract_version="+".join(versions) or None,
        completes=fate.completes,
        quality=None if quality.score is None else round(10 * quality.score),
        rows_read=receipt.rows_read,
        rows_accepted=receipt.rows_accepted,
        rows_quarantined=receipt.rows_quarantined,
        first_day=fate.period[0],
        last_day=fate.period[1],
        verdict=str(receipt.verdict),
        receipt=receipt.to_json() | {"batch": batch.batch, "is_repeated": False} | scored,
    )
