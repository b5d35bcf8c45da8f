"""The project's own kinds of expectation as Great Expectations classes over pandas; the library registers them by name.

Imported only through ``suite.great_expectations``, never at upload: the library takes seconds to load.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation, MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)

from data_contracts.own_checks import CELL_CHECKS, ROW_CHECKS


class FundwatchCellMetric(ColumnMapMetricProvider):
    """Asks a cell check of every cell that is not empty."""

    condition_metric_name = "column_values.fundwatch_cell_check"
    condition_value_keys = ("check", "arguments")

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, check: str, arguments: str, **_: Any) -> pd.Series:  # noqa: N805
        holds, given = CELL_CHECKS[check], json.loads(arguments)
        return column.map(lambda text: holds(str(text), given)).astype(bool)


class FundwatchRowMetric(MulticolumnMapMetricProvider):
    """Asks a row check of the texts of several columns, empty ones included."""

    condition_metric_name = "multicolumn_values.fundwatch_row_check"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")
    condition_value_keys = ("check", "arguments")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, check: str, arguments: str, **_: Any) -> pd.Series:  # noqa: N805
        holds, given = ROW_CHECKS[check], json.loads(arguments)
        rows = column_list.astype(object).where(column_list.notna(), None)
        answers = [holds(texts, given) for texts in rows.itertuples(index=False, name=None)]
        return pd.Series(answers, index=column_list.index, dtype=bool)


class _CellKind(ColumnMapExpectation):
    """A cell check as expectation; ``arguments`` is JSON, because the library keys its metrics by plain values."""

    check: str
    arguments: str = "{}"
    map_metric = "column_values.fundwatch_cell_check"
    success_keys = ("check", "arguments", "mostly")
    args_keys = ("column", "check", "arguments")


class _RowKind(MulticolumnMapExpectation):
    """A row check as expectation."""

    check: str
    arguments: str = "{}"
    map_metric = "multicolumn_values.fundwatch_row_check"
    success_keys = ("check", "arguments", "mostly")
    args_keys = ("column_list", "check", "arguments")


class FundwatchDay(_CellKind):
    """A calendar day between 1900 and 2099, written YYYY-MM-DD."""


class FundwatchTimestamp(_CellKind):
    """A calendar day, with or without a clock time behind it."""


class FundwatchClock(_CellKind):
    """A clock time HH:MM or HH:MM:SS."""


class FundwatchScaledNumberBetween(_CellKind):
    """A number between two bounds in the stored unit."""


class FundwatchResidentId(_CellKind):
    """A resident identity number whose check digit and birth date hold."""


class FundwatchUscc(_CellKind):
    """A unified social credit code whose check character holds."""


class FundwatchIdentity(_CellKind):
    """A document number that, where it has the shape of a resident number or credit code, is one."""


class FundwatchLuhn(_CellKind):
    """An account number that, where it has the form of a bank card, holds its Luhn digit."""


class FundwatchAnyToNotBeNull(_RowKind):
    """At least one of several columns is filled."""


class FundwatchExactlyOneAmount(_RowKind):
    """Exactly one of debit and credit is an amount other than zero."""


KINDS = {
    "fundwatch_day": FundwatchDay,
    "fundwatch_timestamp": FundwatchTimestamp,
    "fundwatch_clock": FundwatchClock,
    "fundwatch_scaled_number_between": FundwatchScaledNumberBetween,
    "fundwatch_resident_id": FundwatchResidentId,
    "fundwatch_uscc": FundwatchUscc,
    "fundwatch_identity": FundwatchIdentity,
    "fundwatch_luhn": FundwatchLuhn,
    "fundwatch_any_to_not_be_null": FundwatchAnyToNotBeNull,
    "fundwatch_exactly_one_amount": FundwatchExactlyOneAmount,
}
"""Kind of an ``Expectation`` → class."""
