"""What is written as a feed, in any container and layout, comes back as exactly the rows that it says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from data_contracts.catalogue import Catalogue
from data_contracts.contract import Contract
from fundwatch.domain.receipts import Level, Verdict

from .extracts.camt import told_by_statements, write_camt
from .extracts.judging import FEEDS, by_record, checked, complaints, differences, others_of, rows_of, true_rows
from .extracts.layouts import CONTAINERS, GZIPPED, WITHOUT_BOM, Container, Layout, absences, layouts, orders, plain
from .extracts.making import Extract, make
from .extracts.spoiling import spoiled
from .extracts.writers import write

ALL = (*CONTAINERS, *GZIPPED, *WITHOUT_BOM)
SEEDS = st.integers(0, 2**32)


def examples(count: int) -> settings:
    """Settings of a law whose example is a whole file: ``count`` of them, more under the profile ``deep``.

    Nothing is shrunk: an example is told by its seed, and shrinking checks thousands of files.
    """
    wanted = max(1, count * settings.default.max_examples // 100)
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    slow = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=wanted, deadline=None, phases=phases, suppress_health_check=slow)


def agree(
    extract: Extract,
    layout: Layout,
    catalogue: Catalogue,
    engine: duckdb.DuckDBPyConnection,
    folder: Path,
    order: Sequence[int] = (),
) -> None:
    """See that a file is accepted without a word and gives the rows that the oracle expects, each at its true row.

    ``order`` are the places of the rows in the order in which they are written.
    """
    order = order or range(len(extract.rows))
    path = write(folder, extract.with_rows([extract.rows[place] for place in order]), layout)
    with checked(path, extract.feed, catalogue, engine) as results:
        assert [result.contract for result in results] == [extract.feed.id, *extract.feed.also], results[0].receipt
        for result, feed in zip(results, (extract.feed, *others_of(extract.feed, catalogue)), strict=True):
            expected = extract.expected(feed)
            assert complaints(result) == []
            assert [item for item in result.receipt.batch_faults if item.level is Level.ERROR] == []
            assert not {"B004", "B041"} & {item.code for item in result.receipt.batch_faults}
            assert differences(rows_of(engine, result), by_record(expected)) == []
            assert result.receipt.verdict is Verdict.ACCEPTED
            assert result.receipt.rows_read == result.receipt.rows_accepted == len(extract.rows)
            written = {int(str(expected[place]["record_id"])): layout.row_of(at) for at, place in enumerate(order)}
            assert true_rows(engine, result) == written


def extract_of(feed: Contract, data: st.DataObject, catalogue: Catalogue, count: int = 12) -> Extract:
    """Draw an extract of a feed, perhaps without some of its optional columns."""
    without = data.draw(absences(feed), label="absent headers")
    seed = data.draw(SEEDS, label="seed")
    return make(feed, seed, count, others=others_of(feed, catalogue), without=without)


def order_of(extract: Extract, data: st.DataObject) -> Sequence[int]:
    """Draw an order of the rows where the feed does not rely on theirs, and equal rows do not count themselves."""
    feed, places = extract.feed, range(len(extract.rows))
    if feed.table.id == "transactions" and feed.order_within_day == "as_given":
        return places
    return data.draw(orders(len(places), extract.feed.id) | st.just(tuple(places)), label="order of rows")


@pytest.mark.parametrize("name", FEEDS)
def test_any_layout_of_a_feed_gives_the_rows_that_it_says(
    name: str, all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    feed = all_contracts.feeds[name]

    @examples(1)
    @given(st.data())
    def law(data: st.DataObject) -> None:
        extract = extract_of(feed, data, all_contracts)
        layout = data.draw(layouts(extract, ALL), label="layout")
        agree(extract, layout, all_contracts, engine, tmp_path, order_of(extract, data))

    law()


@pytest.mark.parametrize("container", ALL, ids=lambda container: container.name)
def test_every_container_holds_the_same_rows(
    container: Container, all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    extract = make(all_contracts.feeds["guarantee_contracts"], 7, 40)
    agree(extract, plain(extract, container), all_contracts, engine, tmp_path)


@pytest.mark.parametrize("name", FEEDS)
def test_another_spelling_of_the_same_thing_gives_the_same_rows(
    name: str, all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    feed = all_contracts.feeds[name]

    @examples(1)
    @given(st.data())
    def law(data: st.DataObject) -> None:
        extract = make(feed, data.draw(SEEDS), 12, others=others_of(feed, all_contracts))
        careless = spoiled(extract, data.draw(SEEDS))
        assert careless.expected() == extract.expected()
        agree(careless, data.draw(layouts(careless)), all_contracts, engine, tmp_path)

    law()


def test_a_camt_message_gives_the_rows_that_it_says(
    all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    feed = all_contracts.feeds["bank_camt053"]

    @examples(4)
    @given(SEEDS)
    def law(seed: int) -> None:
        extract = told_by_statements(make(feed, seed, 15))
        with checked(write_camt(tmp_path / "statement.xml", extract), feed, all_contracts, engine) as results:
            assert [result.contract for result in results] == [feed.id], results[0].receipt
            assert complaints(results[0]) == []
            assert differences(rows_of(engine, results[0]), by_record(extract.expected())) == []

    law()
