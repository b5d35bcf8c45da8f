"""Delimited text: encodings, cuts, mixtures, line ends, quotes, sizes, delimiters, headers."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterator

from tests.hostile.cases import Case, kept_out, of_bytes, of_text, refused, taken
from tests.hostile.sample import HEADERS, LINES, ROWS, TEXT, edited, serial, text_of, with_line

_ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8 with mark": "utf-8-sig",
    "gb18030": "gb18030",
    "utf-16 with mark": "utf-16",
    "utf-16 little end": "utf-16-le",
    "utf-16 big end": "utf-16-be",
    "utf-32 with mark": "utf-32",
}
_MISSING = "B001"
"""A layout of which something is missing."""
_UNKNOWN = "B050"
"""No header that anybody knows."""


def _encoded() -> Iterator[Case]:
    for name, encoding in _ENCODINGS.items():
        yield taken(f"whole in {name}", of_text(TEXT, encoding=encoding))
        yield taken(f"whole in {name}, gzip", of_bytes(gzip.compress(TEXT.encode(encoding), mtime=0), "a.csv.gz"))
    marked = {"utf-16": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-32": codecs.BOM_UTF32_BE}
    yield taken("whole in utf-16 big end with mark", of_bytes(marked["utf-16"]))
    yield taken("whole in utf-32 big end with mark", of_bytes(marked["utf-32"] + TEXT.encode("utf-32-be")))
    yield refused("utf-32 without a mark", of_text(TEXT, encoding="utf-32-le"), "R003")
    codes = {"iso2022_kr": "R003", "cp037": "R004"}
    for encoding in ("big5", "shift_jis", "euc_kr", "iso2022_kr", "utf-7", "hz", "cp037"):
        yield refused(f"whole in {encoding}", of_bytes(TEXT.encode(encoding, "replace")), codes.get(encoding, _UNKNOWN))
    yield refused("latin letters for Chinese ones", of_bytes(TEXT.encode().decode("latin-1").encode()), _UNKNOWN)
    yield refused("a mark of utf-16 before utf-8", of_bytes(codecs.BOM_UTF16_LE + TEXT.encode()), _UNKNOWN)
    yield taken("a mark of utf-8 before gb18030", of_bytes(codecs.BOM_UTF8 + TEXT.encode("gb18030")))
    yield refused("nothing but a mark", of_bytes(codecs.BOM_UTF8), "R001")
    yield refused("nothing but a wide mark", of_bytes(codecs.BOM_UTF16_LE), "R001")
    yield refused("half of a wide mark", of_bytes(b"\xff"), "R001")


def _cuts() -> Iterator[Case]:
    """The file breaks off: whatever record it breaks off in is kept out, those before it are taken."""
    torn = ("F024", 13, "")
    for name in ("utf-8", "gb18030", "utf-16 big end"):
        encoding = _ENCODINGS[name]
        whole = TEXT.encode(encoding)
        mark = len("".encode(encoding))
        unit = len("a".encode(encoding)) - mark
        for what, needle, units in (
            ("within an amount", ROWS[-1][2], 2),
            ("within a name", ROWS[-1][6], 1),
            ("behind a delimiter", ",货款,CNY,S0011", 1),
            ("before a delimiter", ",货款,CNY,S0011", 0),
            ("within a day", ROWS[-1][1], 5),
        ):
            place = len(TEXT[: TEXT.rindex(needle)].encode(encoding)) + units * unit
            yield kept_out(f"{name} cut {what}", of_bytes(whole[:place]), torn)
        if unit > 1:
            place = len(TEXT[: TEXT.rindex(ROWS[-1][2])].encode(encoding))
            yield kept_out(f"{name} cut within a unit", of_bytes(whole[: place + unit + 1]), torn)
        name_at = len(TEXT[: TEXT.rindex("安康商贸11")].encode(encoding))
        if encoding in ("utf-8", "gb18030"):
            yield kept_out(f"{name} cut within a character", of_bytes(whole[: name_at + 1]), torn)
        yield taken(f"{name} without the last line end", of_bytes(whole[: len(TEXT[:-1].encode(encoding))]))
        yield refused(f"{name} cut behind its header", of_bytes(LINES[0].encode(encoding)), "B005")
        yield refused(f"{name} cut at the end of its header", of_bytes(LINES[0][:-1].encode(encoding)), "B005")
        yield refused(f"{name} cut within its header", of_bytes("交易账号,交易时间,交易".encode(encoding)), _MISSING)
    yield refused("cut within a mark", of_bytes(codecs.BOM_UTF8[:2]), "R001")
    carried = TEXT.replace("\n", "\r\n").encode()
    yield taken("cut between carriage return and line feed", of_bytes(carried[:-1]))
    quoted = text_of(edited({(13, "G"): '安康,"商贸"'})).encode()
    place = quoted.rindex('安康,""商'.encode())
    yield kept_out("cut within a quoted cell", of_bytes(quoted[: place + 7]), torn)
    yield kept_out("cut between two quotes", of_bytes(quoted[: place + 8]), torn)


def _mixtures() -> Iterator[Case]:
    """More than one encoding in a file, and bytes that no text has."""
    whole = [line.encode() for line in LINES]
    national = [line.encode("gb18030") for line in LINES]
    bad = (("F042", 7, "E"), ("F042", 7, "G"), ("F042", 7, "H"))
    one = [*national[:6], whole[6], *national[7:]]
    yield kept_out("a line of utf-8 amid gb18030", of_bytes(b"".join(one)), *bad)
    one = [*whole[:6], national[6], *whole[7:]]
    yield kept_out("a line of gb18030 amid utf-8", of_bytes(b"".join(one)), *bad)
    yield refused("halves of two encodings", of_bytes(b"".join([*whole[:6], *national[6:]])), "R004")
    yield refused("a header of another encoding", of_bytes(b"".join([national[0], *whole[1:]])), "R004")

    def spoiled(row: int, old: str, new: bytes, encoding: str = "utf-8") -> bytes:
        lines = [line.encode(encoding) for line in LINES]
        lines[row - 1] = lines[row - 1].replace(old.encode(encoding), new, 1)
        return b"".join(lines)

    for name, new in {
        "a byte that is none": b"\xff",
        "a lone surrogate": b"\xed\xa0\x80",
        "an overlong NUL": b"\xc0\x80",
        "a character beyond the last": b"\xf5\x80\x80\x80",
        "half a character": "安".encode()[:2],
    }.items():
        content = spoiled(5, "货款", b"\xe8\xb4" + new)
        yield kept_out(f"{name} in a text", of_bytes(content), ("F042", 5, "H"))
        content = spoiled(5, ROWS[3][2], new + ROWS[3][2].encode())
        yield kept_out(f"{name} in an amount", of_bytes(content), ("F042", 5, "C"))
    yield kept_out("a byte that is none in gb18030", of_bytes(spoiled(5, "货款", b"\xff", "gb18030")), ("F042", 5, "H"))
    yield kept_out("NUL in an amount", of_bytes(spoiled(5, ROWS[3][2], b"1\x0013.11")), ("F043", 5, "C"))
    yield kept_out("NUL in a text", of_bytes(spoiled(5, "货款", b"\x00")), ("F043", 5, "H"))
    yield refused("NUL in the header", of_bytes(spoiled(1, "交易金额", b"\x00")), _MISSING)
    yield refused("NUL everywhere", of_bytes(b"\x00" * 4096), "R003")
    yield refused("noise", of_bytes(bytes((7 * place * place + place) % 251 for place in range(9000))), "R003")
    half = codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le").replace("货".encode("utf-16-le"), b"\x00\xd8", 1)
    yield refused("half a pair in utf-16", of_bytes(half), "R004")
    yield taken("a mark in the middle", of_text(with_line(6, "\ufeff" + LINES[5])))
    yield taken("two marks at the start", of_text("\ufeff\ufeff" + TEXT))
    glued = b"".join([codecs.BOM_UTF8 + TEXT.encode(), codecs.BOM_UTF8 + b"".join(whole[1:])])
    yield taken("two files glued together", of_bytes(glued), accepted=24)
    yield taken("two files glued with their headers", of_bytes((TEXT + TEXT).encode()), "N003", accepted=24)


def _line_ends() -> Iterator[Case]:
    for name, newline in {"carriage returns": "\r", "both": "\r\n"}.items():
        for encoding in ("utf-8", "gb18030", "utf-16"):
            yield taken(f"lines ended by {name} in {encoding}", of_text(text_of(newline=newline), encoding=encoding))
    mixed = "".join(line[:-1] + end for line, end in zip(LINES, ("\n", "\r\n", "\r") * 5, strict=False))
    yield taken("lines ended in three ways", of_text(mixed))
    yield taken("a blank line behind each", of_text(TEXT.replace("\n", "\n\n")))
    yield taken("lines ended the wrong way round", of_text(TEXT.replace("\n", "\n\r")))
    yield taken("a hundred blank lines above", of_text("\n" * 100 + TEXT))
    yield taken("control Z at the end", of_text(TEXT + "\x1a"))
    yield taken("control Z behind the last cell", of_text(TEXT[:-1] + "\x1a"))
    for name, sign in {"U+0085": "\x85", "U+2028": "\u2028", "U+2029": "\u2029", "form feed": "\x0c"}.items():
        rows = edited({(5, "H"): f"货{sign}款"})
        yield taken(f"{name} within a text", of_text(text_of(rows)))
    for name, newline in {"line feed": "\n", "carriage return": "\r", "both": "\r\n"}.items():
        line = LINES[4].replace("货款", f'"货{newline}款"').replace("安康商贸3", f'"安康{newline}{newline}商贸"')
        yield taken(f"{name} within a quoted text", of_text(with_line(5, line)), says={("S0003", "summary"): "货 款"})
    torn = [("F023", 5, ""), ("F023", 6, "")]
    line = LINES[4].replace("货款", "货\r款")
    yield kept_out("a carriage return within a text not quoted", of_text(with_line(5, line)), *torn, accepted=11)
    rows = edited({(5, "C"): "131\n.11"})
    yield kept_out("a line feed within an amount", of_text(text_of(rows)), ("F002", 5, "C"))


def _quotes() -> Iterator[Case]:
    def opened(row: int, letter: str) -> str:
        cells = list(ROWS[row - 2])
        place = "ABCDEFGHIJ".index(letter)
        cells[place] = '"' + cells[place]
        return ",".join(cells) + "\n"

    for row in (2, 7, 12, 13):
        for letter in "AGJ":
            code = "F024" if row == 13 else "F025"
            yield kept_out(
                f"a quote opened at {letter}{row}", of_text(with_line(row, opened(row, letter))), (code, row, "")
            )
    every = LINES[0] + "".join(opened(row, "G") for row in range(2, 14))
    rows = [*(("F025", row, "") for row in range(2, 13)), ("F024", 13, "")]
    yield refused("a quote opened in every row", of_text(every), "B014", places=tuple(rows))
    every = LINES[0] + "".join(opened(row, "A") for row in range(2, 14))
    yield refused("a quote opened at the start of every row", of_text(every), "B014", places=tuple(rows))
    yield taken("a quote opened in the header", of_text(TEXT.replace("交易账号", '"交易账号', 1)))
    rows_ = edited({(5, "G"): '5" 管', (6, "G"): '安"康"商贸', (7, "G"): "'安康'", (8, "G"): "“安康”"})
    raw = LINES[0] + "".join(",".join(cells) + "\n" for cells in rows_)
    yield taken("quotes amid cells that are not quoted", of_text(raw))
    quoted = "".join(",".join(f'"{cell}"' for cell in line[:-1].split(",")) + "\n" for line in LINES)
    yield taken("every cell quoted", of_text(quoted))
    yield taken("quotes behind spaces", of_text(quoted.replace(',"', ', "')))
    yield kept_out(
        "text behind a closing quote", of_text(with_line(5, LINES[4].replace("货款", '"货款"x"'))), ("F025", 5, "")
    )
    yield taken("a text of quotes", of_text(text_of(edited({(5, "H"): '""""""'}))))
    yield taken("single quotes around all", of_text(TEXT.replace("货款", "'货款'")))


def _sizes() -> Iterator[Case]:
    def long(row: int, size: int) -> str:
        return text_of(edited({(row, "H"): "长" * size}))

    yield kept_out("a cell of 40,000 characters", of_text(long(5, 40_000)), ("F041", 5, "H"))
    yield taken("a cell of 32,767 characters", of_text(long(5, 32_767)))
    yield kept_out("a cell of a million characters", of_text(long(5, 1_200_000)), ("F040", 5, ""))
    yield kept_out(
        "a quoted cell of 40,000",
        of_text(with_line(5, LINES[4].replace("货款", f'"{"x," * 20_000}"'))),
        ("F041", 5, "H"),
    )
    yield refused("a line of three million signs and nothing else", of_bytes(lambda: b"x" * 3_000_000), _UNKNOWN)
    yield kept_out("a row of 500 cells", of_text(with_line(5, LINES[4][:-1] + ",x" * 490 + "\n")), ("F023", 5, ""))
    wide = "".join(line[:-1] + "," * 490 + "\n" for line in LINES)
    yield refused("500 columns", of_text(wide), "R018")
    yield refused("10,000 columns", of_text((",".join("1" * 10_000) + "\n") * 3), "R018")
    yield taken("390 unknown columns", of_text("".join(line[:-1] + ",x" * 380 + "\n" for line in LINES)), "B004")
    yield refused("100,000 records of one cell", of_bytes(lambda: b"x\n" * 100_000), _UNKNOWN)
    yield taken("100,000 blank lines below", of_bytes(lambda: TEXT.encode() + b"\n" * 100_000))
    yield refused("100,000 blank lines and nothing else", of_bytes(lambda: b"\n" * 100_000), "R001")
    yield refused("100,000 delimiters and nothing else", of_bytes(lambda: b",,,\n" * 25_000), "R001")
    yield taken("14 titles above the header", of_text(text_of(titles=[f"第 {place} 页说明" for place in range(14)])))
    yield refused("40 titles above the header", of_text(text_of(titles=["说明"] * 40)), _UNKNOWN)


def _delimiters() -> Iterator[Case]:
    for name, delimiter in {"semicolons": ";", "tabs": "\t", "bars": "|"}.items():
        yield taken(f"parted by {name}", of_text(text_of(delimiter=delimiter)))
        rows = edited({(row, "H"): "货,款;a|b\t" for row in range(2, 14)})
        yield taken(f"parted by {name}, all others in the texts", of_text(text_of(rows, delimiter=delimiter)))
    yield taken("parted by two bars", of_text(TEXT.replace(",", "||")))
    for name, delimiter in {"carets": "^", "spaces": " ", "full-width commas": "，"}.items():
        yield refused(f"parted by {name}", of_text(TEXT.replace(",", delimiter)), _UNKNOWN)
    widths = tuple(("F023", row, "") for row in range(2, 14))
    mixed = LINES[0].replace(",", "\t") + "".join(LINES[1:])
    yield refused("a header of tabs over commas", of_text(mixed), "B014", places=widths)
    yield kept_out("one row of another delimiter", of_text(with_line(5, LINES[4].replace(",", ";"))), ("F023", 5, ""))
    yield taken("a line that names the delimiter", of_text("sep=,\n" + TEXT))


def _headers() -> Iterator[Case]:
    yield refused("no header", of_text("".join(LINES[1:])), _UNKNOWN)
    yield refused("a header alone", of_text(LINES[0]), "B005")
    yield refused("empty", of_bytes(b""), "R001")
    yield refused("spaces alone", of_text("   \n \t \n"), "R001")
    yield refused("a doubled header", of_text(TEXT.replace("摘要说明", "交易金额", 1)), "B015")
    yield taken("two names of one column", of_text(TEXT.replace("摘要说明", "发生额", 1)), "B004")
    yield refused("a header without the amount", of_text(TEXT.replace("交易金额", "数目甲", 1)), _MISSING)
    yield taken("an unknown column", of_text(TEXT.replace("摘要说明", "天气", 1)), "B004")
    yield taken("the header again amid the rows", of_text("".join([*LINES[:7], LINES[0], *LINES[7:]])), "N003")
    yield taken("two rows of header", of_text("基本,,金额,,,对方,,,其他,\n" + TEXT))
    yield taken("a delimiter behind each row", of_text(TEXT.replace("\n", ",\n")))
    yield taken("a delimiter behind the header alone", of_text(LINES[0][:-1] + ",\n" + "".join(LINES[1:])))
    yield kept_out("a delimiter behind one row", of_text(with_line(5, LINES[4][:-1] + ",\n")), ("F023", 5, ""))
    yield kept_out("a cell too few", of_text(with_line(5, LINES[4].replace("货款,", ""))), ("F023", 5, ""))
    yield kept_out("a cell too many", of_text(with_line(5, LINES[4].replace("货款", "货,款"))), ("F023", 5, ""))
    yield taken("totals below", of_text(TEXT + "合计,,99999.99,,,,,,,\n"), "N003")
    marked = text_of(header=["\ufeff" + name for name in HEADERS])
    yield taken("a mark before each header", of_text(marked))
    yield taken("a mark in a quoted header", of_text("\ufeff" + text_of().replace("交易账号", '"交易账号"', 1)))
    yield taken("full-width headers and spaces", of_text(text_of(header=[f" {name}　" for name in HEADERS])))


def _repeated() -> Iterator[Case]:
    doubled = "".join([*LINES, LINES[5]])
    yield taken("a record twice", of_text(doubled), "N002", accepted=13)
    other = edited({(6, "C"): "1.00"})[4]
    yield kept_out(
        "one serial with two contents",
        of_text(TEXT + ",".join(other) + "\n"),
        ("F022", 6, ""),
        ("F022", 14, ""),
        accepted=11,
    )
    assert serial(6) == other[9]


CASES = (
    *_encoded(), *_cuts(), *_mixtures(), *_line_ends(), *_quotes(), *_sizes(), *_delimiters(), *_headers(), *_repeated()
)  # fmt: skip
