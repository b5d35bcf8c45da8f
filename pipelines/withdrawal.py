"""Taking a batch back: what it shadowed returns, and the ledger keeps why."""

from __future__ import annotations

from dataclasses import replace

from fundwatch.domain.errors import InputError
from fundwatch.store.batches import retract
from fundwatch.store.engines import open_memory
from fundwatch.store.operations import ledger
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.ledger import RETRACTED, BatchMove
from pipelines.drafts import Draft
from pipelines.installation import Installation
from pipelines.night import Step


def withdrawing(batch: str, reason: str) -> Step:
    """Return the step that withdraws a batch; raises InputError for an unknown batch or an empty reason."""
    if not reason.strip():
        raise InputError("撤回批次须注明原因。", "withdrawing a batch needs a reason.", code="F306")

    def work(installation: Installation, draft: Draft) -> Draft:
        with reading(installation.operations) as operations:
            ledger.batch(operations, batch)
        settings = installation.settings
        connection = open_memory(settings, (settings.lake,))
        try:
            settlement = retract(connection, installation.lake, draft.manifest, batch)
        finally:
            connection.close()
        move = BatchMove(batch=batch, state=RETRACTED, reason=reason.strip())
        return replace(draft, files=settlement.manifest.files, moves=(*draft.moves, move))

    return work
