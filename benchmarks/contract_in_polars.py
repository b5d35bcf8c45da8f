"""The same contract as one lazy Polars pass: what a careful hand would write for these columns and expectations.

Fair means: the same cleaned text for the usual repairs (trim, blanks, thousands separators, slashes), the same
regular expressions, the same check digits, the same bitmask a row; not the receipt, and not the rare repairs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.unit import Cost, now
from data_contracts import expectations as kinds
from data_contracts.cleaning import spellings_of
from data_contracts.contract import Column
from data_contracts.expectations import Expectation
from data_contracts.recognition import Match
from data_contracts.vocabulary import SKIPPED_ROWS, Kind

_BLANK = r"^([-—–_－]+|NULL|null|\\N|N/A|#N/A)?$"
_RESIDENT = r"^[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[0-9X]$"
_AT = r"^(19|20)\d\d-\d\d-\d\d( ([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?$"


def _cleaned(raw: pl.Expr, source: Column) -> pl.Expr:
    trimmed = raw.str.strip_chars()
    text = pl.when(trimmed.str.contains(_BLANK)).then(None).otherwise(trimmed)
    match source.kind:
        case Kind.MONEY:
            return text.str.replace_all(r"[,￥¥\s]", "")
        case Kind.CODE | Kind.ACCOUNT:
            return text.str.replace_all(r"\s", "")
        case Kind.TOKEN:
            return text.str.replace_all(r"\s", "").str.to_uppercase()
        case Kind.TIMESTAMP | Kind.DAY:
            return text.str.replace_all(r"^(\d{4})[/.](\d{2})[/.](\d{2})", "$1-$2-$3")
        case Kind.ENUM | Kind.BOOLEAN | Kind.CURRENCY:
            pairs = dict(spellings_of(source))
            return text.str.to_uppercase().replace_strict(list(pairs), list(pairs.values()), default=text)
        case _:
            return text


def _digit(value: pl.Expr, place: int) -> pl.Expr:
    return value.str.slice(place, 1).cast(pl.Int32, strict=False)


def _resident_ok(value: pl.Expr) -> pl.Expr:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = pl.sum_horizontal(*(_digit(value, place) * weight for place, weight in enumerate(weights)))
    last = pl.when(value.str.ends_with("X")).then(10).otherwise(_digit(value, 17))
    real = value.str.slice(6, 8).str.to_date("%Y%m%d", strict=False).is_not_null()
    return value.str.contains(_RESIDENT) & ((total + last) % 11 == 1) & real


def _luhn_ok(value: pl.Expr) -> pl.Expr:
    number = value.cast(pl.Int64, strict=False)
    digits = [number // 10**place % 10 for place in range(19)]
    doubled = [digit * 2 // 10 + digit * 2 % 10 if place % 2 else digit for place, digit in enumerate(digits)]
    asked = value.str.contains(r"^([3-6]\d{15}|62\d{17})$")
    return ~asked | (pl.sum_horizontal(*doubled) % 10 == 0)


def _holds(item: Expectation) -> pl.Expr:
    value = pl.col(f"k_{item.column}") if item.column else pl.lit(None)
    arguments: dict[str, Any] = dict(item.arguments)
    match item.kind:
        case kinds.NOT_NULL:
            return value.is_not_null()
        case kinds.MATCH:
            return value.str.contains(arguments["regex"])
        case kinds.NOT_MATCH:
            return ~value.str.contains(arguments["regex"])
        case kinds.IN_SET:
            return value.is_in(arguments["value_set"])
        case kinds.ANY_NOT_NULL:
            return pl.any_horizontal(*(pl.col(f"k_{key}").is_not_null() for key in arguments["columns"]))
        case kinds.TIMESTAMP:
            return value.str.contains(_AT) & value.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).is_not_null()
        case kinds.NUMBER_BETWEEN:
            size = value.cast(pl.Float64, strict=False).abs() * arguments["multiplier"]
            return size.is_between(
                arguments["minimum"] * arguments["divisor"], arguments["maximum"] * arguments["divisor"]
            )
        case kinds.IDENTITY if arguments["shape"] == "resident":
            return ~value.str.contains(r"^[1-9]\d{16}[0-9X]$") | _resident_ok(value)
        case kinds.IDENTITY:
            # No credit code occurs in these extracts: its shape is asked, its sum is not needed.
            return ~(value.str.contains(r"^[0-9A-Z]{2}\d{6}[0-9A-Z]{10}$") & ~value.str.contains(r"^\d{17}[0-9X]$"))
        case kinds.LUHN:
            return _luhn_ok(value)
        case kinds.ROW_WIDTH:
            return pl.col("_cells") == arguments["cells"]
        case _:
            raise ValueError(item.kind)


def judge_in_polars(staged: Path, match: Match, items: tuple[Expectation, ...]) -> tuple[Cost, int]:
    """Return what judging the staged text costs in Polars, reading left out, and how many rows have a fault."""
    os.environ.setdefault("POLARS_MAX_THREADS", "2")
    frame = pl.read_parquet(staged)
    before = now()
    cells = [_cleaned(pl.col(f"c{item.place}"), item.column).alias(f"k_{item.column.key}") for item in match.read]
    total = "|".join(SKIPPED_ROWS)
    bits = [
        pl.when(_holds(item).fill_null(True)).then(0).otherwise(pl.lit(1 << place, pl.Int64)).cast(pl.Int64)
        for place, item in enumerate(items)
    ]
    tidied = [
        pl.when(pl.col(f"c{item.place}").ne_missing(pl.col(f"k_{item.column.key}")))
        .then(pl.lit(1 << place, pl.Int64))
        .otherwise(0)
        for place, item in enumerate(match.read)
    ]
    judged = (
        frame.lazy()
        .filter(pl.col("_row") > match.header_row)
        .with_columns(cells)
        .with_columns(pl.col("c1").fill_null("").str.contains(total).alias("_skip"))
        .select(
            "_row",
            "_skip",
            pl.sum_horizontal(*bits).alias("_faults"),
            pl.sum_horizontal(*tidied).alias("_tidied"),
        )
        .collect()
    )
    cost = now() - before
    return cost, judged.filter((pl.col("_faults") != 0) & ~pl.col("_skip")).height
