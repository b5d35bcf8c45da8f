"""Laws over the whole catalogue of contracts, what a contract may not say, and laws of extracts in parts."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import duckdb
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from data_contracts import catalogue as home
from data_contracts.catalogue import Catalogue, load_catalogue
from data_contracts.cell_wording import CELL_WORDINGS
from data_contracts.expectations import GX_KINDS, OWN_KINDS, expectations_of
from data_contracts.recognition import lay_over, reading_of
from data_contracts.vocabulary import DERIVED_ONLY, LINEAGE, ORIGINAL_BATCH, ORIGINAL_ROW, Kind
from data_contracts.wording import BATCH_WORDINGS
from fundwatch.domain.claims import names_in
from fundwatch.domain.errors import ConfigurationError
from fundwatch.store.batches import Arrival, add_batch
from fundwatch.store.lake import Lake
from fundwatch.store.manifests import Manifest

from .extracts.judging import FEEDS, by_record, checked, others_of
from .extracts.layouts import layouts, orders, salted
from .extracts.making import Extract, make
from .extracts.oracle import INSTITUTION, PLACE, Row
from .extracts.writers import write
from .test_round_trips import SEEDS, examples

PAGE = (Path(home.__file__).parent.parent / "docs" / "data-model.md").read_text(encoding="utf-8")


def test_every_canonical_table_and_column_is_on_the_page_of_the_data_model(all_contracts: Catalogue) -> None:
    for table in all_contracts.tables.values():
        assert f"**{table.id}**" in PAGE
        missing = [name for name in table.names if not re.search(rf"\b{name}\b", PAGE)]
        assert not missing, table.id


def test_every_table_begins_with_its_lineage(all_contracts: Catalogue) -> None:
    for table in all_contracts.tables.values():
        assert table.names[: len(LINEAGE)] == LINEAGE, table.id


def test_every_required_column_of_a_feed_has_a_source(all_contracts: Catalogue) -> None:
    for feed in all_contracts.feeds.values():
        mapped = {target for column in feed.columns for target in column.targets}
        for column in feed.table.columns:
            given = column.name in feed.constants or column.default is not None or column.derivation is not None
            given = given or (column.name == "currency" and feed.currency is not None)
            sides = {item.part for item in feed.columns if "amount" in item.targets}
            given = given or (column.name == "direction" and sides >= {"debit", "credit"})
            assert not column.required or given or column.name in mapped, (feed.id, column.name)


def test_no_two_columns_of_a_feed_fill_the_same_cell_or_share_a_header(all_contracts: Catalogue) -> None:
    for feed in all_contracts.feeds.values():
        cells = [(target, column.part) for column in feed.columns for target in column.targets]
        assert len(cells) == len(set(cells)), feed.id
        headers = [column.header for column in feed.columns]
        assert len(headers) == len(set(headers)), feed.id


def test_several_targets_of_a_column_are_of_kinds_that_read_alike(all_contracts: Catalogue) -> None:
    alike = [{Kind.TOKEN, Kind.USCC}, {Kind.CODE, Kind.ACCOUNT}, {Kind.TEXT}]
    for feed in all_contracts.feeds.values():
        for column in feed.columns:
            kinds = {feed.table.column(name).kind for name in column.targets if name not in column.verbatim}
            assert len(kinds) <= 1 or any(kinds <= group for group in alike), (feed.id, column.header)
            assert not kinds & DERIVED_ONLY


def test_every_expectation_is_of_a_known_kind_and_worded(all_contracts: Catalogue) -> None:
    for feed in all_contracts.feeds.values():
        headers = tuple(column.header for column in feed.columns)
        for item in expectations_of(lay_over(feed, 1, headers, ""), len(headers)):
            assert item.kind in GX_KINDS | OWN_KINDS
            assert item.code in CELL_WORDINGS


@pytest.mark.parametrize("code", sorted({**CELL_WORDINGS, **BATCH_WORDINGS}))
def test_every_code_says_why_and_what_to_do_in_both_languages(code: str) -> None:
    words = {**CELL_WORDINGS, **BATCH_WORDINGS}[code]
    assert re.search(r"[\u4e00-\u9fff]", words.reason)
    assert re.search(r"[\u4e00-\u9fff]", words.remedy)
    for text in (words.reason_en, words.remedy_en):
        assert re.search(r"[A-Za-z]{3}", text)
        assert not re.search(r"[\u4e00-\u9fff]", text.replace(ORIGINAL_ROW, "").replace(ORIGINAL_BATCH, ""))
    assert re.findall(r"\{\w+\}", words.reason) == re.findall(r"\{\w+\}", words.reason_en)


def test_a_header_that_several_feeds_know_never_leaves_two_of_them_complete(all_contracts: Catalogue) -> None:
    for sector in ("bank", "micro_loan", "guarantee", "pawn", "authority"):
        feeds = all_contracts.for_sector(sector)
        for feed in feeds:
            headers = tuple(column.header for column in feed.columns)
            scores = [
                (match.score, reading_of(other))
                for other in feeds
                if not (match := lay_over(other, 1, headers, "")).missing
            ]
            best = max(score for score, _ in scores)
            assert all(reading == reading_of(feed) for score, reading in scores if score == best)


def broken(folder: Path, change: object) -> None:
    shutil.copytree(home.HERE / "tables", folder / "tables")
    (folder / "feeds").mkdir()
    path = folder / "feeds" / "bank_statement_34.odcs.yaml"
    shutil.copy(home.HERE / "feeds" / path.name, path)
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert callable(change)
    change(document)
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")


CHANGES = {
    "a key that ODCS does not know": lambda document: document.update(colour="red"),
    "a nested key that ODCS does not know": lambda document: document["schema"][0]["properties"][0].update(
        colour="red"
    ),
    "a contract key of ours that does not exist": lambda document: document["customProperties"].append(
        {"property": "colour", "value": "red"}
    ),
    "a column key of ours that does not exist": lambda document: document["schema"][0]["properties"][0][
        "customProperties"
    ].append({"property": "colour", "value": "red"}),
    "a canonical column that does not exist": lambda document: document["schema"][0]["properties"][0].update(
        customProperties=[{"property": "maps_to", "value": "colour"}]
    ),
    "a derived column as target": lambda document: document["schema"][0]["properties"][0].update(
        customProperties=[{"property": "maps_to", "value": "account_key"}]
    ),
    "an id that is not the file's": lambda document: document.update(id="other"),
    "another version of the standard": lambda document: document.update(apiVersion="v2.0.0"),
    "a key twice": lambda document: document["customProperties"].append({"property": "role", "value": "feed"}),
    "a feed that is taken and is not": lambda document: document["customProperties"].append(
        {"property": "not_taken", "value": {"zh": "不需要", "en": "not needed"}}
    ),
    "a feed not taken for a reason in one language": lambda document: document.update(
        customProperties=[
            {"property": "role", "value": "feed"},
            {"property": "sectors", "value": ["bank"]},
            {"property": "not_taken", "value": {"zh": "不需要"}},
        ],
        schema=[{"name": "bank_statement_34", "properties": [{"name": "甲"}, {"name": "乙"}]}],
    ),
    "another count of repeats": lambda document: document["customProperties"].append(
        {"property": "key_repeats", "value": "many"}
    ),
    "a quality rule that is not compiled": lambda document: document["schema"][0]["properties"][0].update(
        quality=[{"metric": "duplicateValues", "mustBe": 0}]
    ),
    "an option that is not compiled": lambda document: document["schema"][0]["properties"][0].update(
        logicalTypeOptions={"colour": 1}
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_contract_that_says_what_we_do_not_know_is_refused(name: str, tmp_path: Path) -> None:
    broken(tmp_path, CHANGES[name])
    with pytest.raises(ConfigurationError):
        load_catalogue(tmp_path)


def test_the_untouched_copy_loads(tmp_path: Path) -> None:
    broken(tmp_path, lambda document: None)
    assert set(load_catalogue(tmp_path).feeds) == {"bank_statement_34"}


@pytest.mark.parametrize("override", [{"direction": "upwards"}, {"currency": "USD"}])
def test_an_unknown_override_of_an_institution_is_refused(override: dict[str, str], all_contracts: Catalogue) -> None:
    with pytest.raises(ConfigurationError):
        all_contracts.feeds["bank_statement_34"].with_overrides(override)


def with_repeats(extract: Extract, data: st.DataObject) -> Extract:
    """The extract with some rows twice or thrice, one behind the other.

    Entries with balances stay as they are, and so do rows of a feed whose contract refuses a value that comes twice.
    """
    if extract.feed.table.id == "transactions" or any(column.unique for column in extract.columns):
        return extract
    chance = salted(extract.feed.id)
    times = [data.draw(st.sampled_from(chance.sample((1, 1, 2, 3), 4)), label="times") for _ in extract.rows]
    return extract.with_rows([row for row, count in zip(extract.rows, times, strict=True) for _ in range(count)])


def cut(extract: Extract, data: st.DataObject) -> list[Extract]:
    """Two or three parts that overlap at will; each begins where a row begins that equals none before it."""
    rows = extract.rows
    starts = [place for place in range(1, len(rows)) if rows[place] != rows[place - 1]]
    chance = salted(extract.feed.id)
    some = st.sampled_from(chance.sample(starts, len(starts)))
    begins = [0, *sorted(data.draw(st.sets(some, min_size=1, max_size=2), label="cuts"))]
    ends = [*begins[1:], len(rows)]
    spans = [chance.sample(range(len(rows) - end + 1), len(rows) - end + 1) for end in ends]
    overlaps = [data.draw(st.sampled_from(span), label="overlap") for span in spans]
    return [extract.with_rows(rows[a : b + more]) for a, b, more in zip(begins, ends, overlaps, strict=True)]


def lake_rows(
    parts: list[Extract], data: st.DataObject, catalogue: Catalogue, engine: duckdb.DuckDBPyConnection, folder: Path
) -> dict[str, dict[int, Row]]:
    """Send the parts in any order and layout; return what the lake then holds, by table and record."""
    feed, lake, manifest = parts[0].feed, Lake(folder / "lake"), Manifest()
    for number, place in enumerate(data.draw(orders(len(parts), feed.id), label="arrival"), 1):
        path = write(folder, parts[place], data.draw(layouts(parts[place])), part=f" {number}")
        with checked(path, feed, catalogue, engine, batch=f"b{number}") as results:
            tables = {result.table: engine.table(str(result.rows)) for result in results}
            settled = add_batch(engine, lake, manifest, Arrival(f"b{number}", INSTITUTION, number), tables)
        assert settled.conflicts == ()
        manifest = settled.manifest
    held: dict[str, dict[int, Row]] = {}
    for table in {file.relation for file in manifest.files}:
        rows = held.setdefault(table, {})
        for file in manifest.of(table):
            found = engine.read_parquet(str(lake.path(file)))
            for values in found.fetchall():
                row = dict(zip(found.columns, values, strict=True))
                row = {name: row[name] for name in row if name not in (*PLACE, "sequence")}
                known = rows.setdefault(int(row["record_id"]), row)
                assert known is row or (known == row and catalogue.tables[table].nature == "stock"), "held twice"
    return held


@pytest.mark.parametrize("name", FEEDS)
def test_parts_that_overlap_in_any_layout_and_order_give_the_rows_of_the_whole(
    name: str, all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    feed = all_contracts.feeds[name]

    @examples(1)
    @given(st.data())
    def law(data: st.DataObject) -> None:
        whole = with_repeats(make(feed, data.draw(SEEDS), 9, others=others_of(feed, all_contracts)), data)
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        held = lake_rows(cut(whole, data), data, all_contracts, engine, folder)
        expected = {
            one.table.id: by_record(whole.expected(one), without=("sequence",))
            for one in (feed, *others_of(feed, all_contracts))
        }
        assert held == expected

    law()


def test_no_wording_names_what_a_batch_fault_says_of_itself() -> None:
    own = {"code", "level", "count"}
    for code, words in BATCH_WORDINGS.items():
        for text in (words.reason, words.remedy, words.reason_en, words.remedy_en):
            assert not own & names_in(text), code
