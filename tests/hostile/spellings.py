"""Worksheets spelled as few programs do: odd references, cells twice, prefixes, comments, two ways of counting days."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import xlsxwriter

from tests.hostile.building import book, rebuilt, sheet_rows, sheet_xml
from tests.hostile.cases import Build, Case, kept_out, refused, taken
from tests.hostile.sample import HEADERS, ROWS
from tests.hostile.sheets import cell_of, one_of, with_cell

_ROWS = sheet_rows()


def _references() -> Iterator[Case]:
    bare = _ROWS
    for row in range(1, 14):
        bare = bare.replace(f'<row r="{row}">', "<row>")
        for letter in "ABCDEFGHIJ":
            bare = bare.replace(f'<c r="{letter}{row}" ', "<c ")
    yield taken("rows and cells without numbers", one_of(bare))
    row = _ROWS.split("</row>")[4] + "</row>"
    cells = row.split("<c ")
    turned = cells[0] + "<c " + "<c ".join([cells[2].replace("</row>", ""), cells[1], *cells[3:]])
    yield taken("cells out of order", one_of(_ROWS.replace(row, turned)))
    lines = _ROWS.split("</row>")
    swapped = "</row>".join([*lines[:4], lines[5], lines[4], *lines[6:]])
    yield taken("rows out of order", one_of(swapped))
    yield refused(
        "a cell twice",
        one_of(_ROWS.replace(cell_of("C5", ROWS[3][2]), cell_of("C5", "1.00") + cell_of("C5", ROWS[3][2]))),
        "R040",
    )
    yield refused("a row twice", one_of(_ROWS + _ROWS.split("</row>")[4].replace("131.11", "1.00") + "</row>"), "R040")
    yield refused("a cell in another row's place", one_of(_ROWS.replace('<c r="C5"', '<c r="C6"')), "R040")
    yield taken("prefixed names", rebuilt(_prefixed))
    yield taken(
        "blanks about the tags",
        rebuilt(
            lambda parts: parts.update(
                {
                    "xl/worksheets/sheet1.xml": parts["xl/worksheets/sheet1.xml"]
                    .replace(b"><c ", b">\n  <c ")
                    .replace(b"><row ", b">\n <row ")
                }
            )
        ),
    )
    yield taken(
        "names in single quotes",
        rebuilt(
            lambda parts: parts.update(
                {"xl/worksheets/sheet1.xml": parts["xl/worksheets/sheet1.xml"].replace(b'"', b"'")}
            )
        ),
    )
    yield taken("a comment amid the rows", one_of(_ROWS.replace('<row r="5">', '<!-- <row r="5"> --><row r="5">')))
    fake = '<!-- <c r="C5"><f>1</f></c> -->'
    yield taken("a formula in a comment", one_of(_ROWS.replace('<row r="5">', f'{fake}<row r="5">')))
    hidden = with_cell("C5", '<c r="C5"><!-- x --><f>1+1</f><v>131.11</v></c>')
    yield kept_out("a formula behind a comment", one_of(hidden), ("F026", 5, "C"))
    yield kept_out(
        "a formula behind a blank", one_of(with_cell("C5", '<c r="C5">\n<f>1+1</f><v>131.11</v></c>')), ("F026", 5, "C")
    )
    yield kept_out(
        "a formula with its sign behind others",
        one_of(with_cell("C5", '<c s="1" r="C5"><f>1+1</f><v>131.11</v></c>')),
        ("F026", 5, "C"),
    )
    yield kept_out(
        "a long number behind a blank",
        one_of(with_cell("A5", '<c r="A5"> <v>6222021234567890001</v></c>')),
        ("F014", 5, "A"),
    )
    yield kept_out(
        "a long number in character data",
        one_of(with_cell("A5", '<c r="A5"><v><![CDATA[6222021234567890001]]></v></c>')),
        ("F014", 5, "A"),
    )
    yield kept_out(
        "a long number by character numbers",
        one_of(with_cell("A5", '<c r="A5"><v>&#54;222021234567890001</v></c>')),
        ("F001", 5, "A"),
    )
    yield kept_out(
        "an error value behind a blank", one_of(with_cell("C5", '<c r="C5" t="e"> <v>#N/A</v></c>')), ("F045", 5, "C")
    )
    yield kept_out(
        "a long number said to be one",
        one_of(with_cell("A5", '<c r="A5" t="n"><v>6222021234567890001</v></c>')),
        ("F014", 5, "A"),
    )


def _prefixed(parts: dict[str, bytes]) -> None:
    xml = parts["xl/worksheets/sheet1.xml"].decode()
    for tag in ("worksheet", "sheetData", "row", "c", "is", "t"):
        xml = (
            xml.replace(f"<{tag}>", f"<x:{tag}>").replace(f"<{tag} ", f"<x:{tag} ").replace(f"</{tag}>", f"</x:{tag}>")
        )
    parts["xl/worksheets/sheet1.xml"] = xml.replace("xmlns=", "xmlns:x=").encode()


def _written() -> Iterator[Case]:
    def by_openpyxl(folder: Path) -> Path:
        made = openpyxl.Workbook()
        page = made.active
        page.title = "流水"
        for row in (HEADERS, *ROWS):
            page.append(row)
        made.save(folder / "a.xlsx")
        return folder / "a.xlsx"

    def by_writer(rows: tuple[tuple[str, ...], ...], **options: object) -> Build:
        def build(folder: Path) -> Path:
            with xlsxwriter.Workbook(folder / "a.xlsx", {"in_memory": True, **options}) as made:
                page = made.add_worksheet("流水")
                for number, row in enumerate((HEADERS, *rows)):
                    for place, cell in enumerate(row):
                        page.write_string(number, place, cell)
            return folder / "a.xlsx"

        return build

    yield taken("written by openpyxl", by_openpyxl)
    yield taken("written by XlsxWriter", by_writer(ROWS))
    yield taken("written with big sizes", by_writer(ROWS, use_zip64=True))
    for name in ("流水'1", "=1+1", "[red]流水[/red]", "../../etc", "a&lt;b", "💣", "x" * 300, " ", "sheet\u202e1"):
        yield taken(f"a sheet named {name[:20]}", book({name: sheet_xml(_ROWS)}))
    yield refused(
        "an amount in every row by formula",
        one_of(_all_formulas()),
        "B014",
        places=tuple(("F026", row, "C") for row in range(2, 14)),
    )


def _all_formulas() -> str:
    rows = _ROWS
    for row in range(2, 14):
        rows = with_cell(f"C{row}", f'<c r="C{row}"><f>1</f><v>{ROWS[row - 2][2]}</v></c>', rows)
    return rows


def _days() -> Iterator[Case]:
    serial = 45474.335416666669
    days = with_cell("B5", f'<c r="B5" s="1"><v>{serial - 1462}</v></c>')
    yield taken("days from 1904", book({"流水": sheet_xml(days)}, properties='<workbookPr date1904="1"/>'))
    yield taken(
        "days from 1904, the other word", book({"流水": sheet_xml(days)}, properties='<workbookPr date1904="true"/>')
    )
    plain = with_cell("B5", f'<c r="B5"><v>{serial}</v></c>')
    yield taken("a day number without its format", book({"流水": sheet_xml(plain)}))


CASES = (*_references(), *_written(), *_days())
