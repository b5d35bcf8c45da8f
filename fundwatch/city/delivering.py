"""How each house files its statements: periods, names, containers, encodings, its own dirt, and what it leaves out.

One house is two days late: on the last day of the city its last two days are still out. A house with a gap sends its
month in two files, and the days between them in none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime

import numpy as np
import polars as pl

from fundwatch.city import blemishes
from fundwatch.city.cells import moment_text
from fundwatch.city.containers import delimited, gzipped, parquet, workbook
from fundwatch.city.houses import House, Layout
from fundwatch.city.layouts.camt import camt_document
from fundwatch.city.layouts.canonical import as_canonical
from fundwatch.city.layouts.east import as_east
from fundwatch.city.layouts.english import as_english
from fundwatch.city.layouts.query import as_34_columns
from fundwatch.city.layouts.split import split_sheet
from fundwatch.city.world import Gap, World
from fundwatch.domain.keys import date_of

_DAY = 86_400
LATE = {5: 2}
"""Houses, by index, that are so many days late."""
Named = tuple[str, bytes]
"""A file: its name and its bytes."""
Filer = Callable[[House, str, pl.DataFrame, np.random.Generator], Iterator[Named]]


def _query(_house: House, label: str, frame: pl.DataFrame, rng: np.random.Generator) -> Iterator[Named]:
    texts = blemishes.soil(as_34_columns(frame, incoming="贷", outgoing="借", currency="人民币"), rng)
    yield f"银行流水_{label}.csv", blemishes.paged(delimited(texts, "gb18030"), "gb18030")


def _east(house: House, label: str, frame: pl.DataFrame, _rng: np.random.Generator) -> Iterator[Named]:
    people, units = (frame.filter(side) for side in (pl.col("is_person"), ~pl.col("is_person")))
    if len(people):
        content = delimited(as_east(people, code=house.code), "utf-8-sig", "|")
        yield f"GRHQCKFHZMXJL_{label}.csv.gz", gzipped(content)
    if len(units):
        content = delimited(as_east(units, code=house.code), "gb18030", "\t")
        yield f"DGHQCKFHZMXJL_{label}.txt.gz", gzipped(content)


def _split(house: House, label: str, frame: pl.DataFrame, _rng: np.random.Generator) -> Iterator[Named]:
    made = datetime.combine(last_day(frame), datetime.min.time())
    sheet = split_sheet(frame, name=house.name, label=f"{label[:4]}年{label[4:6]}月{label[6:]}")
    yield f"账户交易明细_{label}.xlsx", workbook({"账户交易明细": sheet}, made)


def _english(_house: House, label: str, frame: pl.DataFrame, _rng: np.random.Generator) -> Iterator[Named]:
    yield f"银行流水_{label}.csv", delimited(as_english(frame), "utf-8-sig", ";")


def _camt(house: House, label: str, frame: pl.DataFrame, _rng: np.random.Generator) -> Iterator[Named]:
    yield f"camt.053_{label}.xml", camt_document(frame, bank=house.name)


def _canonical(_house: House, label: str, frame: pl.DataFrame, _rng: np.random.Generator) -> Iterator[Named]:
    yield f"银行流水_{label}.parquet", parquet(as_canonical(frame))


_FILERS: dict[Layout, Filer] = {
    Layout.QUERY: _query,
    Layout.EAST: _east,
    Layout.SPLIT: _split,
    Layout.ENGLISH: _english,
    Layout.CAMT: _camt,
    Layout.CANONICAL: _canonical,
}


def last_day(frame: pl.DataFrame) -> date:
    """Return the day of the latest row."""
    found: date = pl.select(pl.from_epoch(pl.lit(frame["at"].max()), time_unit="s").dt.date()).item()
    return found


def reported(world: World, house: House, frame: pl.DataFrame) -> pl.DataFrame:
    """Return those rows of a house that it has delivered by the last day of the city."""
    day = pl.col("at") // _DAY
    kept = frame.filter(day <= world.calendar.last - LATE.get(house.index, 0))
    for gap in world.gaps:
        if gap.house == house.index:
            kept = kept.filter(~day.is_between(gap.first, gap.last))
    return kept


def statements_of(
    house: House, frame: pl.DataFrame, rng: np.random.Generator, gaps: Iterable[Gap] = ()
) -> Iterator[Named]:
    """Yield the statement files of a house: half months from the one that sends query results, else months.

    What follows a gap in a month is a file of its own, so that no file claims to cover the days between.
    """
    period: pl.Expr = moment_text("%Y%m")
    for gap in gaps:
        if gap.house == house.index:
            in_month = moment_text("%Y%m") == f"{date_of(gap.first):%Y%m}"
            is_rest = in_month & (pl.col("at") // _DAY > gap.last)
            period = pl.concat_str([period, pl.when(is_rest).then(pl.lit("续")).otherwise(pl.lit(""))])
    if house.layout is Layout.QUERY:
        late = pl.from_epoch("at", time_unit="s").dt.day() > 15
        period = pl.concat_str([period, pl.when(late).then(pl.lit("下")).otherwise(pl.lit("上"))])
    for (label,), part in frame.with_columns(period.alias("period")).group_by("period", maintain_order=True):
        yield from _FILERS[house.layout](house, str(label), part, rng)
