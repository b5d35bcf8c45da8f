"""The cleaned text of a column: lossless repairs only, canonical where it is understood, untouched where not."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from data_contracts.contract import Column, Contract
from data_contracts.currencies import SPELLINGS
from data_contracts.expressions import Expression, call, column, is_null, lookup, matches, null, text, when
from data_contracts.recognition import Match
from data_contracts.vocabulary import DATE_FORMATS, SKIPPED_ROWS, Kind

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_BOOLEANS = {
    "true": ("是", "Y", "YES", "1", "TRUE", "T", "成功", "有"),
    "false": ("否", "N", "NO", "0", "FALSE", "F", "失败", "无"),
}
_CARRIED = r"^(期初|上期|承前|上年|期末|本期结|过次|上页|承上页|转下页)"
FAILURE = (
    r"^(查询(失败|超时|异常|无结果|结果为空)|无(数据|交易|记录|明细|结果|此账|该账|权限)|(账户|账号|卡号)(不存在|已销户|无效|有误)"
    r"|未(查到|找到|查询到|查得)|查无|没有(数据|交易|记录|符合)|暂无|系统(异常|错误|繁忙|超时))"
)
"""A cell that says that the query failed or found nothing, in place of an entry."""
NO_AMOUNTS = ("0", "0.0", "0.00")
"""Amounts of an entry that says why it has none."""
_CARRYING = ("summary", "remark", "transaction_type", "counterparty_name")
"""Columns in which a balance carried forward is said to be one."""
_LEADING = 4
"""Cells of a record that are asked for their text one by one."""


SHOWS_REPAIRS = frozenset(
    {Kind.TEXT, Kind.CODE, Kind.ACCOUNT, Kind.USCC, Kind.TOKEN, Kind.MONEY, Kind.SCALED, Kind.INTEGER}
)
"""Kinds of which every difference between a cell as sent and as cleaned is a repair to be listed."""


def _mapping(values: Iterable[tuple[str, Iterable[str]]]) -> list[tuple[str, str]]:
    """Return spelling → value pairs as ``fw_spelling`` compares them; the value itself is a spelling too."""
    pairs: dict[str, str] = {}
    for value, spellings in values:
        for spelling in (*spellings, value):
            pairs.setdefault(str(spelling).translate(_FULL_WIDTH).strip().upper(), value)
    return list(pairs.items())


def spellings_of(source: Column) -> list[tuple[str, str]]:
    """Return spelling → canonical value of an enumeration, boolean or currency column."""
    values = source.values
    if source.kind is Kind.BOOLEAN and not values:
        values = _BOOLEANS
    if source.kind is Kind.CURRENCY:
        values = {**SPELLINGS, **values}
    return _mapping(values.items())


def _spelled(raw: Expression, source: Column) -> Expression:
    """Enumerations, booleans and currencies: the canonical value of a spelling."""
    otherwise: Expression | None = call("fw_spelling", raw.copy())
    if source.unknown_value == "empty":
        otherwise = None
    elif source.unknown_value == "keep":
        otherwise = call("fw_text", raw.copy())
    return lookup(call("fw_spelling", raw), spellings_of(source), otherwise)


def _number(raw: Expression, source: Column, contract: Contract, form: str) -> Expression:
    plain = raw
    if form.startswith("xlsx"):
        plain = call("fw_denoised", plain)
    if source.kind is Kind.SCALED and source.unit:
        sign = r"[%％]$" if source.unit == "percent" else r"(‰|克|g)$"
        plain = call("regexp_replace", plain, text(sign), text(""))
    cleaned = call("fw_number_comma" if contract.decimal_separator == "," else "fw_number", plain)
    if source.kind is Kind.INTEGER:
        cleaned = call("regexp_replace", cleaned, text(r"\.0+$"), text(""))
    return cleaned


def _moment(raw: Expression, source: Column, form: str) -> Expression:
    if source.part == "time":
        return call("fw_clock", raw)
    plain = raw
    if form.startswith("xlsx"):
        plain = call("fw_sheet_date_1904" if form == "xlsx1904" else "fw_sheet_date", plain)
    for special in ("yymmdd", "dmy_dotted"):
        if special in source.formats:
            plain = call(f"fw_{special}", call("fw_trim", call("fw_half", plain)))
    return call("fw_day" if source.kind is Kind.DAY or source.part == "date" else "fw_timestamp", plain)


def cleaned(raw: Expression, source: Column, contract: Contract, form: str) -> Expression:
    """Return the SQL expression of a cell's canonical text."""
    match source.kind:
        case Kind.TEXT:
            return call("fw_text", raw)
        case Kind.CODE | Kind.ACCOUNT:
            return call("fw_code", raw)
        case Kind.USCC | Kind.TOKEN:
            return call("upper", call("fw_code", raw))
        case Kind.MONEY | Kind.SCALED | Kind.INTEGER:
            return _number(raw, source, contract, form)
        case Kind.DAY | Kind.TIMESTAMP:
            return _moment(raw, source, form)
        case _:
            return _spelled(raw, source)


def tidied(raw: Expression, clean: Expression, source: Column, form: str) -> Expression:
    """Return whether cleaning changed the cell in a way worth listing: not the usual spelling of that column."""
    if source.kind in (Kind.DAY, Kind.TIMESTAMP):
        usual = [*source.formats, *(("iso", "excel_serial") if form.startswith("xlsx") else ())]
        if source.part == "time":
            usual = [name for name in usual if name in ("hhmmss", "hhmm", "clock")] or ["clock", "hhmmss", "hhmm"]
        pattern = "^(" + "|".join(DATE_FORMATS[name] for name in usual) + ")$"
        return call("coalesce", exp.Not(this=matches(raw, pattern)), exp.false())
    if source.kind in (Kind.BOOLEAN, Kind.ENUM):
        return call(
            "coalesce",
            exp.NEQ(this=call("upper", raw), expression=call("fw_spelling", raw.copy())),
            exp.not_(is_null(raw.copy())),
        )
    return exp.NullSafeNEQ(this=raw, expression=clean)


def _cell_text(place: int) -> Expression:
    return call("fw_text", column(f"c{place}"))


def _says(place: int, pattern: str) -> Expression:
    return call("coalesce", matches(_cell_text(place), pattern), exp.false())


def _without_amount(match: Match) -> list[tuple[Expression, Expression]]:
    """Why a record whose amount is empty is no entry: a failure text stands in it, or it carries a balance forward."""
    failures = [exp.not_(is_null(_cell_text(item.place))) for item in match.columns if item.column.failure_text]
    carrying = [found.place for name in _CARRYING if (found := match.source_of(name))]
    leading = sorted({1, *(item.place for item in match.read[:2])})
    return [
        *((condition, text("failure")) for condition in failures),
        (exp.or_(*(_says(place, FAILURE) for place in leading)), text("failure")),
        (exp.or_(*(_says(place, _CARRIED) for place in [*leading, *carrying])), text("carried")),
    ]


def is_zero(place: int) -> Expression:
    """Return whether an amount cell as sent is zero, which is no entry if the record says why; NULL for no cell."""
    return exp.In(this=column(f"c{place}"), expressions=[text(word) for word in NO_AMOUNTS])


def _failed(match: Match, amounts: list[int]) -> Expression | None:
    """Whether a failure text stands in the amount cell of a record that has no time either."""
    moments = [item.place for item in match.read if "booked_at" in item.column.targets]
    if not moments or not amounts:
        return None
    timeless = exp.and_(*(exp.or_(is_null(_cell_text(place)), _says(place, FAILURE)) for place in moments))
    return exp.and_(timeless, exp.or_(*(_says(place, FAILURE) for place in amounts)))


def first_text(width: int) -> Expression:
    """Return the text of a record's first cell that holds any."""
    leading = [_cell_text(place) for place in range(1, min(width, _LEADING) + 1)]
    # Few records begin with so many empty cells; one search for all cells behind spares three searches for each.
    behind = exp.Array(expressions=[column(f"c{place}") for place in range(_LEADING + 1, width + 1)])
    if not behind.expressions:
        return call("coalesce", *leading, null())
    texts = exp.Lambda(this=call("fw_text", exp.column("cell")), expressions=[exp.to_identifier("cell")])
    filled = exp.Lambda(this=exp.not_(is_null(exp.column("cell"))), expressions=[exp.to_identifier("cell")])
    found = call("list_filter", call("list_transform", behind, texts), filled)
    return call("coalesce", *leading, call("list_extract", found, exp.Literal.number(1)))


def skipping(match: Match) -> Expression:
    """Return why a record is no data (``blank``, ``total``, ``header``, ``failure``, ``carried``), NULL for data.

    ``_first`` stands for ``first_text``: it is asked several times and is long.
    """
    first = column("_first")
    read = [column(f"c{matched.place}") for matched in match.read]
    again = [
        call("starts_with", call("ltrim", column(f"c{matched.place}")), text(matched.header))
        for matched in match.read[:2]
    ]
    branches: list[tuple[Expression, Expression]] = [
        (is_null(call("coalesce", *read, null())), text("blank")),
        (matches(first, "|".join((*SKIPPED_ROWS, *match.contract.skip_rows))), text("total")),
        (exp.and_(*again), text("header")),
    ]
    amounts = [matched.place for matched in match.read if "amount" in matched.column.targets]
    failed = _failed(match, amounts)
    if failed is not None:
        branches.append((failed, text("failure")))
    if amounts:
        nothing = exp.and_(*(exp.or_(is_zero(place), is_null(_cell_text(place))) for place in amounts))
        branches.append((nothing, when(*_without_amount(match))))
    return when(*branches)
