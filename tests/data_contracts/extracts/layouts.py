"""How an extract may be laid out: container, titles, headers, order of columns; and Hypothesis strategies for it."""

from __future__ import annotations

import random
import zlib
from collections import Counter
from dataclasses import dataclass

from hypothesis import strategies as st

from data_contracts.contract import Column, Contract

from .making import Extract, droppable


@dataclass(frozen=True, slots=True)
class Container:
    """A form of file. ``form`` is text, sheet, typed sheet, parquet or typed parquet."""

    name: str
    form: str
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"
    quotes_all: bool = False
    gzipped: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it is delimited text."""
        return self.form == "text"

    @property
    def has_titles(self) -> bool:
        """Whether lines may stand above the header."""
        return self.form in ("text", "sheet", "typed sheet")


CONTAINERS = (
    Container("comma, UTF-8", "text"),
    Container("comma, UTF-8 with BOM, CRLF", "text", encoding="utf-8-sig", newline="\r\n"),
    Container("comma, GB18030, CRLF", "text", encoding="gb18030", newline="\r\n"),
    Container("semicolon, UTF-8, all quoted", "text", ";", quotes_all=True),
    Container("tab, GB18030", "text", "\t", "gb18030"),
    Container("tab, UTF-16 LE with BOM", "text", "\t", "utf-16", "\r\n"),
    Container("pipe, UTF-8", "text", "|"),
    Container("comma, UTF-16 BE with BOM", "text", encoding="utf-16-be-bom"),
    Container("comma, GB18030, all quoted", "text", encoding="gb18030", quotes_all=True),
    Container("sheet of text", "sheet"),
    Container("sheet of values", "typed sheet"),
    Container("Parquet of text", "parquet"),
    Container("Parquet of values", "typed parquet"),
)
GZIPPED = (
    Container("comma, UTF-8, gzip", "text", gzipped=True),
    Container("tab, GB18030, CRLF, gzip", "text", "\t", "gb18030", "\r\n", gzipped=True),
)
WITHOUT_BOM = (
    Container("comma, UTF-16 LE without BOM", "text", encoding="utf-16-le"),
    Container("semicolon, UTF-16 BE without BOM", "text", ";", "utf-16-be", "\r\n"),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay an extract out. ``order`` are places of its columns, ``headers`` are written in that order.

    ``noise`` are records that are no data, each with the place of the data row that it stands before.
    """

    container: Container
    headers: tuple[str, ...]
    order: tuple[int, ...]
    titles: tuple[str, ...] = ()
    noise: tuple[tuple[int, str], ...] = ()

    @property
    def header_row(self) -> int:
        """1-based record of the header; 0 in a form that keeps names apart."""
        return len(self.titles) + 1 if self.container.has_titles else 0

    def row_of(self, place: int) -> int:
        """Return the true row of a data row, 1-based, given its place from 0."""
        return self.header_row + 1 + place + sum(before <= place for before, _ in self.noise)

    def noise_record(self, kind: str) -> list[str]:
        """Return the cells of a record that is no data."""
        match kind:
            case "blank":
                return []
            case "header":
                return list(self.headers)
            case _:
                return [kind, *("" for _ in self.headers[1:])]

    def letter_of(self, place: int) -> str:
        """Return the true column letter of a column of the extract."""
        index, letters = self.order.index(place) + 1, ""
        while index:
            index, rest = divmod(index - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return letters


def plain(extract: Extract, container: Container = CONTAINERS[0]) -> Layout:
    """Return the usual layout: usual headers in the contract's order, nothing above them."""
    headers = tuple(column.header for column in extract.columns)
    return Layout(container, headers, tuple(range(len(headers))))


def _form(text: str) -> str:
    """Headers compare half-width, without spaces and letter case."""
    half = "".join(chr(ord(sign) - 0xFEE0) if 0xFF01 <= ord(sign) <= 0xFF5E else sign for sign in text)
    return "".join(half.split()).upper()


def own_spellings(feed: Contract, column: Column) -> tuple[str, ...]:
    """Return the headers of a column that no other column of the feed claims."""
    claims = Counter(form for item in feed.columns for form in {_form(text) for text in item.spellings})
    return tuple(text for text in column.spellings if text == column.header or claims[_form(text)] == 1)


_DECORATIONS = (
    lambda text: text,
    lambda text: text,
    lambda text: f" {text}",
    lambda text: f"{text}\t",
    lambda text: text.replace("(", "（").replace(")", "）"),
    lambda text: text.lower(),
    lambda text: f"　{text}",
)
NOISE = ("blank", "header", "合计", "本页小计", "第 2 页", "小计：")
_TITLES = ("某某机构报送表", "报送日期：2024-08-01", "单位,元;制表|张三", "", "银行流水查询结果")


def decorated(text: str, number: int, container: Container) -> str:
    """Return a header as somebody may have typed it."""
    made = _DECORATIONS[number % len(_DECORATIONS)](text)
    return text if container.form.endswith("parquet") or (container.delimiter == "\t" and "\t" in made) else made


def salted(*parts: object) -> random.Random:
    """Return a generator of chances that depends on nothing but these words.

    Hypothesis begins with the simplest example; shuffled by this, the simplest is another one for every feed, so that
    a law of few examples still sees every container and much disorder.
    """
    return random.Random(zlib.crc32(repr(parts).encode()))


@st.composite
def layouts(
    draw: st.DrawFn, extract: Extract, containers: tuple[Container, ...] = CONTAINERS, aliases: bool = True
) -> Layout:
    """Draw a layout of an extract."""
    chance = salted(extract.feed.id, len(extract.columns), *(cell.text for cell in extract.rows[0]))
    container = draw(st.sampled_from(chance.sample(containers, len(containers))))
    places = range(len(extract.columns))
    order = tuple(draw(st.permutations(chance.sample(places, len(places)))))
    headers = []
    for place in order:
        column = extract.columns[place]
        spellings = own_spellings(extract.feed, column) if aliases else (column.header,)
        header = draw(st.sampled_from(chance.sample(spellings, len(spellings))))
        number = draw(st.integers(0, len(_DECORATIONS) - 1)) + chance.randrange(len(_DECORATIONS))
        headers.append(decorated(header, number, container))
    if not container.has_titles:
        return Layout(container, tuple(headers), order)
    some_titles = st.sampled_from(chance.sample(_TITLES, len(_TITLES)))
    titles = tuple(draw(st.lists(some_titles, min_size=chance.randrange(4), max_size=4)))
    last = len(extract.rows) - 1
    some_noise = st.tuples(
        st.integers(chance.randint(0, last), last), st.sampled_from(chance.sample(NOISE, len(NOISE)))
    )
    noise = draw(st.lists(some_noise, min_size=chance.randrange(3), max_size=3))
    return Layout(container, tuple(headers), order, titles, tuple(sorted(noise, key=lambda item: item[0])))


@st.composite
def absences(draw: st.DrawFn, feed: Contract, most: int = 2) -> frozenset[str]:
    """Draw headers of optional columns that a file does without."""
    optional = [column.header for column in droppable(feed)]
    if len(feed.columns) < 9 or not optional:
        return frozenset()
    chance = salted(feed.id)
    some = st.sampled_from(chance.sample(optional, len(optional)))
    return frozenset(draw(st.lists(some, min_size=chance.randrange(most + 1), max_size=most)))


@st.composite
def orders(draw: st.DrawFn, count: int, salt: object) -> tuple[int, ...]:
    """Draw an order of so many things, the simplest of which is no simple one."""
    return tuple(draw(st.permutations(salted(salt).sample(range(count), count))))
