"""Parquet: damaged, nested, odd types, odd shapes. Rows count from 1; the header counts as row 0."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl

from tests.hostile.cases import Build, Case, kept_out, of_bytes, refused, taken
from tests.hostile.sample import HEADERS, ROWS


def frame() -> pl.DataFrame:
    """Return the sample under its Chinese headers, all text."""
    return pl.DataFrame({name: [row[place] for row in ROWS] for place, name in enumerate(HEADERS)})


def _write(made: Callable[[pl.DataFrame], pl.DataFrame]) -> Build:
    def build(folder: Path) -> Path:
        path = folder / "a.parquet"
        made(frame()).write_parquet(path, compression="lz4", statistics=False)
        return path

    return build


def _sql(query: str) -> Build:
    def build(folder: Path) -> Path:
        path = folder / "a.parquet"
        with duckdb.connect() as engine:
            frame().write_parquet(folder / "sample.parquet")
            engine.execute(f"CREATE VIEW sample AS FROM '{folder / 'sample.parquet'}'")
            engine.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        (folder / "sample.parquet").unlink()
        return path

    return build


def _bytes_of(build: Build, change: Callable[[bytes], bytes]) -> Build:
    def changed(folder: Path) -> Path:
        path = build(folder)
        path.write_bytes(change(path.read_bytes()))
        return path

    return changed


_WHOLE = _write(lambda sample: sample)


def _spoiled() -> Iterator[Case]:
    for share in (1, 3, 5, 7, 9):
        yield refused(
            f"cut at {share} tenths", _bytes_of(_WHOLE, lambda data, n=share: data[: len(data) * n // 10]), "R005"
        )
    for back in (1, 4, 8, 12):
        yield refused(f"cut {back} bytes before its end", _bytes_of(_WHOLE, lambda data, n=back: data[:-n]), "R005")
    yield refused("a footer of zeros", _bytes_of(_WHOLE, lambda data: data[:-1000] + bytes(992) + data[-8:]), "R005")
    yield refused(
        "a footer said to be huge", _bytes_of(_WHOLE, lambda data: data[:-8] + b"\xff\xff\xff\x7fPAR1"), "R005"
    )
    yield refused("a footer said to be none", _bytes_of(_WHOLE, lambda data: data[:-8] + bytes(4) + b"PAR1"), "R005")
    yield refused("pages of zeros", _bytes_of(_WHOLE, lambda data: data[:8] + bytes(600) + data[608:]), "R005")
    yield refused("nothing but its mark", of_bytes(b"PAR1", "a.parquet"), "R005")
    yield refused("its mark twice", of_bytes(b"PAR1PAR1", "a.parquet"), "R005")
    yield refused("encrypted", of_bytes(b"PARE" + bytes(range(64)) + b"PARE", "a.parquet"), "R003")


def _typed() -> Iterator[Case]:
    yield taken("whole", _WHOLE)
    yield taken("whole, named csv", _bytes_named(_WHOLE, "a.csv"), "B030")
    exact = "* REPLACE (CAST(交易金额 AS DECIMAL(18, 2)) AS 交易金额, CAST(交易余额 AS DECIMAL(38, 2)) AS 交易余额)"
    yield taken("decimals", _sql(f"SELECT {exact} FROM sample"))
    four = "* REPLACE (CAST(交易金额 AS DECIMAL(18, 4)) AS 交易金额)"
    yield taken("decimals of four places that are zero", _sql(f"SELECT {four} FROM sample"))
    added = "CASE WHEN 交易流水号 = 'S0003' THEN 0.0011 ELSE 0 END"
    more = f"* REPLACE (CAST(交易金额 AS DECIMAL(18, 4)) + {added} AS 交易金额)"
    yield kept_out("a decimal of four places", _sql(f"SELECT {more} FROM sample"), ("F003", 4, "C"))
    for kind in ("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S"):
        yield taken(f"moments as {kind}", _sql(f"SELECT * REPLACE (CAST(交易时间 AS {kind}) AS 交易时间) FROM sample"))
    utc = "CAST(交易时间 || '+08:00' AS TIMESTAMPTZ)"
    yield taken("moments in universal time", _sql(f"SELECT * REPLACE ({utc} AS 交易时间) FROM sample"))
    yield taken(
        "dictionaries", _write(lambda sample: sample.with_columns(pl.col("收付标志", "交易币种").cast(pl.Categorical)))
    )
    yield taken("floats that are exact", _sql("SELECT * REPLACE (CAST(交易金额 AS DOUBLE) AS 交易金额) FROM sample"))
    lost = "CASE WHEN 交易流水号 = 'S0003' THEN 0.1::DOUBLE + 0.2::DOUBLE ELSE 交易金额::DOUBLE END"
    yield kept_out("a float with noise", _sql(f"SELECT * REPLACE ({lost} AS 交易金额) FROM sample"), ("F003", 4, "C"))
    odd = "CASE WHEN 交易流水号 = 'S0003' THEN 'nan' ELSE 交易金额 END"
    yield kept_out(
        "a float that is none",
        _sql(f"SELECT * REPLACE (CAST({odd} AS DOUBLE) AS 交易金额) FROM sample"),
        ("F002", 4, "C"),
    )
    yield kept_out(
        "accounts as floats",
        _sql(
            "SELECT * REPLACE (CASE WHEN 交易流水号 = 'S0003' THEN '6.2220212345678901e18' ELSE 交易账号 END "
            "AS 交易账号) FROM sample"
        ),
        ("F014", 4, "A"),
    )
    yield taken(
        "NUL and separators in a text",
        _sql("SELECT * REPLACE ('货' || chr(31) || chr(8232) || '款' AS 摘要说明) FROM sample"),
    )


def _shaped() -> Iterator[Case]:
    for name, kind in {
        "a list": "[交易金额]",
        "a struct": "{'a': 交易金额}",
        "a map": "map([交易流水号], [交易金额])",
        "a list of structs": "[{'a': 交易金额}]",
        "bytes": "CAST(交易金额 AS BLOB)",
    }.items():
        yield refused(f"a column that is {name}", _sql(f"SELECT * REPLACE ({kind} AS 交易金额) FROM sample"), "R019")
    yield refused("no rows", _sql("SELECT * FROM sample WHERE false"), "B005")
    yield refused("no columns", _write(lambda sample: sample.select([])), "R005")
    yield refused(
        "500 columns", _write(lambda sample: pl.DataFrame({f"列{place}": ["x"] for place in range(500)})), "R018"
    )
    yield refused(
        "10,000 columns", _write(lambda sample: pl.DataFrame({f"列{place}": ["x"] for place in range(10_000)})), "R018"
    )
    yield refused(
        "unknown columns", _write(lambda sample: sample.rename({name: f"x{name}" for name in HEADERS})), "B050"
    )
    yield refused(
        "a doubled header", _write(lambda sample: sample.with_columns(pl.lit("1").alias("交易金额 "))), "B015"
    )
    yield refused(
        "empty headers",
        _write(lambda sample: sample.rename({name: " " * place for place, name in enumerate(HEADERS)})),
        "B050",
    )
    own = _write(lambda sample: sample.with_columns(pl.lit(1).alias("file_row_number")))
    yield refused("a header named as the reader's own", own, "R005")
    yield taken(
        "a header in SQL", _write(lambda sample: sample.with_columns(pl.lit("x").alias('"; DROP TABLE x; --'))), "B004"
    )
    giant = pl.when(pl.col("交易流水号") == "S0003").then(pl.lit("长" * 40_000)).otherwise(pl.col("摘要说明"))
    yield kept_out(
        "a giant cell", _write(lambda sample: sample.with_columns(giant.alias("摘要说明"))), ("F041", 4, "H")
    )
    yield refused("three million rows of nothing", _sql("SELECT NULL::VARCHAR AS a FROM range(3000000)"), "B050")


def _bytes_named(build: Build, name: str) -> Build:
    return lambda folder: build(folder).rename(folder / name)


CASES = (*_spoiled(), *_typed(), *_shaped())
