"""Great Expectations and the compiled contract judge the same cells the same way, apart from each other."""

from __future__ import annotations

import json
import random
import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from data_contracts import expectations as kinds
from data_contracts.catalogue import Catalogue, load_catalogue
from data_contracts.conditions import condition_of
from data_contracts.datadocs import offline_page
from data_contracts.expectations import Expectation
from data_contracts.expressions import fails, install_macros, sql
from data_contracts.gx_running import validated
from data_contracts.suite import suite_of
from data_contracts.witness import Finding, judge_profile, judge_rows, profile_frame
from fundwatch.domain.errors import EngineError
from fundwatch.domain.receipts import Level

RESIDENT = "610902195803120013"
USCC = "91610902MA70AAAA1M"
CARD = "6222020000000000018"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        install_macros(opened)
        yield opened


BETWEEN = {"minimum": 1, "maximum": 10_000, "multiplier": 100, "divisor": 1, "absolute": True}
CASES: dict[str, tuple[dict[str, object], list[str | None]]] = {
    kinds.NOT_NULL: ({}, ["a", None, ""]),
    kinds.MATCH: (
        {"regex": r"^-?\d{1,16}(\.\d+)?$"},
        ["1", "-1.50", "1,000", "١٢", "1\n", None, "12345678901234567", "", "1."],
    ),
    kinds.NOT_MATCH: ({"regex": r"^-?\d(\.\d+)?[Ee]\+?\d+$"}, ["6.2E+18", "6E18", "6222020000000000018", None, "E"]),
    kinds.IN_SET: ({"value_set": ["in", "out"]}, ["in", "out", "In", "贷", None, ""]),
    kinds.LENGTHS: ({"min_value": 2, "max_value": 4}, ["a", "ab", "张三李四", "abcde", "𠮷野家", None, ""]),
    kinds.UNIQUE: ({}, ["a", "b", "a", None, None, "c"]),
    kinds.NUMBER_BETWEEN: (
        BETWEEN,
        ["0", "0.01", "0.009", "100", "100.01", "-100", "-100.01", "abc", "1e3", None, "9" * 25],
    ),
    kinds.DAY: (
        {},
        ["2024-02-29", "2023-02-29", "2024-2-9", "1899-12-31", "2100-01-01", "2024-13-01", "20240101", None],
    ),
    kinds.TIMESTAMP: (
        {},
        [
            "2024-02-29",
            "2024-02-29 23:59:59",
            "2024-02-29 24:00:00",
            "2024-02-30 10:00:00",
            "2024-02-29 10:19",
            "2024-02-29 1:19",
            None,
        ],
    ),
    kinds.CLOCK: ({}, ["00:00", "23:59:59", "24:00", "12:60", "1:00", "12:00:60", "noon", None]),
    kinds.RESIDENT: (
        {},
        [RESIDENT, RESIDENT[:17] + "4", "11010519491231002X", "610902195802300013", "610902580312001", USCC, None],
    ),
    kinds.USCC: ({}, [USCC, USCC[:17] + "1", "12610900436000006Y", "91350100M000100Y43", "I" * 18, RESIDENT, None]),
    kinds.IDENTITY: (
        {"shape": "resident"},
        [RESIDENT, RESIDENT[:17] + "4", USCC, USCC[:17] + "1", "E12345678", "12610900436000006Y", None],
    ),
    kinds.LUHN: ({}, [CARD, CARD[:-1] + "1", "27030101000000011", "6222", "4" + "0" * 15, None]),
}


@pytest.mark.parametrize("kind", sorted(CASES))
def test_both_judge_chosen_and_mutated_cells_alike(
    kind: str, connection: duckdb.DuckDBPyConnection, catalogue: Catalogue
) -> None:
    arguments, chosen = CASES[kind]
    item = Expectation(kind, "cell", "F009", arguments=arguments)
    texts = [*chosen, *mutations([text for text in chosen if text], 150, seed=len(kind))]
    if kind == kinds.UNIQUE:
        texts = texts[:60]
    frame = pd.DataFrame({"_row": range(2, len(texts) + 2), "cell": pd.Series(texts, dtype="str")})
    assert_parity(item, frame, connection, catalogue)


def test_both_judge_what_looks_like_a_credit_code_alike(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue
) -> None:
    item = Expectation(kinds.IDENTITY, "cell", "F012", arguments={"shape": "uscc"})
    chosen = [USCC, USCC[:17] + "1", USCC.replace("A", "O"), "12610900436000006A", "12610900436000006Y", RESIDENT]
    chosen += [RESIDENT[:17] + "4", "E12345678", "H" * 18]
    texts = [*chosen, None, *mutations(chosen, 150, seed=3)]
    frame = pd.DataFrame({"_row": range(2, len(texts) + 2), "cell": pd.Series(texts, dtype="str")})
    assert_parity(item, frame, connection, catalogue)
    assert compiled_rows(item, connection, frame) & set(range(2, 11)) == {3, 4, 5}


@pytest.mark.parametrize(
    ("kind", "pairs"),
    [
        (kinds.ANY_NOT_NULL, [("a", None), (None, "b"), (None, None), ("a", "b"), ("", None)]),
        (
            kinds.EXACTLY_ONE,
            [("1", None), (None, "2.5"), (None, None), ("1", "2"), ("0.00", "3"), ("0", "0"), ("x", "1"), ("x", None)],
        ),
    ],
)
def test_both_judge_rows_of_several_cells_alike(
    kind: str, pairs: list[tuple[str | None, str | None]], connection: duckdb.DuckDBPyConnection, catalogue: Catalogue
) -> None:
    item = Expectation(kind, "cell", "F020", arguments={"columns": ["cell", "other"]})
    left, right = zip(*pairs, strict=True)
    frame = pd.DataFrame(
        {"_row": range(2, len(pairs) + 2), "cell": pd.Series(left, dtype="str"), "other": pd.Series(right, dtype="str")}
    )
    assert_parity(item, frame, connection, catalogue)


def test_both_judge_the_width_of_a_record_alike(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    item = Expectation(kinds.ROW_WIDTH, "", "F023", arguments={"cells": 3})
    frame = pd.DataFrame({"_row": [2, 3, 4], "_width": [3, 2, 4], "cell": ["a", "b", "c"]})
    assert_parity(item, frame, connection, catalogue)


def test_every_kind_has_a_parity_case() -> None:
    assert set(CASES) | {kinds.ANY_NOT_NULL, kinds.EXACTLY_ONE, kinds.ROW_WIDTH} == kinds.GX_KINDS | kinds.OWN_KINDS


def mutations(texts: list[str], count: int, seed: int) -> list[str]:
    """Texts with a character dropped, doubled, swapped with the next or replaced."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        text = rng.choice(texts)
        at = rng.randrange(len(text))
        made.append(
            rng.choice(
                [
                    text[:at] + text[at + 1 :],
                    text[:at] + text[at] + text[at:],
                    text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :],
                    text[:at] + rng.choice("0123456789X-.: ABC中\n") + text[at + 1 :],
                ]
            )
        )
    return made


def compiled_rows(item: Expectation, connection: duckdb.DuckDBPyConnection, frame: pd.DataFrame) -> set[int]:
    """Rows that the compiled condition refuses."""
    connection.register("cells", frame)
    found = connection.execute(f"SELECT _row, {sql(fails(condition_of(item)))} FROM cells").fetchall()
    return {row for row, refused in found if refused}


def assert_parity(
    item: Expectation, frame: pd.DataFrame, connection: duckdb.DuckDBPyConnection, catalogue: Catalogue
) -> None:
    ours = {Finding(row, 0, item.column, item.code) for row in compiled_rows(item, connection, frame)}
    agreement = judge_rows(catalogue.feeds["bank_accounts"], (item,), frame, ours)
    assert agreement.agrees, (agreement.only_ours, agreement.only_theirs)
    assert agreement.agreed == len(ours) > 0
    agreement.require()


def test_the_bitmask_of_the_cleaned_table_is_read_row_by_row_and_skipped_records_are_left_out(
    catalogue: Catalogue,
) -> None:
    items = (
        Expectation(kinds.NOT_NULL, "account", "F001"),
        Expectation(kinds.IN_SET, "status", "F008", level=Level.WARNING, arguments={"value_set": ["open"]}),
    )
    frame = pd.DataFrame(
        {
            "_row": [2, 3, 4],
            "_skip": [None, None, "total"],
            "account": ["1", None, None],
            "status": ["open", "shut", "shut"],
            "_faults0": [0, 3, 3],
        }
    )
    agreement = judge_rows(catalogue.feeds["bank_accounts"], items, frame)
    assert agreement.agrees
    assert (agreement.rows, agreement.agreed) == (2, 2)


def test_a_disagreement_is_our_error_and_names_codes_but_no_cells(catalogue: Catalogue) -> None:
    item = Expectation(kinds.USCC, "uscc", "F012")
    frame = pd.DataFrame({"_row": [2, 3], "uscc": [USCC, "91610902MA70AAAA11"]})
    agreement = judge_rows(catalogue.feeds["authority_firms"], (item,), frame, {Finding(2, 0, "uscc", "F012")})
    assert [finding.row for finding in agreement.only_ours] == [2]
    assert [finding.row for finding in agreement.only_theirs] == [3]
    with pytest.raises(EngineError) as raised:
        agreement.require()
    assert "F012" in raised.value.zh
    assert "91610902" not in str(raised.value)
    told = json.dumps(agreement.result, ensure_ascii=False, allow_nan=False)
    assert "91610902" not in told
    assert agreement.result["results"][0]["result"]["unexpected_rows"] == [3]


def test_uniqueness_is_not_asked_of_a_sample(catalogue: Catalogue) -> None:
    item = Expectation(kinds.UNIQUE, "account", "F022")
    frame = pd.DataFrame({"_row": [2], "account": ["1"]})
    ours = {Finding(2, 0, "account", "F022")}
    other = Expectation(kinds.NOT_NULL, "account", "F001")
    assert judge_rows(catalogue.feeds["bank_accounts"], (item, other), frame, ours, whole=False).agrees
    assert not judge_rows(catalogue.feeds["bank_accounts"], (item, other), frame, ours).agrees


def test_a_failure_of_the_library_is_an_engine_error_not_bad_data() -> None:
    suite = suite_of("absent", {0: Expectation(kinds.NOT_NULL, "no_such_column", "F001")})
    with pytest.raises(EngineError) as raised:
        validated(suite, pd.DataFrame({"_row": [2], "cell": ["a"]}), rows=True)
    assert raised.value.code == "E021"


def test_a_profile_within_its_bounds_is_accepted(catalogue: Catalogue) -> None:
    contract = catalogue.feeds["pkdd99_trans"]
    measures = {
        "rows": 49_102,
        "rows_per_day": 107.9,
        "empty_percent__is_cash": 19.3,
        "balance_agreement_percent": 99.94,
    }
    witness = judge_profile(contract, profile_frame(contract, measures))
    assert witness.accepts
    assert witness.breaches == ()
    json.dumps(witness.result, allow_nan=False)


def test_a_profile_beyond_its_bounds_is_told_in_both_languages(catalogue: Catalogue) -> None:
    contract = catalogue.feeds["pkdd99_trans"]
    measures = {"rows": 10, "rows_per_day": 0.2, "empty_percent__is_cash": 80.0, "balance_agreement_percent": 52.5}
    witness = judge_profile(contract, profile_frame(contract, measures))
    assert not witness.accepts
    assert [breach.bound.code for breach in witness.breaches] == ["B010", "B011", "B008"]
    fault = witness.breaches[-1].as_fault()
    assert fault.level is Level.ERROR
    assert "52.50%" in fault.reason
    assert "52.50%" in fault.reason_en


def test_an_unknown_measure_is_no_breach(catalogue: Catalogue) -> None:
    contract = catalogue.feeds["pkdd99_trans"]
    assert judge_profile(contract, profile_frame(contract, {"rows": 5})).breaches == ()


def test_the_page_of_a_batch_refers_to_nothing_outside_itself(catalogue: Catalogue, tmp_path: Path) -> None:
    contract = catalogue.feeds["pkdd99_trans"]
    witness = judge_profile(
        contract, profile_frame(contract, {"rows": 5, "balance_agreement_percent": 10}), docs=tmp_path / "docs"
    )
    assert witness.page is not None
    html = witness.page.read_text(encoding="utf-8")
    assert "balance_agreement_percent" in html
    assert "✗" in html
    assert "余额勾稽只有 10.00% 相符" in html
    assert "newsletter" not in html
    assert_offline(html)


def test_the_page_of_judged_rows_shows_no_cell(catalogue: Catalogue, tmp_path: Path) -> None:
    item = Expectation(kinds.USCC, "uscc", "F012")
    frame = pd.DataFrame({"_row": [2], "uscc": ["91610902MA70AAAA11"]})
    agreement = judge_rows(catalogue.feeds["authority_firms"], (item,), frame, docs=tmp_path, ours=())
    assert agreement.page is not None
    html = agreement.page.read_text(encoding="utf-8")
    assert "91610902" not in html
    assert_offline(html)


def assert_offline(html: str) -> None:
    assert "default-src 'none'" in html
    assert not re.search(r"<(script|link|img|iframe|object|embed|base)\b", html)
    for target in re.findall(r"(?:href|src|action)=\"([^\"]*)\"", html):
        assert target.startswith("#"), target
        assert not urllib.parse.urlparse(target).netloc


def test_nothing_that_runs_or_loads_survives_the_page_maker() -> None:
    page = (
        "<html><head><script src='https://cdn.example/x.js'></script></head><body><nav><a href='/'>Home</a></nav>"
        "<p onclick='run()'>甲&lt;乙<img src=x onerror=run()></p><a href='https://elsewhere.example'>leads away</a>"
        "<a href='#part'>stays</a><svg><script>run()</script></svg><style>@import 'x'</style></body></html>"
    )
    made = offline_page(page, "标题 <b>")
    assert "甲&lt;乙" in made
    assert '<a href="#part">' in made
    assert "example" not in made
    assert "run()" not in made
    assert "Home" not in made
    assert "标题 &lt;b&gt;" in made
    assert_offline(made)
