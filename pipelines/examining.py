"""Looking into files: what a sent or a landed file holds, judged against its contract, with its cells at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from data_contracts.checking import Checked, Sender, check, release
from data_contracts.completing import Original, as_sent
from data_contracts.loading import Tokenise
from fundwatch.domain.errors import InputError
from fundwatch.domain.file_receipts import merged, refused
from fundwatch.domain.keys import month_bounds
from fundwatch.domain.receipts import Receipt
from fundwatch.store.engines import open_memory
from fundwatch.store.operations import ledger
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.ledger import LOADED, SUPERSEDED, Batch
from fundwatch.store.registry import Institution
from pipelines.confining import confined_stage
from pipelines.crosschecking import calendar_faults
from pipelines.installation import Installation

_MONTHLY = "firm_snapshots"
Period = tuple[int | None, int | None]
"""First and last day number."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to take in and the institution that sends it."""

    path: Path
    institution: str


def sender_of(institution: Institution) -> Sender:
    """Return how the contract check knows an institution."""
    overrides = {name: value for name, value in asdict(institution.feeds).items() if value is not None}
    return Sender(institution.code, institution.sector, overrides)


@contextmanager
def looked_into(
    installation: Installation, source: Source, *, completes: str | None = None
) -> Iterator[tuple[DuckDBPyConnection, tuple[Checked, ...], Receipt]]:
    """Check a file that is not stored; yield the connection with its cells, what was found, and the receipt."""
    institution = installation.registry.institution(source.institution)
    require_readable(source.path)
    connection = open_memory(installation.settings, (installation.settings.temporary, source.path.parent))
    try:
        with ExitStack() as opened:
            results = check(
                source.path,
                institution=sender_of(institution),
                catalogue=installation.contracts,
                connection=connection,
                workdir=installation.settings.temporary,
                stage=confined_stage(installation.settings),
                completes=completes,
                original_of=_originals(installation, institution.code, opened),
            )
            receipt = file_receipt(results)
            span = period_of(connection, results)
            receipt = refused(receipt, calendar_faults(installation, institution.code, receipt.contract, span))
            yield connection, results, receipt
    finally:
        connection.close()


@contextmanager
def opened_again(
    installation: Installation, batch: Batch, tokens: Tokenise | None = None
) -> Iterator[tuple[DuckDBPyConnection, tuple[Checked, ...]]]:
    """Check a landed batch; yield the connection with its cells and rows, and what was found."""
    settings = installation.settings
    connection = open_memory(settings, (settings.temporary, settings.lake))
    try:
        with ExitStack() as opened:
            clear = opened.enter_context(installation.landing.open(batch.sha256))
            results = check(
                clear,
                institution=sender_of(installation.registry.institution(batch.institution)),
                catalogue=installation.contracts,
                connection=connection,
                batch=batch.batch,
                tokenise=tokens,
                workdir=settings.temporary,
                stage=confined_stage(settings),
                file=batch.file_name,
                completes=batch.completes,
                original_of=_originals(installation, batch.institution, opened),
            )
            yield connection, results
            release(connection, results)
    finally:
        connection.close()


def _originals(installation: Installation, institution: str, opened: ExitStack) -> Callable[[str], Original]:
    """Return how a batch that is to be completed is found: its file, and the files that completed it before."""

    def find(name: str) -> Original:
        with reading(installation.operations) as connection:
            chain = [ledger.batch(connection, name)]
            while chain[-1].completes is not None:
                chain.append(ledger.batch(connection, chain[-1].completes))
        if chain[0].institution != institution or chain[0].state not in (LOADED, SUPERSEDED):
            raise InputError(
                f"本机构没有在库的批次 {name}，无法补正，请核对批次号，或整批重新报送。",
                f"no batch {name} of this institution stands; check its id, or send the whole file again.",
                code="F303",
            )
        files = [(opened.enter_context(installation.landing.open(one.sha256)), one.file_name) for one in chain]
        return Original(name, tuple(reversed(files)))

    return find


def file_receipt(results: Sequence[Checked]) -> Receipt:
    """Return the receipt of a file as its sender reads it."""
    receipt = merged([result.receipt for result in results])
    completion = results[0].completion
    return receipt if completion is None else as_sent(receipt, completion)


def period_of(connection: DuckDBPyConnection, results: Iterable[Checked]) -> Period:
    """Return first and last day that a batch speaks of: those of its rows, whole months for a month-end state."""
    first = [result.first_day for result in results if result.first_day is not None]
    last = [result.last_day for result in results if result.last_day is not None]
    for result in results:
        if result.table == _MONTHLY and result.rows is not None:
            months = connection.table(result.rows).select("month").distinct().fetchall()
            bounds = [month_bounds(str(month)) for (month,) in months if month is not None]
            first += [start for start, _ in bounds]
            last += [end for _, end in bounds]
    return min(first, default=None), max(last, default=None)


def require_readable(path: Path) -> None:
    """Raise InputError when there is no such file."""
    if not path.is_file():
        raise InputError(
            "找不到这个文件，请核对路径。", "there is no such file; check the path.", code="F312", place=path.name
        )
