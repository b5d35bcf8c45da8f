"""The entry: a file in, one receipt a table out, and where a table holds, its typed rows in the connection."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from data_contracts.balances import Opening, prove_balances
from data_contracts.bounds import bound_faults, days_covered
from data_contracts.catalogue import Catalogue
from data_contracts.compiling import compile_table
from data_contracts.contract import Contract, NotTaken
from data_contracts.expectations import Expectation, expectations_of
from data_contracts.expressions import install_macros
from data_contracts.faulting import LISTED_FAULTS, Checking, count_faults, find_faults, list_faults, list_repairs
from data_contracts.loading import Lineage, Tokenise, finish_rows, throwaway_tokens, type_rows
from data_contracts.reading import RawTable, read_tables
from data_contracts.reading.staged import header_form
from data_contracts.recognition import Match, Recognition, known_headers, lay_over, recognise
from data_contracts.statements import statement
from data_contracts.vocabulary import IGNORABLE_SHEETS
from data_contracts.wording import batch_fault
from fundwatch.domain.errors import EngineError, InputError
from fundwatch.domain.receipts import BatchFault, Level, Receipt, Verdict


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: institution code, sector and the registration's ``feeds`` overrides."""

    code: str
    sector: str
    feeds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """The receipt of one table. ``rows`` names the temporary table of typed rows, None where nothing was accepted.

    ``clean`` is the table of cleaned text, ``judged`` the contract that judged it; both are None where no row was
    judged. ``raw`` is the staged table and ``match`` the contract laid over it, None where the file or its layout could
    not be read. ``prefix`` begins the names of all temporary tables of the file (identity numbers are in clear in some:
    call ``release`` when done).
    """

    receipt: Receipt
    contract: str = ""
    version: str = ""
    table: str = ""
    rows: str | None = None
    clean: str | None = None
    first_day: int | None = None
    last_day: int | None = None
    judged: Contract | None = None
    expectations: tuple[Expectation, ...] = ()
    prefix: str = ""
    raw: RawTable | None = None
    match: Match | None = None


@dataclass(frozen=True, slots=True)
class _Run:
    """What is the same for every table of one file."""

    connection: duckdb.DuckDBPyConnection
    sender: Sender
    file: str
    batch: str
    tokenise: Tokenise
    opening: Opening | None
    prefix: str


def check(
    path: Path,
    *,
    institution: Sender,
    catalogue: Catalogue,
    connection: duckdb.DuckDBPyConnection,
    batch: str = "",
    tokenise: Tokenise | None = None,
    opening: Opening | None = None,
    workdir: Path | None = None,
    file: str | None = None,
) -> tuple[Checked, ...]:
    """Check a file and leave its typed rows in the connection as temporary tables, one result a table.

    Without ``tokenise`` identity numbers become tokens of a key that is thrown away. ``opening`` gives balances before
    the batch; ``workdir`` takes temporary files (identity numbers may pass through it); ``file`` is the name shown.
    Never raises for the sender's faults. Raises ConfigurationError for a wrong registration and EngineError when the
    engine fails, which is never the sender's fault.
    """
    run = _Run(
        connection,
        institution,
        file or path.name,
        batch,
        tokenise or throwaway_tokens(),
        opening,
        f"c{uuid.uuid4().hex[:12]}",
    )
    contracts = tuple(feed.with_overrides(institution.feeds) for feed in catalogue.for_sector(institution.sector))
    if not contracts:
        return (_refused(run, "", "", [batch_fault("B002", detail=institution.sector)]),)
    with tempfile.TemporaryDirectory(dir=workdir) as folder:
        try:
            install_macros(connection)
            tables = read_tables(path, connection, known_headers(contracts), run.prefix, Path(folder))
            return tuple(_check_tables(run, tables, contracts, catalogue))
        except InputError as error:
            return (_refused(run, "", "", [_reading_fault(error)]),)
        except duckdb.Error as error:
            raise EngineError(
                "校验引擎出错，批次保留待查，与报送内容无关。",
                "The checking engine failed; the batch waits and the sender is not blamed.",
                code="E010",
                place=run.file,
            ) from error


def release(connection: duckdb.DuckDBPyConnection, results: Iterable[Checked]) -> None:
    """Drop every temporary table of the files of these results, typed rows included."""
    for prefix in {result.prefix for result in results if result.prefix}:
        found = connection.execute(statement("own_tables"), {"prefix": prefix})
        for (name,) in found.fetchall():
            connection.execute(f'DROP TABLE IF EXISTS "{name}"')


def _reading_fault(error: InputError) -> BatchFault:
    return BatchFault(
        error.code, Level.ERROR, error.zh, "请按说明处理后重新报送", error.en, "Mend the file and report again"
    )


def _refused(run: _Run, sheet: str, contract: str, faults: list[BatchFault], raw: RawTable | None = None) -> Checked:
    receipt = Receipt(run.file, run.sender.code, contract, Verdict.REJECTED, 0, 0, 0, tuple(faults), (), sheet)
    return Checked(receipt, contract, prefix=run.prefix, raw=raw)


def _not_taken(run: _Run, raw: RawTable, match: Match, reason: NotTaken, notes: list[BatchFault]) -> Checked:
    """Acknowledge a file that is known and not needed: its records are counted, none is read."""
    contract = match.contract
    counting = statement("count_filled").replace("staged_rows", raw.name)
    ((rows_read,),) = run.connection.execute(counting, {"header_row": match.header_row}).fetchall()
    known = batch_fault("B019", name=contract.name, rows=str(rows_read))
    known = replace(known, reason=f"{known.reason}：{reason.zh}", reason_en=f"{known.reason_en}: {reason.en}")
    receipt = Receipt(
        run.file, run.sender.code, contract.id, Verdict.ACCEPTED, rows_read, 0, 0, (*notes, known), (), raw.sheet
    )
    return Checked(receipt, contract.id, contract.version, prefix=run.prefix)


def _check_tables(
    run: _Run, tables: tuple[RawTable, ...], contracts: tuple[Contract, ...], catalogue: Catalogue
) -> Iterator[Checked]:
    ignorable = {header_form(name) for name in IGNORABLE_SHEETS}
    found = [(table, recognise(table, contracts)) for table in tables]
    passed_over = [table for table, seen in found if seen.match is None and header_form(table.sheet) in ignorable]
    notes = [batch_fault("B016", name=table.sheet) for table in passed_over]
    if len(passed_over) == len(tables):
        yield _refused(run, "", "", [*notes, batch_fault("B005")])
    place = 0
    for table, seen in found:
        if table in passed_over:
            continue
        if seen.match is None:
            yield _refused(run, table.sheet, "", [*_unknown(seen), *notes], table)
        else:
            for match in _with_companions(run, table, seen.match, catalogue):
                yield _check_table(run, table, match, f"{run.prefix}_{place}", notes)
                place += 1
        notes = []


def _with_companions(run: _Run, table: RawTable, match: Match, catalogue: Catalogue) -> Iterator[Match]:
    """Yield the match, then those of the feeds that read the same sheet for another table."""
    yield match
    header = next(cells for row, cells in table.head if row == match.header_row)
    for name in match.contract.also:
        other = lay_over(catalogue.feeds[name].with_overrides(run.sender.feeds), match.header_row, header, table.sheet)
        if not other.missing:
            yield other


def _unknown(seen: Recognition) -> list[BatchFault]:
    if seen.ambiguous:
        return [batch_fault("B003", detail="、".join(match.contract.id for match in seen.ambiguous))]
    nearest = seen.nearest
    if nearest is None:
        return [batch_fault("B005")]
    return [batch_fault("B001", name=nearest.contract.name, missing="、".join(nearest.missing))]


def _check_table(run: _Run, raw: RawTable, match: Match, prefix: str, notes: list[BatchFault]) -> Checked:
    """Compile, judge, type and prove one table; everything is in temporary tables named after ``prefix``."""
    contract = match.contract
    if contract.not_taken:
        return _not_taken(run, raw, match, contract.not_taken, notes)
    if match.doubled:
        return _refused(run, raw.sheet, contract.id, [batch_fault("B015", detail="、".join(match.doubled))], raw)
    items = expectations_of(match, match.last_place if raw.form == "csv" else None)
    checking = Checking(run.connection, prefix, raw, match, compile_table(raw, match, items, f"{prefix}_clean"))
    run.connection.execute(checking.compiled.statement)
    find_faults(checking)
    rows_read = checking.count("count_read")
    lineage = Lineage(run.batch, run.file, run.sender.code)
    type_rows(checking, run.tokenise, lineage)
    rows_typed = checking.count("count_typed")
    quarantined = checking.count("count_quarantined")
    faults = list(notes)
    has_order = "sequence" in contract.table.names and rows_typed > 0
    if has_order:
        faults += prove_balances(checking, run.opening)
    faults += _batch_faults(checking, rows_read, rows_typed)
    rejected = any(fault.level is Level.ERROR for fault in faults)
    receipt = _receipt(run, checking, faults, (rows_read, quarantined, rejected))
    checked = Checked(
        receipt,
        contract.id,
        contract.version,
        contract.table.id,
        clean=checking.clean,
        judged=contract,
        expectations=items,
        prefix=run.prefix,
        raw=raw,
        match=match,
    )
    if rejected:
        return checked
    first, last, _ = days_covered(checking)
    return replace(checked, rows=finish_rows(checking, lineage, has_order), first_day=first, last_day=last)


def _batch_faults(checking: Checking, rows_read: int, rows_typed: int) -> list[BatchFault]:
    faults = []
    if checking.match.unknown:
        faults.append(batch_fault("B004", detail="、".join(checking.match.unknown), count=len(checking.match.unknown)))
    if rows_read == 0:
        # A ledger that may be empty (a month without compensations) says so in its contract.
        counted = checking.match.contract.row_count
        may_be_empty = counted is not None and counted[0] == 0
        faults.append(batch_fault("B005", level=Level.NORMALISED if may_be_empty else None))
    elif rows_typed == 0:
        faults.append(batch_fault("B014"))
    return faults + bound_faults(checking, rows_read, rows_typed)


def _receipt(run: _Run, checking: Checking, faults: list[BatchFault], counts: tuple[int, int, bool]) -> Receipt:
    rows_read, quarantined, rejected = counts
    listed = list_faults(checking)
    repairs, totals = list_repairs(checking)
    counted = count_faults(checking)
    if sum(total.count for total in counted) > len(listed):
        faults = [*faults, batch_fault("B017", detail=str(LISTED_FAULTS))]
    verdict = Verdict.REJECTED if rejected else Verdict.QUARANTINE if quarantined else Verdict.ACCEPTED
    everything = sorted(
        [*listed, *repairs],
        key=lambda fault: (fault.row, fault.column == "", len(fault.column), fault.column, fault.code),
    )
    return Receipt(
        file=run.file,
        institution=run.sender.code,
        contract=checking.match.contract.id,
        verdict=verdict,
        rows_read=rows_read,
        rows_accepted=0 if rejected else rows_read - quarantined,
        rows_quarantined=quarantined,
        batch_faults=tuple(faults),
        faults=tuple(everything),
        sheet=checking.raw.sheet,
        totals=(*counted, *totals),
    )
