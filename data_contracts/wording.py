"""What each fault code says, in Chinese and English: the reason and what the sender should do.

``{…}`` places are filled with the detail of the case. Codes are stable: a retired code is not used again.
"""

from __future__ import annotations

from data_contracts.cell_wording import CELL_WORDINGS, Wording
from fundwatch.domain.receipts import BatchFault, Fault, Level

__all__ = ["BATCH_WORDINGS", "CELL_WORDINGS", "LEVELS", "Wording", "batch_fault", "cell_fault"]


BATCH_WORDINGS: dict[str, Wording] = {
    "B001": Wording(
        "无法识别的表：与“{name}”最接近，缺少 {missing}",
        "请按契约补齐表头，或确认报送机构与文件",
        "Unknown table: nearest is {name}, missing {missing}",
        "Complete the header, or check institution and file",
    ),
    "B002": Wording(
        "没有任何契约适用于本机构（行业 {detail}）",
        "请联系管理员核对机构登记",
        "No contract applies to this institution (sector {detail})",
        "Ask the administrator to check the registration",
    ),
    "B003": Wording(
        "表头同时符合多个契约：{detail}",
        "请联系管理员区分",
        "The header fits several contracts: {detail}",
        "Ask the administrator to tell them apart",
    ),
    "B004": Wording(
        "未知列未读取：{detail}",
        "如需采集请联系管理员登记该列",
        "Unknown columns were not read: {detail}",
        "Ask the administrator to register them if needed",
    ),
    "B005": Wording(
        "没有数据行",
        "若当日无数据请使用零报告",
        "There are no data rows",
        "Declare a zero report if there is nothing to report",
    ),
    "B006": Wording(
        "余额勾稽只有 {share}% 相符，反向后为 {other}%：借贷方向疑似颠倒",
        "请核对收付标志的含义或机构登记的 direction",
        "Only {share}% of balances agree, {other}% when inverted: debit and credit seem swapped",
        "Check what debit and credit mean, or the registered direction",
    ),
    "B007": Wording(
        "余额勾稽只有 {share}% 相符，重新排序后为 {other}%：疑似未按入账次序排列",
        "请按入账次序导出",
        "Only {share}% of balances agree, {other}% when reordered: entries seem unsorted",
        "Export in booking order",
    ),
    "B008": Wording(
        "余额勾稽只有 {share}% 相符（要求 {bound}%）：疑似缺少交易",
        "请核对导出范围是否完整",
        "Only {share}% of balances agree ({bound}% needed): entries seem to be missing",
        "Check that the export is complete",
    ),
    "B009": Wording(
        "没有可供余额勾稽的行，方向与完整性未经证明",
        "如有余额请一并报送",
        "No rows allow a balance proof; direction and completeness are unproven",
        "Send balances if you have them",
    ),
    "B010": Wording(
        "日均行数 {detail} 超出通常范围",
        "请核对导出范围",
        "Mean rows per day {detail} are outside the usual range",
        "Check the export range",
    ),
    "B011": Wording(
        "“{name}”有 {share}% 为空（上限 {bound}%）",
        "请核对导出列",
        "{name} is empty in {share}% of rows (at most {bound}%)",
        "Check the exported columns",
    ),
    "B012": Wording(
        "行数 {detail} 超出约定范围",
        "请核对导出范围",
        "The number of rows {detail} is outside the agreed range",
        "Check the export range",
    ),
    "B013": Wording(
        "记录按时间倒序排列，已按余额证明的次序读取",
        "无需处理",
        "Records run newest first; they were read in the order the balances prove",
        "Nothing to do",
    ),
    "B014": Wording(
        "全部数据行均有错误",
        "请按逐行说明更正后重报",
        "Every data row has an error",
        "Correct the rows as listed and report again",
    ),
    "B015": Wording(
        "表头重复：{detail}",
        "请删除或改名重复的列",
        "Doubled headers: {detail}",
        "Remove or rename the doubled columns",
    ),
    "B016": Wording(
        "工作表“{name}”不含数据，按说明页略过",
        "无需处理",
        "Sheet {name} carries no data and was passed over",
        "Nothing to do",
    ),
    "B017": Wording(
        "错误和规整过多，逐项只列前 {detail} 条，合计见 totals",
        "请按合计成批更正",
        "Too many to list: the first {detail} are shown, totals count all",
        "Correct them as a whole by the totals",
    ),
    "B018": Wording(
        "余额勾稽：{detail} 行可核对，{share}% 相符",
        "无需处理",
        "Balance proof: {detail} rows could be checked, {share}% agree",
        "Nothing to do",
    ),
    "B019": Wording(
        "已识别为“{name}”，共 {rows} 行，不采集",
        "无需处理，今后可不报送",
        "Recognised as {name}, {rows} rows, none taken",
        "Nothing to do; it need not be sent",
    ),
}

LEVELS = {
    "B004": Level.WARNING,
    "B009": Level.WARNING,
    "B010": Level.WARNING,
    "B013": Level.NORMALISED,
    "B016": Level.NORMALISED,
    "B017": Level.WARNING,
    "B018": Level.NORMALISED,
    "B019": Level.NORMALISED,
}
"""Level of a batch code; those not named are errors."""


def cell_fault(
    code: str,
    level: Level,
    *,
    row: int,
    sheet: str,
    column: str = "",
    header: str = "",
    value: str = "",
    detail: str = "",
) -> Fault:
    """Return a worded fault of a row or cell."""
    words = CELL_WORDINGS[code].filled({"detail": detail})
    return Fault(
        row, sheet, column, header, code, level, value, words.reason, words.remedy, words.reason_en, words.remedy_en
    )


def batch_fault(code: str, *, level: Level | None = None, count: int = 1, **detail: str) -> BatchFault:
    """Return a worded fault of a whole table."""
    words = BATCH_WORDINGS[code].filled(detail)
    weight = level or LEVELS.get(code, Level.ERROR)
    return BatchFault(code, weight, words.reason, words.remedy, words.reason_en, words.remedy_en, count)
