"""From expectations to one query: cleaned columns and, per row, the bitmask of what fails and of what was repaired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from data_contracts.cleaning import SHOWS_REPAIRS, cleaned, first_text, skipping, spellings_of
from data_contracts.conditions import OF_SEVERAL_CELLS
from data_contracts.expectations import Expectation
from data_contracts.expressions import (
    Expression,
    added,
    bitmask,
    call,
    column,
    created,
    has_bits,
    is_null,
    named,
    null,
    number,
    text,
    viewed,
    when,
)
from data_contracts.masks import (
    WORD,
    Usual,
    cell_of,
    cleaned_cell,
    fault_parts,
    gated,
    gated_terms,
    repair_of,
    usual_of,
)
from data_contracts.plainness import plain, surely_data
from data_contracts.reading.staged import RawTable
from data_contracts.recognition import Match, Matched
from data_contracts.repeated import RepeatedCells


@dataclass(frozen=True, slots=True)
class Compiled:
    """Two statements, one that judges every record and one that shows its cleaned cells, and what the mask bits mean.

    ``statement`` makes the table of ``_row``, ``_skip``, ``_width`` and masks. Bit ``n`` of column ``_faults{w}`` is
    expectation ``w × 60 + n``; bit ``n`` of ``_tidied{w}`` is the matched column of that number.
    """

    statement: str
    expectations: tuple[Expectation, ...]
    fault_words: int
    tidied_words: int
    raw: RawTable
    match: Match
    repeated: RepeatedCells = field(default_factory=RepeatedCells)

    @property
    def mask_columns(self) -> tuple[str, ...]:
        """Names of all masks."""
        faults = (f"_faults{word}" for word in range(self.fault_words))
        return (*faults, *(f"_tidied{word}" for word in range(self.tidied_words)))

    def emptied_bits(self, key: str) -> tuple[int, ...]:
        """Return per fault word the bits that make a cleaned column empty."""
        words = [0] * self.fault_words
        for place, item in enumerate(self.expectations):
            if item.column == key and item.empties:
                words[place // WORD] |= 1 << place % WORD
        return tuple(words)

    def cleaned_view(self, target: str, judged: str, tidied: Sequence[int]) -> str:
        """Return the statement that shows the cleaned cells of all records judged, beside what was judged.

        A view, so that a cell is cleaned only where it is read; ``tidied`` are the mask words joined over all rows: a
        column in which nothing was repaired is shown as it stands, and of another only the cells that were.
        """
        cells: list[Expression] = []
        for place, matched in enumerate(self.match.read):
            repaired = bool(tidied[place // WORD] >> place % WORD & 1)
            cells.append(named(self._shown(matched, place, repaired=repaired), matched.column.key))
        cells += [
            named(call("fw_text", cell_of(matched)), matched.column.verbatim_key)
            for matched in self.match.read
            if matched.column.verbatim
        ]
        told = [exp.column(name, table="judged", quoted=True) for name in ("_row", "_skip", "_width")]
        masks = [exp.column(name, table="judged", quoted=True) for name in self.mask_columns]
        query = exp.select(*told, *cells, *masks).from_(exp.alias_(exp.to_table(judged), "judged", table=True))
        same = exp.EQ(
            this=exp.column("_row", table="judged", quoted=True),
            expression=exp.column("_row", table="raw", quoted=True),
        )
        query = query.join(exp.alias_(exp.to_table(self.raw.name), "raw", table=True), on=same)
        return viewed(target, query)

    def _shown(self, matched: Matched, place: int, *, repaired: bool) -> Expression:
        """Return a column's cleaned cell from the cell as sent: cleaned again only where it must be."""
        cell = cell_of(matched)
        told = self.repeated.columns.get(matched.column.key)
        if told is not None and told.is_itself:
            return cell
        full = cleaned(cell, matched.column, self.match.contract, self.raw.form)
        if matched.column.kind in SHOWS_REPAIRS:
            mask = exp.column(f"_tidied{place // WORD}", table="judged", quoted=True)
            return when((has_bits(mask, 1 << place % WORD), full), otherwise=cell.copy()) if repaired else cell
        known = plain(cell, matched.column, self.match.contract, self.raw.form)
        if known is None:
            return full
        if told is None or known.is_itself:
            return gated(known.holds, known, matched, full)
        # Of a handful of cells that are there comparing tells faster than a list of all spellings.
        pairs = [(spelling, value) for spelling, value in spellings_of(matched.column) if spelling in told.seen]
        same = [(exp.EQ(this=cell.copy(), expression=text(spelling)), text(value)) for spelling, value in pairs]
        return when(*same, otherwise=None if told.is_plain else full)


def _width_of(raw: RawTable, last: int) -> Expression:
    """Return the cells of a record; empty ones behind the header's last do not count where most records have them.

    Only there: an empty cell too many in one record alone is the mark of cells that have moved.
    """
    behind = [column(f"c{place}") for place in range(last + 1, raw.usual_cells + 1)]
    given = column("_cells")
    if behind:
        blank = is_null(call("coalesce", *(call("fw_text", cell) for cell in behind), null()))
        within = exp.LTE(this=given, expression=number(raw.usual_cells))
        given = when((exp.and_(blank, within), call("least", given, number(last))), otherwise=given.copy())
    return named(given, "_width")


_ALL_USUAL = "_usual"


def _fault_words(
    match: Match, items: tuple[Expectation, ...], usual: Mapping[str, Usual], repeated: RepeatedCells
) -> list[Expression]:
    """Return the fault masks; columns judged by their distinct cells are only looked up."""
    numbered = [
        (bit, item)
        for bit, item in enumerate(items)
        if item.column not in repeated.columns or item.kind in OF_SEVERAL_CELLS
    ]
    before = [matched for matched in match.read if matched.column.key in repeated.columns]
    words = []
    for word in range(max(1, -(-len(items) // WORD))):
        parts = fault_parts(numbered, word, usual, column(_ALL_USUAL))
        parts += [part for matched in before for part in repeated.faults_of(matched, word)]
        words.append(named(added(parts), f"_faults{word}"))
    return words


def _tidied_words(match: Match, form: str, usual: Mapping[str, Usual], repeated: RepeatedCells) -> list[Expression]:
    always: list[tuple[int, Expression]] = []
    asked: list[tuple[int, Expression]] = []
    for place, matched in enumerate(match.read):
        key = matched.column.key
        if key not in repeated.columns:
            (asked if key in usual else always).append((place, repair_of(matched, form, usual)))
        elif (told := repeated.repair_of(matched)) is not None:
            always.append((place, told))

    def bits(repairs: list[tuple[int, Expression]], word: int) -> Expression:
        return bitmask((place % WORD, told) for place, told in repairs if place // WORD == word)

    return [
        named(added([bits(always, word), *gated_terms(column(_ALL_USUAL), [bits(asked, word)])]), f"_tidied{word}")
        for word in range(max(1, -(-len(match.read) // WORD)))
    ]


def _flagged(raw: RawTable, match: Match, usual: Mapping[str, Usual], repeated: RepeatedCells) -> exp.Select:
    """Return the staged rows below the header with the flags of their plain cells, and whether all of them are so."""
    flags = [(known, flag) for known in usual.values() if (flag := repeated.flag(known)) is not None]
    rows = exp.select(exp.Star(), *(named(flag, f"_plain{known.matched.place}") for known, flag in flags))
    rows = rows.from_(exp.to_table(raw.name))
    rows = rows.where(exp.GT(this=column("_row"), expression=number(match.header_row)), copy=False)
    asked = [known.passes for key, known in usual.items() if key not in repeated.columns]
    gate = named(exp.and_(*asked) if asked else exp.true(), _ALL_USUAL)
    rows = exp.select(exp.Star(), gate).from_(rows.subquery("marked", copy=False), copy=False)
    return repeated.joined(rows, match.read)


def compile_table(
    raw: RawTable,
    match: Match,
    items: tuple[Expectation, ...],
    target: str,
    *,
    repeated: RepeatedCells | None = None,
    short_cuts: bool = True,
) -> Compiled:
    """Return the single statement that judges every record of a staged table, see ``Compiled``.

    Records above and at the header, and blank ones, are left out; other records that are no data stay with ``_skip``
    set. ``repeated`` is what is known already of columns of which cells repeat. Without ``short_cuts`` plain cells get
    the full treatment as well: the same result, for tests. Raises ConfigurationError for an expectation that is not
    known.
    """
    before = repeated or RepeatedCells()
    usual = usual_of(match.read if short_cuts else (), match.contract, raw.form)
    inner = _flagged(raw, match, usual, before)
    told = {known.matched.place: (known.flag, known.plain) for known in usual.values()}
    sure = surely_data(match, told, raw.width)
    first, skip = first_text(raw.width), skipping(match)
    if sure is not None:
        inner = exp.select(exp.Star(), named(sure, "_sure")).from_(inner.subquery("known", copy=False), copy=False)
        first, skip = (when((exp.not_(column("_sure")), each)) for each in (first, skip))
    inner = exp.select(exp.Star(), named(first, "_first")).from_(inner.subquery("told", copy=False), copy=False)
    middle = exp.select(
        exp.Star(),
        named(skip, "_skip"),
        _width_of(raw, match.last_place),
        *(named(_cleaned(matched, match, raw.form, usual, before), matched.column.key) for matched in match.read),
    ).from_(inner.subquery("begun", copy=False), copy=False)
    fault_words = _fault_words(match, items, usual, before)
    tidied_words = _tidied_words(match, raw.form, usual, before)
    outer = exp.select(column("_row"), column("_skip"), column("_width"), *fault_words, *tidied_words)
    outer = outer.from_(middle.subquery("staged", copy=False), copy=False).where(
        exp.NullSafeNEQ(this=column("_skip"), expression=text("blank")), copy=False
    )
    return Compiled(created(target, outer), items, len(fault_words), len(tidied_words), raw, match, before)


def _cleaned(
    matched: Matched, match: Match, form: str, usual: Mapping[str, Usual], repeated: RepeatedCells
) -> Expression:
    told = repeated.columns.get(matched.column.key)
    if told is not None and told.is_itself:
        return cell_of(matched)
    return cleaned_cell(matched, match.contract, form, usual)
