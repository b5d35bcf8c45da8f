"""Receipts as files: the annotated workbook, the template of faulty rows, and the list of errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from data_contracts.annotating import write_annotated
from data_contracts.checking import Checked
from data_contracts.recognition import known_headers
from data_contracts.resending import errors_csv, write_template
from fundwatch.domain.errors import InputError
from fundwatch.domain.file_receipts import merged, receipt_from_json
from fundwatch.domain.receipts import Level, Receipt, Verdict
from fundwatch.domain.visible import visible
from fundwatch.store.durable import make_folder
from fundwatch.store.lake import file_hash
from fundwatch.store.operations import ledger
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.ledger import Batch
from pipelines.examining import Source, looked_into, opened_again
from pipelines.installation import Installation

_LONGEST_STEM = 200
"""Bytes of a file's name that go into the names of its receipts, which are longer by fifty at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where receipts go as files, and in which language: zh, en or both."""

    folder: Path
    lang: str = "both"


@dataclass(frozen=True, slots=True)
class _Labels:
    """What the files of a receipt are named after, and the headers that the institution's feeds know."""

    file: str
    batch: str
    known_headers: frozenset[str]


def headers_of(installation: Installation, institution: str) -> frozenset[str]:
    """Return every header that the feeds of an institution's sector know."""
    sector = installation.registry.institution(institution).sector
    return known_headers(installation.contracts.for_sector(sector))


def examine(
    installation: Installation, source: Source, *, completes: str | None = None, wanted: Wanted | None = None
) -> Receipt:
    """Return the receipt of a file that is not stored, and write it as files if wanted."""
    with looked_into(installation, source, completes=completes) as (connection, results, receipt):
        if wanted is not None:
            headers = headers_of(installation, source.institution)
            labels = _Labels(receipt.file, _coming_batch(installation, source), headers)
            list(_write(connection, results, receipt, labels, wanted))
        return receipt


def write_receipts(installation: Installation, name: str, wanted: Wanted) -> list[Path]:
    """Write the files of a stored batch's receipt and return them; its rows are read anew from the landed file.

    Raises InputError when there is no such batch or it has not been judged yet.
    """
    batch, receipt = stored_receipt(installation, name)
    with opened_again(installation, batch) as (connection, results):
        labels = _Labels(batch.file_name, name, headers_of(installation, batch.institution))
        return list(_write(connection, results, receipt, labels, wanted))


def stored_receipt(installation: Installation, name: str) -> tuple[Batch, Receipt]:
    """Return a batch and its latest receipt; raises InputError where there is none."""
    with reading(installation.operations) as connection:
        batch = ledger.batch(connection, name)
        receipts = ledger.list_receipts(connection, name)
    if not receipts:
        raise InputError(
            f"批次 {name} 尚未校验，暂无回执；请在下次运行后查看。",
            f"batch {name} has not been judged yet; look again after the next run.",
            code="F313",
        )
    return batch, receipt_from_json(receipts[-1])


def _coming_batch(installation: Installation, source: Source) -> str:
    """Return the id that the file has, or will have, as a batch: it is made of sender and content."""
    sha256 = file_hash(source.path)
    with reading(installation.operations) as connection:
        return ledger.coming_name(connection, source.institution, sha256)


def _stem(name: str) -> str:
    """Return what the files of a receipt are named after: the file's name without odd signs, cut where it is long."""
    plain = visible(name).replace("\n", "↵").replace("/", "_")
    return plain.encode()[:_LONGEST_STEM].decode("utf-8", "ignore")


def _write(
    connection: DuckDBPyConnection, results: Sequence[Checked], receipt: Receipt, labels: _Labels, wanted: Wanted
) -> Iterator[Path]:
    make_folder(wanted.folder)
    # The cells shown are those of the whole batch, so the places are too; otherwise a receipt speaks of the file sent.
    whole = receipt if results[0].completion is None else merged([result.receipt for result in results])
    # Files of one name from two folders or two institutions must not replace each other's receipts.
    stem = f"{_stem(labels.file)}.{labels.batch}"
    annotated = wanted.folder / f"{stem}.回执.xlsx"
    write_annotated(connection, results, whole, annotated, wanted.lang, labels.known_headers)
    yield annotated
    if any(fault.level is not Level.NORMALISED for fault in whole.faults):
        listed = wanted.folder / f"{stem}.错误清单.csv"
        errors_csv(whole, listed)
        yield listed
    if whole.verdict is Verdict.QUARANTINE:
        template = wanted.folder / f"{stem}.更正模板.xlsx"
        write_template(connection, results, whole, template, batch=labels.batch)
        yield template
