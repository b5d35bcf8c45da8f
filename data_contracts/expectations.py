"""What a contract expects of cleaned columns, as plain data that Great Expectations can be told as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from data_contracts.contract import Column, Contract
from data_contracts.currencies import CODES
from data_contracts.recognition import Match
from data_contracts.vocabulary import MONEY_SHIFT, SCALES, Kind
from fundwatch.domain.receipts import Level

NOT_NULL = "expect_column_values_to_not_be_null"
MATCH = "expect_column_values_to_match_regex"
NOT_MATCH = "expect_column_values_to_not_match_regex"
IN_SET = "expect_column_values_to_be_in_set"
LENGTHS = "expect_column_value_lengths_to_be_between"
UNIQUE = "expect_column_values_to_be_unique"
ANY_NOT_NULL = "fundwatch_any_to_not_be_null"
EXACTLY_ONE = "fundwatch_exactly_one_amount"
NUMBER_BETWEEN = "fundwatch_scaled_number_between"
DAY = "fundwatch_day"
TIMESTAMP = "fundwatch_timestamp"
CLOCK = "fundwatch_clock"
RESIDENT = "fundwatch_resident_id"
USCC = "fundwatch_uscc"
IDENTITY = "fundwatch_identity"
LUHN = "fundwatch_luhn"
ROW_WIDTH = "fundwatch_row_width"

GX_KINDS = frozenset({NOT_NULL, MATCH, NOT_MATCH, IN_SET, LENGTHS, UNIQUE})
OWN_KINDS = frozenset(
    {ANY_NOT_NULL, EXACTLY_ONE, NUMBER_BETWEEN, DAY, TIMESTAMP, CLOCK, RESIDENT, USCC, IDENTITY, LUHN, ROW_WIDTH}
)
"""Kinds that Great Expectations does not have: README.md says what each means."""

EXPONENT = r"^-?\d(\.\d+)?[Ee]\+?\d+$"
MASKED = r"\*"
CUT_IDENTITY = r"^[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}$"
"""Seventeen digits with a birth date where a resident number has it."""
MONEY_FORM = r"^-?\d{1,16}(\.\d+)?$"
CURRENCY_CODE = f"^({'|'.join(CODES)})$"
ACCOUNT_FORM = r"^[0-9A-Za-z*._@/#-]{1,40}$"
DECIMALS = {2: r"^-?\d+(\.\d{1,2}0*)?$", 6: r"^-?\d+(\.\d{1,6}0*)?$", 0: r"^-?\d+$"}


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation of one cleaned column (``""``: of the row). An empty cell passes all but the not-null kinds.

    ``code`` names the wording, ``detail`` fills it. ``empties``: a cell which fails is made empty, the row kept.
    """

    kind: str
    column: str
    code: str
    level: Level = Level.ERROR
    arguments: Mapping[str, object] = field(default_factory=dict)
    detail: str = ""
    empties: bool = False


class _Builder:
    """Collects the expectations of one column with its level and effect."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.made: list[Expectation] = []
        self.empties = column.bad_value == "empty"

    def add(
        self, kind: str, code: str, *, warn: bool = False, empties: bool = False, detail: str = "", **arguments: object
    ) -> None:
        """Add one expectation; a column whose bad cells are emptied only warns."""
        level = Level.WARNING if warn or self.empties else Level.ERROR
        emptied = empties or (self.empties and not warn)
        self.made.append(Expectation(kind, self.column.key, code, level, arguments, detail, emptied))


def shift_of(column: Column, contract: Contract) -> int:
    """Return the power of ten that turns a money column of this feed into hundredths."""
    return MONEY_SHIFT[column.unit or contract.amount_unit]


def _account(build: _Builder, contract: Contract) -> None:
    own = build.column.required or bool(set(build.column.targets) & {*contract.table.row_key, *_required(contract)})
    own = own or any(set(build.column.targets) & set(group) for group in contract.one_of)
    build.add(NOT_MATCH, "F014", regex=EXPONENT)
    build.add(MATCH, "F017", warn=not own, regex=ACCOUNT_FORM)
    build.add(NOT_MATCH, "F015", warn=not own, regex=MASKED)
    build.add(NOT_MATCH, "F029", warn=True, regex=r"^\d{15}0{3,}$")
    build.add(LUHN, "F016", warn=True)


def _token(build: _Builder, contract: Contract) -> None:
    needed = contract.key_fallback == "none" and bool(set(build.column.targets) & set(contract.key_needs))
    build.add(NOT_MATCH, "F014", regex=EXPONENT)
    build.add(NOT_MATCH, "F015", warn=not needed, empties=not needed, regex=MASKED)
    if build.column.identity == "any":
        build.add(NOT_MATCH, "F054", regex=CUT_IDENTITY)
        build.add(IDENTITY, "F011", shape="resident")
        build.add(IDENTITY, "F012", shape="uscc")
    else:
        build.add(*{"resident": (RESIDENT, "F011"), "uscc": (USCC, "F012")}[build.column.identity])


def _between(build: _Builder, shift: tuple[int, int]) -> None:
    limits = build.column.limits
    if limits.minimum is None and limits.maximum is None:
        return
    low = "" if limits.minimum is None else f"≥ {limits.minimum * shift[1] / shift[0]:g}"
    high = "" if limits.maximum is None else f"≤ {limits.maximum * shift[1] / shift[0]:g}"
    absolute = "amount" in build.column.targets
    build.add(
        NUMBER_BETWEEN,
        "F004",
        detail=" ".join(filter(None, (low, high))),
        absolute=absolute,
        minimum=limits.minimum,
        maximum=limits.maximum,
        multiplier=shift[0],
        divisor=shift[1],
    )


def _number(build: _Builder, contract: Contract) -> None:
    column = build.column
    if column.kind is Kind.MONEY:
        shift = shift_of(column, contract)
        build.add(MATCH, "F002", regex=MONEY_FORM)
        build.add(MATCH, "F003", regex=DECIMALS[shift])
        if "amount" in column.targets and contract.negative_amount == "refuse":
            build.add(NOT_MATCH, "F021", regex="^-")
        if column.part is None:
            _between(build, (10**shift, 1))
    elif column.kind is Kind.SCALED:
        build.add(MATCH, "F018", regex=r"^-?\d{1,12}(\.\d{1,8})?$")
        _between(build, SCALES[column.unit or "milligram"])
    else:
        build.add(MATCH, "F018", regex=r"^-?\d{1,9}$")
        _between(build, (1, 1))


def _time(build: _Builder) -> None:
    if build.column.part == "time":
        build.add(CLOCK, "F007")
    elif build.column.kind is Kind.DAY or build.column.part == "date":
        build.add(DAY, "F005")
    else:
        build.add(TIMESTAMP, "F006")


def allowed_values(column: Column, contract: Contract) -> tuple[str, ...]:
    """Return the cleaned values that an enumeration or boolean column may hold."""
    if column.kind is Kind.BOOLEAN:
        return ("true", "false")
    canonical = contract.table.column(column.targets[0]).allowed
    return canonical + tuple(value for value in column.values if value not in canonical)


_SPELLINGS_LISTED = 5


def _listed(column: Column, allowed: tuple[str, ...]) -> str:
    """Return what may be written, the spellings of each value together, so that all values show."""
    groups = [column.values.get(value, (value,)) for value in allowed]
    shown = ["、".join(spellings[:_SPELLINGS_LISTED]) for spellings in groups if spellings]
    return "；".join(shown)


def _by_kind(build: _Builder, contract: Contract) -> None:
    column = build.column
    match column.kind:
        case Kind.ACCOUNT:
            _account(build, contract)
        case Kind.TOKEN:
            _token(build, contract)
        case Kind.CODE:
            build.add(NOT_MATCH, "F014", regex=EXPONENT)
        case Kind.USCC:
            build.add(USCC, "F012")
        case Kind.MONEY | Kind.SCALED | Kind.INTEGER:
            _number(build, contract)
        case Kind.DAY | Kind.TIMESTAMP:
            _time(build)
        case Kind.BOOLEAN | Kind.ENUM:
            if column.unknown_value != "keep":
                allowed = allowed_values(column, contract)
                build.add(IN_SET, "F008", detail=_listed(column, allowed), value_set=list(allowed))
        case Kind.CURRENCY:
            build.add(MATCH, "F019", regex=CURRENCY_CODE)
        case _:
            pass


def _limits(build: _Builder) -> None:
    limits = build.column.limits
    if limits.pattern is not None:
        build.add(MATCH, "F009", regex=limits.pattern)
    if limits.min_length is not None or limits.max_length is not None:
        detail = f"{limits.min_length or 0}–{limits.max_length or '∞'}"
        build.add(LENGTHS, "F010", detail=detail, min_value=limits.min_length, max_value=limits.max_length)


def _required(contract: Contract) -> frozenset[str]:
    """Canonical columns that every row of the feed must bring itself."""
    given = {*contract.constants, *(("currency",) if contract.currency else ())}
    return frozenset(
        column.name
        for column in contract.table.columns
        if column.required
        and column.default is None
        and column.name not in given
        and (column.derivation is None or column.derivation[0] == "first_of")
    )


def _presence(match: Match) -> list[Expectation]:
    """Expectations that required canonical columns are filled, by whichever source column."""
    made: list[Expectation] = []
    covered = {target for matched in match.read if matched.column.required for target in matched.column.targets}
    for name in sorted(_required(match.contract) - covered):
        derivation = match.contract.table.column(name).derivation
        names = (name, derivation[1]) if derivation else (name,)
        sources = [
            matched.column
            for target in names
            if (matched := match.source_of(target) or match.source_of(target, "date"))
        ]
        if sources:
            keys = [column.key for column in sources]
            alone = len(keys) == 1
            arguments = {} if alone else {"columns": keys}
            made.append(Expectation(NOT_NULL if alone else ANY_NOT_NULL, keys[0], "F001", arguments=arguments))
    return made


def expectations_of(match: Match, cells: int | None = None) -> tuple[Expectation, ...]:
    """Return all that the contract expects of the matched columns, a column's own before those of the row.

    ``cells`` is the number of cells a record must have, None where the form of the file fixes it.
    """
    made: list[Expectation] = []
    if cells is not None:
        made.append(Expectation(ROW_WIDTH, "", "F023", arguments={"cells": cells}, detail=f"{cells}"))
    for matched in match.read:
        build = _Builder(matched.column)
        if matched.column.required and matched.column.part not in ("debit", "credit"):
            made.append(Expectation(NOT_NULL, matched.column.key, "F001"))
        _by_kind(build, match.contract)
        _limits(build)
        if matched.column.unique:
            build.add(UNIQUE, "F033")
        made += build.made
    debit, credit = match.source_of("amount", "debit"), match.source_of("amount", "credit")
    if debit and credit:
        keys = [debit.column.key, credit.column.key]
        made.append(Expectation(EXACTLY_ONE, keys[0], "F020", arguments={"columns": keys}))
    return (*made, *_presence(match))
