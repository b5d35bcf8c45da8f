"""Deliveries: the batches that institutions sent, what became of them, and how good they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from data_contracts.checking import Checked
from fundwatch.domain.keys import day_number
from fundwatch.domain.quality import DatedScore, Quality, batch_quality, figures_of, period_quality
from fundwatch.domain.receipts import Receipt
from fundwatch.store.engines import TIME_ZONE
from fundwatch.store.operations import ledger
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.ledger import Batch
from pipelines.installation import Installation

_FORMER = 20
"""Corrections of one batch that are followed back; nobody needs so many."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One batch as the list of batches shows it."""

    batch: Batch

    @property
    def score(self) -> float | None:
        """The quality score, 0 to 100."""
        return None if self.batch.quality is None else self.batch.quality / 10

    def to_json(self) -> dict[str, object]:
        """Return the delivery as plain data."""
        one = self.batch
        return {
            "batch": one.batch,
            "institution": one.institution,
            "file": one.file_name,
            "state": one.state,
            "contract": one.contract,
            "contract_version": one.contract_version,
            "rows_read": one.rows_read,
            "rows_accepted": one.rows_accepted,
            "rows_quarantined": one.rows_quarantined,
            "quality": self.score,
            "corrects": one.corrects,
            "completes": one.completes,
            "received_at": one.received_at.isoformat(),
            "sha256": one.sha256,
        }


def list_deliveries(installation: Installation, *, institution: str | None, days: int) -> list[Delivery]:
    """Return the batches received in the last days, newest first.

    Raises ConfigurationError for an unknown institution.
    """
    code = installation.registry.institution(institution).code if institution is not None else None
    since = installation.clock() - timedelta(days=days)
    with reading(installation.operations) as connection:
        found = ledger.list_batches(connection, institution=code)
    return [Delivery(one) for one in reversed(found) if one.received_at >= since]


def quality_of(
    installation: Installation, batch: Batch, receipt: Receipt, results: Sequence[Checked], last_day: int | None
) -> Quality:
    """Return the quality score of a batch that was just judged; ``last_day`` is the last that it speaks of."""
    columns = max((len(result.match.read) for result in results if result.match is not None), default=0)
    proofs = [result.proof for result in results if result.proof is not None]
    checkable = sum(proof.checkable for proof in proofs)
    received = day_number(batch.received_at.astimezone(ZoneInfo(TIME_ZONE)).date())
    figures = figures_of(
        receipt,
        columns=columns or None,
        checkable_rows=checkable or None,
        agreeing_rows=min(checkable, sum(proof.agreeing for proof in proofs)),
        days_late=max(0, received - last_day - 1) if last_day is not None else None,
        resubmissions=_resubmissions(installation, batch, results),
    )
    return batch_quality(figures)


def _resubmissions(installation: Installation, batch: Batch, results: Sequence[Checked]) -> int:
    """Return how often the same delivery had been sent before, as far as corrections say so."""
    former = batch.corrects or next((result.completes for result in results if result.completes), None)
    count = 0
    with reading(installation.operations) as connection:
        while former and count < _FORMER:
            count += 1
            earlier = ledger.batch(connection, former)
            former = earlier.corrects or earlier.completes
    return count


def period_lines(deliveries: Sequence[Delivery], *, days: int) -> list[str]:
    """Return one line an institution: its score over the period and where it moves."""
    by_code: dict[str, list[DatedScore]] = {}
    for one in deliveries:
        if one.score is not None:
            day = day_number(one.batch.received_at.astimezone(ZoneInfo(TIME_ZONE)).date())
            by_code.setdefault(one.batch.institution, []).append(DatedScore(day, one.batch.rows_read or 0, one.score))
    lines = []
    for code, scores in sorted(by_code.items()):
        period = period_quality(scores)
        zh, en = period.direction
        shown = "--" if period.score is None else f"{period.score:.1f}"
        lines.append(
            f"{code} 近 {days} 日质量得分 {shown}（{period.batches} 批，{zh}） quality {shown} ({period.batches}, {en})"
        )
    return lines
