"""The entry: a file in, one receipt a table out, and where a table holds, its typed rows in the connection."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from data_contracts.balances import Opening
from data_contracts.catalogue import Catalogue
from data_contracts.completing import Completion, Original, claimed_batch, complete
from data_contracts.contract import Contract
from data_contracts.expressions import install_macros
from data_contracts.judging import Checked, Run, Sender, judge_table, refused
from data_contracts.loading import Tokenise
from data_contracts.reading import RawTable, Stage, load_staged, stage_file
from data_contracts.reading.contents import ending_note
from data_contracts.reading.staged import Note, header_form
from data_contracts.recognition import Match, known_headers, lay_over, recognise
from data_contracts.refusing import refused_layout
from data_contracts.statements import statement
from data_contracts.vocabulary import IGNORABLE_SHEETS
from data_contracts.wording import batch_fault, worded
from fundwatch.domain.errors import EngineError, InputError
from fundwatch.domain.receipts import BatchFault, Level
from fundwatch.domain.visible import file_name

__all__ = ["Checked", "Sender", "check", "release"]


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
    completes: str | None = None,
    original_of: Callable[[str], Original] | None = None,
    stage: Stage = stage_file,
) -> tuple[Checked, ...]:
    """Check a file and leave its typed rows in the connection as temporary tables, one result a table.

    Without ``tokenise`` identity numbers become tokens of a key that is thrown away. ``opening`` gives balances before
    the batch; ``workdir`` takes temporary files (identity numbers may pass through it); ``file`` is the name shown;
    ``stage`` parses the untrusted bytes, in this process or in a confined one.
    A file of corrected rows is laid over the batch that ``completes``, else its own column, names; ``original_of``
    finds that batch and may raise InputError.
    Never raises for the sender's faults. Raises ConfigurationError for a wrong registration and EngineError when the
    engine fails, which is never the sender's fault.
    """
    shown = file or file_name(path.name)
    run = Run(
        connection,
        institution,
        shown,
        shown,
        batch,
        tokenise,
        opening,
        stage,
        f"c{uuid.uuid4().hex[:12]}",
    )
    contracts = tuple(feed.with_overrides(institution.feeds) for feed in catalogue.for_sector(institution.sector))
    if not contracts:
        return (refused(run, "", "", [batch_fault("B002", detail=institution.sector)]),)
    with tempfile.TemporaryDirectory(dir=workdir) as folder:
        try:
            install_macros(connection)
            tables, notes = _read(run, path, contracts, run.prefix, Path(folder))
            named = completes or claimed_batch(connection, tables)
            if named is None:
                return tuple(_check_tables(run, tables, contracts, catalogue, notes))
            original = _original(named, original_of)
            return _check_completed(run, tables, contracts, catalogue, original, Path(folder))
        except InputError as error:
            return (refused(run, "", "", [_reading_fault(error)]),)
        except duckdb.Error as error:
            raise EngineError(
                "校验引擎出错，批次保留待查，与报送内容无关。",
                "The checking engine failed; the batch waits and the sender is not blamed.",
                code="E010",
                place=run.file,
            ) from error
        except OSError as error:
            raise EngineError(
                "校验所需的临时文件无法读写，请检查磁盘空间；批次保留待查，与报送内容无关。",
                "Scratch files of the check cannot be written; check disk space. The sender is not blamed.",
                code="E012",
                place=run.file,
            ) from error


def _read(
    run: Run, path: Path, contracts: tuple[Contract, ...], prefix: str, folder: Path
) -> tuple[tuple[RawTable, ...], list[BatchFault]]:
    """Return the tables of a file in the connection, and what is to be said of the file as a whole."""
    staged = run.stage(path, known_headers(contracts), folder)
    tables = load_staged(run.connection, staged, prefix)
    return tables, _noted((*ending_note(run.file, tables[0].form), *staged.notes))


def _noted(notes: Iterable[Note]) -> list[BatchFault]:
    return [worded(note.code, note.detail) for note in notes]


def _original(name: str, original_of: Callable[[str], Original] | None) -> Original:
    if not name or original_of is None:
        words = batch_fault("B075")
        raise InputError(words.reason, words.reason_en, code="B075")
    return original_of(name)


def _check_completed(
    run: Run,
    fixes: tuple[RawTable, ...],
    contracts: tuple[Contract, ...],
    catalogue: Catalogue,
    original: Original,
    folder: Path,
) -> tuple[Checked, ...]:
    """Judge the batch as if it had come whole: its file with the rows of all files that put some right."""
    (base, name), *earlier = original.files
    whole, notes = _read(replace(run, file=name), base, contracts, f"{run.prefix}_o", folder)
    completion = Completion()
    for place, (path, shown) in enumerate([*earlier, (None, run.file)]):
        own = fixes if path is None else _read(run, path, contracts, f"{run.prefix}_o{place}", folder)[0]
        whole, completion, faults = complete(run.connection, whole, own, contracts, shown)
        if faults:
            return (replace(refused(run, "", "", list(faults)), completes=original.batch),)
    run = replace(run, rows_from=name)
    return tuple(
        replace(one, completes=original.batch, completion=completion)
        for one in _check_tables(run, whole, contracts, catalogue, notes)
    )


def release(connection: duckdb.DuckDBPyConnection, results: Iterable[Checked]) -> None:
    """Drop every temporary table of the files of these results, typed rows included."""
    for prefix in {result.prefix for result in results if result.prefix}:
        found = connection.execute(statement("own_tables"), {"prefix": prefix})
        for kind, name in found.fetchall():
            connection.execute(f'DROP {kind} IF EXISTS "{name}"')


def _reading_fault(error: InputError) -> BatchFault:
    return BatchFault(
        error.code, Level.ERROR, error.zh, "请按说明处理后重新报送", error.en, "Mend the file and report again"
    )


def _check_tables(
    run: Run,
    tables: tuple[RawTable, ...],
    contracts: tuple[Contract, ...],
    catalogue: Catalogue,
    notes: list[BatchFault],
) -> Iterator[Checked]:
    others = [feed for feed in catalogue.feeds.values() if run.sender.sector not in feed.sectors]
    ignorable = {header_form(name) for name in IGNORABLE_SHEETS}
    found = [(table, recognise(table, contracts, run.file)) for table in tables]
    passed_over = [
        table
        for table, seen in found
        if seen.match is None and (table.is_hidden or header_form(table.sheet) in ignorable)
    ]
    notes = notes + [batch_fault("B033" if table.is_hidden else "B016", name=table.sheet) for table in passed_over]
    if len(passed_over) == len(tables):
        yield refused(run, "", "", [*notes, batch_fault("B005")])
    place = 0
    for table, seen in found:
        if table in passed_over:
            continue
        notes = [*notes, *_noted(table.notes)]
        if seen.match is None:
            why = refused_layout(table, seen, others, run.sender.sector, run.file)
            yield refused(run, table.sheet, "", [*why, *notes], table)
        else:
            for match in _with_companions(run, table, seen.match, catalogue):
                yield judge_table(run, table, match, f"{run.prefix}_{place}", notes)
                place += 1
        notes = []


def _with_companions(run: Run, table: RawTable, match: Match, catalogue: Catalogue) -> Iterator[Match]:
    """Yield the match, then those of the feeds that read the same sheet for another table."""
    yield match
    for name in match.contract.also:
        companion = catalogue.feeds[name].with_overrides(run.sender.feeds)
        other = lay_over(companion, match.header_row, match.cells, table.sheet)
        if not other.missing:
            yield replace(other, unknown=())  # what nobody knows, the first match has said
