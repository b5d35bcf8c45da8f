"""Workbooks written part by part from the sample, and ways of spoiling them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.data_contracts.workbooks import spelled
from tests.hostile.cases import Build
from tests.hostile.sample import HEADERS, ROWS, Rows


def escaped(text: str) -> str:
    """Return a text as it stands in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sheet_rows(rows: Rows = ROWS, header: tuple[str, ...] = HEADERS, first: int = 1) -> str:
    """Return rows of inline texts as a sheet's XML has them."""
    lines = []
    for number, cells in enumerate((header, *rows), first):
        body = "".join(
            f'<c r="{letter}{number}" t="inlineStr"><is><t xml:space="preserve">{escaped(cell)}</t></is></c>'
            for letter, cell in zip("ABCDEFGHIJKLMNOP", cells, strict=False)
        )
        lines.append(f'<row r="{number}">{body}</row>')
    return "".join(lines)


def sheet_xml(rows: str, before: str = "", behind: str = "") -> str:
    """Return a worksheet."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}">{before}<sheetData>{rows}</sheetData>{behind}</worksheet>'


def book(
    sheets: Mapping[str, str] | None = None,
    *,
    name: str = "a.xlsx",
    parts: Mapping[str, str | bytes] | None = None,
    hidden: frozenset[str] = frozenset(),
    properties: str = "",
) -> Build:
    """Return what writes a workbook of the sample, or of these sheets, with further parts."""
    made = {"流水": sheet_xml(sheet_rows())} if sheets is None else sheets
    return lambda folder: spelled(folder / name, made, parts=parts, hidden=hidden, properties=properties)


def rebuilt(change: Callable[[dict[str, bytes]], None], build: Build | None = None) -> Build:
    """Return what writes the workbook with its parts changed."""

    def made(folder: Path) -> Path:
        path = (build or book())(folder)
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        change(parts)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        return path

    return made


def altered(change: Callable[[bytes], bytes], build: Build | None = None) -> Build:
    """Return what writes the workbook with its bytes changed."""

    def made(folder: Path) -> Path:
        path = (build or book())(folder)
        path.write_bytes(change(path.read_bytes()))
        return path

    return made
