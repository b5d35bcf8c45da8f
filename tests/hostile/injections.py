"""Texts that want to be more than texts: formulas, SQL, paths, markup, what a terminal obeys."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.building import book, sheet_rows, sheet_xml
from tests.hostile.cases import QUARANTINE, Case, kept_out, of_text, refused, taken
from tests.hostile.sample import HEADERS, TEXT, edited, serial, text_of

_ROW = 5
ACTIVE = {
    "a formula": '=cmd|" /C calc"!A0',
    "a formula by plus": "+1+1",
    "a formula by minus": "-1+1",
    "a function": "@SUM(1+1)",
    "a full-width formula": "＝1+1",
    "a hyperlink": '=HYPERLINK("http://127.0.0.1:9","x")',
    "an exchange": '=DDE("cmd";"/C calc";"x")',
    "SQL": "'; DROP TABLE transactions; --",
    "SQL quoted": "\"; ATTACH '/tmp/x' AS y; --",
    "a macro of the engine": "read_csv('/etc/passwd')",
    "a placeholder": "$name {detail} %s ${x}",
    "markup of the terminal": "[red]x[/red] [link=http://127.0.0.1:9]y[/link]",
    "broken markup": "[/] [bold",
    "a script": "<script>alert(1)</script>",
    "an emoji by name": ":bomb:",
}
_TERMINAL = {
    "clears the screen": "\x1b[2J\x1b[H",
    "sets the title": "\x1b]0;pwned\x07",
    "hides text": "\x1b[8m",
    "a bell": "\x07",
    "goes back": "x\x08\x08y",
    "the eight-bit introducer": "\x9b2J",
    "deletes": "\x7f",
    "turns the direction": "\u202egnp.exe\u202c",
    "isolates": "\u2067x\u2069",
}
_BEFORE = {
    "a formula behind a tab": "\t=1+1",
    "a formula behind a return": "\r=1+1",
    "a formula behind a space": " =1+1",
}


def _cells() -> Iterator[Case]:
    for place, (name, text) in enumerate(ACTIVE.items()):
        rows = edited({(_ROW, "H"): text, (_ROW + 1, "C"): text})
        # Every third as a sheet: what a cell says is judged alike whatever form it came in.
        build = book({"流水": sheet_xml(sheet_rows(rows))}) if place % 3 == 0 else of_text(text_of(rows))
        kept = {(serial(_ROW), "summary"): text}
        yield Case(f"{name} in a cell", build, QUARANTINE, places=(("F002", _ROW + 1, "C"),), accepted=11, says=kept)
    for name, text in _BEFORE.items():
        rows = edited({(_ROW, "H"): text, (_ROW, "C"): text})
        yield kept_out(
            f"{name} in a cell", of_text(text_of(rows).replace(f",{text},", f',"{text}",')), ("F002", _ROW, "C")
        )
    for name, text in _TERMINAL.items():
        rows = edited({(_ROW, "H"): text, (_ROW, "C"): f"1{text}"})
        yield kept_out(f"what {name} in a cell", of_text(text_of(rows)), ("F002", _ROW, "C"))


def _headers() -> Iterator[Case]:
    for place, (name, text) in enumerate((ACTIVE | _TERMINAL).items()):
        header = tuple(text if cell == "摘要说明" else cell for cell in HEADERS)
        build = (
            book({"流水": sheet_xml(sheet_rows(header=header))}) if place % 6 == 0 else of_text(text_of(header=header))
        )
        if place % 2 == 0:
            yield taken(f"{name} in a header", build, "B004")
    unknown = ["\x1b[2J甲", "[red]乙", "=丙", "＝丁", "\u202e戊", "'; --", "己", "庚", "辛", "壬"]
    yield refused("a header of nothing but such texts", of_text(text_of(header=unknown)), "B050")
    yield refused("a title of nothing but such texts", of_text("\x1b[2J[red]=1+1\u202e\n" * 3), "B050")


def _names() -> Iterator[Case]:
    for name in (
        "[red]流水[bold].csv",
        "=1+1.csv",
        "'; DROP TABLE x; --.csv",
        "💣.csv",
        "\x1b[2J.csv",
        "a\nb.csv",
        "a\tb.csv",
        "\u202egpj.csv",
        "..csv",
        "-rf.csv",
        "~$流水.csv",
        "%s%n.csv",
        "$HOME `id`.csv",
        "a" * 240 + ".csv",
        "流" * 80 + ".csv",
        "CON.csv",
        "\udcff\udcfe.csv",
        "*?.csv",
        "a'b\"c.csv",
    ):
        yield taken(f"a file named {name[:24]!a}", of_text(TEXT, name))
    rows = edited({(_ROW, "C"): "x"})
    for name in ("[red]x.csv", "\x1b[2J.csv", "a\nb.csv", "\udcff.csv", "=1+1.csv", "流" * 80 + ".csv"):
        yield kept_out(f"a faulty file named {name[:24]!a}", of_text(text_of(rows), name), ("F002", _ROW, "C"))
        yield refused(f"a picture named {name[:24]!a}", of_text("%PDF-1.7", name), "R010")


CASES = (*_cells(), *_headers(), *_names())
