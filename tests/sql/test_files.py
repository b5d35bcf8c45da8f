"""SQL files: front matter, one SELECT, the portable subset, and values that are only ever bound."""

from pathlib import Path

import duckdb
import pytest

from fundwatch.domain.errors import ConfigurationError
from fundwatch.sql.binding import bind
from fundwatch.sql.file import SqlFile, read_sql_file
from fundwatch.sql.portable import to_spark, violations

GOOD = """/* ---
id: sums
--- */
WITH big AS (SELECT from_group, amount FROM transfers WHERE amount >= $min_amount)
SELECT from_group, sum(amount) AS total FROM big GROUP BY from_group;
"""


def write(folder: Path, text: str) -> SqlFile:
    path = folder / "sums.sql"
    path.write_text(text, encoding="utf-8")
    return read_sql_file(path)


def test_a_file_tells_what_it_reads_and_what_it_binds(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    assert file.front_matter == {"id": "sums"}
    assert file.placeholders == {"min_amount"}
    assert file.relations == {"transfers"}
    assert violations(file) == []
    assert ":min_amount" in to_spark(file)


def test_the_hash_follows_meaning_not_layout(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    assert (
        write(tmp_path, GOOD.replace("SELECT from_group, sum", "-- why\nSELECT  from_group,\n sum")).query_hash
        == file.query_hash
    )
    assert write(tmp_path, GOOD.replace(">=", ">")).query_hash != file.query_hash


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "/* ---\nid: [\n--- */ SELECT 1",
        "/* ---\nplain\n--- */ SELECT 1",
        "/* ---\nid: a\n--- */ DROP TABLE t",
        "/* ---\nid: a\n--- */ SELECT 1; SELECT 2",
        "/* ---\nid: a\n--- */ SELECT FROM WHERE",
    ],
)
def test_anything_but_front_matter_and_one_select_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"sums\.sql"):
        write(tmp_path, text).tree  # noqa: B018


def test_values_are_bound_and_a_hostile_value_stays_a_value(tmp_path: Path) -> None:
    file = write(tmp_path, "/* ---\nid: a\n--- */ SELECT $name AS name")
    values = bind(file, {"name": "'; DROP TABLE t; --", "unused": 1})
    assert values == {"name": "'; DROP TABLE t; --"}
    with duckdb.connect() as connection:
        assert connection.execute(file.query, values).fetchone() == ("'; DROP TABLE t; --",)
    with pytest.raises(ConfigurationError, match="name"):
        bind(file, {})


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("SELECT avg(a) FROM t", "avg"),
        ("SELECT a.x FROM a ASOF JOIN b ON a.x >= b.x", "ASOF"),
        ("WITH c AS MATERIALIZED (SELECT 1 AS x) SELECT x FROM c", "MATERIALIZED"),
        ("SELECT count(DISTINCT a) OVER (PARTITION BY b) FROM t", "DISTINCT"),
        ("SELECT sum(a) OVER (ORDER BY b) FROM t", "frame"),
        ("SELECT list(a) FROM t", "list"),
        ("SELECT regexp_full_match(a, 'x') FROM t", "REGEXP_FULL_MATCH"),
        ("SELECT frobnicate(a) FROM t", "frobnicate"),
    ],
)
def test_what_leaves_the_portable_subset_is_named(tmp_path: Path, query: str, word: str) -> None:
    (sentence,) = violations(write(tmp_path, f"/* ---\nid: a\n--- */ {query}"))
    assert word.lower() in sentence.lower()


def test_the_key_of_a_text_is_read_as_hexadecimal_on_both_engines(tmp_path: Path) -> None:
    file = write(tmp_path, "/* ---\nid: a\n--- */ SELECT CAST('0x' || substr(md5(a), 1, 15) AS BIGINT) AS k FROM t")
    assert "CAST(CONV(SUBSTRING(MD5(a), 1, 15), 16, 10) AS BIGINT)" in to_spark(file)
