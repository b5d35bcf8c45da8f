"""Plain and repeated cells spare work and change nothing: every mask and cell is the same without the short cuts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.catalogue import Catalogue
from data_contracts.compiling import Compiled, compile_table
from data_contracts.expectations import expectations_of
from data_contracts.expressions import install_macros
from data_contracts.reading.staged import RawTable
from data_contracts.recognition import Match, Matched, lay_over
from data_contracts.repeated import FEWEST_ROWS, judge_repeated

_CELLS = (
    None, "", " ", "-", "—", "---------", "NULL", "null", "0", "0.00", "-0.00", "12", "-12.5", "12.345",
    "1,234.56", "(500)", "+7", "1234567890123", "99999999999999999", "1.5E+3", "6E18", "6.22202E+18",
    "6222020000000014175", "6222020000000014176", "622202000000001000", "6222020000000014175\t", "４",
    "６２２２", "4111111111111111", "4111111111111112", "****", "6222****0001", "11010519491231002X",
    "110105194912310021", "11010519491231002x", "11010519490231002X", "110105491231002", "91350100M000100Y43",
    "91350100M000100Y44", "2024-07-05 10:19:28", "2024-02-30 10:19:28", "2024-02-28 24:00:00",
    "2024-07-31 10:19:28", "2024/07/05 10:19", "2024-07-05", "2023-02-29", "1899-01-01", "20240705", "2024-7-5",
    "45478", "贷", "借", "Ｄ", "d", "DR", "收", "进", "O", "现", "转", "1", "是", "成功", "Y", "y", "CNY",
    "cny", "156", "人民币", "USD", "XXX", "合计", "合 计：", "总计 3", "total", "Total 12", "第 3 页", "3页",
    "12/34页", "交易卡号", " 交易账号", "期初余额", "承前页", "查询失败", "无数据", "A12", "E12", "AB-12",
    "total1", "汉字", " 两端 ", "a\u2028b", "\ufeff12", "金额,3", "\"12\"", "'12",
)  # fmt: skip


def _staged(engine: duckdb.DuckDBPyConnection, rows: list[tuple[str | None, ...]], form: str) -> RawTable:
    width = len(rows[0])
    cells = ", ".join(f"c{place} VARCHAR" for place in range(1, width + 1))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE plain_raw (_row INTEGER, _cells INTEGER, _sheet VARCHAR, {cells})")
    columns = [list(range(1, len(rows) + 1)), [width] * len(rows), [""] * len(rows)]
    columns += [[cell or None for cell in column] for column in zip(*rows, strict=True)]
    marks = ", ".join("unnest(CAST(? AS VARCHAR[]))" for _ in columns)
    engine.execute(f"INSERT INTO plain_raw SELECT {marks}", columns)
    head = ((1, tuple(cell or "" for cell in rows[0])),)
    return RawTable("plain_raw", "", form, width, head, usual_cells=width)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("feed", ["bank_statement_34", "bank_canonical", "pawn_ticket_ledger"])
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_short_cuts_change_neither_masks_nor_cells(
    feed: str, form: str, seed: int, all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection
) -> None:
    contract = all_contracts.feeds[feed]
    headers = tuple(column.header for column in contract.columns)
    draw = random.Random(seed)
    rows = [tuple(draw.choice(_CELLS) for _ in headers) for _ in range(200)]
    raw = _staged(engine, [headers, *rows], form)
    install_macros(engine)
    match = lay_over(contract, 1, headers, "")
    chosen = [matched for matched in match.read if draw.random() < 0.5]
    _holds_alike(engine, raw, match, chosen)


def _judged(engine: duckdb.DuckDBPyConnection, compiled: Compiled) -> list[list[tuple[object, ...]]]:
    """Return what the view shows where every column counts as repaired, and where those that were do."""
    engine.execute(compiled.statement)
    told = ", ".join(f"coalesce(bit_or(_tidied{word}), 0)" for word in range(compiled.tidied_words))
    joined = engine.execute(f"SELECT {told} FROM plain_judged").fetchall()[0]
    shown = []
    for tidied in ([-1] * compiled.tidied_words, joined):
        engine.execute(compiled.cleaned_view("plain_clean", "plain_judged", tidied))
        shown.append(engine.execute("SELECT * FROM plain_clean ORDER BY _row").fetchall())
    return shown


def _holds_alike(engine: duckdb.DuckDBPyConnection, raw: RawTable, match: Match, chosen: Sequence[Matched]) -> None:
    """Hold against each other the full treatment, plain cells, and the columns chosen by their distinct cells."""
    items = expectations_of(match, match.last_place if raw.form == "csv" else None)
    found = _judged(engine, compile_table(raw, match, items, "plain_judged", short_cuts=False))
    found += _judged(engine, compile_table(raw, match, items, "plain_judged"))
    repeated = judge_repeated(engine, raw, match, items, "plain_odd", columns=chosen)
    found += _judged(engine, compile_table(raw, match, items, "plain_judged", repeated=repeated))
    assert all(each == found[0] for each in found[1:])


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    feed=st.sampled_from(["bank_statement_34", "guarantee_contracts", "pawn_ticket_ledger"]),
    seed=st.integers(0, 2**32),
)
def test_few_distinct_cells_with_some_bad_ones(
    feed: str, seed: int, all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection
) -> None:
    """Each column holds one to three cells, and here and there another, so all kinds of columns drop out or stay."""
    contract = all_contracts.feeds[feed]
    headers = tuple(column.header for column in contract.columns)
    draw = random.Random(seed)
    kept = [draw.sample(_CELLS, draw.randint(1, 3)) for _ in headers]
    kept = [[*cells, None] if draw.random() < 0.3 else cells for cells in kept]
    bad = draw.choice([0.0, 0.01])
    rows = [
        tuple(draw.choice(_CELLS) if draw.random() < bad else draw.choice(cells) for cells in kept) for _ in range(150)
    ]
    raw = _staged(engine, [headers, *rows], "csv")
    install_macros(engine)
    match = lay_over(contract, 1, headers, "")
    _holds_alike(engine, raw, match, [matched for matched in match.read if draw.random() < 0.8])


def test_columns_of_few_cells_are_found_by_a_sample(
    all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection
) -> None:
    contract = all_contracts.feeds["bank_statement_34"]
    headers = ("交易卡号", "交易金额", "交易流水号", "摘要说明", "收付标志", "交易时间")
    count = FEWEST_ROWS
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE plain_raw AS
        SELECT CAST(n + 1 AS INTEGER) AS _row, 6 AS _cells, '' AS _sheet,
            CAST(6222020000000000000 + n % 3000 AS VARCHAR) AS c1,
            CASE WHEN n = 700 THEN '1,000.00' ELSE CAST(n AS VARCHAR) || '.50' END AS c2,
            'S' || n AS c3, CASE WHEN n = 900 THEN ' 工资' ELSE '工资' END AS c4,
            CASE n % 3 WHEN 0 THEN '贷' WHEN 1 THEN '借' ELSE '收' END AS c5,
            CASE WHEN n = 800 THEN '2024-02-30 10:19:28' ELSE '2024-02-29 10:19:28' END AS c6
        FROM range($count) AS numbers (n)""",
        {"count": count},
    )
    raw = RawTable("plain_raw", "", "csv", len(headers), ((1, headers),), usual_cells=len(headers))
    install_macros(engine)
    match = lay_over(contract, 1, headers, "")
    items = expectations_of(match, len(headers))
    repeated = judge_repeated(engine, raw, match, items, "plain_odd")
    assert set(repeated.columns) == {"card", "summary", "direction", "booked_at"}
    assert repeated.columns["direction"].seen == {"贷", "借", "收"}
    assert repeated.columns["summary"].tidied
    assert any(repeated.columns["booked_at"].faults)
    found = _judged(engine, compile_table(raw, match, items, "plain_judged", repeated=repeated))
    assert found == _judged(engine, compile_table(raw, match, items, "plain_judged", short_cuts=False))
    engine.execute("CREATE OR REPLACE TEMP TABLE plain_few AS SELECT * FROM plain_raw WHERE _row < 1000")
    assert not judge_repeated(engine, replace(raw, name="plain_few"), match, items, "plain_odd").columns


def test_every_cell_of_the_list_meets_every_kind(all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection) -> None:
    """Each awkward cell in each column of the 34, the other cells plain."""
    contract = all_contracts.feeds["bank_statement_34"]
    headers = tuple(column.header for column in contract.columns)
    usual = {"交易金额": "12.50", "交易余额": "99.00", "收付标志": "贷", "交易时间": "2024-07-05 10:19:28"}
    usual["交易卡号"] = "6222020000000014175"
    rows = [
        tuple(cell if place == wrong else usual.get(header) for place, header in enumerate(headers))
        for wrong in range(len(headers))
        for cell in _CELLS
    ]
    raw = _staged(engine, [headers, *rows], "csv")
    install_macros(engine)
    match = lay_over(contract, 1, headers, "")
    _holds_alike(engine, raw, match, match.read)
