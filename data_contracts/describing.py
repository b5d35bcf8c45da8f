"""A feed told to the person who prepares its file: each column with its need, meaning, other names and an example."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from data_contracts.contract import Column, Contract
from data_contracts.refusing import UNIT_NAMES
from data_contracts.vocabulary import Kind

_EXAMPLES = {
    Kind.TEXT: "样例文字",
    Kind.CODE: "S20240705001",
    Kind.ACCOUNT: "27030101000000011",
    Kind.USCC: "91350100M000100Y43",
    Kind.TOKEN: "11010519491231002X",
    Kind.MONEY: "1234.56",
    Kind.SCALED: "12.5",
    Kind.INTEGER: "1",
    Kind.DAY: "2024-07-05",
    Kind.TIMESTAMP: "2024-07-05 10:19:28",
    Kind.CURRENCY: "CNY",
}
"""Invented values; the two document numbers are the printed examples of their standards."""
_BY_FORMAT = {"compact": "20240705", "slash": "2024/7/5", "yymmdd": "240705", "hhmmss": "101928", "clock": "10:19:28"}
_WIDTH = 18
_SHEET_NAME_LENGTH = 31


@dataclass(frozen=True, slots=True)
class Described:
    """One column for people: ``need_zh`` 必填 (cells), 须有 (the header), or empty."""

    header: str
    need_zh: str
    need_en: str
    meaning: str
    aliases: tuple[str, ...]
    example: str


def containers_of(contract: Contract) -> tuple[str, ...]:
    """Return the forms of file in which a feed may be sent."""
    return contract.forms or ("csv", "xlsx", "parquet")


def _example(column: Column) -> str:
    if column.ignored or column.part == "credit":
        return ""
    if column.kind in (Kind.ENUM, Kind.BOOLEAN):
        words = next((words for words in column.values.values() if words), ("是",))
        return words[0]
    if column.identity == "uscc":
        return _EXAMPLES[Kind.USCC]
    if column.kind in (Kind.DAY, Kind.TIMESTAMP):
        first = next((name for name in column.formats if name in _BY_FORMAT), None)
        if column.part == "time":
            return _BY_FORMAT["hhmmss" if first == "hhmmss" else "clock"]
        if first and (column.part == "date" or column.kind is Kind.DAY or column.formats[0] != "iso"):
            return _BY_FORMAT[column.formats[0]] if column.formats[0] in _BY_FORMAT else _EXAMPLES[Kind.DAY]
        return _EXAMPLES[Kind.DAY] if column.part == "date" else _EXAMPLES[column.kind]
    return _EXAMPLES.get(column.kind, "")


def _meaning(column: Column, contract: Contract) -> str:
    if column.failure_text:
        return "查询失败时的说明 (why a query failed)"
    if column.ignored:
        return f"不读取：{column.ignored}"
    label = contract.table.column(column.targets[0]).label
    parts = {"date": "日期部分", "time": "时间部分", "debit": "借方", "credit": "贷方"}
    unit = (column.unit or contract.amount_unit) if column.kind is Kind.MONEY else column.unit
    words = [label, *([parts[column.part]] if column.part else []), *([f"单位 {UNIT_NAMES[unit]}"] if unit else [])]
    if column.kind in (Kind.ENUM, Kind.BOOLEAN) and column.values:
        spelled = [spelling for spellings in column.values.values() for spelling in spellings[:3]]
        words.append(f"取值 {'、'.join(spelled)}")
    return "；".join(words)


def described(contract: Contract) -> tuple[Described, ...]:
    """Return the columns of a feed in the order of its contract, columns that need not be sent last."""
    columns = sorted(contract.columns, key=lambda column: bool(column.ignored))
    return tuple(
        Described(
            column.header,
            "必填" if column.required else "须有" if column.header_required else "",
            "required" if column.required else "header required" if column.header_required else "",
            _meaning(column, contract),
            column.aliases,
            _example(column),
        )
        for column in columns
    )


def write_template(contract: Contract, target: Path) -> None:
    """Write a workbook that holds the feed's headers only, each with a comment, all cells below formatted as text."""
    name = (contract.sheets[0] if contract.sheets else contract.name)[:_SHEET_NAME_LENGTH]
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("".join(" " if sign in "[]:*?/\\" else sign for sign in name))
        as_text = book.add_format({"num_format": "@"})
        plain = book.add_format({"bold": True, "border": 1, "num_format": "@"})
        needed = book.add_format({"bold": True, "border": 1, "bg_color": "#FDE9D9", "num_format": "@"})
        told = [column for column in described(contract) if contract.not_taken or column.example or column.need_zh]
        for place, column in enumerate(told):
            sheet.set_column(place, place, _WIDTH, as_text)
            sheet.write_string(0, place, column.header, needed if column.need_zh else plain)
            notes = [f"{column.need_zh} {column.need_en}".strip(), column.meaning]
            notes += [f"也可写作：{'、'.join(column.aliases[:8])}"] if column.aliases else []
            notes += [f"样例（虚构）：{column.example}"] if column.example else []
            sheet.write_comment(0, place, "\n".join(note for note in notes if note), {"x_scale": 2})
        sheet.freeze_panes(1, 0)
