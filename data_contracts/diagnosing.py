"""Why a cell could not be read, told more exactly than its check can: the readings that it would allow.

Pure but for ``refine_faults``. Only cells that a check has refused are looked at, each distinct text once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from data_contracts.cleaning import FAILURE
from data_contracts.faulting import Checking

_CHUNK = 50_000
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_THREE_PARTS = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[ T].*)?", re.ASCII)
_COMPACT = re.compile(r"\d{6}|\d{8}", re.ASCII)
_SERIAL = re.compile(r"([2-5]\d{4})(?:\.\d+)?", re.ASCII)
_DATED = re.compile(r"(?:19|20)\d{2}[-/.年]?\d{1,2}[-/.月]?\d{1,2}.*", re.ASCII)
_UNITS = re.compile(r"[万千百亿]元?|美元|港[元币]|欧元|日元|英镑|US\$|HK\$|[$€£]|[A-Z]{3}$")
_POINT_LAST = re.compile(r"-?\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|-?\d+,\d{1,2}")
_GROUPS_OFF = re.compile(r"-?\d+(?:,\d+)+(?:\.\d+)?")
_EPOCH = date(1899, 12, 30)
_FIRST_YEAR, _LAST_YEAR, _PIVOT, _SHORT_YEAR = 1900, 2099, 70, 2


def _day(year: str, month: str, day: str) -> str | None:
    if len(year) == _SHORT_YEAR:
        year = ("19" if int(year) >= _PIVOT else "20") + year
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found.isoformat() if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def date_readings(text: str) -> tuple[str, ...]:
    """Return the days that a text may mean if nothing is known of the order of its parts, earliest order first."""
    parted = _THREE_PARTS.fullmatch(text)
    if parted:
        first, second, third = parted.groups()
        orders = [(first, second, third), (third, first, second), (third, second, first)]
        orders = [order for order in orders if len(order[0]) in (_SHORT_YEAR, 4) and len(order[2]) <= _SHORT_YEAR]
    elif _COMPACT.fullmatch(text):
        year = len(text) - 4
        orders = [
            (text[:year], text[year : year + 2], text[year + 2 :]),
            (text[4:], text[:2], text[2:4]),
            (text[4:], text[2:4], text[:2]),
        ]
    else:
        return ()
    return tuple(dict.fromkeys(found for order in orders if (found := _day(*order)) is not None))


def _of_date(text: str) -> tuple[str, str] | None:
    readings = date_readings(text)
    serial = _SERIAL.fullmatch(text)
    if serial:
        return "F051", (_EPOCH + timedelta(days=int(serial[1]))).isoformat()
    four_first = re.match(r"(?:19|20)\d{2}\D", text) is not None
    return ("F050", " 或 ".join(readings)) if readings and not four_first else None


def _of_clock(text: str) -> tuple[str, str] | None:
    return ("F055", text[:10]) if _DATED.fullmatch(text) and len(text) > len("HHMMSS") else None


def _of_amount(text: str) -> tuple[str, str] | None:
    if re.match(FAILURE, text):
        return "F056", ""
    unit = _UNITS.search(text)
    if unit and re.search(r"\d", text):
        return "F053", unit[0]
    if _POINT_LAST.fullmatch(text) or _GROUPS_OFF.fullmatch(text):
        as_point = text.replace(",", "") if "." not in text or text.rfind(".") > text.rfind(",") else ""
        as_comma = text.replace(".", "").replace(",", ".") if text.count(",") <= 1 else ""
        readings = [reading for reading in (as_comma, as_point) if reading.count(".") <= 1 and reading]
        return "F052", " 或 ".join(dict.fromkeys(readings))
    return None


_DIAGNOSES: Mapping[str, Callable[[str], tuple[str, str] | None]] = {
    "F002": _of_amount,
    "F005": _of_date,
    "F006": _of_date,
    "F007": _of_clock,
}


def diagnosis(code: str, text: str) -> tuple[str, str] | None:
    """Return the code and detail that say more of a refused cell than its check's code, None if there are none."""
    ask = _DIAGNOSES.get(code)
    return ask(text.translate(_FULL_WIDTH).strip()) if ask else None


def refine_faults(checking: Checking) -> None:
    """Give the faults of ``<prefix>_hits`` that have a closer diagnosis its code and detail."""
    asked = {"codes": sorted(_DIAGNOSES)}
    for (place,) in checking.run("diagnosed_places", asked).fetchall():
        cell = {"told_cell": f"c{place}"}
        values = checking.run("diagnosed_values", {**asked, "place": place}, cell).fetchall()
        told = [(code, value, *found) for code, value in values if (found := diagnosis(code, value))]
        for start in range(0, len(told), _CHUNK):
            olds, texts, codes, details = map(list, zip(*told[start : start + _CHUNK], strict=True))
            columns = {"place": place, "olds": olds, "texts": texts, "codes": codes, "details": details}
            checking.run("diagnose", columns, cell)
