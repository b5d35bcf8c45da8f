"""Worksheets as no one should fill them: formulas, error values, odd types, merged and hidden cells, far corners."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.building import book, rebuilt, sheet_rows, sheet_xml
from tests.hostile.cases import Build, Case, kept_out, refused, taken
from tests.hostile.sample import HEADERS, ROWS

_ROWS = sheet_rows()


def cell_of(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def with_cell(reference: str, new: str, rows: str = _ROWS) -> str:
    """Return the rows with the XML of one cell replaced."""
    letter, row = reference[0], int(reference[1:])
    old = cell_of(
        reference, HEADERS["ABCDEFGHIJ".index(letter)] if row == 1 else ROWS[row - 2]["ABCDEFGHIJ".index(letter)]
    )
    assert old in rows
    return rows.replace(old, new)


def one_of(rows: str, before: str = "", behind: str = "") -> Build:
    return book({"流水": sheet_xml(rows, before, behind)})


def _values() -> Iterator[Case]:
    yield taken("whole", book())
    for name, cell in {
        "with a cached value": "<f>1+1</f><v>131.11</v>",
        "without a value": "<f>SUM(C2:C4)</f>",
        "that calls a program": "<f>cmd|'/c calc'!A0</f><v>131.11</v>",
        "that reaches the network": '<f>HYPERLINK("http://127.0.0.1:9","x")</f><v>131.11</v>',
        "shared": '<f t="shared" ref="C5:C9" si="0">C4+1</f><v>131.11</v>',
        "of another workbook": "<f>[1]Sheet1!A1</f><v>131.11</v>",
        "of an array": '<f t="array" ref="C5">SUM(C2:C4)</f><v>131.11</v>',
        "that is empty": "<f/><v>131.11</v>",
    }.items():
        yield kept_out(f"a formula {name}", one_of(with_cell("C5", f'<c r="C5">{cell}</c>')), ("F026", 5, "C"))
    yield kept_out(
        "a formula in a text", one_of(with_cell("H5", '<c r="H5" t="str"><f>A1</f><v>货款</v></c>')), ("F026", 5, "H")
    )
    for word in ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"):
        yield kept_out(
            f"the error {word}", one_of(with_cell("C5", f'<c r="C5" t="e"><v>{word}</v></c>')), ("F045", 5, "C")
        )
    yield kept_out(
        "a formula in every kind of cell",
        one_of(with_cell("A5", '<c r="A5"><f>1</f><v>2600000000001</v></c>')),
        ("F026", 5, "A"),
    )
    number = '<c r="A5"><v>6222021234567890001</v></c>'
    yield kept_out("a number of 19 digits", one_of(with_cell("A5", number)), ("F014", 5, "A"))
    yield kept_out(
        "a number in exponents", one_of(with_cell("A5", '<c r="A5"><v>6.22202123456789E+18</v></c>')), ("F014", 5, "A")
    )
    yield taken("a number of 13 digits", one_of(with_cell("A5", '<c r="A5"><v>2600000000001</v></c>')))
    yield taken("an amount as a number", one_of(with_cell("C5", '<c r="C5"><v>131.11</v></c>')))
    yield taken("an amount with binary noise", one_of(with_cell("C5", '<c r="C5"><v>131.11000000000001</v></c>')))
    yield kept_out(
        "a truth value as an amount", one_of(with_cell("C5", '<c r="C5" t="b"><v>1</v></c>')), ("F002", 5, "C")
    )
    yield kept_out(
        "an amount of no finite size", one_of(with_cell("C5", '<c r="C5"><v>1E+309</v></c>')), ("F002", 5, "C")
    )
    yield kept_out("an amount that is no number", one_of(with_cell("C5", '<c r="C5"><v>abc</v></c>')), ("F002", 5, "C"))
    yield taken("a moment by number", one_of(with_cell("B5", '<c r="B5" s="1"><v>45474.335416666669</v></c>')))
    yield taken(
        "text in pieces",
        one_of(with_cell("C5", '<c r="C5" t="inlineStr"><is><r><t>131</t></r><r><t>.11</t></r></is></c>')),
    )
    yield taken(
        "a cell with a note of how to read it aloud",
        one_of(with_cell("H5", '<c r="H5" t="inlineStr"><is><t>货款</t><rPh sb="0" eb="1"><t>huo</t></rPh></is></c>')),
        says={("S0003", "summary"): "货款"},
    )
    giant = cell_of("H5", "长" * 40_000)
    yield kept_out("a giant cell", one_of(with_cell("H5", giant)), ("F041", 5, "H"))
    yield kept_out("a negative moment", one_of(with_cell("B5", '<c r="B5" s="1"><v>-1</v></c>')), ("F006", 5, "B"))
    yield kept_out(
        "a moment that is far away", one_of(with_cell("B5", '<c r="B5" s="1"><v>9999999</v></c>')), ("F006", 5, "B")
    )


def _places() -> Iterator[Case]:
    merged = '<mergeCells count="1"><mergeCell ref="{}"/></mergeCells>'
    blank = '<c r="C6"/>'
    places = (("F044", 6, "C"),)
    yield kept_out("two merged amounts", one_of(with_cell("C6", blank), behind=merged.format("C5:C6")), *places)
    yield kept_out(
        "merged cells of a row", one_of(with_cell("H5", '<c r="H5"/>'), behind=merged.format("G5:H5")), ("F044", 5, "H")
    )
    yield taken(
        "a merged title",
        one_of(f'<row r="1">{cell_of("A1", "银行流水")}</row>' + sheet_rows(first=2), behind=merged.format("A1:J1")),
    )
    above = "".join(cell_of(f"{letter}1", name) for letter, name in zip("ABCDEFGHIJ", HEADERS, strict=True))
    header = sheet_rows(first=2).replace('<row r="2">', f'<row r="1">{above}</row><row r="2">', 1)
    tall = "".join(f'<mergeCell ref="{letter}1:{letter}2"/>' for letter in "ABCDEFGHIJ")
    blanked = header
    for letter, name in zip("ABCDEFGHIJ", HEADERS, strict=True):
        blanked = blanked.replace(cell_of(f"{letter}2", name), f'<c r="{letter}2"/>')
    yield taken("a header merged over two rows", one_of(blanked, behind=f"<mergeCells>{tall}</mergeCells>"))
    yield taken("merged blank cells below", one_of(_ROWS, behind=merged.format("A100:J200")))
    yield taken("merged to the end of the sheet", one_of(_ROWS, behind=merged.format("A20:XFD1048576")))
    yield taken("a hidden row", one_of(_ROWS.replace('<row r="5">', '<row r="5" hidden="1">')), "B032")
    yield taken("a hidden column", one_of(_ROWS, before='<cols><col min="3" max="3" hidden="1"/></cols>'), "B032")
    yield taken(
        "rows filtered away",
        one_of(_ROWS.replace('<row r="5">', '<row r="5" hidden="true">'), behind='<autoFilter ref="A1:J13"/>'),
        "B032",
    )
    yield taken("a hidden sheet of data", book({"流水": sheet_xml(_ROWS)}, hidden=frozenset({"流水"})), "B032")
    yield taken(
        "a hidden sheet of notes",
        book(
            {"流水": sheet_xml(_ROWS), "暗": sheet_xml(f'<row r="1">{cell_of("A1", "密")}</row>')},
            hidden=frozenset({"暗"}),
        ),
        "B033",
    )
    yield taken(
        "a very hidden sheet",
        rebuilt(
            lambda parts: parts.update(
                {"xl/workbook.xml": parts["xl/workbook.xml"].replace(b'r:id="rId2"', b'r:id="rId2" state="veryHidden"')}
            ),
            book({"流水": sheet_xml(_ROWS), "暗": sheet_xml(f'<row r="1">{cell_of("A1", "密")}</row>')}),
        ),
        "B033",
    )
    yield refused(
        "a second sheet that nobody knows",
        book(
            {
                "流水": sheet_xml(_ROWS),
                "其他": sheet_xml(
                    f'<row r="1">{cell_of("A1", "甲")}{cell_of("B1", "乙")}</row><row r="2">{cell_of("A2", "1")}</row>'
                ),
            }
        ),
        "B050",
    )
    yield taken(
        "a sheet of instructions",
        book({"流水": sheet_xml(_ROWS), "说明": sheet_xml(f'<row r="1">{cell_of("A1", "填表说明")}</row>')}),
        "B016",
    )
    yield taken("an empty second sheet", book({"流水": sheet_xml(_ROWS), "Sheet2": sheet_xml("")}))
    for reference in ("A1", "A1:A1", "A1:XFD1048576", "nonsense"):
        yield taken(f"a dimension of {reference}", one_of(_ROWS, before=f'<dimension ref="{reference}"/>'))
    styled = "".join(f'<row r="{row}" s="1"><c r="A{row}" s="1"/></row>' for row in range(14, 60_000))
    yield taken("60,000 blank rows that have a style", one_of(_ROWS + styled))
    yield refused(
        "a cell in the farthest corner", one_of(_ROWS + f'<row r="1048576">{cell_of("XFD1048576", "x")}</row>'), "R018"
    )
    yield refused(
        "a cell in the last row", one_of(_ROWS + f'<row r="1048576">{cell_of("ZZ1048576", "x")}</row>'), "R024"
    )
    wide = "".join(f'<c r="{name}1"><v>1</v></c>' for name in ("XFA", "XFB", "XFC", "XFD"))
    yield refused("16,384 columns", one_of(_ROWS.replace("</row>", wide + "</row>", 1)), "R018")
    yield refused("a row beyond the last", one_of(_ROWS + f'<row r="2000000">{cell_of("A2000000", "x")}</row>'), "R024")
    yield refused(
        "a row number beyond all numbers",
        one_of(_ROWS + f'<row r="99999999999999999999">{cell_of("A99999999999999999999", "x")}</row>'),
        "R024",
    )
    yield refused(
        "a column beyond all letters", one_of(_ROWS.replace("</row>", '<c r="ZZZZZZ1"><v>1</v></c></row>', 1)), "R018"
    )


CASES = (*_values(), *_places())
