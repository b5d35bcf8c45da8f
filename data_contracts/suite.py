"""The Great Expectations suite of a contract: one expectation for one of ours, with severity, code and wording."""

from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data_contracts import expectations as kinds
from data_contracts.contract import Contract
from data_contracts.expectations import Expectation
from data_contracts.own_checks import CELL_CHECKS, ROW_CHECKS
from data_contracts.wording import BATCH_WORDINGS, CELL_WORDINGS, Wording
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.receipts import Level

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

WIDTH_COLUMN = "_width"
"""Column of the cleaned table with the number of cells of the record."""

_SEVERITIES = {Level.ERROR: "critical", Level.WARNING: "warning", Level.NORMALISED: "info"}


def great_expectations(module: str = "great_expectations") -> Any:
    """Return the library, or a module that stands on it, loaded on first use because it takes seconds."""
    with warnings.catch_warnings():
        # Great Expectations 1.24 imports sre_constants and sre_parse, which Python 3.11 has deprecated.
        warnings.filterwarnings("ignore", message="module 'sre_", category=DeprecationWarning)
        return importlib.import_module(module)


def python_regex(pattern: str) -> str:
    """Return a pattern of the engine (RE2) as Python means the same: ASCII classes, ``$`` only at the very end."""
    ended = pattern[:-1] + r"\Z" if pattern.endswith("$") and not pattern.endswith(r"\$") else pattern
    return f"(?a){ended}"


def _regex(item: Expectation) -> dict[str, object]:
    return {"column": item.column, "regex": python_regex(str(item.arguments["regex"]))}


def _as_given(item: Expectation) -> dict[str, object]:
    return {"column": item.column, **item.arguments}


def _cell(item: Expectation) -> dict[str, object]:
    return {"column": item.column, "check": item.kind, "arguments": json.dumps(dict(item.arguments), sort_keys=True)}


def _row(item: Expectation) -> dict[str, object]:
    return {"column_list": item.arguments["columns"], "check": item.kind, "ignore_row_if": "never"}


def _width(item: Expectation) -> dict[str, object]:
    return {"column": WIDTH_COLUMN, "value_set": [item.arguments["cells"]]}


_TOLD: Mapping[str, tuple[str, Callable[[Expectation], dict[str, object]]]] = {
    kinds.NOT_NULL: (kinds.NOT_NULL, _as_given),
    kinds.MATCH: (kinds.MATCH, _regex),
    kinds.NOT_MATCH: (kinds.NOT_MATCH, _regex),
    kinds.IN_SET: (kinds.IN_SET, _as_given),
    kinds.LENGTHS: (kinds.LENGTHS, _as_given),
    kinds.UNIQUE: (kinds.UNIQUE, _as_given),
    kinds.ROW_WIDTH: (kinds.IN_SET, _width),
    **{kind: (kind, _cell) for kind in CELL_CHECKS},
    **{kind: (kind, _row) for kind in ROW_CHECKS},
}
"""Kind of ours → the library's kind and how its arguments are told."""


def _wording(words: Wording, detail: Mapping[str, str]) -> dict[str, str]:
    filled = words.filled(dict(detail))
    return {"zh": filled.reason, "zh_remedy": filled.remedy, "en": filled.reason_en, "en_remedy": filled.remedy_en}


def _class_of(kind: str) -> Any:
    own = great_expectations("data_contracts.gx_kinds").KINDS
    if kind in own:
        return own[kind]
    return great_expectations("great_expectations.expectations.registry").get_expectation_impl(kind)


def _told(item: Expectation, place: int) -> Any:
    if item.kind not in _TOLD:
        raise ConfigurationError(
            f"见证套件不认识期望 {item.kind}。",
            f"The suite does not know the expectation {item.kind}.",
            code="C003",
            place=item.column,
        )
    kind, arguments = _TOLD[item.kind]
    meta = {"code": item.code, "level": str(item.level), "place": place, "kind": item.kind, "column": item.column}
    meta |= _wording(CELL_WORDINGS[item.code], {"detail": item.detail})
    return _class_of(kind)(**arguments(item), severity=_SEVERITIES[item.level], meta=meta)


def suite_of(name: str, items: Mapping[int, Expectation]) -> ExpectationSuite:
    """Return the suite of expectations by their place in the compiled list, to be run on the cleaned table.

    ``meta`` of each holds that ``place``, its code, level and wording. Raises ConfigurationError for an unknown kind.
    """
    return _suite(name, [_told(item, place) for place, item in items.items()])


def _suite(name: str, told: list[Any]) -> ExpectationSuite:
    suite: ExpectationSuite = great_expectations().ExpectationSuite(name=name)
    suite.expectations = told
    return suite


@dataclass(frozen=True, slots=True)
class Bound:
    """What one measure of a whole batch may be; ``measure`` is its column in the profile, bounds are included."""

    measure: str
    code: str
    level: Level
    at_least: float | None = None
    at_most: float | None = None
    detail: tuple[tuple[str, str], ...] = ()


ROWS = "rows"
ROWS_PER_DAY = "rows_per_day"
BALANCE_AGREEMENT = "balance_agreement_percent"


def empty_percent(column: str) -> str:
    """Return the name of the measure: percent of rows in which a cleaned column is empty."""
    return f"empty_percent__{column}"


def bounds_of(contract: Contract) -> tuple[Bound, ...]:
    """Return the bounds of a batch that a contract declares: rows, rows per day, empty cells, balances that agree."""
    made: list[Bound] = []
    if contract.row_count:
        low, high = contract.row_count
        made.append(Bound(ROWS, "B012", Level.ERROR, low, high, (("detail", f"{low}–{high}"),)))
    if contract.rows_per_day:
        least, most = contract.rows_per_day
        made.append(Bound(ROWS_PER_DAY, "B010", Level.WARNING, least, most, (("detail", f"{least:g}–{most:g}"),)))
    for column in contract.columns:
        if column.fill is not None:
            limit = column.fill.at_most
            words = (("name", column.header), ("share", "…"), ("bound", f"{limit:g}"))
            made.append(Bound(empty_percent(column.key), "B011", Level(column.fill.level), None, limit, words))
    if contract.has_balance_proof:
        share = contract.balance_agreement * 100
        proof = (("share", "…"), ("bound", f"{share:g}"))
        made.append(Bound(BALANCE_AGREEMENT, "B008", Level.ERROR, share, None, proof))
    return tuple(made)


def profile_suite_of(contract: Contract) -> ExpectationSuite:
    """Return the suite of a batch's profile: one row, one column per bounded measure; an unknown measure passes."""
    between = _class_of("expect_column_values_to_be_between")
    told = [
        between(
            column=bound.measure,
            min_value=bound.at_least,
            max_value=bound.at_most,
            severity=_SEVERITIES[bound.level],
            meta={"code": bound.code, "level": str(bound.level), "place": place, "column": bound.measure}
            | _wording(BATCH_WORDINGS[bound.code], dict(bound.detail)),
        )
        for place, bound in enumerate(bounds_of(contract))
    ]
    return _suite(f"{contract.id} {contract.version} profile", told)
