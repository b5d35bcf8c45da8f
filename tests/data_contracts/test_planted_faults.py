"""A fault planted in a clean file is reported at its own row and column, and the rest of the file is as it was."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.catalogue import Catalogue
from data_contracts.checking import Checked
from fundwatch.domain.receipts import Level, Verdict

from .extracts.cells import Cell
from .extracts.judging import FEEDS, by_record, checked, differences, others_of, rows_of
from .extracts.layouts import CONTAINERS, Layout, layouts, plain, salted
from .extracts.making import Extract, make
from .extracts.oracle import canonical
from .extracts.plants import Plant, plants_of, side_of
from .extracts.writers import encoded, text_of, write
from .statements34 import HEADERS, statement
from .statements34 import write as write_statement
from .test_round_trips import SEEDS, examples

OF_TEXT = tuple(container for container in CONTAINERS if not container.form.startswith("typed"))
"""Containers that hold a planted text as it is."""
ORDER_ONLY = ("sequence",)


@dataclass(frozen=True, slots=True)
class Planted:
    """A plant at the place of a row and of a column of an extract."""

    row: int
    place: int
    plant: Plant


def with_plants(extract: Extract, planted: Sequence[Planted]) -> Extract:
    """Return the extract with other texts in the planted cells; what they mean is for ``survivors`` to say."""
    rows = [list(cells) for cells in extract.rows]
    for one in planted:
        rows[one.row][one.place] = Cell(one.plant.text, None)
    return extract.with_rows([tuple(cells) for cells in rows])


def survivors(extract: Extract, planted: Sequence[Planted]) -> list[dict[str, object]]:
    """Return what the rows say that must be accepted, with emptied cells empty and kept texts kept."""
    said: list[dict[str, object] | None] = list(extract.said())
    for one in planted:
        row = said[one.row]
        if one.plant.effect == "error" or row is None:
            said[one.row] = None
            continue
        for target in extract.columns[one.place].targets:
            row[target] = one.plant.text if one.plant.effect == "kept" else None
    return [row for row in said if row is not None]


def expect(
    extract: Extract, planted: Sequence[Planted], layout: Layout, result: Checked, engine: duckdb.DuckDBPyConnection
) -> None:
    """See that exactly the planted places are reported, and that the accepted rows are those that must be."""
    faults = [fault for fault in result.receipt.faults if fault.level is not Level.NORMALISED]
    said = {(fault.row, fault.column): (fault.level, fault.code) for fault in faults}
    assert len(said) == len(faults)
    places = {(layout.row_of(one.row), layout.letter_of(one.place)): one for one in planted}
    assert set(said) == set(places), {place: (said.get(place), places.get(place)) for place in set(said) ^ set(places)}
    for place, (level, code) in said.items():
        one = places[place]
        assert code in one.plant.codes, (extract.columns[one.place].header, one.plant, code)
        assert level is (Level.ERROR if one.plant.effect == "error" else Level.WARNING), (one, level)
    for fault in faults:
        assert fault.value == places[fault.row, fault.column].plant.text
        assert fault.header == layout.headers[layout.order.index(places[fault.row, fault.column].place)].strip()
    lost = {one.row for one in planted if one.plant.effect == "error"}
    assert result.receipt.verdict is (Verdict.QUARANTINE if lost else Verdict.ACCEPTED), result.receipt.batch_faults
    assert (result.receipt.rows_read, result.receipt.rows_quarantined) == (len(extract.rows), len(lost))
    expected = canonical(extract.feed, survivors(extract, planted))
    assert differences(rows_of(engine, result, without=ORDER_ONLY), by_record(expected, without=ORDER_ONLY)) == []


def every_plant(extract: Extract, seed: int) -> list[tuple[int, Plant]]:
    """Return all plants of all columns as (place, plant)."""
    return [
        (place, plant)
        for place, column in enumerate(extract.columns)
        for plant in plants_of(column, extract.feed, seed + place)
    ]


def assigned(extract: Extract, wanted: Sequence[tuple[int, Plant]], draw: random.Random) -> list[Planted]:
    """Return each plant in a row of its own in which its column says something."""
    free = list(range(len(extract.rows)))
    draw.shuffle(free)
    made = []
    for place, plant in wanted:
        row = next((row for row in free if side_of(extract, row, place)), None)
        if row is not None:
            free.remove(row)
            made.append(Planted(row, place, plant))
    return made


@pytest.mark.parametrize("name", FEEDS)
def test_every_fault_of_every_column_is_reported_at_its_place(
    name: str, all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """All plants of a feed in one file, each in its own row, with as many clean rows between them."""
    feed = all_contracts.feeds[name]
    seed = sum(map(ord, name))
    count = 2 * len(every_plant(make(feed, seed, 1), seed)) + 10
    extract = make(feed, seed, count, others=others_of(feed, all_contracts))
    planted = assigned(extract, every_plant(extract, seed), random.Random(seed))
    assert {one.plant for one in planted} == {plant for _, plant in every_plant(extract, seed)}
    layout = plain(extract, OF_TEXT[seed % len(OF_TEXT)])
    path = write(tmp_path, with_plants(extract, planted), layout)
    with checked(path, feed, all_contracts, engine) as results:
        expect(extract, planted, layout, results[0], engine)


@pytest.mark.parametrize("name", FEEDS)
def test_one_fault_anywhere_is_reported_there(
    name: str, all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """In a small file of any layout, where one row is much."""
    feed = all_contracts.feeds[name]

    @examples(1)
    @given(st.data())
    def law(data: st.DataObject) -> None:
        seed = data.draw(SEEDS, label="seed")
        extract = make(feed, seed, 8, others=others_of(feed, all_contracts))
        plants = every_plant(extract, seed)
        wanted = data.draw(st.sampled_from(salted(name).sample(plants, len(plants))), label="plant")
        planted = assigned(extract, [wanted], random.Random(seed))
        layout = data.draw(layouts(extract, OF_TEXT), label="layout")
        with checked(write(tmp_path, with_plants(extract, planted), layout), feed, all_contracts, engine) as results:
            expect(extract, planted, layout, results[0], engine)

    law()


WIDE = tuple(container for container in CONTAINERS if container.is_text)


def torn(cells: list[str], fault: str) -> list[str]:
    """Return the cells of a record as a moved or lost delimiter leaves them."""
    match fault:
        case "a cell too many":
            return [*cells[:3], "多出", *cells[3:]]
        case "a cell too few":
            return [*cells[:2], *cells[3:]]
        case _:
            return cells[: 1 + next(place for place, cell in enumerate(cells) if cell)]


@pytest.mark.parametrize("fault", ["a cell too many", "a cell too few", "nothing behind its first cell"])
@pytest.mark.parametrize("name", ["bank_statement_34", "micro_loan_flows", "pkdd99_trans"])
def test_a_record_of_another_width_is_reported_as_a_whole(
    name: str, fault: str, all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    draw = random.Random(f"{name} {fault}")
    extract = make(all_contracts.feeds[name], draw.randrange(10**6), 12)
    layout = plain(extract, draw.choice(WIDE))
    row = draw.randrange(12)
    cells = [extract.rows[row][place].text for place in layout.order]
    path = write(tmp_path, extract, layout, {row: torn(cells, fault)})
    with checked(path, extract.feed, all_contracts, engine) as results:
        result = results[0]
        errors = [(item.row, item.column, item.code) for item in result.receipt.faults if item.level is Level.ERROR]
        assert errors == [(layout.row_of(row), "", "F023")]
        said = [one for place, one in enumerate(extract.said()) if place != row]
        expected = by_record(canonical(extract.feed, said), without=ORDER_ONLY)
        assert differences(rows_of(engine, result, without=ORDER_ONLY), expected) == []


@pytest.mark.parametrize("container", WIDE, ids=lambda container: container.name)
def test_a_file_that_breaks_off_loses_its_last_record_only(
    container: Any, all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    extract = make(all_contracts.feeds["guarantee_contracts"], 3, 10)
    layout = plain(extract, container)
    last = extract.with_rows(extract.rows[-1:])
    tail = text_of(last, layout).split(container.newline, 1)[1]
    whole = text_of(extract, layout)
    text = whole[: len(whole) - len(tail) * 3 // 4]
    path = tmp_path / "cut.csv"
    path.write_bytes(encoded(text, container))
    with checked(path, extract.feed, all_contracts, engine) as results:
        errors = [(item.row, item.code) for item in results[0].receipt.faults if item.level is Level.ERROR]
        assert [row for row, _ in errors] == [layout.row_of(9)]
        assert errors[0][1] in ("F024", "F025")
        expected = by_record(canonical(extract.feed, extract.said()[:9]))
        assert differences(rows_of(engine, results[0]), expected) == []


def sheet_with(path: Path, rows: Sequence[Mapping[str, str]], special: Mapping[tuple[int, str], Any]) -> Path:
    """Write a statement as a sheet of text in which some cells are written by a function of the sheet and its place."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("流水")
        sheet.write_row(0, 0, HEADERS)
        for number, row in enumerate(rows):
            for place, header in enumerate(HEADERS):
                put = special.get((number, header))
                if put:
                    put(sheet, number + 1, place)
                elif row.get(header):
                    sheet.write_string(number + 1, place, row[header])
    return path


def test_a_formula_and_a_number_that_lost_its_digits_are_reported_at_their_cells(
    all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    special = {
        (4, "交易金额"): lambda sheet, row, place: sheet.write_formula(row, place, "=1+1", None, 2),
        (9, "交易对手账卡号"): lambda sheet, row, place: sheet.write_number(row, place, 6222021234567890001),
        (14, "交易账号"): lambda sheet, row, place: sheet.write_number(row, place, 62220212345678901),
    }
    path = sheet_with(tmp_path / "book.xlsx", statement(60), special)
    with checked(path, all_contracts.feeds["bank_statement_34"], all_contracts, engine) as results:
        faults = results[0].receipt.faults
        errors = [(item.row, item.column, item.code) for item in faults if item.level is Level.ERROR]
        assert errors == [(6, "F", "F026"), (11, "I", "F014"), (16, "B", "F014")]
        assert results[0].receipt.verdict is Verdict.QUARANTINE


def batch_codes(
    rows: Sequence[Mapping[str, str]], all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, folder: Path
) -> tuple[Verdict, set[str], list[tuple[int, str, str]]]:
    """Return verdict, codes of the batch, and complaints about cells of a statement."""
    path = write_statement(folder / "statement.csv", rows)
    with checked(path, all_contracts.feeds["bank_statement_34"], all_contracts, engine) as results:
        receipt = results[0].receipt
        cells = [(item.row, item.column, item.code) for item in receipt.faults if item.level is not Level.NORMALISED]
        return receipt.verdict, {item.code for item in receipt.batch_faults}, cells


INVERTED = {"贷": "借", "借": "贷"}


def test_what_is_wrong_with_a_batch_as_a_whole_is_named(
    all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    def judged(rows: Sequence[Mapping[str, str]]) -> tuple[Verdict, set[str], list[tuple[int, str, str]]]:
        return batch_codes(rows, all_contracts, engine, tmp_path)

    clean = statement(120, accounts=2, seed=5)
    verdict, codes, _ = judged([row | {"收付标志": INVERTED[row["收付标志"]]} for row in clean])
    assert (verdict, "B006" in codes) == (Verdict.REJECTED, True)
    verdict, codes, cells = judged(random.Random(5).sample(clean, len(clean)))
    assert (verdict, cells) == (Verdict.ACCEPTED, []), "times differ, so the order is found"
    verdict, codes, _ = judged([row for place, row in enumerate(clean) if place % 7])
    assert (verdict, "B008" in codes) == (Verdict.REJECTED, True)
    verdict, codes, cells = judged([*clean[:50], clean[30], *clean[50:]])
    assert (verdict, cells) == (Verdict.ACCEPTED, []), "the same row twice counts once"


def test_one_entry_the_wrong_way_or_missing_is_a_warning_at_its_balance(
    all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    clean = statement(120, seed=6)
    swapped = [row | {"收付标志": INVERTED[row["收付标志"]]} if place == 70 else row for place, row in enumerate(clean)]
    verdict, _, cells = batch_codes(swapped, all_contracts, engine, tmp_path)
    assert (verdict, cells) == (Verdict.ACCEPTED, [(72, "G", "F032")])
    verdict, _, cells = batch_codes([*clean[:40], *clean[41:]], all_contracts, engine, tmp_path)
    assert (verdict, cells) == (Verdict.ACCEPTED, [(42, "G", "F032")])
