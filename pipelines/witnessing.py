"""Great Expectations as the witness of a batch: its profile always, its rows on the first batch of each contract."""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from data_contracts.checking import Checked
from data_contracts.measuring import measure, sample_rows
from data_contracts.witness import judge_profile, judge_rows, profile_frame
from fundwatch.domain.receipts import BatchFault
from fundwatch.store.durable import make_folder
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.ledger import LOADED, Batch, list_batches
from pipelines.drafts import Draft
from pipelines.installation import Installation, write_json

_FOLDER = "witness"


def witness(
    installation: Installation, connection: DuckDBPyConnection, draft: Draft, batch: Batch, results: Sequence[Checked]
) -> tuple[BatchFault, ...]:
    """Return the bounds of the batch that the witness finds broken, and keep its pages for the analyst.

    The profile of every batch is judged; the rows too when the contract has not been used before. Raises EngineError
    when the witness disagrees with the compiled contract: the batch waits, and the sender is not to blame.
    """
    faults: list[BatchFault] = []
    folder = make_folder(installation.settings.home / _FOLDER / batch.batch)
    for result in results:
        if result.judged is None or result.clean is None:
            continue
        profile = profile_frame(result.judged, measure(connection, result.judged, clean=result.clean, rows=result.rows))
        said = judge_profile(result.judged, profile, docs=folder)
        write_json(folder / f"{result.contract}.profile.json", said.result)
        if result.rows is not None:
            faults += [breach.as_fault() for breach in said.breaches]
        if _is_first(installation, draft, result.contract):
            frame, whole = sample_rows(connection, result.clean)
            agreement = judge_rows(result.judged, result.expectations, frame, whole=whole, docs=folder)
            write_json(folder / f"{result.contract}.rows.json", agreement.result)
            agreement.require()
    return tuple(faults)


def _is_first(installation: Installation, draft: Draft, contract: str) -> bool:
    """Say whether no batch, loaded before or in this run, has used the contract."""
    with reading(installation.operations) as operations:
        loaded = list_batches(operations, states=[LOADED])
    used = [one.contract for one in loaded] + [one.contract for one in draft.moves if one.state == LOADED]
    return not any(contract in (name or "").split("+") for name in used)
