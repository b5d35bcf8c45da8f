"""Damage anywhere: no file breaks the reading, and no accepted record says what was not sent."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.catalogue import Catalogue, load_catalogue
from data_contracts.checking import Checked, Sender, check, release
from data_contracts.reading import read_tables
from fundwatch.domain.errors import InputError
from tests.hostile.building import book
from tests.hostile.messages import message
from tests.hostile.parquets import frame
from tests.hostile.sample import LINES, ROWS, TEXT, TRUTH

BANK = Sender("610900-B01", "bank")
SHARE = max(1, settings().max_examples // 100)
"""1 on most days, 20 in the deep profile."""
PLACES = st.floats(0, 1, exclude_max=True)


@cache
def contracts() -> Catalogue:
    """Return the contracts; no fixture, for a failing example is printed with its arguments and these are long."""
    return load_catalogue()


@cache
def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 2})


Record = tuple[str | None, object]
"""A serial number and what its record says."""


def records(content: bytes) -> list[Record]:
    """Return what the accepted records say."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(content)
        results: tuple[Checked, ...] = check(path, institution=BANK, catalogue=contracts(), connection=engine())
    found: list[Record] = []
    for result in results:
        for fault in (*result.receipt.batch_faults, *result.receipt.faults):
            assert fault.reason
            assert fault.reason_en
        if result.rows is not None and result.table == "transactions":
            rows = engine().execute(f"SELECT serial, amount, direction, booked_at FROM {result.rows}").fetchall()
            found += [(serial, (amount, direction, str(moment))) for serial, amount, direction, moment in rows]
    release(engine(), results)
    return found


def touched(place: int, encoding: str) -> set[str]:
    """Return the serial numbers of the records that a byte belongs to; a line end belongs to two."""
    size, serials = 0, ["", *(row[9] for row in ROWS)]
    found = set()
    for serial, line in zip(serials, LINES, strict=True):
        if size <= place <= size + len(line.encode(encoding)):
            found.add(serial)
        size += len(line.encode(encoding))
    return found


def require_true(found: list[Record], own: set[str]) -> None:
    true = {serial for serial, said in found if TRUTH.get(serial) == said}
    strange = [(serial, said) for serial, said in found if TRUTH.get(serial) != said]
    if "" in own:
        # A broken header costs its whole column; a row without its serial number still says what was sent.
        strange = [(serial, said) for serial, said in strange if serial or said not in TRUTH.values()]
    # A changed byte may give its own record any serial number, even another record's; no other record says else.
    assert len(strange) <= len(own - true)


@settings(max_examples=30 * SHARE, deadline=None)
@given(place=PLACES, byte=st.integers(1, 255), encoding=st.sampled_from(["utf-8", "gb18030"]))
def test_a_changed_byte_changes_its_own_record_only(place: float, byte: int, encoding: str) -> None:
    content = bytearray(TEXT.encode(encoding))
    at = int(place * len(content))
    content[at] ^= byte
    require_true(records(bytes(content)), touched(at, encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("place", [0.01, 0.4, 0.9])
def test_the_sign_that_parts_staged_cells_costs_its_own_record_at_most(place: float, encoding: str) -> None:
    content = bytearray(TEXT.encode(encoding))
    at = next(at for at in range(int(place * len(content)), len(content)) if chr(content[at]).isalnum())
    content[at] = 0x1F
    require_true(records(bytes(content)), touched(at, encoding))


@settings(max_examples=20 * SHARE, deadline=None)
@given(place=PLACES, encoding=st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_a_cut_costs_the_record_it_falls_in_at_most(place: float, encoding: str) -> None:
    whole = TEXT.encode(encoding)
    kept = whole[: int(place * len(whole))]
    found = records(kept)
    # The record that the cut falls in may keep all but the end of its last cell, which is its serial number.
    lines = kept.decode(encoding, "ignore").count("\n")
    require_true(found, {row[9] for row in ROWS[max(0, lines - 1) :]})
    assert len(found) in ({0, lines - 1, lines} if lines else {0})


def cells(content: bytes, name: str) -> list[tuple[object, ...]] | None:
    """Return all cells that reading finds, None where it refuses."""
    with TemporaryDirectory() as folder, duckdb.connect(config={"threads": 2}) as engine:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            (table,) = read_tables(path, engine, frozenset(), "d", Path(folder))
        except InputError as error:
            assert error.code.startswith("R")
            assert error.zh
            assert error.en
            return None
        return engine.execute(f"SELECT * FROM {table.name} ORDER BY _row").fetchall()


def _whole(name: str) -> bytes:
    with TemporaryDirectory() as folder:
        if name == "a.xlsx":
            return book()(Path(folder)).read_bytes()
        if name == "a.parquet":
            frame().write_parquet(Path(folder) / name, compression="zstd")
            return (Path(folder) / name).read_bytes()
    return gzip.compress(TEXT.encode(), mtime=0) if name == "a.csv.gz" else message().encode()


WHOLE = {name: _whole(name) for name in ("a.xlsx", "a.csv.gz", "a.parquet", "a.xml")}
CHECKED = ("a.xlsx", "a.csv.gz")
"""Forms with checksums: what is read of them is what was written."""


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=150 * SHARE, deadline=None)
@given(place=PLACES, byte=st.integers(1, 255))
def test_a_changed_byte_in_a_container_is_refused_or_harmless(name: str, place: float, byte: int) -> None:
    content = bytearray(WHOLE[name])
    content[int(place * len(content))] ^= byte
    found = cells(bytes(content), name)
    if name in CHECKED:
        assert found is None or found == cells(WHOLE[name], name)


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=60 * SHARE, deadline=None)
@given(place=PLACES)
def test_a_cut_container_is_refused(name: str, place: float) -> None:
    whole = WHOLE[name]
    assert cells(whole[: max(5, int(place * len(whole)))], name) is None
