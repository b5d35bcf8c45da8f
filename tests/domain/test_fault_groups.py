"""Faults are grouped by cause: counts complete, places true, sentences whole, one cause told as one."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.fault_groups import grouped, groups_of, receipt_strip
from fundwatch.domain.fault_hints import NO_WORDS, shape_of, spread_hint, value_hint
from fundwatch.domain.fault_places import runs_of, said_rows, strip_of
from fundwatch.domain.file_receipts import merged
from fundwatch.domain.receipts import Fault, FaultCount, Level, Receipt, Verdict

ROWS = st.lists(st.integers(1, 300))


def fault(row: int, code: str = "F002", **changes: object) -> Fault:
    given_values: dict[str, object] = {
        "sheet": "",
        "column": "F",
        "header": "交易金额",
        "level": Level.ERROR,
        "value": "x",
        "reason": "金额无法识别",
        "remedy": "请核对",
        "reason_en": "The amount cannot be read",
        "remedy_en": "Check it",
    }
    return Fault(row=row, code=code, **{**given_values, **changes})  # type: ignore[arg-type]


def receipt(faults: Sequence[Fault], totals: Sequence[FaultCount] = (), rows: int = 1000, sheet: str = "") -> Receipt:
    return Receipt("a.csv", "B01", "c", Verdict.QUARANTINE, rows, rows, 0, (), tuple(faults), sheet, tuple(totals))


@given(ROWS)
def test_runs_name_every_row_once_and_no_other(rows: list[int]) -> None:
    runs = runs_of(rows)
    assert [row for first, last in runs for row in range(first, last + 1)] == sorted(set(rows))
    assert all(later[0] > earlier[1] + 1 for earlier, later in itertools.pairwise(runs))


def test_places_in_words() -> None:
    runs = runs_of([3, *range(7, 20), 42])
    assert said_rows(runs) == ("第 3、7–19、42 行", "rows 3, 7–19, 42")
    assert said_rows(runs, most=2) == ("第 3、7–19 行等", "rows 3, 7–19 and more")
    assert said_rows(runs_of([5])) == ("第 5 行", "row 5")
    assert said_rows(runs_of([5]), complete=False) == ("第 5 行等", "rows 5 and more")
    assert said_rows(()) == ("", "")


@given(ROWS, ROWS, st.integers(1, 40), st.integers(1, 400), st.integers(1, 12))
def test_a_strip_counts_every_row_once(
    errors: list[int], warnings: list[int], first: int, last: int, parts: int
) -> None:
    strip = strip_of(errors, warnings, first=first, last=last, parts=parts)
    assert len(strip.errors) == len(strip.warnings) == parts
    assert sum(strip.errors) == len(set(errors))
    assert sum(strip.warnings) == len(set(warnings) - set(errors))
    for part, count in enumerate(strip.errors):
        low, high = strip.bounds(part)
        assert count == len({row for row in errors if low <= row <= high})


def test_a_strip_needs_parts() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        strip_of([], [], first=1, last=2, parts=0)


def test_groups_are_by_cause_gravest_and_largest_first() -> None:
    faults = [
        fault(9, "F015", level=Level.WARNING, column="I", header="对手账号", value="6222****0001"),
        fault(3),
        fault(4, "F005", column="E", header="日期", value="03/04/2024"),
        fault(5, "F005", column="E", header="日期", value="3/5/2024"),
        fault(7, "F005", column="E", header="日期", value="04/04/2024"),
    ]
    groups = groups_of(receipt(faults))
    assert [(group.code, group.column, group.count) for group in groups] == [
        ("F005", "E", 3),
        ("F002", "F", 1),
        ("F015", "I", 1),
    ]
    assert groups[0].place() == ("第 4–5、7 行 E 列", "rows 4–5, 7, column E")
    assert groups[0].examples == ((4, "03/04/2024"), (5, "3/5/2024"), (7, "04/04/2024"))


def test_counts_are_complete_though_the_list_is_cut() -> None:
    totals = [FaultCount("F002", Level.ERROR, "F", "交易金额", 12_000), FaultCount("F009", Level.ERROR, "G", "附言", 7)]
    first, second = groups_of(receipt([fault(3), fault(4)], totals))
    assert (first.count, first.listed, first.is_listed_whole) == (12_000, 2, False)
    assert first.place()[0] == "第 3–4 行等 F 列"
    assert (second.code, second.count, second.rows, second.header) == ("F009", 7, (), "附言")
    assert second.place() == ("G 列", "column G")
    assert "未逐项列出" in second.reason


def test_what_differs_from_cell_to_cell_is_shown_of_the_first() -> None:
    faults = [
        fault(row, "F032", reason=f"余额与上一笔不衔接（相差 {off} 元）", reason_en=f"The balance is off by {off} here")
        for row, off in ((3, "12.50"), (8, "12.75"), (9, "100"))
    ]
    (group,) = groups_of(receipt(faults))
    assert group.reason == "余额与上一笔不衔接（相差 12.50 元）（首处如此，各处不一）"
    assert group.reason_en == "The balance is off by 12.50 here (in the first place; others differ)"


def test_skipped_records_are_told_apart_by_what_they_were() -> None:
    words = {"column": "", "header": "", "level": Level.NORMALISED, "value": ""}
    faults = [
        fault(2, "N003", reason="非数据行，已跳过：重复的表头", **words),
        fault(9, "N003", reason="非数据行，已跳过：合计、页码或表尾", **words),
    ]
    totals = [
        FaultCount("N003", Level.NORMALISED, "", "合计、页码或表尾", 30),
        FaultCount("N003", Level.NORMALISED, "", "重复的表头", 4),
    ]
    assert [(group.count, group.rows) for group in groups_of(receipt(faults, totals))] == [(30, (9,)), (4, (2,))]


def test_sheets_of_a_workbook_keep_their_own_counts() -> None:
    def one(sheet: str, count: int) -> Receipt:
        return receipt([fault(3, sheet=sheet)], [FaultCount("F002", Level.ERROR, "F", "交易金额", count)], sheet=sheet)

    groups = groups_of(merged([one("一月", 5), one("二月", 8)]))
    assert [(group.sheet, group.count) for group in groups] == [("二月", 8), ("一月", 5)]
    assert receipt_strip(merged([one("一月", 5), one("二月", 8)])) is None


@given(st.lists(st.tuples(st.integers(2, 60), st.sampled_from(["F002", "F005"]), st.sampled_from(["", "A", "AB"]))))
def test_no_fault_is_lost_in_grouping(places: list[tuple[int, str, str]]) -> None:
    faults = [fault(row, code, column=column) for row, code, column in places]
    groups = groups_of(receipt(faults))
    assert sum(group.listed for group in groups) == sum(group.count for group in groups) == len(faults)
    assert {(row, group.code, group.column) for group in groups for row in group.rows} == set(places)


def test_the_json_is_plain_data() -> None:
    found = grouped(receipt([fault(3), fault(4), fault(9)]))
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found
    assert found[0]["rows"] == [[3, 4], [9, 9]]
    assert found[0]["place"] == "第 3–4、9 行 F 列"


@pytest.mark.parametrize(
    ("values", "reason", "said"),
    [
        (["6.22E+18"] * 3, "号码被改成了数值", "科学计数法"),
        (["03/04/2024", "3/4/2024", "13/04/2024 10:00"], "日期无法识别", "年份写在最后"),
        (["3-4-24", "03/04/24", "1.2.24"], "日期无法识别", "两位"),
        (["45123", "45124", "45200"], "日期无法识别", "日期序号"),
        (["6222021234560000", "6222021234570000", "6222021234580000"], "长号码末尾全为 0", "一串 0"),
        (["6222****0001", "6222****0002", "6217***9"], "号码带掩码", "掩码"),
        (["#N/A", "#REF!", "#N/A"], "号码无法识别", "公式错误"),
        (["入", "入", "入"], "不在允许的取值之内", "都是“入”"),
        (["12,5元", "3,50元", "7,0元"], "金额无法识别", "写法都像“12,5元”"),
        (["11010519491231002", "22010519491231003", "33010519491231004"], "身份证号", "17 位数字"),
    ],
)
def test_one_cause_is_told_as_one(values: list[str], reason: str, said: str) -> None:
    zh, en = value_hint(values, reason)
    assert said in zh
    assert en


@pytest.mark.parametrize(
    "values", [["a1", "b2"], ["12", "345", "6"], ["甲1", "b2", "#3"], ["甲", "乙丙", "丁"], ["", "", ""]]
)
def test_no_common_cause_is_invented(values: list[str]) -> None:
    assert value_hint(values, "金额无法识别") == NO_WORDS


def test_where_faults_lie_may_be_one_cause() -> None:
    assert "几乎每一行" in spread_hint(range(2, 98), 96, 100)[0]
    assert "连续的 6 行" in spread_hint(range(2, 8), 6, 100)[0]
    assert spread_hint([2, 3, 9, 10, 11], 5, 100) == NO_WORDS
    assert spread_hint(range(2, 8), 900, 10_000) == NO_WORDS


def test_the_shape_of_a_value() -> None:
    assert shape_of("03/04/2024") == shape_of("3/4/24") == "9/9/9"
    assert shape_of("户名12A") == "字9A"


def test_the_strip_of_a_receipt_ends_where_the_file_ends() -> None:
    strip = receipt_strip(receipt([fault(2), fault(1001), fault(1001, level=Level.WARNING)]))
    assert strip is not None
    assert (strip.first, strip.last) == (2, 1001)
    assert strip.errors == (1, 0, 0, 0, 0, 0, 0, 0, 0, 1)
    assert receipt_strip(receipt([])) is None
    assert receipt_strip(receipt([fault(2)], [FaultCount("F002", Level.ERROR, "F", "交易金额", 2)])) is None
