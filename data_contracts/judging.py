"""One table judged: compiled, its faults placed, typed, proven by its balances, and told in a receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import duckdb

from data_contracts.balances import Opening, Proof, prove_balances
from data_contracts.bounds import bound_faults, days_covered
from data_contracts.compiling import compile_table
from data_contracts.completing import Completion
from data_contracts.contract import Contract, NotTaken
from data_contracts.diagnosing import refine_faults
from data_contracts.expectations import Expectation, expectations_of
from data_contracts.faulting import LISTED_FAULTS, Checking, count_faults, find_faults, judge, list_faults, list_repairs
from data_contracts.loading import Lineage, Tokenise, finish_rows, type_rows
from data_contracts.reading import RawTable, Stage
from data_contracts.recognition import Match
from data_contracts.refusing import unit_faults, unread_fault, wanted_faults
from data_contracts.repeated import judge_repeated
from data_contracts.statements import statement
from data_contracts.wording import batch_fault
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
    not be read. Of a file of corrected rows ``completes`` is the batch and ``completion`` says where its rows stand in
    it; receipt and rows are those of the whole batch. ``prefix`` begins the names of all temporary tables of the file
    (identity numbers are in clear in some: call ``release`` when done).
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
    proof: Proof | None = None
    completes: str = ""
    completion: Completion | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What is the same for every table of one file."""

    connection: duckdb.DuckDBPyConnection
    sender: Sender
    file: str
    rows_from: str
    """File that rows come from unless another one put them right."""
    batch: str
    tokenise: Tokenise | None
    opening: Opening | None
    stage: Stage
    prefix: str


def refused(run: Run, sheet: str, contract: str, faults: list[BatchFault], raw: RawTable | None = None) -> Checked:
    """Return the result of a table, or of a whole file, of which no row was judged."""
    receipt = Receipt(run.file, run.sender.code, contract, Verdict.REJECTED, 0, 0, 0, tuple(faults), (), sheet)
    return Checked(receipt, contract, prefix=run.prefix, raw=raw)


def not_taken(run: Run, raw: RawTable, match: Match, reason: NotTaken, notes: list[BatchFault]) -> Checked:
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


def judge_table(run: Run, raw: RawTable, match: Match, prefix: str, notes: list[BatchFault]) -> Checked:
    """Compile, judge, type and prove one table; everything is in temporary tables named after ``prefix``."""
    contract = match.contract
    if contract.not_taken:
        return not_taken(run, raw, match, contract.not_taken, notes)
    if match.doubled:
        return refused(run, raw.sheet, contract.id, [batch_fault("B015", detail="、".join(match.doubled))], raw)
    if units := unit_faults(raw, match):
        return refused(run, raw.sheet, contract.id, [*units, *notes], raw)
    items = expectations_of(match, match.last_place if raw.form == "csv" else None)
    repeated = judge_repeated(run.connection, raw, match, items, f"{prefix}_odd")
    compiled = compile_table(raw, match, items, f"{prefix}_judged", repeated=repeated)
    checking = Checking(run.connection, prefix, raw, match, compiled)
    judge(checking)
    find_faults(checking)
    refine_faults(checking)
    rows_read = checking.count("count_read")
    lineage = Lineage(run.batch, run.rows_from, run.sender.code)
    type_rows(checking, run.tokenise, lineage)
    rows_typed = checking.count("count_typed")
    quarantined = checking.count("count_quarantined")
    faults = list(notes)
    has_order = "sequence" in contract.table.names and rows_typed > 0
    proof = prove_balances(checking, run.opening) if has_order else None
    if proof is not None:
        faults += proof.faults
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
        proof=proof,
    )
    if rejected:
        return checked
    first, last, _ = days_covered(checking)
    rows = finish_rows(checking, lineage, has_order, lasting=run.tokenise is not None)
    return replace(checked, rows=rows, first_day=first, last_day=last)


def _batch_faults(checking: Checking, rows_read: int, rows_typed: int) -> list[BatchFault]:
    faults = [*unread_fault(checking.match), *wanted_faults(checking.match)]
    if rows_read == 0:
        # A ledger that may be empty (a month without compensations) says so in its contract.
        counted = checking.match.contract.row_count
        may_be_empty = counted is not None and counted[0] == 0
        faults.append(batch_fault("B005", level=Level.NORMALISED if may_be_empty else None))
    elif rows_typed == 0:
        faults.append(batch_fault("B014"))
    return faults + bound_faults(checking, rows_read, rows_typed)


def _receipt(run: Run, checking: Checking, faults: list[BatchFault], counts: tuple[int, int, bool]) -> Receipt:
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
        header_row=checking.match.header_row,
    )
