"""Reference data of the rules, from ``rules/reference/*.csv``: calendar, words, limits, caps, rates and prices."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from sqlglot import exp

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import date_of, day_number

FOLDER = Path(__file__).parent / "reference"
FIRST_DAY = 0
LAST_DAY = day_number(date(9999, 12, 31))
"""What an empty ``valid_from`` and ``valid_to`` mean."""
_HUNDREDTHS = 100
_WEEK, _FRIDAY = 7, 4
_NOTICE = ("first_day", "last_day", "kind", "name", "source")
_KINDS = {False: "holiday", True: "workday"}
_MONDAY = day_number(date(1970, 1, 5))


class Loader(Protocol):
    """What executes a statement with named values; a DuckDB connection is one."""

    def execute(self, query: str, parameters: Any = None, /) -> Any:
        """Execute one statement."""


@dataclass(frozen=True, slots=True)
class Table:
    """One reference relation: columns with DuckDB types, and its rows."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Days off, or working days made up for them, as a notice sets them."""

    first_day: int
    last_day: int
    works: bool
    name: str
    source: str


def tables(first_day: int, last_day: int, folder: Path = FOLDER, added: Sequence[Notice] = ()) -> Mapping[str, Table]:
    """Return every reference relation; the calendar covers [first_day, last_day] (day numbers).

    ``added`` are notices of an installation, which go before those of the folder on the same days.
    """
    return {
        "reference_calendar": Table(
            (("day", "INTEGER"), ("is_workday", "BOOLEAN"), ("workday_number", "INTEGER"), ("holiday", "TEXT")),
            tuple(calendar(first_day, last_day, folder, added)),
        ),
        "reference_limits": _effective(
            folder, "limits", (("code", "TEXT"), ("currency", "TEXT"), ("amount", "BIGINT"))
        ),
        "reference_caps": _effective(
            folder, "caps", (("code", "TEXT"), ("unit", "TEXT"), ("value", "BIGINT")), with_source=True
        ),
        "reference_prices": _effective(folder, "prices", (("item", "TEXT"), ("amount", "BIGINT"))),
        "reference_lexicon": _effective(folder, "lexicon", (("term", "TEXT"), ("class", "TEXT"))),
        "reference_glyphs": _glyphs(folder),
        "reference_lpr": _effective(folder, "lpr", (("rate_percent", "INTEGER"),), rename={"rate_percent": "rate_bp"}),
    }


def load_reference(connection: Loader, first_day: int, last_day: int, folder: Path = FOLDER) -> None:
    """Create or replace every reference relation in an engine, the calendar over [first_day, last_day]."""
    for name, table in tables(first_day, last_day, folder).items():
        kinds = [
            exp.ColumnDef(this=exp.to_identifier(one), kind=exp.DataType.build(kind)) for one, kind in table.columns
        ]
        create = exp.Create(this=exp.Schema(this=exp.to_table(name), expressions=kinds), kind="TABLE", replace=True)
        connection.execute(create.sql(dialect="duckdb"))
        lists = [exp.func("unnest", exp.Placeholder(this=column)) for column, _ in table.columns]
        insert = exp.insert(exp.select(*lists), exp.to_table(name))
        values = {column: [row[at] for row in table.rows] for at, (column, _) in enumerate(table.columns)}
        connection.execute(insert.sql(dialect="duckdb"), values)


def calendar(
    first_day: int, last_day: int, folder: Path = FOLDER, added: Sequence[Notice] = ()
) -> Iterator[tuple[int, bool, int, str | None]]:
    """Yield day, whether it is a working day, the running number of working days, and the holiday's name.

    The number counts working days from Monday 1970-01-05 through the day, so it does not depend on the range; a
    day off carries the number of the working day before it. Years without a notice count weekends only.
    """
    listed = _by_day(read_notices(folder / "calendar.csv")) | _by_day(added)
    number = _weekdays_before(first_day)
    for day, notice in listed.items():
        if day < first_day:
            number += notice.works - _is_weekday(day)
    for day in range(first_day, last_day + 1):
        listed_here = listed.get(day)
        is_workday = _is_weekday(day) if listed_here is None else listed_here.works
        number += is_workday
        yield day, is_workday, number, None if listed_here is None or is_workday else listed_here.name


@lru_cache(maxsize=4)
def workdays(added: tuple[Notice, ...] = ()) -> Callable[[int], bool]:
    """Return what says of a day (number) whether it is a working day, by all notices."""
    listed = _by_day(read_notices(FOLDER / "calendar.csv")) | _by_day(added)

    def is_workday(day: int) -> bool:
        return listed[day].works if day in listed else _is_weekday(day)

    return is_workday


def read_notices(path: Path) -> list[Notice]:
    """Read notices from a CSV; raise ConfigurationError for one that is wrong, or a day that is listed twice."""
    found = []
    for row in _rows(path, _NOTICE):
        if row["kind"] not in _KINDS.values():
            raise _wrong(path.stem, f"unknown kind {row['kind']}")
        try:
            first, last = _day(row["first_day"], FIRST_DAY), _day(row["last_day"], FIRST_DAY)
        except ValueError as error:
            raise _wrong(path.stem, f"{error}") from error
        if last < first:
            raise _wrong(path.stem, f"{row} ends before it begins")
        found.append(Notice(first, last, row["kind"] == _KINDS[True], row["name"], row["source"]))
    seen: set[int] = set()
    for one in found:
        days = set(range(one.first_day, one.last_day + 1))
        if seen & days:
            raise _wrong(path.stem, f"{date_of(min(seen & days))} is listed twice")
        seen |= days
    return found


def notices_text(notices: Sequence[Notice]) -> str:
    """Return notices as the CSV that ``read_notices`` reads."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_NOTICE)
    for one in notices:
        kind = _KINDS[one.works]
        writer.writerow((date_of(one.first_day), date_of(one.last_day), kind, one.name, one.source))
    return target.getvalue()


def _by_day(notices: Sequence[Notice]) -> dict[int, Notice]:
    return {day: one for one in notices for day in range(one.first_day, one.last_day + 1)}


def _is_weekday(day: int) -> bool:
    return (day - _MONDAY) % _WEEK <= _FRIDAY


def _weekdays_before(day: int) -> int:
    """Return the number of weekdays from Monday 1970-01-05 up to the day before."""
    weeks, rest = divmod(day - _MONDAY, _WEEK)
    return weeks * (_FRIDAY + 1) + min(rest, _FRIDAY + 1)


def _effective(
    folder: Path,
    name: str,
    columns: tuple[tuple[str, str], ...],
    rename: Mapping[str, str] | None = None,
    *,
    with_source: bool = False,
) -> Table:
    names = tuple(column for column, _ in columns)
    rows = []
    for row in _read(folder, name, (*names, "valid_from", "valid_to", "source")):
        since, until = _day(row["valid_from"], FIRST_DAY), _day(row["valid_to"], LAST_DAY)
        if until < since:
            raise _wrong(name, f"{row} ends before it begins")
        told = (row["source"],) if with_source else ()
        rows.append((*(_value(row[column], kind) for column, kind in columns), since, until, *told))
    named = tuple(((rename or {}).get(column, column), kind) for column, kind in columns)
    source = (("source", "TEXT"),) if with_source else ()
    return Table((*named, ("valid_from_day", "INTEGER"), ("valid_to_day", "INTEGER"), *source), tuple(rows))


def _glyphs(folder: Path) -> Table:
    """Return how disguised spellings are read: all single characters packed into one row, each longer one apart.

    ``translate`` takes the packed row at once, so that the number of characters listed costs nothing.
    """
    pairs = [(row["written"], row["read"]) for row in _read(folder, "glyphs", ("written", "read", "source"))]
    characters = {written: read for written, read in pairs if len(written) == len(read) == 1}
    longer = [(written, read) for written, read in pairs if len(written) > 1]
    if len(characters) + len(longer) != len(pairs) or len({*longer}) != len(longer):
        raise _wrong("glyphs", "a single character must be read as one other, and no spelling be listed twice")
    packed = ("character", "".join(characters), "".join(characters.values()))
    columns = (("kind", "TEXT"), ("written", "TEXT"), ("read", "TEXT"))
    return Table(columns, (packed, *(("spelling", written, read) for written, read in longer)))


def _value(text: str, kind: str) -> int | str:
    """Return a text as it is; a number in hundredths (元 as fen, percent as basis points)."""
    return text if kind == "TEXT" else int(Decimal(text) * _HUNDREDTHS)


def _day(text: str, empty: int) -> int:
    return day_number(date.fromisoformat(text)) if text else empty


def _read(folder: Path, name: str, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Read one reference CSV of a folder."""
    return _rows(folder / f"{name}.csv", columns)


def _rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Read one CSV with comment lines; raise ConfigurationError when its columns or a row are not as declared."""
    name = path.stem
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    except OSError as error:
        raise _wrong(name, f"cannot be read: {error}") from error
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != tuple(columns):
        raise _wrong(name, f"the columns must be {', '.join(columns)}")
    for row in reader:
        if None in row or None in row.values() or not row["source"]:
            raise _wrong(name, f"a row is too short, too long or without a source: {row}")
        yield row


def _wrong(name: str, en: str) -> ConfigurationError:
    return ConfigurationError("参考数据有误，请修正。", f"reference data: {en}.", code="R040", place=f"{name}.csv")
