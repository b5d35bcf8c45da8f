"""Amounts, days and numbers written as nobody should: the same value, or a fault at the cell; never another value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.hostile.cases import Case, kept_out, of_text, refused, taken
from tests.hostile.sample import ROWS, edited, text_of

_ROW = 5
_AMOUNT = ROWS[_ROW - 2][2]
"""131.11, as row 5 of the sample has it."""

_SAME_AMOUNT = {
    "full-width digits": "１３１．１１",
    "a full-width point": "131．11",
    "a mark within": "13\ufeff1.11",
    "a zero-width space within": "13\u200b1.11",
    "no-break spaces around": "\u00a0131.11\u3000",
    "zeros before": "000131.11",
    "a plus": "+131.11",
    "a unit behind": "131.11元",
    "a sign before": "￥131.11",
    "a currency before": "CNY 131.11",
    "an apostrophe before": "'131.11",
    "a tab behind": "131.11\t",
}
_REFUSED_AMOUNT = {
    "Arabic digits": "١٣١٫١١",
    "Persian digits": "۱۳۱.۱۱",
    "Devanagari digits": "१३१.११",
    "circled digits": "①③①.①①",
    "mathematical digits": "𝟏𝟑𝟏.𝟏𝟏",
    "superscript digits": "¹³¹.¹¹",
    "one look-alike digit": "13l.11",
    "a letter O for zero": "1O1.11",
    "a Cyrillic letter": "131.1З",
    "Chinese numerals": "壹佰叁拾壹元壹角壹分",
    "a middle dot": "131·11",
    "a Chinese full stop": "131。11",
    "two points": "131.1.1",
    "two amounts in one cell": "131\n200",
    "two amounts beside each other": "131.11 200",
    "yuan amid digits": "131元11",
    "a sign amid digits": "13￥1.11",
    "digits parted by spaces": "1 3 1.11",
    "digits parted by an apostrophe": "13'1.11",
    "an exponent": "1.3111e2",
    "a hexadecimal number": "0x83",
    "an underscore": "131_000",
    "infinity": "inf",
    "no number": "NaN",
    "odd groups": "1,31.11",
    "European groups": "1.311,11",
    "two signs": "--131.11",
    "a sum": "100+31.11",
    "three decimals": "131.111",
    "twenty digits": "13111111111111111111.11",
    "text direction turned": "\u202e11.131",
    "a hidden joiner": "13\u200d1.11",
    "a combining mark": "1\u03381.11",
    "a control character": "13\x081.11",
    "an escape sequence": "131.11\x1b[8m9",
}
_DATE = ROWS[_ROW - 2][1]
_SAME_DATE = {
    "full-width": "２０２４－０７－０１　０８：０３：００",
    "Chinese": "2024年7月1日 8:03:00",
    "compact": "20240701080300",
    "slashes": "2024/7/1 08:03:00",
    "a T between": "2024-07-01T08:03:00",
    "spaces around": "  2024-07-01 08:03:00  ",
}
_REFUSED_DATE = {
    "Arabic digits": "٢٠٢٤-٠٧-٠١ 08:03:00",
    "circled digits": "②⓪②④-07-01 08:03:00",
    "a day that is none": "2024-02-30 08:03:00",
    "a month that is none": "2024-13-01 08:03:00",
    "an hour that is none": "2024-07-01 25:03:00",
    "a minute that is none": "2024-07-01 08:61:00",
    "zeros": "0000-00-00 00:00:00",
    "a year far away": "9999-12-31 08:03:00",
    "a year long ago": "1066-10-14 08:03:00",
    "day or month first": "01/02/2024 08:03:00",
    "a date number": "45474.335416",
    "seconds since 1970": "1719792180",
    "another zone": "2024-07-01T00:03:00Z",
    "two days in one cell": "2024-07-01 2024-07-02",
    "words": "昨天",
    "text direction turned": "\u202e2024-07-01 08:03:00",
    "a letter l for one": "2024-07-0l 08:03:00",
}
_REFUSED_ACCOUNT = {
    "two numbers in one cell": "2600000000001\n2600000000002",
    "Arabic digits": "٢٦٠٠٠٠٠٠٠٠٠٠١",
    "an exponent": "2.6E+12",
    "stars": "260000****001",
    "a turned direction": "\u202e1000000000062",
    "a path": "..\\..\\etc\\passwd",
}


_TOGETHER = 6
"""Cells of one column that stand in one file, every other row, so that each is told at its own place."""


def _refused(what: str, letter: str, texts: Mapping[str, str], codes: Mapping[str, str], usual: str) -> Iterator[Case]:
    """Yield files of a few cells each that are faults and nothing else."""
    names = list(texts)
    for start in range(0, len(names), _TOGETHER):
        rows = dict(zip(range(3, 14, 2), names[start : start + _TOGETHER], strict=False))
        changes = {(row, letter): texts[name] for row, name in rows.items()}
        places = [(codes.get(name, usual), row, letter) for row, name in rows.items()]
        shown = ", ".join(rows.values())
        yield kept_out(f"{what}: {shown}", of_text(text_of(edited(changes))), *places)


def _cases() -> Iterator[Case]:
    for name, text in _SAME_AMOUNT.items():
        yield taken(f"amount, {name}", of_text(text_of(edited({(_ROW, "C"): text}))))
    for name, text in _SAME_DATE.items():
        yield taken(f"day, {name}", of_text(text_of(edited({(_ROW, "B"): text}))))
    yield from _refused("amounts", "C", _REFUSED_AMOUNT, _CODES, "F002")
    yield from _refused("days", "B", _REFUSED_DATE, _DATE_CODES, "F006")
    yield from _refused("accounts", "A", _REFUSED_ACCOUNT, _ACCOUNT_CODES, "F017")
    rows = [(*row[:2], f"{float(row[2]) / 10000:.6f}", *row[3:]) for row in ROWS]
    header = ["交易账号", "交易时间", "交易金额(万元)", *text_of().split("\n")[0].split(",")[3:]]
    yield refused("amounts in ten thousands, as their header says", of_text(text_of(rows, header=header)), "B043")
    yield refused("amounts in ten thousands, as a title says", of_text(text_of(titles=["单位：万元"])), "B043")
    every = edited({(row, "C"): "①" for row in range(2, 14)})
    yield refused(
        "circled digits in every row",
        of_text(text_of(every)),
        "B014",
        places=tuple(("F002", row, "C") for row in range(2, 14)),
    )


_CODES = {
    "three decimals": "F003",
    "European groups": "F052",
    "odd groups": "F052",
}
_DATE_CODES = {"day or month first": "F050", "a date number": "F051"}
_ACCOUNT_CODES = {"an exponent": "F014", "stars": "F015"}

CASES = tuple(_cases())
