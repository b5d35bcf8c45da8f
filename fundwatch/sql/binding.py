"""Binding values to the placeholders of a SQL file; values are never formatted into the text."""

from __future__ import annotations

from collections.abc import Mapping

from fundwatch.domain.errors import ConfigurationError
from fundwatch.sql.file import SqlFile

Value = int | float | str | bool | None


def bind(file: SqlFile, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return just the values that the query names; raise ConfigurationError when one is missing."""
    missing = sorted(file.placeholders - values.keys())
    if missing:
        names = ", ".join(missing)
        raise ConfigurationError(
            f"{file.path.name}：缺少参数 {names}，请在说明块中声明。",
            f"{file.path.name}: no value for {names}; declare it in the front matter.",
            code="S002",
        )
    return {name: values[name] for name in sorted(file.placeholders)}
