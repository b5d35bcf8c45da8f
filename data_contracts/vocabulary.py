"""The words a contract may use beyond the Open Data Contract Standard; anything else is a configuration error."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a column holds; README.md says how each is read."""

    TEXT = "text"
    CODE = "code"
    ACCOUNT = "account"
    USCC = "uscc"
    TOKEN = "token"  # noqa: S105 - a kind of column, not a secret
    MONEY = "money"
    SCALED = "scaled"
    INTEGER = "integer"
    DAY = "day"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"
    ENUM = "enum"
    CURRENCY = "currency"
    KEY = "key"
    DAY_NUMBER = "day_number"


DERIVED_ONLY = frozenset({Kind.KEY, Kind.DAY_NUMBER})

PHYSICAL = {
    Kind.TEXT: ("VARCHAR",),
    Kind.CODE: ("VARCHAR",),
    Kind.ACCOUNT: ("VARCHAR",),
    Kind.USCC: ("VARCHAR",),
    Kind.TOKEN: ("VARCHAR",),
    Kind.MONEY: ("BIGINT",),
    Kind.SCALED: ("BIGINT", "INTEGER"),
    Kind.INTEGER: ("INTEGER", "BIGINT"),
    Kind.DAY: ("DATE",),
    Kind.TIMESTAMP: ("TIMESTAMP",),
    Kind.BOOLEAN: ("BOOLEAN",),
    Kind.ENUM: ("VARCHAR",),
    Kind.CURRENCY: ("VARCHAR",),
    Kind.KEY: ("BIGINT",),
    Kind.DAY_NUMBER: ("INTEGER",),
}
"""DuckDB types that a table may give to a kind."""

CONTRACT_KEYS_TABLE = frozenset({"role", "nature", "row_key", "key_repeats"})
CONTRACT_KEYS_FEED = frozenset(
    {
        "role",
        "table",
        "sectors",
        "sheets",
        "files",
        "forms",
        "row_key",
        "key_repeats",
        "key_fallback",
        "key_needs",
        "one_of",
        "direction",
        "amount_unit",
        "negative_amount",
        "currency",
        "decimal_separator",
        "order_within_day",
        "balance_tolerance",
        "balance_agreement",
        "constants",
        "skip_rows",
        "ignored_columns",
        "rows_per_day",
        "also",
        "reference_rates",
    }
)
CONTRACT_KEYS_NOT_TAKEN = frozenset({"role", "sectors", "sheets", "not_taken"})
COLUMN_KEYS_TABLE = frozenset({"kind", "derived", "default", "values"})
COLUMN_KEYS_FEED = frozenset(
    {
        "maps_to",
        "part",
        "values",
        "unknown_value",
        "formats",
        "unit",
        "identity",
        "bad_value",
        "header_required",
        "ignored",
        "failure_text",
    }
)
COLUMN_OPTIONS = frozenset({"minLength", "maxLength", "pattern", "minimum", "maximum"})

FORMS = frozenset({"csv", "xlsx", "parquet", "xml"})
SECTORS = frozenset({"bank", "micro_loan", "guarantee", "pawn", "authority"})
NATURES = frozenset({"stock", "flow"})
DIRECTIONS = frozenset({"statement", "ledger"})
NEGATIVE_AMOUNTS = frozenset({"reversal", "direction", "refuse"})
ORDERS = frozenset({"as_given", "time", "searched"})
KEY_FALLBACKS = frozenset({"content", "none"})
KEY_REPEATS = frozenset({"one", "counted"})
SEPARATORS = frozenset({".", ","})
PARTS = frozenset({"date", "time", "debit", "credit"})
UNKNOWN_VALUES = frozenset({"fault", "empty", "keep"})
BAD_VALUES = frozenset({"quarantine", "empty"})
IDENTITIES = frozenset({"resident", "uscc", "any"})
DERIVATIONS = frozenset(
    {
        "key_of",
        "day_of",
        "date_of",
        "month_of",
        "first_of",
        "birth_of",
        "region_of",
        "precision_of",
        "sequence",
        "lineage",
    }
)
LINEAGE = ("record_id", "batch", "file", "sheet", "row", "institution")

MONEY_SHIFT = {"yuan": 2, "wan": 6, "fen": 0}
"""Unit of an amount → power of ten that turns it into hundredths of the currency."""

SCALES = {
    "percent": (100, 1),
    "fraction": (10_000, 1),
    "permille": (100, 1),
    "permille_a_month": (120, 1),
    "gram": (1000, 1),
    "kilogram": (1_000_000, 1),
    "milligram": (1, 1),
}
"""Unit of a scaled number → (multiplier, divisor) to the stored whole number: percent to hundredths of a percent,
‰ a month to hundredths of a percent a year (× 12 ÷ 10 × 100), ‰ to hundredths of ‰, weight to milligrams."""

DATE_FORMATS = {
    "iso": r"\d{4}-\d{1,2}-\d{1,2}([ T]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?",
    "slash": r"\d{4}/\d{1,2}/\d{1,2}( +\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?",
    "dotted": r"\d{4}\.\d{1,2}\.\d{1,2}( +\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?",
    "chinese": r"\d{4}年\d{1,2}月\d{1,2}日 *(\d{1,2}[:时]\d{2}([:分](\d{2}秒?)?)?)?",
    "compact": r"\d{8} ?(\d{6}|\d{4}|\d{2}:\d{2}(:\d{2})?)?",
    "dashed": r"\d{4}-\d{2}-\d{2}-\d{2}\.\d{2}\.\d{2}(\.\d+)?",
    "yymmdd": r"\d{6}",
    "dmy_dotted": r"\d{1,2}\.\d{1,2}\.\d{4}( +\d{1,2}:\d{2}(:\d{2})?)?",
    "excel_serial": r"\d{5}(\.\d+)?",
    "hhmmss": r"\d{5,6}",
    "hhmm": r"\d{4}",
    "clock": r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?",
}
"""Date format → regular expression of a cell spelled so; other spellings that are understood are listed."""

IGNORABLE_SHEETS = ("说明", "填报说明", "填表说明", "目录", "封面", "字典", "数据字典", "README", "INDEX")
"""Sheets that carry no data by their name."""

SKIPPED_ROWS = (
    r"^(总|合|小|累|共)\s*计\s*([:：(（\d]|$)",
    r"^(本|当)页(小计|合计)",
    r"^第?\s*\d+\s*[/／]?\s*(共\s*)?\d*\s*页",
    r"^页码",
    r"^(制表|打印|导出|查询)(人|时间|日期)?[:：]",
    r"(?i)^(grand )?total\b",
)
"""First non-empty cell of a row that is no data: totals, page numbers, footers."""

ORIGINAL_ROW = "原行号"
"""Header of the column in which a file of corrected rows names the row that each one replaces."""
ORIGINAL_BATCH = "原批次"
"""Header of the column in which it may name the batch."""
