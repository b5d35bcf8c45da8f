"""The cleaned text of a column: lossless repairs only, canonical where it is understood, untouched where not."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from data_contracts.contract import Column, Contract
from data_contracts.expressions import Expression, call, column, is_null, lookup, matches, null, text, when
from data_contracts.recognition import Match
from data_contracts.vocabulary import DATE_FORMATS, SKIPPED_ROWS, Kind

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_BOOLEANS = {
    "true": ("是", "Y", "YES", "1", "TRUE", "T", "成功", "有"),
    "false": ("否", "N", "NO", "0", "FALSE", "F", "失败", "无"),
}
_CURRENCIES = {
    "CNY": ("156", "RMB", "人民币", "人民币元", "CN¥", "元", "CNY"),
    "USD": ("840", "美元", "USD"),
    "HKD": ("344", "港元", "港币", "HKD"),
    "EUR": ("978", "欧元", "EUR"),
    "JPY": ("392", "日元", "JPY"),
    "GBP": ("826", "英镑", "GBP"),
}
_CARRIED = r"^(期初|上期|承前|上年|期末|本期结|过次)"


def _mapping(values: Iterable[tuple[str, Iterable[str]]]) -> list[tuple[str, str]]:
    """Return spelling → value pairs as ``fw_spelling`` compares them; the value itself is a spelling too."""
    pairs: dict[str, str] = {}
    for value, spellings in values:
        for spelling in (*spellings, value):
            pairs.setdefault(str(spelling).translate(_FULL_WIDTH).strip().upper(), value)
    return list(pairs.items())


def _spelled(raw: Expression, source: Column) -> Expression:
    """Enumerations, booleans and currencies: the canonical value of a spelling."""
    values = source.values
    if source.kind is Kind.BOOLEAN and not values:
        values = _BOOLEANS
    if source.kind is Kind.CURRENCY:
        values = {**_CURRENCIES, **values}
    otherwise: Expression | None = call("fw_spelling", raw.copy())
    if source.unknown_value == "empty":
        otherwise = None
    elif source.unknown_value == "keep":
        otherwise = call("fw_text", raw.copy())
    return lookup(call("fw_spelling", raw), _mapping(values.items()), otherwise)


def _number(raw: Expression, source: Column, contract: Contract, form: str) -> Expression:
    plain = raw
    if form == "xlsx":
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
    if form == "xlsx":
        plain = call("fw_sheet_date", plain)
    for special in ("yymmdd", "dmy_dotted"):
        if special in source.formats:
            plain = call(f"fw_{special}", plain)
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
        usual = [*source.formats, *(("iso", "excel_serial") if form == "xlsx" else ())]
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


def _without_amount(match: Match) -> Expression | None:
    """Why a record whose amount is empty is no entry: a failure text stands in it, or it carries a balance forward."""
    branches: list[tuple[Expression, Expression]] = []
    for reason in match.columns:
        if reason.column.failure_text:
            branches.append((exp.not_(is_null(call("fw_text", column(f"c{reason.place}")))), text("failure")))
    summary = match.source_of("summary")
    if summary:
        branches.append((matches(call("fw_text", column(f"c{summary.place}")), _CARRIED), text("carried")))
    return when(*branches) if branches else None


def skipping(match: Match, width: int) -> Expression:
    """Return why a record is no data (``blank``, ``total``, ``header``, ``failure``, ``carried``), NULL for data."""
    first = call("coalesce", *(call("fw_text", column(f"c{place}")) for place in range(1, width + 1)), null())
    read = [column(f"c{matched.place}") for matched in match.read]
    again = [
        call("starts_with", call("ltrim", column(f"c{matched.place}")), text(matched.header))
        for matched in match.read[:2]
    ]
    branches: list[tuple[Expression, Expression]] = [
        (is_null(call("coalesce", *(call("fw_trim", cell) for cell in read), null())), text("blank")),
        (matches(first, "|".join((*SKIPPED_ROWS, *match.contract.skip_rows))), text("total")),
        (exp.and_(*again), text("header")),
    ]
    amounts = [matched for matched in match.read if "amount" in matched.column.targets]
    other = _without_amount(match)
    if amounts and other is not None:
        empty = exp.and_(*(is_null(call("fw_text", column(f"c{matched.place}"))) for matched in amounts))
        branches.append((empty, other))
    return when(*branches)
