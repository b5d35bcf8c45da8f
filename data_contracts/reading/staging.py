"""Untrusted bytes in, trusted files and a description out: what may run in a confined process of its own.

Nothing here opens a connection that holds data, and a form's reader is imported when a file of that form comes, so that
the process starts fast.
"""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from data_contracts.reading.contents import form_of
from data_contracts.reading.staged import Note, StagedFile, StagedTable, input_error
from fundwatch.domain.visible import file_name

Staging = tuple[tuple[StagedTable, ...], tuple[Note, ...]]
Reader = Callable[[Path, frozenset[str], Path], Staging]

_READERS = {
    "zip": ("data_contracts.reading.workbook", "stage_workbook"),
    "parquet": ("data_contracts.reading.parquet", "stage_parquet"),
    "xml": ("data_contracts.reading.xml_reports", "stage_xml"),
    "csv": ("data_contracts.reading.delimited", "stage_delimited"),
}


def stage_file(path: Path, known_headers: frozenset[str], workdir: Path) -> StagedFile:
    """Parse a file of any accepted form and leave its tables as trusted files in ``workdir``.

    The form is told by the content, not by the name. ``known_headers`` (compared as ``header_form``) settle the
    delimiter. Raises InputError for a file that cannot be read.
    """
    path = _openable(path, workdir)
    form = form_of(path)
    if form != "gzip":
        return _staged(path, form, known_headers, workdir)
    unpack = importlib.import_module("data_contracts.reading.gzipped").unpack
    inner: Path = unpack(path, workdir / "unpacked")
    try:
        form = form_of(inner)
        if form == "gzip":
            raise input_error(
                "R016",
                "压缩文件里还是压缩文件，请只压缩一次",
                "a compressed file within a compressed file; compress it once",
                path.name,
            )
        return _staged(inner, form, known_headers, workdir)
    finally:
        inner.unlink(missing_ok=True)


def _openable(path: Path, workdir: Path) -> Path:
    """Return a path that every library can open: a copy, where its name is in no encoding that they know."""
    if file_name(str(path)) == str(path):
        return path
    return Path(shutil.copyfile(path, workdir / "sent"))


def _staged(path: Path, form: str, known_headers: frozenset[str], workdir: Path) -> StagedFile:
    module, function = _READERS[form]
    reader: Reader = getattr(importlib.import_module(module), function)
    tables, notes = reader(path, known_headers, workdir)
    return StagedFile(workdir, tables, notes)


def stage_as_asked(request: Mapping[str, Any]) -> dict[str, Any]:
    """Stage the file that a plain request names (``path``, ``headers``, ``workdir``) and describe it as plain data."""
    staged = stage_file(Path(request["path"]), frozenset(request["headers"]), Path(request["workdir"]))
    return staged.to_json()
